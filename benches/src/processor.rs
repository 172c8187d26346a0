//! How long processes have had a processor, as the kernel counts it.

use std::fs;

/// The kernel's ticks are hundredths of a second on every Linux that this runs on.
const TICKS: f64 = 100.0;

/// The seconds of this process.
#[must_use]
pub fn own_seconds() -> f64 {
    seconds("self").unwrap_or_default()
}

/// The seconds of a process, by its number; none if it is gone.
#[must_use]
pub fn seconds(process: &str) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, which may hold anything, ends with the last parenthesis.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / TICKS)
}
