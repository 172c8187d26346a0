//! Quantities, as `k8s.io/apimachinery/pkg/api/resource` parses them.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

const NANO: i128 = 1_000_000_000;

/// An exact amount, to the nano-unit (`1`, `500m`, `1.5Gi`, `2e3`). What is finer is rounded up, as
/// Kubernetes does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Quantity(i128);

/// A text that is no quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a quantity: {why}")]
pub struct QuantityError {
    /// The text.
    pub text: String,
    why: &'static str,
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From nano-units.
    #[must_use]
    pub fn from_nanos(nanos: i128) -> Self {
        Self(nanos)
    }

    /// In nano-units: a core is 10⁹, a byte is 10⁹.
    #[must_use]
    pub fn nanos(self) -> i128 {
        self.0
    }

    /// The quantity in a manifest: a text or a number.
    ///
    /// # Errors
    /// When it is neither, or no quantity.
    pub fn of(value: &Value) -> Result<Self, QuantityError> {
        match value {
            Value::String(text) => text.parse(),
            Value::Number(number) => number.to_string().parse(),
            other => Err(QuantityError { text: other.to_string(), why: "expected a text or a number" }),
        }
    }
}

impl fmt::Display for Quantity {
    /// As a plain decimal number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, nanos) =
            (self.0.unsigned_abs() / NANO.unsigned_abs(), self.0.unsigned_abs() % NANO.unsigned_abs());
        if nanos == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{nanos:09}");
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

/// The scale that a suffix stands for: a factor, and a power of ten.
fn suffix_scale(suffix: &str) -> Option<(i128, i32)> {
    Some(match suffix {
        "" => (1, 0),
        "n" => (1, -9),
        "u" => (1, -6),
        "m" => (1, -3),
        "k" => (1, 3),
        "M" => (1, 6),
        "G" => (1, 9),
        "T" => (1, 12),
        "P" => (1, 15),
        "E" => (1, 18),
        "Ki" => (1 << 10, 0),
        "Mi" => (1 << 20, 0),
        "Gi" => (1 << 30, 0),
        "Ti" => (1 << 40, 0),
        "Pi" => (1 << 50, 0),
        "Ei" => (1 << 60, 0),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            (1, exponent.parse().ok()?)
        }
    })
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let fail = |why| QuantityError { text: text.to_owned(), why };
        let (negative, unsigned) = match text.as_bytes().first() {
            None => return Err(fail("it is empty")),
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return Err(fail("it does not start with a number"));
        }
        let (factor, power) =
            suffix_scale(suffix).ok_or_else(|| fail("its suffix is not one of Kubernetes'"))?;
        let too_large = || fail("it is larger than Kubernetes can hold (2^63-1)");
        let magnitude = scale(whole, fraction, factor, power).ok_or_else(too_large)?;
        if magnitude > i128::from(i64::MAX) * NANO {
            return Err(too_large());
        }
        Ok(Self(if negative { -magnitude } else { magnitude }))
    }
}

/// The digits × factor × 10^power in nano-units, rounded up.
fn scale(whole: &str, fraction: &str, factor: i128, power: i32) -> Option<i128> {
    let digits = format!("{whole}{}", fraction.trim_end_matches('0'));
    let digits = digits.trim_start_matches('0');
    let value: i128 = if digits.is_empty() { return Some(0) } else { digits.parse().ok()? };
    let value = value.checked_mul(factor)?;
    let fraction_digits = i32::try_from(fraction.trim_end_matches('0').len()).ok()?;
    let exponent = power.checked_add(9)?.checked_sub(fraction_digits)?;
    let ten_to = |power: u32| 10_i128.checked_pow(power);
    match u32::try_from(exponent) {
        Ok(up) => value.checked_mul(ten_to(up)?),
        // Below a nano-unit: 10^38 is the largest power, and what is smaller than that rounds up to one.
        Err(_) => Some(
            ten_to(exponent.unsigned_abs())
                .map_or(1, |divisor| value / divisor + i128::from(value % divisor != 0)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: `quantity_test.go` of k8s.io/apimachinery, and the suffixes' definitions.
    #[test]
    fn quantities_parse_as_in_kubernetes() {
        for (text, nanos) in [
            ("0", 0),
            ("1", NANO),
            ("-1", -NANO),
            ("+1", NANO),
            ("100m", NANO / 10),
            ("1.5", NANO * 3 / 2),
            (".5", NANO / 2),
            ("5.", NANO * 5),
            ("1Ki", 1024 * NANO),
            ("1Mi", 1_048_576 * NANO),
            ("1.5Gi", 1_610_612_736 * NANO),
            ("1k", 1000 * NANO),
            ("1e3", 1000 * NANO),
            ("1E3", 1000 * NANO),
            ("1E", 1_000_000_000_000_000_000 * NANO),
            ("1e-3", NANO / 1000),
            ("1n", 1),
            ("0.1n", 1),
            ("1.1u", 1100),
            ("12.1e-10", 2),
            ("0.0000000001", 1),
        ] {
            assert_eq!(text.parse::<Quantity>().map(Quantity::nanos), Ok(nanos), "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", ".", "1.1.1", "Mi", "1mi", "1 Gi", "1GiB", "--1", "1K", "0x10", "1e", "16Ei", "1e30"]
        {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }

    #[test]
    fn equal_amounts_are_equal() {
        let of = |text: &str| text.parse::<Quantity>().unwrap();
        assert_eq!(of("1000m"), of("1"));
        assert_eq!(of("1Gi"), of("1024Mi"));
        assert_eq!(of("0.5").to_string(), "0.5");
        assert_eq!(of("1Ki").to_string(), "1024");
    }
}
