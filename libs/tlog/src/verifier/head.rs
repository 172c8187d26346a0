//! The header, and the earlier checkpoints, which must be signed too.

use super::report::{Defect, Fault};
use crate::checkpoint::{Checkpoint, OpenCheckpoint};
use crate::error::NoteError;
use crate::export::{FORMAT, Header, VERSION};
use crate::key::PublicKey;

/// What the header is found to be.
pub(super) struct Head<'k> {
    /// Its checkpoint, if it is signed.
    pub(super) open: Option<OpenCheckpoint<'k>>,
    /// What is wrong with the header, apart from its checkpoint.
    pub(super) defects: Vec<Defect>,
}

/// Checks the header on this line.
pub(super) fn check<'k>(line: u64, header: &Header, keys: &'k [PublicKey]) -> Head<'k> {
    let mut defects = Vec::new();
    if header.format != FORMAT || header.version != VERSION {
        let message = format!("this is not {FORMAT} of version {VERSION}; a newer plimsoll may read it");
        defects.push(Defect::of_line(line, Fault::Export, message));
    }
    let open = Checkpoint::open(&header.checkpoint, keys);
    match &open {
        Ok(open) => defects.extend(names(line, header, &open.checkpoint.origin)),
        Err(error) => defects.push(of_note(line, error)),
    }
    Head { open: open.ok(), defects }
}

/// A note that cannot be trusted, as a defect.
pub(super) fn of_note(line: u64, error: &NoteError) -> Defect {
    Defect::of_line(line, Fault::from(error), error.to_string())
}

/// The header's own names against the one that is signed.
fn names(line: u64, header: &Header, signed: &str) -> Option<Defect> {
    let organisation = signed.rsplit('/').next().unwrap_or_default();
    let message = if header.origin != signed {
        format!("the header says {:?}, the signed checkpoint is of {signed:?}", header.origin)
    } else if header.organisation != organisation {
        format!(
            "the header says organisation {:?}, the signed checkpoint is of {organisation:?}",
            header.organisation
        )
    } else {
        return None;
    };
    Some(Defect::of_line(line, Fault::Origin, message))
}
