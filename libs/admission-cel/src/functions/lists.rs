//! Lists: `isSorted`, `sum`, `min`, `max`, `indexOf`, `lastIndexOf`, and those of the extended library.

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
        ("slice", [Val::Int(from), Val::Int(to)]) => slice(items, *from, *to),
        ("distinct", []) => distinct(call, items),
        ("reverse", []) => Ok(Val::list(items.iter().rev().cloned().collect())),
        ("flatten", []) => {
            let flat = items.iter().flat_map(|item| match item {
                Val::List(inner) => inner.to_vec(),
                other => vec![other.clone()],
            });
            Ok(Val::list(flat.collect()))
        }
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

fn slice(items: &[Val], from: i64, to: i64) -> Evaluated {
    let range =
        usize::try_from(from).ok().zip(usize::try_from(to).ok()).and_then(|(from, to)| items.get(from..to));
    match range {
        Some(range) => Ok(Val::list(range.to_vec())),
        None => Fault::error(format!("cannot slice({from}, {to}), list is length {}", items.len())),
    }
}

fn distinct(call: &Call<'_>, items: &[Val]) -> Evaluated {
    let mut kept: Vec<Val> = Vec::new();
    for item in items {
        let mut is_new = true;
        for one in &kept {
            is_new &= !one.equals(item, call.steps)?;
        }
        if is_new {
            kept.push(item.clone());
        }
    }
    Ok(Val::list(kept))
}
