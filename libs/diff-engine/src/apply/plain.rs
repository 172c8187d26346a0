//! Changes that need no prediction: one value in the place of another, on which nothing else depends. Most are.

use kube_model::schema::{Field, Scalar, Schema};
use kube_model::{Object, Quantity};
use serde_json::Value;

use crate::compare::{Comparison, Difference};
use crate::normal::decides_a_default;

/// Whether what differs in writing is what changes: defaults depend on none of it, and the server keeps it as it is.
pub(super) fn is_plain(schema: Schema<'_>, before: &Object, after: &Object, written: &Comparison) -> bool {
    if schema.root(&after.api_version).is_none() {
        return true;
    }
    let secret = after.key.kind == "Secret" && after.key.group.is_empty();
    !secret
        && before.api_version == after.api_version
        && written.differences.iter().all(|one| is_one_for_another(schema, one))
}

fn is_one_for_another(schema: Schema<'_>, difference: &Difference) -> bool {
    let (Some(before), Some(after)) = (&difference.before, &difference.after) else { return false };
    let decides = difference.path.last_key().is_none_or(decides_a_default);
    !decides && [before, after].into_iter().all(|value| is_kept(schema, difference, value))
}

/// Whether the server keeps a value in the form that it is written in: nothing empty, no amount that it rounds.
fn is_kept(schema: Schema<'_>, difference: &Difference, value: &Value) -> bool {
    const MILLI: i128 = 1_000_000;
    let quantity = || {
        let field = schema.field(difference.path.segments()).and_then(Field::scalar);
        field == Some(Scalar::Quantity)
    };
    match value {
        Value::String(text) => {
            !text.is_empty()
                && (!quantity() || Quantity::of(value).is_ok_and(|amount| amount.nanos() % MILLI == 0))
        }
        Value::Number(number) => number.as_f64() != Some(0.0) && !quantity(),
        Value::Bool(value) => *value,
        _ => false,
    }
}
