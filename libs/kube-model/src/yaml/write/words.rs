//! Texts that would be read as something else than a text, were they not quoted.

use super::super::scalar::resolve_plain;

/// Whether go-yaml v2 reads the plain `text` as a string, and YAML 1.1 as no number to the base of sixty.
pub(super) fn is_string(text: &str) -> bool {
    match text.as_bytes().first() {
        None => false,
        Some(b'+' | b'-' | b'0'..=b'9') => {
            is_string_by_value(text) && !is_timestamp(text) && !is_base_60(text)
        }
        Some(b'.' | b'~' | b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => {
            is_string_by_value(text)
        }
        Some(_) => true,
    }
}

fn is_string_by_value(text: &str) -> bool {
    resolve_plain(text).is_ok_and(|value| value.is_string())
}

/// `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digit_or_underscore = |byte: u8| byte.is_ascii_digit() || byte == b'_';
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut places = whole.split(':');
    let first = places.next().unwrap_or_default();
    let sixtieth = |place: &str| match place.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [b'0'..=b'5', digit] => digit.is_ascii_digit(),
        _ => false,
    };
    whole.contains(':')
        && first.starts_with(|c: char| c.is_ascii_digit())
        && first.bytes().all(digit_or_underscore)
        && places.all(sixtieth)
        && fraction.bytes().all(digit_or_underscore)
}

/// Whether go-yaml v2 reads a date or a time in it: one of `2006-1-2`, `2006-1-2T15:4:5.999999999Z07:00`, that with a
/// `t`, and `2006-1-2 15:4:5.999999999`, as Go's `time.Parse` takes them.
fn is_timestamp(text: &str) -> bool {
    let mut rest = Rest(text);
    let Some(year) = rest.digits(4, 4).filter(|_| rest.take("-")) else { return false };
    let Some(month) = rest.digits(1, 2).filter(|_| rest.take("-")) else { return false };
    if !rest.digits(1, 2).is_some_and(|day| is_day(year, month, day)) {
        return false;
    }
    match rest.0.chars().next() {
        None => true,
        Some('T' | 't') => {
            rest.0 = &rest.0[1..];
            rest.time() && rest.zone() && rest.0.is_empty()
        }
        Some(' ') => {
            rest.0 = rest.0.trim_start_matches(' ');
            rest.time() && rest.0.is_empty()
        }
        Some(_) => false,
    }
}

fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// What of a text is still to be read.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn take(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let found = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(found);
        self.0 = rest;
        digits.parse().ok().filter(|_| found >= least)
    }

    /// `15:4:5.999999999`
    fn time(&mut self) -> bool {
        let hour = self.digits(1, 2).is_some_and(|hour| hour < 24) && self.take(":");
        let minute = hour && self.digits(1, 2).is_some_and(|minute| minute < 60) && self.take(":");
        let second = minute && self.digits(1, 2).is_some_and(|second| second < 60);
        if let Some(fraction) = self.0.strip_prefix(['.', ',']) {
            let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if rest.len() < fraction.len() {
                self.0 = rest;
            }
        }
        second
    }

    /// `Z07:00`
    fn zone(&mut self) -> bool {
        if self.take("Z") {
            return true;
        }
        (self.take("+") || self.take("-"))
            && self.digits(2, 2).is_some_and(|hours| hours <= 24)
            && self.take(":")
            && self.digits(2, 2).is_some_and(|minutes| minutes <= 60)
    }
}
