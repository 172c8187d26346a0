//! Lengths of time as Go writes them.

/// The nanoseconds of `1h30m`, `-1.5s`, `0`, as Go's `time.ParseDuration` reads them; none for what it does not read, or what does
/// not fit its 64 bits.
#[must_use]
pub fn nanoseconds(text: &str) -> Option<i64> {
    let (negative, unsigned) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    if unsigned == "0" {
        return Some(0);
    }
    let mut rest = unsigned;
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (nanoseconds, behind) = part(rest)?;
        (total, rest) = (total + nanoseconds, behind);
        if total > i128::from(i64::MAX) + 1 {
            return None;
        }
    }
    let total = i64::try_from(if negative { -total } else { total }).ok()?;
    (!unsigned.is_empty()).then_some(total)
}

/// The first number with its unit, and what is behind them.
fn part(text: &str) -> Option<(i128, &str)> {
    let (whole, rest) = digits(text);
    let (fraction, rest) = rest.strip_prefix('.').map_or(("", rest), digits);
    let end = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
    let (unit, behind) = rest.split_at(end);
    let unit: i128 = match unit {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { i128::from(whole.parse::<u64>().ok()?) };
    Some((whole * unit + of_unit(fraction, unit), behind))
}

/// A fraction of a unit, cut off to nanoseconds. Beyond 15 digits nothing is left of the largest unit.
fn of_unit(fraction: &str, unit: i128) -> i128 {
    let digits = fraction.bytes().take(15).map(|digit| i128::from(digit - b'0'));
    let (number, scale) = digits.fold((0, 1), |(number, scale), digit| (number * 10 + digit, scale * 10));
    number * unit / scale
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: the table of `parseDurationTests` in Go's `src/time/time_test.go`.
    #[test]
    fn lengths_of_time_are_read_as_go_reads_them() {
        const SECOND: i64 = 1_000_000_000;
        for (text, expected) in [
            ("0", 0),
            ("5s", 5 * SECOND),
            ("1478s", 1478 * SECOND),
            ("-5s", -5 * SECOND),
            ("+5s", 5 * SECOND),
            ("-0", 0),
            ("5.0s", 5 * SECOND),
            ("5.6s", 5 * SECOND + 600_000_000),
            ("5.s", 5 * SECOND),
            (".5s", 500_000_000),
            ("1.004s", SECOND + 4_000_000),
            ("100.00100s", 100 * SECOND + 1_000_000),
            ("12\u{b5}s", 12_000),
            ("12\u{3bc}s", 12_000),
            ("13ms", 13_000_000),
            ("15m", 900 * SECOND),
            ("16h", 57_600 * SECOND),
            ("3h30m", 12_600 * SECOND),
            ("-1m30.5s", -(90 * SECOND + 500_000_000)),
            ("1h2m3s4ms5us6ns", 3723 * SECOND + 4_005_006),
            ("52763797000ns", 52_763_797_000),
            ("0.25h", 900 * SECOND),
            ("-9223372036854775808ns", i64::MIN),
            ("9223372036854775807ns", i64::MAX),
        ] {
            assert_eq!(nanoseconds(text), Some(expected), "{text}");
        }
        for text in
            ["", "3", "-", "s", ".", "-.", ".s", "+.s", "1d", "9223372036854775808ns", "3000000h", "1 s"]
        {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }
}
