//! `@every 1h30m`: a duration as Go writes it.

use kube_model::duration::nanoseconds;

/// The seconds between two runs: whole ones, and at least one (`Every` of robfig/cron).
pub(super) fn seconds(text: &str) -> Result<i128, String> {
    let between = nanoseconds(text).ok_or_else(|| format!("{text:?} is not a duration such as 1h30m"))?;
    Ok((i128::from(between) / 1_000_000_000).max(1))
}
