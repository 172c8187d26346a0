//! Whether the audit has a leaf of every record that the log has.

use std::thread::sleep;
use std::time::Duration;

use chaos::{Failed, Leaves};
use stack::Stack;

use crate::log::Log;

/// A record that came a moment ago has its leaf a moment later: so often it is looked, and so long between two looks.
const LOOKS: usize = 20;
const LOOK: Duration = Duration::from_millis(500);

/// What of both is not there: `audit verify` proves that no leaf was changed, and not that there is one.
pub(crate) fn lost(stack: &Stack, log: &Log) -> Result<Vec<String>, Failed> {
    let mut lost = Leaves::of(stack)?.lost(&log.audited()?);
    for _ in 0..LOOKS {
        if lost.is_empty() {
            break;
        }
        sleep(LOOK);
        lost = Leaves::of(stack)?.lost(&log.audited()?);
    }
    Ok(lost)
}
