//! Kubernetes' quantities.

use std::cmp::Ordering;

use kube_model::Quantity;

use super::Call;
use crate::fault::{Evaluated, Fault};
use crate::value::Val;

const WHOLE: i128 = 1_000_000_000;

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    match (call.name, call.target, call.args) {
        ("quantity", None, [Val::Text(text)]) => Some(match text.parse() {
            Ok(quantity) => Ok(Val::Quantity(quantity)),
            Err(_) => Fault::error(
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ),
        }),
        ("quantity", None, _) => Some(Fault::overload()),
        ("isQuantity", None, [Val::Text(text)]) => Some(Ok(Val::Bool(text.parse::<Quantity>().is_ok()))),
        (name, Some(Val::Quantity(quantity)), args) => method(name, *quantity, args),
        _ => None,
    }
}

fn method(name: &str, quantity: Quantity, args: &[Val]) -> Option<Evaluated> {
    let whole =
        || (quantity.nanos() % WHOLE == 0).then(|| i64::try_from(quantity.nanos() / WHOLE).ok()).flatten();
    Some(match (name, args) {
        ("sign", []) => Ok(Val::Int(quantity.nanos().signum() as i64)),
        ("isInteger", []) => Ok(Val::Bool(whole().is_some())),
        ("asInteger", []) => whole()
            .map_or_else(|| Fault::error("cannot convert value to integer"), |number| Ok(Val::Int(number))),
        ("asApproximateFloat", []) => Ok(Val::Double(quantity.nanos() as f64 / 1e9)),
        ("add", [other]) => nanos(other).map(|other| sum(quantity.nanos(), other)),
        ("sub", [other]) => nanos(other).map(|other| sum(quantity.nanos(), -other)),
        ("compareTo", [Val::Quantity(other)]) => Ok(Val::Int(quantity.cmp(other) as i64)),
        ("isGreaterThan", [Val::Quantity(other)]) => Ok(Val::Bool(quantity.cmp(other) == Ordering::Greater)),
        ("isLessThan", [Val::Quantity(other)]) => Ok(Val::Bool(quantity.cmp(other) == Ordering::Less)),
        _ => return None,
    })
}

fn sum(one: i128, two: i128) -> Val {
    Val::Quantity(Quantity::from_nanos(one.saturating_add(two)))
}

fn nanos(value: &Val) -> Evaluated<i128> {
    match value {
        Val::Quantity(quantity) => Ok(quantity.nanos()),
        Val::Int(number) => Ok(i128::from(*number) * WHOLE),
        _ => Fault::overload(),
    }
}
