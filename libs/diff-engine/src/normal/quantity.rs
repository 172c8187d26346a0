//! The canonical form of a quantity (`Quantity.CanonicalizeBytes` of k8s.io/apimachinery/pkg/api/resource): no fraction, the
//! largest suffix that leaves none, in the format that it was written in.

use kube_model::Quantity;
use serde_json::Value;

const NANO: i128 = 1_000_000_000;
const MILLI: i128 = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    BinarySi,
    DecimalSi,
    DecimalExponent,
}

/// The canonical form of a text or number; none for what is no quantity.
pub(super) fn canonical(value: &Value) -> Option<String> {
    let nanos = Quantity::of(value).ok()?.nanos();
    Some(write(nanos, format_of(value)))
}

/// Amounts of resources are rounded up to a thousandth (`SetDefaults_ResourceList`).
pub(super) fn round_up_to_milli(value: &mut Value) {
    let Ok(quantity) = Quantity::of(value) else { return };
    let nanos = quantity.nanos();
    if nanos % MILLI != 0 {
        *value = Value::String(write((nanos.div_euclid(MILLI) + 1) * MILLI, format_of(value)));
    }
}

fn format_of(value: &Value) -> Format {
    let text = value.as_str().unwrap_or_default();
    let suffix = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-'));
    match suffix.as_bytes() {
        [_, b'i'] => Format::BinarySi,
        [b'e' | b'E', _, ..] => Format::DecimalExponent,
        _ => Format::DecimalSi,
    }
}

fn write(nanos: i128, format: Format) -> String {
    if nanos == 0 {
        return "0".to_owned();
    }
    // Small or broken amounts have no binary form.
    let binary = format == Format::BinarySi && nanos % NANO == 0 && nanos.abs() >= 1024 * NANO;
    match binary {
        true => binary_si(nanos / NANO),
        false => decimal(nanos, format),
    }
}

fn binary_si(mut number: i128) -> String {
    const SUFFIXES: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let mut power = 0;
    while number % 1024 == 0 && power + 1 < SUFFIXES.len() {
        number /= 1024;
        power += 1;
    }
    format!("{number}{}", SUFFIXES[power])
}

fn decimal(nanos: i128, format: Format) -> String {
    let (mut number, mut exponent) = (nanos, -9_i32);
    while number % 10 == 0 {
        number /= 10;
        exponent += 1;
    }
    while exponent.rem_euclid(3) != 0 || exponent > 18 {
        number *= 10;
        exponent -= 1;
    }
    let suffix = match (format, exponent) {
        (_, 0) => "",
        (Format::DecimalExponent, exponent) => return format!("{number}e{exponent}"),
        (_, -9) => "n",
        (_, -6) => "u",
        (_, -3) => "m",
        (_, 3) => "k",
        (_, 6) => "M",
        (_, 9) => "G",
        (_, 12) => "T",
        (_, 15) => "P",
        _ => "E",
    };
    format!("{number}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Expected values: `quantity_test.go` (TestQuantityString) of k8s.io/apimachinery, and by the rules on top of `quantity.go`.
    #[test]
    fn quantities_are_written_as_the_server_writes_them() {
        for (written, canonical_form) in [
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1.5", "1500m"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("1024", "1024"),
            ("1000", "1k"),
            ("1e3", "1e3"),
            ("1000e0", "1e3"),
            ("0", "0"),
            ("0Ki", "0"),
            ("1Ki", "1Ki"),
            ("0.5Ki", "512"),
            ("100m", "100m"),
            ("+1", "1"),
            ("1000000", "1M"),
            ("1E", "1E"),
            ("1500000u", "1500m"),
        ] {
            assert_eq!(canonical(&json!(written)).as_deref(), Some(canonical_form), "{written}");
        }
        assert_eq!(canonical(&json!(2)).as_deref(), Some("2"));
        assert_eq!(canonical(&json!(0.25)).as_deref(), Some("250m"));
        assert_eq!(canonical(&json!("a lot")), None);
    }

    #[test]
    fn amounts_of_resources_are_rounded_up_to_a_thousandth() {
        for (written, rounded) in [("1100u", "2m"), ("1m", "1m"), ("0.0001", "1m")] {
            let mut value = json!(written);
            round_up_to_milli(&mut value);
            assert_eq!(value, json!(rounded));
        }
    }
}
