//! What a scalar means, as Kubernetes reads it.
//!
//! Kubernetes decodes YAML with `sigs.k8s.io/yaml`, whose resolver is that of go-yaml v2: YAML 1.1 booleans
//! (`yes`, `on`, `y`), Go's integer literals (`0x1f`, `017`, `0o17`, `0b1`, `1_000`), YAML 1.2 floats, and
//! timestamps that stay strings. The rules here follow `goyaml.v2/resolve.go` of that project.

use serde_json::{Number, Value};

use super::ScalarStyle;

const STR: &str = "tag:yaml.org,2002:str";
const BINARY: &str = "tag:yaml.org,2002:binary";

/// The value of a scalar, or why Kubernetes refuses it.
pub(super) fn resolve(text: &str, style: ScalarStyle, tag: Option<&str>) -> Result<Value, &'static str> {
    match tag {
        Some(BINARY) => Err("!!binary is not supported in a manifest; write the base64 text without the tag"),
        Some(STR) => Ok(Value::String(text.to_owned())),
        // Quoted text is a string unless a tag says otherwise.
        None if style != ScalarStyle::Plain => Ok(Value::String(text.to_owned())),
        Some("!") => Ok(Value::String(text.to_owned())),
        _ => resolve_plain(text),
    }
}

fn resolve_plain(text: &str) -> Result<Value, &'static str> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Ok(Value::Bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Ok(Value::Bool(false));
        }
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf"
        | "-.Inf" | "-.INF" => return Err("JSON, which Kubernetes stores, has no infinity and no NaN"),
        _ => {}
    }
    let number = match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'+' | b'-') => resolve_number(&text.replace('_', "")),
        Some(b'.') => parse_float(text),
        _ => None,
    };
    Ok(number.map_or_else(|| Value::String(text.to_owned()), Value::Number))
}

fn resolve_number(text: &str) -> Option<Number> {
    parse_go_integer(text).or_else(|| is_yaml_float(text).then(|| parse_float(text)).flatten())
}

/// Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`. What is larger falls through to a float, as it
/// does once Kubernetes has turned the document into JSON and back.
fn parse_go_integer(text: &str) -> Option<Number> {
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

/// A float as it comes back from JSON: `1.0` is written `1` there, so it is the integer.
fn parse_float(text: &str) -> Option<Number> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !is_yaml_float(text) {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    if value.fract() == 0.0 && value.abs() < EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and below 2^53")]
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
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
        assert_eq!(resolve("1", ScalarStyle::Plain, Some(STR)), Ok(json!("1")));
    }

    #[test]
    fn what_json_cannot_hold_is_refused() {
        assert!(resolve(".inf", ScalarStyle::Plain, None).is_err());
        assert!(resolve("AAEC", ScalarStyle::Plain, Some(BINARY)).is_err());
    }
}
