//! A price as it stands in a file, read exactly.

use rust_decimal::Decimal;

/// The number in `text` (as JSON writes numbers: `0.031611`, `5.479452e-05`), exactly; never through a float.
///
/// # Errors
/// When it is no such number, or has more digits than can be kept (28).
pub fn parse(text: &str) -> Result<Decimal, &'static str> {
    const NOT_A_NUMBER: &str = "is not a decimal number";
    const TOO_LONG: &str = "has more digits than can be kept exactly (28)";
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| NOT_A_NUMBER)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err(NOT_A_NUMBER);
    }
    let mut value = Decimal::from_str_exact(mantissa).map_err(|_| TOO_LONG)?.normalize();
    if exponent < 0 && !value.is_zero() {
        let scale = value.scale().checked_add(exponent.unsigned_abs()).ok_or(TOO_LONG)?;
        value.set_scale(scale).map_err(|_| TOO_LONG)?;
    } else if !value.is_zero() {
        for _ in 0..exponent {
            value = value.checked_mul(Decimal::TEN).ok_or(TOO_LONG)?;
        }
    }
    if text.starts_with('-') {
        value.set_sign_negative(!value.is_zero());
    }
    Ok(value.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly() {
        for (text, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("0.031611", "0.031611"),
            ("5.479452e-05", "0.00005479452"),
            ("5.479452E-5", "0.00005479452"),
            ("1.5e3", "1500"),
            ("0e99", "0"),
            ("-1.25", "-1.25"),
            ("0.1000000000000000055511151231", "0.1000000000000000055511151231"),
            ("1.10", "1.1"),
        ] {
            assert_eq!(parse(text).map(|value| value.to_string()).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_kept_exactly_is_refused() {
        for text in [
            "",
            "-",
            ".5",
            "5.",
            "1e",
            "1e1.5",
            "0x10",
            "1_000",
            "1,5",
            " 1",
            "NaN",
            "Infinity",
            "--1",
            "0.12345678901234567890123456789",
            "1e-40",
            "1e40",
            "1e2147483647",
            "1e-2147483648",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
