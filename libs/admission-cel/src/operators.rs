//! Arithmetic, comparison, membership.

use std::cmp::Ordering;
use std::rc::Rc;

use cel::common::ast::operators as op;

use crate::fault::{Evaluated, Fault};
use crate::steps::Steps;
use crate::value::{Key, Val};

const ARITHMETIC: [&str; 5] = [op::ADD, op::SUBSTRACT, op::MULTIPLY, op::DIVIDE, op::MODULO];
const ORDER: [&str; 4] = [op::LESS, op::LESS_EQUALS, op::GREATER, op::GREATER_EQUALS];

pub(crate) fn is_operator(name: &str) -> bool {
    ARITHMETIC.contains(&name) || ORDER.contains(&name)
}

/// `one OP two`.
pub(crate) fn binary(name: &str, one: Val, two: Val, steps: &Steps) -> Evaluated {
    if ORDER.contains(&name) {
        let order = one.order(&two, steps)?;
        return Ok(Val::Bool(match name {
            op::LESS => order == Some(Ordering::Less),
            op::LESS_EQUALS => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            op::GREATER => order == Some(Ordering::Greater),
            _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }));
    }
    match (one, two) {
        (Val::Int(one), Val::Int(two)) => int(name, one, two),
        (Val::Uint(one), Val::Uint(two)) => uint(name, one, two),
        (Val::Double(one), Val::Double(two)) => double(name, one, two),
        (Val::Text(one), Val::Text(two)) if name == op::ADD => {
            steps.text(one.len() + two.len())?;
            Ok(Val::text([&*one, &*two].concat()))
        }
        (Val::Bytes(one), Val::Bytes(two)) if name == op::ADD => {
            steps.text(one.len() + two.len())?;
            Ok(Val::Bytes(Rc::from([&*one, &*two].concat())))
        }
        (Val::List(one), Val::List(two)) if name == op::ADD => {
            steps.take(one.len() + two.len())?;
            Ok(Val::list(one.iter().chain(two.iter()).cloned().collect()))
        }
        (one, two) => times(name, &one, &two),
    }
}

fn int(name: &str, one: i64, two: i64) -> Evaluated {
    let value = match name {
        op::ADD => one.checked_add(two),
        op::SUBSTRACT => one.checked_sub(two),
        op::MULTIPLY => one.checked_mul(two),
        op::DIVIDE if two == 0 => return Fault::error("division by zero"),
        op::DIVIDE => one.checked_div(two),
        _ if two == 0 => return Fault::error("modulus by zero"),
        _ => one.checked_rem(two),
    };
    value.map_or_else(|| Fault::error("integer overflow"), |value| Ok(Val::Int(value)))
}

fn uint(name: &str, one: u64, two: u64) -> Evaluated {
    let value = match name {
        op::ADD => one.checked_add(two),
        op::SUBSTRACT => one.checked_sub(two),
        op::MULTIPLY => one.checked_mul(two),
        op::DIVIDE if two == 0 => return Fault::error("division by zero"),
        op::DIVIDE => one.checked_div(two),
        _ if two == 0 => return Fault::error("modulus by zero"),
        _ => one.checked_rem(two),
    };
    value.map_or_else(|| Fault::error("unsigned integer overflow"), |value| Ok(Val::Uint(value)))
}

fn double(name: &str, one: f64, two: f64) -> Evaluated {
    Ok(Val::Double(match name {
        op::ADD => one + two,
        op::SUBSTRACT => one - two,
        op::MULTIPLY => one * two,
        op::DIVIDE => one / two,
        _ => return Fault::overload(),
    }))
}

/// Timestamps and durations.
fn times(name: &str, one: &Val, two: &Val) -> Evaluated {
    let overflow = || Fault::error("timestamp overflow");
    match (name, one, two) {
        (op::ADD, Val::Duration(one), Val::Duration(two)) => Ok(Val::Duration(one.saturating_add(*two))),
        (op::SUBSTRACT, Val::Duration(one), Val::Duration(two)) => {
            Ok(Val::Duration(one.saturating_sub(*two)))
        }
        (op::ADD, Val::Timestamp(at), Val::Duration(by))
        | (op::ADD, Val::Duration(by), Val::Timestamp(at)) => {
            crate::functions::times::later(*at, *by).map_or_else(overflow, |at| Ok(Val::Timestamp(at)))
        }
        (op::SUBSTRACT, Val::Timestamp(at), Val::Duration(by)) => {
            crate::functions::times::later(*at, -*by).map_or_else(overflow, |at| Ok(Val::Timestamp(at)))
        }
        (op::SUBSTRACT, Val::Timestamp(one), Val::Timestamp(two)) => {
            Ok(Val::Duration(one.unix_timestamp_nanos() - two.unix_timestamp_nanos()))
        }
        _ => Fault::overload(),
    }
}

pub(crate) fn negate(value: Val) -> Evaluated {
    match value {
        Val::Int(number) => number
            .checked_neg()
            .map_or_else(|| Fault::error("integer overflow"), |number| Ok(Val::Int(number))),
        Val::Double(number) => Ok(Val::Double(-number)),
        Val::Duration(nanos) => Ok(Val::Duration(-nanos)),
        _ => Fault::overload(),
    }
}

/// `one in two`.
pub(crate) fn is_in(one: &Val, two: &Val, steps: &Steps) -> Evaluated {
    match two {
        Val::Map(fields) => Ok(Val::Bool(fields.contains_key(&Key::of(one)?))),
        Val::List(items) => {
            let mut fault = None;
            for item in items.iter() {
                match one.equals(item, steps) {
                    Ok(true) => return Ok(Val::Bool(true)),
                    Ok(false) => {}
                    Err(Fault::Steps) => return Err(Fault::Steps),
                    Err(new) => fault = Some(new),
                }
            }
            fault.map_or(Ok(Val::Bool(false)), Err)
        }
        _ => Fault::overload(),
    }
}

/// The element of a list or of a map; inside, the error that its absence is.
pub(crate) fn element(of: &Val, at: &Val) -> Evaluated<Result<Val, String>> {
    match of {
        Val::List(items) => {
            let Key::Int(at) = Key::of(at)? else { return Fault::overload() };
            let found = usize::try_from(at).ok().and_then(|at| items.get(at)).cloned();
            Ok(found.ok_or_else(|| format!("index out of bounds: {at}")))
        }
        Val::Map(fields) => {
            let key = Key::of(at)?;
            Ok(fields.get(&key).cloned().ok_or_else(|| format!("no such key: {key}")))
        }
        _ => Fault::overload(),
    }
}
