//! Numbers as Go writes them.

use serde_json::Number;

/// An integer in decimal; a float as `strconv.FormatFloat(value, 'g', -1, 64)`: the fewest digits that mean it, with an
/// exponent from 10^6 on and below 10^-4.
pub(super) fn text(number: &Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        None => number.to_string(),
        Some(value) => float(value),
    }
}

fn float(value: f64) -> String {
    // Rust, as Go, finds the fewest digits.
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(-4..6) | Err(_) => value.to_string(),
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
    }
}
