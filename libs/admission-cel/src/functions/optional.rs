//! Optional values.

use super::Call;
use crate::fault::{Evaluated, Fault};
use crate::value::Val;

pub(super) fn call(call: &Call<'_>) -> Option<Evaluated> {
    Some(match (call.name, call.target, call.args) {
        ("optional.none", None, []) => Ok(Val::Optional(None)),
        ("optional.of", None, [value]) => Ok(Val::some(value.clone())),
        ("optional.ofNonZeroValue", None, [value]) if is_zero(value) => Ok(Val::Optional(None)),
        ("optional.ofNonZeroValue", None, [value]) => Ok(Val::some(value.clone())),
        ("hasValue", Some(Val::Optional(inner)), []) => Ok(Val::Bool(inner.is_some())),
        ("value", Some(Val::Optional(Some(inner))), []) => Ok((**inner).clone()),
        ("value", Some(Val::Optional(None)), []) => Fault::error("optional.none() dereference"),
        // Those with a value are answered before their argument is evaluated.
        ("or" | "orValue", Some(Val::Optional(None)), [other]) => Ok(other.clone()),
        _ => return None,
    })
}

fn is_zero(value: &Val) -> bool {
    match value {
        Val::Null
        | Val::Bool(false)
        | Val::Int(0)
        | Val::Uint(0)
        | Val::Optional(None)
        | Val::Duration(0) => true,
        Val::Double(number) => *number == 0.0,
        Val::Text(text) => text.is_empty(),
        Val::Bytes(bytes) => bytes.is_empty(),
        Val::List(items) => items.is_empty(),
        Val::Map(fields) => fields.is_empty(),
        _ => false,
    }
}
