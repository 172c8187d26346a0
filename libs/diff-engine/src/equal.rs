//! When two values that are written differently mean the same.

use kube_model::{Path, Quantity};
use serde_json::Value;

/// Whether two values at one path mean the same: equal, or equal as quantities where the path holds one.
#[must_use]
pub fn equal(path: &Path, one: &Value, other: &Value) -> bool {
    one == other || (holds_quantity(path) && equal_quantities(one, other))
}

fn equal_quantities(one: &Value, other: &Value) -> bool {
    matches!((Quantity::of(one), Quantity::of(other)), (Ok(one), Ok(other)) if one == other)
}

/// The fields of Kubernetes' API whose type is a quantity.
fn holds_quantity(path: &Path) -> bool {
    let mut keys = path.segments().iter().rev().filter_map(|segment| match segment {
        kube_model::Segment::Key(key) => Some(key.as_str()),
        _ => None,
    });
    let (last, parent) = (keys.next().unwrap_or_default(), keys.next().unwrap_or_default());
    matches!(
        parent,
        "requests" | "limits" | "hard" | "capacity" | "overhead" | "default" | "defaultRequest" | "podFixed"
    ) || matches!(last, "sizeLimit" | "averageValue")
}
