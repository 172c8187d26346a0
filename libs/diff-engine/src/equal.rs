//! When two values that are written differently mean the same.

use kube_model::schema::{Field, Scalar, Schema};
use kube_model::{Path, Quantity, Segment};
use serde_json::Value;

use crate::duration;

/// Whether two values at one path mean the same: equal, or equal as quantities or lengths of time where the path holds one.
#[must_use]
pub fn equal(schema: Schema<'_>, path: &Path, one: &Value, other: &Value) -> bool {
    one == other || equal_amounts(schema, path, one, other).is_some()
}

/// What can be the same amount in other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    /// `1000m` and `1`.
    Quantity,
    /// `60s` and `1m`.
    Duration,
}

/// What two values that are written differently are the same amount of, where the path holds such amounts.
pub(crate) fn equal_amounts(schema: Schema<'_>, path: &Path, one: &Value, other: &Value) -> Option<Amount> {
    match holds(schema, path)? {
        Amount::Quantity => equal_quantities(one, other).then_some(Amount::Quantity),
        Amount::Duration => duration::equal(one, other).then_some(Amount::Duration),
    }
}

fn equal_quantities(one: &Value, other: &Value) -> bool {
    matches!((Quantity::of(one), Quantity::of(other)), (Ok(one), Ok(other)) if one == other)
}

/// By the schema where it knows the field; where it knows nothing, the names that a pod's fields have, and the fields of well-known
/// projects.
fn holds(schema: Schema<'_>, path: &Path) -> Option<Amount> {
    match schema.field(path.segments()).and_then(Field::scalar) {
        Some(Scalar::Quantity) => return Some(Amount::Quantity),
        Some(Scalar::Duration) => return Some(Amount::Duration),
        // The definitions of some projects call a length of time a text and no more.
        Some(Scalar::String) if !schema.is_built_in() => {}
        Some(scalar) if scalar != Scalar::Any => return None,
        _ if schema.is_built_in() => return None,
        _ if is_amount_of_pod(path) => return Some(Amount::Quantity),
        _ => {}
    }
    duration::is_well_known(schema, path).then_some(Amount::Duration)
}

fn is_amount_of_pod(path: &Path) -> bool {
    let mut keys = path.segments().iter().rev().filter_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        _ => None,
    });
    let (last, parent) = (keys.next().unwrap_or_default(), keys.next().unwrap_or_default());
    matches!(parent, "requests" | "limits" | "overhead") || last == "sizeLimit"
}
