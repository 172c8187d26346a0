//! Lists as sets.

use super::Call;
use crate::fault::Evaluated;
use crate::value::Val;

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    let (None, [Val::List(one), Val::List(two)]) = (call.target, call.args) else { return None };
    let answer = match call.name {
        "sets.contains" => contains(call, one, two),
        "sets.equivalent" => contains(call, one, two).and_then(|is| Ok(is && contains(call, two, one)?)),
        "sets.intersects" => intersects(call, one, two),
        _ => return None,
    };
    Some(answer.map(Val::Bool))
}

fn is_among(call: &Call<'_>, value: &Val, items: &[Val]) -> Evaluated<bool> {
    for item in items {
        if item.equals(value, call.steps)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn contains(call: &Call<'_>, all: &[Val], some: &[Val]) -> Evaluated<bool> {
    for value in some {
        if !is_among(call, value, all)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn intersects(call: &Call<'_>, one: &[Val], two: &[Val]) -> Evaluated<bool> {
    for value in one {
        if is_among(call, value, two)? {
            return Ok(true);
        }
    }
    Ok(false)
}
