//! Timestamps and durations.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

use super::Call;
use crate::fault::{Evaluated, Fault};
use crate::value::Val;

const SECOND: i128 = 1_000_000_000;

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    match (call.name, call.target, call.args) {
        ("timestamp", None, [Val::Timestamp(_)]) | ("duration", None, [Val::Duration(_)]) => {
            Some(Ok(call.args[0].clone()))
        }
        ("timestamp", None, [Val::Text(text)]) => Some(match OffsetDateTime::parse(text, &Rfc3339) {
            Ok(at) => Ok(Val::Timestamp(at)),
            Err(_) => Fault::error(format!("parsing time {text:?} as RFC 3339")),
        }),
        ("timestamp", None, [Val::Int(seconds)]) => {
            Some(match OffsetDateTime::from_unix_timestamp(*seconds) {
                Ok(at) => Ok(Val::Timestamp(at)),
                Err(_) => Fault::error("timestamp overflow"),
            })
        }
        ("duration", None, [Val::Text(text)]) => Some(duration(text).map_or_else(
            || Fault::error(format!("time: invalid duration {text:?}")),
            |nanos| Ok(Val::Duration(nanos)),
        )),
        (name, Some(Val::Timestamp(at)), zone) => of_timestamp(name, *at, zone),
        (name, Some(Val::Duration(nanos)), []) => of_duration(name, *nanos),
        _ => None,
    }
}

fn of_timestamp(name: &str, at: OffsetDateTime, zone: &[Val]) -> Option<Evaluated> {
    if !name.starts_with("get") {
        return None;
    }
    let at = match zone {
        [] => at.to_offset(UtcOffset::UTC),
        [Val::Text(zone)] => match offset(zone) {
            Some(offset) => at.to_offset(offset),
            None => return Some(Err(Fault::Unsupported(format!("the time zone {zone}")))),
        },
        _ => return Some(Fault::overload()),
    };
    let number = match name {
        "getFullYear" => i64::from(at.year()),
        "getMonth" => i64::from(u8::from(at.month())) - 1,
        "getDate" => i64::from(at.day()),
        "getDayOfMonth" => i64::from(at.day()) - 1,
        "getDayOfWeek" => i64::from(at.weekday().number_days_from_sunday()),
        "getDayOfYear" => i64::from(at.ordinal()) - 1,
        "getHours" => i64::from(at.hour()),
        "getMinutes" => i64::from(at.minute()),
        "getSeconds" => i64::from(at.second()),
        "getMilliseconds" => i64::from(at.millisecond()),
        _ => return None,
    };
    Some(Ok(Val::Int(number)))
}

/// `UTC`, `+02:00`, `-08:00`.
fn offset(zone: &str) -> Option<UtcOffset> {
    if zone == "UTC" {
        return Some(UtcOffset::UTC);
    }
    let (hours, minutes) = zone.split_once(':')?;
    let (hours, minutes): (i8, i8) = (hours.parse().ok()?, minutes.parse().ok()?);
    UtcOffset::from_hms(hours, if zone.starts_with('-') { -minutes } else { minutes }, 0).ok()
}

fn of_duration(name: &str, nanos: i128) -> Option<Evaluated> {
    let number = match name {
        "getHours" => nanos / (3600 * SECOND),
        "getMinutes" => nanos / (60 * SECOND),
        "getSeconds" => nanos / SECOND,
        "getMilliseconds" => nanos / 1_000_000,
        _ => return None,
    };
    Some(Ok(Val::Int(i64::try_from(number).unwrap_or(i64::MAX))))
}

/// As Go's `time.ParseDuration` reads one: `1h30m`, `-1.5s`, `0`.
fn duration(text: &str) -> Option<i128> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut nanos: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = rest.split_at(end);
        let (scale, unit) = scale(unit)?;
        nanos = nanos.checked_add(scaled(number, scale)?)?;
        rest = unit;
    }
    (nanos <= i64::MAX.into()).then_some(sign * nanos)
}

fn scale(text: &str) -> Option<(i128, &str)> {
    const UNITS: [(&str, i128); 8] = [
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("μs", 1_000),
        ("ms", 1_000_000),
        ("s", SECOND),
        ("m", 60 * SECOND),
        ("h", 3600 * SECOND),
    ];
    UNITS.iter().find_map(|(unit, scale)| Some((*scale, text.strip_prefix(unit)?)))
}

fn scaled(number: &str, scale: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.len() > 18 || whole.len() > 18 {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let ten = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    whole.checked_mul(scale)?.checked_add(part * scale / ten)
}

/// As `string(duration)` writes one: in seconds, `5400s`.
pub(super) fn duration_text(nanos: i128) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let (whole, part) = (nanos.abs() / SECOND, nanos.abs() % SECOND);
    match part {
        0 => format!("{sign}{whole}s"),
        part => format!("{sign}{whole}.{}s", format!("{part:09}").trim_end_matches('0')),
    }
}

pub(super) fn timestamp_text(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).format(&Rfc3339).unwrap_or_default()
}

pub(crate) fn later(at: OffsetDateTime, nanos: i128) -> Option<OffsetDateTime> {
    let (seconds, part) = (i64::try_from(nanos / SECOND).ok()?, i32::try_from(nanos % SECOND).ok()?);
    at.checked_add(Duration::new(seconds, part))
}
