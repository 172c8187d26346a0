//! `"%s of %d".format([a, b])`.

use std::rc::Rc;

use super::{Call, conversions, times};
use crate::fault::{Evaluated, Fault};
use crate::value::{Key, Val};

/// A format of Kubernetes' by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedFormat(pub(crate) Rc<str>);

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    let ("format", Some(Val::Text(format)), [Val::List(args)]) = (call.name, call.target, call.args) else {
        return None;
    };
    Some(formatted(call, format, args).map(Val::text))
}

fn formatted(call: &Call<'_>, format: &str, args: &[Val]) -> Evaluated<String> {
    let (mut out, mut args) = (String::new(), args.iter());
    let mut rest = format.chars().peekable();
    while let Some(sign) = rest.next() {
        if sign != '%' {
            out.push(sign);
            continue;
        }
        let mut digits = String::new();
        if rest.next_if_eq(&'.').is_some() {
            while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
        }
        let verb = match rest.next() {
            Some('%') => {
                out.push('%');
                continue;
            }
            Some(verb) => verb,
            None => return Fault::error("could not parse formatting clause: unexpected end of string"),
        };
        let Some(value) = args.next() else {
            return Fault::error("index 0 out of range");
        };
        let text = clause(verb, digits.parse().ok(), &value.clone().known()?, call)?;
        call.steps.text(text.len())?;
        out.push_str(&text);
    }
    Ok(out)
}

fn clause(verb: char, digits: Option<usize>, value: &Val, call: &Call<'_>) -> Evaluated<String> {
    let precision = digits.unwrap_or(6).min(100);
    Ok(match (verb, value) {
        ('s', value) => shown(value, call)?,
        ('d', Val::Int(number)) => number.to_string(),
        ('d', Val::Uint(number)) => number.to_string(),
        ('f', value) => format!("{:.precision$}", number(value)?),
        ('e', value) => exponent(&format!("{:.precision$e}", number(value)?)),
        ('b', Val::Bool(is)) => u8::from(*is).to_string(),
        ('b', value) => signed(value, |number| format!("{number:b}"))?,
        ('o', value) => signed(value, |number| format!("{number:o}"))?,
        ('x', Val::Text(text)) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ('X', Val::Text(text)) => text.bytes().map(|byte| format!("{byte:02X}")).collect(),
        ('x', Val::Bytes(bytes)) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        ('X', Val::Bytes(bytes)) => bytes.iter().map(|byte| format!("{byte:02X}")).collect(),
        ('x', value) => signed(value, |number| format!("{number:x}"))?,
        ('X', value) => signed(value, |number| format!("{number:X}"))?,
        (verb, _) => {
            return Fault::error(format!(
                "error during formatting: the clause %{verb} does not take this value"
            ));
        }
    })
}

fn number(value: &Val) -> Evaluated<f64> {
    match value {
        Val::Double(number) => Ok(*number),
        Val::Int(number) => Ok(*number as f64),
        Val::Uint(number) => Ok(*number as f64),
        _ => Fault::error("error during formatting: fixed-point clause can only be used on numbers"),
    }
}

fn signed(value: &Val, digits: impl Fn(u64) -> String) -> Evaluated<String> {
    match value {
        Val::Int(number) if *number < 0 => Ok(format!("-{}", digits(number.unsigned_abs()))),
        Val::Int(number) => Ok(digits(number.unsigned_abs())),
        Val::Uint(number) => Ok(digits(*number)),
        _ => Fault::error("error during formatting: only integers can be formatted so"),
    }
}

/// As the API server writes an exponent, in the form of its locale: `1.000500×10⁰³`.
fn exponent(text: &str) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(("", exponent), |exponent| ("⁻", exponent));
    let raised = |digit: char| RAISED[digit.to_digit(10).unwrap_or(0) as usize];
    let exponent: String = format!("{exponent:0>2}").chars().map(raised).collect();
    format!("{digits}×10{sign}{exponent}")
}

/// `%s`: as `ext.Strings` writes each type.
fn shown(value: &Val, call: &Call<'_>) -> Evaluated<String> {
    call.steps.take(1)?;
    Ok(match value.clone().known()? {
        Val::Null => "null".to_owned(),
        Val::Double(number) if number.is_nan() => "NaN".to_owned(),
        Val::Double(number) if number.is_infinite() => {
            if number > 0.0 {
                "Infinity".to_owned()
            } else {
                "-Infinity".to_owned()
            }
        }
        Val::List(items) => {
            let each: Evaluated<Vec<String>> = items.iter().map(|item| nested(item, call)).collect();
            format!("[{}]", each?.join(", "))
        }
        Val::Map(fields) => {
            let one = |(key, value): (&Key, &Val)| {
                Ok(format!("{}:{}", nested(&key.value(), call)?, nested(value, call)?))
            };
            let each: Evaluated<Vec<String>> = fields.iter().map(one).collect();
            format!("{{{}}}", each?.join(", "))
        }
        Val::Timestamp(at) => times::timestamp_text(at),
        Val::Duration(nanos) => times::duration_text(nanos),
        value => conversions::text(&value)?,
    })
}

/// Within a list or a map texts stand in quotes, and numbers with a fraction have six digits of it.
fn nested(value: &Val, call: &Call<'_>) -> Evaluated<String> {
    match value {
        Val::Text(text) => Ok(format!("{:?}", &**text)),
        Val::Double(number) if number.is_finite() => Ok(format!("{number:.6}")),
        other => shown(other, call),
    }
}
