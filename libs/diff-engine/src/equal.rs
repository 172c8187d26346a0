//! When two values that are written differently mean the same.

use kube_model::schema::{Field, Scalar, Schema};
use kube_model::{Path, Quantity, Segment};
use serde_json::Value;

/// Whether two values at one path mean the same: equal, or equal as quantities where the path holds one.
#[must_use]
pub fn equal(schema: Schema<'_>, path: &Path, one: &Value, other: &Value) -> bool {
    one == other || (holds_quantity(schema, path) && equal_quantities(one, other))
}

fn equal_quantities(one: &Value, other: &Value) -> bool {
    matches!((Quantity::of(one), Quantity::of(other)), (Ok(one), Ok(other)) if one == other)
}

/// By the schema where it knows the field; where it knows nothing, the names that a pod's fields have.
fn holds_quantity(schema: Schema<'_>, path: &Path) -> bool {
    match schema.field(path.segments()).and_then(Field::scalar) {
        Some(scalar) if scalar != Scalar::Any => return scalar == Scalar::Quantity,
        _ => {}
    }
    let mut keys = path.segments().iter().rev().filter_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        _ => None,
    });
    let (last, parent) = (keys.next().unwrap_or_default(), keys.next().unwrap_or_default());
    let of_pod = matches!(parent, "requests" | "limits" | "overhead") || last == "sizeLimit";
    of_pod && !schema.is_built_in()
}
