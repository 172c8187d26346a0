//! Money as the API shows it: hundredths of the unit, rounded half to even.

use serde_json::Number;

/// Micro-units as a number with at most two decimals.
pub(crate) fn hundredths(micros: i64) -> Number {
    let (whole, rest) = (micros.div_euclid(10_000), micros.rem_euclid(10_000));
    let up = rest > 5_000 || rest == 5_000 && whole.rem_euclid(2) == 1;
    let hundredths = whole + i64::from(up);
    let sign = if hundredths < 0 { "-" } else { "" };
    let (units, cents) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    // Such a text is always a number.
    format!("{sign}{units}.{cents:02}").parse().unwrap_or_else(|_| Number::from(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn micro_units_are_rounded_half_to_even() {
        let cases = [
            (58_610_000, "58.61"),
            (-58_610_000, "-58.61"),
            (5_000, "0.0"),
            (15_000, "0.02"),
            (5_001, "0.01"),
            (-5_000, "0.0"),
            (-15_000, "-0.02"),
            (0, "0.0"),
            (i64::MAX, "9223372036854.78"),
        ];
        for (micros, shown) in cases {
            assert_eq!(hundredths(micros).to_string(), shown, "{micros}");
        }
    }
}
