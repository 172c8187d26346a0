//! What a scalar means to kustomize.
//!
//! kustomize keeps manifests as nodes of go-yaml v3 and decodes them when it prints: `yes` and `on` are strings (they
//! are booleans to Kubernetes, so kustomize quotes them), `0644` is 420, a date is a time. The rules follow
//! `resolve.go` of go.yaml.in/yaml/v3.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Number, Value};

/// The type of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// Not said: whatever the text is, unless it is quoted.
    Unset,
    Str,
    Int,
    Float,
    Bool,
    Null,
    Timestamp,
    Binary,
}

/// A scalar: its text, whether it is written with quotes or as a block, and its type.
#[derive(Debug, Clone)]
pub(crate) struct Scalar {
    pub(crate) text: Arc<str>,
    pub(crate) quoted: bool,
    pub(crate) tag: Tag,
    /// Not 0: the same node of kustomize as the others of the object with this number. See [`crate::shared`].
    pub(crate) shared: u32,
}

impl Scalar {
    pub(crate) fn plain(text: &str, tag: Tag) -> Self {
        Self { text: Arc::from(text), quoted: false, tag, shared: 0 }
    }

    pub(crate) fn string(text: &str) -> Self {
        Self::plain(text, Tag::Str)
    }

    pub(crate) fn is_null(&self) -> bool {
        self.tag == Tag::Null
    }

    /// Whether kustomize takes it for a string, which is so as well where no type is said.
    pub(crate) fn is_string(&self) -> bool {
        matches!(self.tag, Tag::Str | Tag::Unset)
    }

    /// The value that is printed; none for a text that is not of its type.
    pub(crate) fn value(&self) -> Option<Value> {
        let text = || Value::String(self.text.to_string());
        match self.tag {
            Tag::Str => Some(text()),
            Tag::Unset if self.quoted => Some(text()),
            Tag::Unset => json(&resolve(&self.text)),
            Tag::Binary => {
                let packed: String = self.text.split_ascii_whitespace().collect();
                String::from_utf8(STANDARD.decode(packed).ok()?).ok().map(Value::String)
            }
            tag => {
                let found = resolve(&self.text);
                match (tag, &found) {
                    _ if found.tag() == tag && self.quoted => Some(text()),
                    _ if found.tag() == tag => json(&found),
                    (Tag::Float, Plain::Int(_) | Plain::Unsigned(_)) => {
                        Number::from_f64(self.text.parse().ok()?).map(Value::Number)
                    }
                    _ => None,
                }
            }
        }
    }
}

/// What a plain scalar is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plain {
    Str(String),
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Bool(bool),
    Null,
    /// A time, as Go prints it in JSON.
    Timestamp(String),
}

impl Plain {
    pub(crate) fn tag(&self) -> Tag {
        match self {
            Self::Str(_) => Tag::Str,
            Self::Int(_) | Self::Unsigned(_) => Tag::Int,
            Self::Float(_) => Tag::Float,
            Self::Bool(_) => Tag::Bool,
            Self::Null => Tag::Null,
            Self::Timestamp(_) => Tag::Timestamp,
        }
    }
}

fn json(plain: &Plain) -> Option<Value> {
    Some(match plain {
        Plain::Str(text) | Plain::Timestamp(text) => Value::String(text.clone()),
        Plain::Int(number) => Value::Number((*number).into()),
        Plain::Unsigned(number) => Value::Number((*number).into()),
        Plain::Float(number) => {
            Value::Number(whole(*number).map_or_else(|| Number::from_f64(*number), Some)?)
        }
        Plain::Bool(truth) => Value::Bool(*truth),
        Plain::Null => Value::Null,
    })
}

/// A float without a fraction is printed as an integer by Go's JSON, below 1e21, and read again as one.
fn whole(number: f64) -> Option<Number> {
    #[expect(clippy::cast_possible_truncation, reason = "within the range, which is checked")]
    (number.fract() == 0.0 && number.abs() < 9.2e18).then(|| Number::from(number as i64))
}

/// The type and value of a plain scalar.
pub(crate) fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Plain::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Plain::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Plain::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let number = match text.as_bytes()[0] {
        b'.' => is_float(text).then(|| text.parse().ok().map(Plain::Float)).flatten(),
        b'+' | b'-' | b'0'..=b'9' => resolve_number(text),
        _ => None,
    };
    number.unwrap_or_else(|| Plain::Str(text.to_owned()))
}

fn resolve_number(text: &str) -> Option<Plain> {
    if let Some(time) = crate::time::timestamp(text) {
        return Some(Plain::Timestamp(time));
    }
    let plain = text.replace('_', "");
    if let Some(integer) = integer(&plain) {
        return Some(integer);
    }
    is_float(&plain).then(|| plain.parse().ok().map(Plain::Float)).flatten()
}

/// An integer as Go's `ParseInt` reads it with base 0: `0x`, `0b`, `0o` and a leading `0` say the base.
fn integer(plain: &str) -> Option<Plain> {
    let (negative, digits) = match plain.as_bytes().first()? {
        b'-' => (true, &plain[1..]),
        b'+' => (false, &plain[1..]),
        _ => (false, plain),
    };
    let lower = digits.get(..2).unwrap_or_default().to_ascii_lowercase();
    let (radix, digits) = match lower.as_str() {
        "0x" => (16, &digits[2..]),
        "0b" => (2, &digits[2..]),
        "0o" => (8, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    // Rust would take another sign here.
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let size = u64::from_str_radix(digits, radix).ok()?;
    match (negative, i64::try_from(size)) {
        (false, Ok(number)) => Some(Plain::Int(number)),
        (false, Err(_)) => Some(Plain::Unsigned(size)),
        (true, Ok(number)) => Some(Plain::Int(-number)),
        (true, Err(_)) => (size == 1 << 63).then_some(Plain::Int(i64::MIN)),
    }
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_mantissa = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let has_exponent = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    has_mantissa && has_exponent
}

/// Whether Kubernetes' reader (go-yaml v2) would take a plain text for something else than a string.
pub(crate) fn is_other_to_kubernetes(text: &str) -> bool {
    let limits = kube_model::yaml::Limits::default();
    !text.is_empty()
        && !text.contains('\n')
        && kube_model::yaml::parse(text, &limits)
            .ok()
            .and_then(|documents| {
                let document = documents.first()?;
                kube_model::yaml::to_value(document, &document.root, &limits).ok()
            })
            .is_some_and(|value| !value.is_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_scalars_are_what_go_yaml_v3_makes_of_them() {
        // From `kubectl kustomize` 5.7.1 over a ConfigMap with these values.
        for (text, expected) in [
            ("yes", json!("yes")),
            ("2001-01-01", json!("2001-01-01T00:00:00Z")),
            ("0644", json!(420)),
            ("0o17", json!(15)),
            ("1.50", json!(1.5)),
            ("1e3", json!(1000)),
            ("123456789012345678901234567890", json!(1.2345678901234568e29)),
            ("0x1f", json!(31)),
            ("1_000", json!(1000)),
            ("08", json!(8)),
            ("~", json!(null)),
            ("12:30:45", json!("12:30:45")),
        ] {
            assert_eq!(Scalar::plain(text, Tag::Unset).value(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_not_of_its_type_has_no_value() {
        assert_eq!(Scalar::plain("abc", Tag::Int).value(), None);
        assert_eq!(Scalar::plain("abc", Tag::Str).value(), Some(json!("abc")));
        // A number that replaced a quoted text stays in its quotes.
        let quoted = Scalar { quoted: true, ..Scalar::plain("3", Tag::Int) };
        assert_eq!(quoted.value(), Some(json!("3")));
    }
}
