//! What a scalar means, as Kubernetes reads it.
//!
//! Kubernetes decodes YAML with `sigs.k8s.io/yaml`, whose resolver is that of go-yaml v2: YAML 1.1 booleans
//! (`yes`, `on`, `y`), Go's integer literals (`0x1f`, `017`, `0o17`, `0b1`, `1_000`), YAML 1.2 floats, and
//! timestamps that stay strings. The rules here follow `goyaml.v2/resolve.go` of that project.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Number, Value};

use super::ScalarStyle;

/// What a tag of YAML's own types starts with.
pub(super) const YAML: &str = "tag:yaml.org,2002:";

/// The value of a scalar, or why Kubernetes refuses it.
pub(super) fn resolve(text: &str, style: ScalarStyle, tag: Option<&str>) -> Result<Value, &'static str> {
    let tag = tag.map(|tag| tag.strip_prefix(YAML).unwrap_or_default());
    match tag {
        None if style == ScalarStyle::Plain => resolve_plain(text),
        Some(tag @ ("null" | "bool" | "int" | "float")) => resolve_tagged(text, tag),
        Some("timestamp") if !starts_with_a_year(text) => Err(NOT_ITS_TAG),
        Some("binary") => decode(text),
        _ => Ok(Value::String(text.to_owned())),
    }
}

const NOT_ITS_TAG: &str = "the text is nothing that its tag may stand before";

fn resolve_tagged(text: &str, tag: &str) -> Result<Value, &'static str> {
    let value = resolve_plain(text)?;
    let is_it = match &value {
        Value::Null => tag == "null",
        Value::Bool(_) => tag == "bool",
        Value::Number(_) if tag == "int" => parse_go_integer(&text.replace('_', "")).is_some(),
        Value::Number(_) => tag == "float",
        _ => false,
    };
    if is_it { Ok(value) } else { Err(NOT_ITS_TAG) }
}

/// How every date of YAML 1.1 starts.
fn starts_with_a_year(text: &str) -> bool {
    let (year, rest) = text.split_at_checked(4).unwrap_or_default();
    year.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with('-')
}

fn decode(text: &str) -> Result<Value, &'static str> {
    // Go's decoder passes over line breaks, and over nothing else.
    let text: String = text.chars().filter(|character| !matches!(character, '\n' | '\r')).collect();
    let bytes = STANDARD.decode(text).map_err(|_| "!!binary is not followed by base64")?;
    let text = String::from_utf8(bytes)
        .map_err(|_| "!!binary holds bytes that are no text, which JSON cannot hold")?;
    Ok(Value::String(text))
}

/// Whether a plain scalar is a word for null, true or false.
pub(super) fn is_word(text: &str) -> bool {
    word(text).is_some()
}

fn word(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Value::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(Value::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Value::Bool(false))
        }
        _ => None,
    }
}

/// Whether a scalar without quotes and tag has a value: all have but these.
pub(super) fn has_value(text: &str) -> bool {
    !matches!(
        text,
        ".nan"
            | ".NaN"
            | ".NAN"
            | ".inf"
            | ".Inf"
            | ".INF"
            | "+.inf"
            | "+.Inf"
            | "+.INF"
            | "-.inf"
            | "-.Inf"
            | "-.INF"
    )
}

/// The value of a scalar without quotes and tag.
pub(super) fn resolve_plain(text: &str) -> Result<Value, &'static str> {
    if let Some(value) = word(text) {
        return Ok(value);
    }
    if !has_value(text) {
        return Err("JSON, which Kubernetes stores, has no infinity and no NaN");
    }
    let number = match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'+' | b'-') if !text.contains('_') => resolve_number(text),
        Some(b'0'..=b'9' | b'+' | b'-') => resolve_number(&text.replace('_', "")),
        Some(b'.') => without_underscores(text).as_deref().and_then(parse_float),
        _ => None,
    };
    Ok(number.map_or_else(|| Value::String(text.to_owned()), Value::Number))
}

/// Before a float that starts with its point, go-yaml leaves the underscores to Go, which takes them between digits only.
fn without_underscores(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('_') {
        return Some(Cow::Borrowed(text));
    }
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let between = |(at, _)| digit(bytes.get(at + 1)) && at > 0 && digit(bytes.get(at - 1));
    text.match_indices('_').all(between).then(|| Cow::Owned(text.replace('_', "")))
}

fn resolve_number(text: &str) -> Option<Number> {
    parse_go_integer(text).or_else(|| is_yaml_float(text).then(|| parse_float(text)).flatten())
}

/// Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`. What is larger falls through to a float, as it
/// does once Kubernetes has turned the document into JSON and back.
fn parse_go_integer(text: &str) -> Option<Number> {
    // go-yaml reads what stands after `0b` once more, and there takes a sign.
    if let Some(binary) = text.strip_prefix("0b").filter(|binary| binary.starts_with(['+', '-'])) {
        return i64::from_str_radix(binary, 2).ok().map(Number::from);
    }
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        let value = 0_i64.checked_sub_unsigned(magnitude)?;
        Some(Number::from(value))
    } else {
        Some(Number::from(magnitude))
    }
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_yaml_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let mantissa_ok = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && all_digits(fraction),
        Some((whole, fraction)) => all_digits(whole) && all_digits(fraction),
        None => !mantissa.is_empty() && all_digits(mantissa),
    };
    let exponent_ok = exponent.is_none_or(|e| {
        let digits = e.strip_prefix(['+', '-']).unwrap_or(e);
        !digits.is_empty() && all_digits(digits)
    });
    mantissa_ok && exponent_ok
}

/// A float as it comes back from Go's JSON, which writes what is whole and below 10^21 without point and exponent:
/// `1.0` is the integer 1.
fn parse_float(text: &str) -> Option<Number> {
    if !is_yaml_float(text) {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    // Rust, as Go, writes the fewest digits that mean this float, and then zeros.
    let digits = (value.fract() == 0.0 && value.abs() < 1e21).then(|| value.to_string());
    let signed = digits.as_ref().and_then(|digits| digits.parse::<i64>().ok());
    let unsigned = digits.and_then(|digits| digits.parse::<u64>().ok());
    signed.map(Number::from).or(unsigned.map(Number::from)).or_else(|| Number::from_f64(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Expected values: the comments of go-yaml v2's `decode_test.go` and Go's integer literal grammar.
    #[test]
    fn plain_scalars_resolve_as_go_yaml_v2_does() {
        for (text, expected) in [
            ("true", json!(true)),
            ("y", json!(true)),
            ("on", json!(true)),
            ("NO", json!(false)),
            ("Off", json!(false)),
            ("yEs", json!("yEs")),
            ("norway", json!("norway")),
            ("~", json!(null)),
            ("", json!(null)),
            ("nULL", json!("nULL")),
            ("10", json!(10)),
            ("-10", json!(-10)),
            ("+10", json!(10)),
            ("0x0A", json!(10)),
            ("0b1010", json!(10)),
            ("010", json!(8)),
            ("0o10", json!(8)),
            ("08", json!(8)),
            ("685_230", json!(685_230)),
            ("0.1", json!(0.1)),
            (".1", json!(0.1)),
            ("1e3", json!(1000)),
            ("1.0", json!(1)),
            ("-1.5e-2", json!(-0.015)),
            ("190:20:30", json!("190:20:30")),
            ("2001-01-01", json!("2001-01-01")),
            ("1.2.3", json!("1.2.3")),
            ("1Gi", json!("1Gi")),
            ("100m", json!("100m")),
            ("-", json!("-")),
            ("18446744073709551615", json!(18_446_744_073_709_551_615_u64)),
            ("-9223372036854775808", json!(-9_223_372_036_854_775_808_i64)),
        ] {
            assert_eq!(resolve(text, ScalarStyle::Plain, None), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn quotes_and_str_tags_make_strings() {
        assert_eq!(resolve("yes", ScalarStyle::SingleQuoted, None), Ok(json!("yes")));
        assert_eq!(resolve("1", ScalarStyle::Plain, Some("tag:yaml.org,2002:str")), Ok(json!("1")));
    }

    #[test]
    fn what_json_cannot_hold_is_refused() {
        assert!(resolve(".inf", ScalarStyle::Plain, None).is_err());
        // Base64 of the byte 0xff.
        assert!(resolve("/w==", ScalarStyle::Plain, Some("tag:yaml.org,2002:binary")).is_err());
    }
}
