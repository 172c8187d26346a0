//! Lists: `isSorted`, `sum`, `min`, `max`, `indexOf`, `lastIndexOf`.

use std::cmp::Ordering;

use cel::common::ast::operators::ADD;

use super::Call;
use crate::fault::{Evaluated, Fault};
use crate::operators::binary;
use crate::value::Val;

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    let Some(Val::List(items)) = call.target else { return None };
    if let Err(fault) = call.steps.take(items.len()) {
        return Some(Err(fault));
    }
    Some(match (call.name, call.args) {
        ("isSorted", []) => is_sorted(call, items),
        ("sum", []) => sum(call, items),
        ("min", []) => extreme(call, items, Ordering::Less),
        ("max", []) => extreme(call, items, Ordering::Greater),
        ("indexOf", [value]) => index(call, items.iter().enumerate(), value),
        ("lastIndexOf", [value]) => index(call, items.iter().enumerate().rev(), value),
        _ => return None,
    })
}

fn is_sorted(call: &Call<'_>, items: &[Val]) -> Evaluated {
    for pair in items.windows(2) {
        if pair[0].order(&pair[1], call.steps)? == Some(Ordering::Greater) {
            return Ok(Val::Bool(false));
        }
    }
    Ok(Val::Bool(true))
}

/// Of nothing 0: which type of nothing it is is not known without types.
fn sum(call: &Call<'_>, items: &[Val]) -> Evaluated {
    let mut items = items.iter().cloned();
    let Some(first) = items.next() else { return Ok(Val::Int(0)) };
    items.try_fold(first.known()?, |sum, item| binary(ADD, sum, item.known()?, call.steps))
}

fn extreme(call: &Call<'_>, items: &[Val], wanted: Ordering) -> Evaluated {
    let [first, rest @ ..] = items else {
        let name = call.name;
        return Fault::error(format!("{name} called on empty list"));
    };
    let mut best = first;
    for item in rest {
        if item.order(best, call.steps)? == Some(wanted) {
            best = item;
        }
    }
    best.clone().known()
}

fn index<'v>(call: &Call<'_>, items: impl Iterator<Item = (usize, &'v Val)>, value: &Val) -> Evaluated {
    for (at, item) in items {
        if item.equals(value, call.steps)? {
            return Ok(Val::int(at));
        }
    }
    Ok(Val::Int(-1))
}
