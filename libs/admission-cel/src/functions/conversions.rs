//! From one type to another.

use std::rc::Rc;

use super::{Call, times};
use crate::fault::{Evaluated, Fault};
use crate::value::Val;

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    let (None, [value]) = (call.target, call.args) else { return None };
    Some(match call.name {
        "int" => int(value),
        "uint" => uint(value),
        "double" => double(value),
        "string" => text(value).map(Val::text),
        "bool" => truth(value),
        "bytes" => match value {
            Val::Bytes(_) => Ok(value.clone()),
            Val::Text(text) => Ok(Val::Bytes(Rc::from(text.as_bytes()))),
            _ => Fault::overload(),
        },
        "dyn" => Ok(value.clone()),
        "type" => Ok(Val::Type(Rc::from(value.type_name()))),
        _ => return None,
    })
}

fn int(value: &Val) -> Evaluated {
    let range = || Fault::error("integer overflow");
    match value {
        Val::Int(_) => Ok(value.clone()),
        Val::Uint(number) => i64::try_from(*number).map_or_else(|_| range(), |number| Ok(Val::Int(number))),
        // The bounds themselves are no int: cel-go refuses them, as rounding may have reached them.
        Val::Double(number) if number.is_finite() && number.abs() < 9_223_372_036_854_775_807.0 => {
            Ok(Val::Int(*number as i64))
        }
        Val::Double(_) => range(),
        Val::Text(text) => match text.parse() {
            Ok(number) => Ok(Val::Int(number)),
            Err(_) => Fault::error(format!("strconv.ParseInt: parsing {text:?}: invalid syntax")),
        },
        Val::Timestamp(at) => Ok(Val::Int(at.unix_timestamp())),
        Val::Duration(nanos) => i64::try_from(*nanos).map_or_else(|_| range(), |number| Ok(Val::Int(number))),
        _ => Fault::overload(),
    }
}

fn uint(value: &Val) -> Evaluated {
    let range = || Fault::error("unsigned integer overflow");
    match value {
        Val::Uint(_) => Ok(value.clone()),
        Val::Int(number) => u64::try_from(*number).map_or_else(|_| range(), |number| Ok(Val::Uint(number))),
        Val::Double(number) if *number >= 0.0 && *number < 18_446_744_073_709_551_615.0 => {
            Ok(Val::Uint(*number as u64))
        }
        Val::Double(_) => range(),
        Val::Text(text) => match text.parse() {
            Ok(number) => Ok(Val::Uint(number)),
            Err(_) => Fault::error(format!("strconv.ParseUint: parsing {text:?}: invalid syntax")),
        },
        _ => Fault::overload(),
    }
}

fn double(value: &Val) -> Evaluated {
    match value {
        Val::Double(_) => Ok(value.clone()),
        Val::Int(number) => Ok(Val::Double(*number as f64)),
        Val::Uint(number) => Ok(Val::Double(*number as f64)),
        Val::Text(text) => match text.parse() {
            Ok(number) => Ok(Val::Double(number)),
            Err(_) => Fault::error(format!("strconv.ParseFloat: parsing {text:?}: invalid syntax")),
        },
        _ => Fault::overload(),
    }
}

fn truth(value: &Val) -> Evaluated {
    match value {
        Val::Bool(_) => Ok(value.clone()),
        Val::Text(text) => match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Val::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Val::Bool(false)),
            other => Fault::error(format!("strconv.ParseBool: parsing {other:?}: invalid syntax")),
        },
        _ => Fault::overload(),
    }
}

/// `string(value)`.
pub(crate) fn text(value: &Val) -> Evaluated<String> {
    Ok(match value {
        Val::Text(text) => text.to_string(),
        Val::Bool(is) => is.to_string(),
        Val::Int(number) => number.to_string(),
        Val::Uint(number) => number.to_string(),
        Val::Double(number) => go_double(*number),
        Val::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Fault::error("invalid UTF-8 in bytes, cannot convert to string"),
        },
        Val::Duration(nanos) => times::duration_text(*nanos),
        Val::Timestamp(at) => times::timestamp_text(*at),
        Val::Ip(address) => address.to_string(),
        Val::Cidr(range) => range.to_string(),
        Val::Type(name) => name.to_string(),
        _ => return Fault::overload(),
    })
}

/// As Go's `strconv.FormatFloat(number, 'g', -1, 64)` writes a number.
pub(super) fn go_double(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() };
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..21).contains(&exponent) {
        return number.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}
