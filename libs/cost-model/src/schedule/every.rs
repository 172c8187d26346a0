//! `@every 1h30m`: a duration as Go writes it.

/// The longest duration that Go holds, in nanoseconds.
const LONGEST: i128 = i64::MAX as i128;

/// The seconds between two runs: whole ones, and at least one (`Every` of robfig/cron).
pub(super) fn seconds(text: &str) -> Result<i128, String> {
    Ok((nanoseconds(text)? / 1_000_000_000).max(1))
}

/// As Go's `time.ParseDuration`: a sign, then numbers with a unit each.
fn nanoseconds(text: &str) -> Result<i128, String> {
    let fail = || format!("{text:?} is not a duration such as 1h30m");
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(fail());
    }
    let mut total = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(fail)?;
        let (number, after) = rest.split_at(end);
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        total += amount(number, unit).filter(|nanos| *nanos <= LONGEST).ok_or_else(fail)?;
        if total > LONGEST {
            return Err(fail());
        }
        rest = after;
    }
    Ok(if negative { -total } else { total })
}

fn amount(number: &str, unit: &str) -> Option<i128> {
    let unit: i128 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // Below a nanosecond nothing counts, so twelve places are more than enough.
    let fraction = fraction.get(..fraction.len().min(12))?;
    let parts: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    whole.checked_mul(unit)?.checked_add(parts * unit / scale)
}
