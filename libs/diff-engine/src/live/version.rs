//! A manifest that is written in another version of its API than the live object.
//!
//! `kubectl diff` asks the server for the live object in the manifest's version, and the server converts. Here what both versions
//! have is compared, in the live object's version; of what the manifest's version alone has it is said that it was not compared.

use std::sync::Arc;

use kube_model::schema::{FieldType, Schema, TypeRef};
use kube_model::{Object, Path, Segment};
use serde_json::{Map, Value, json};

/// The manifest in the live object's version, without the fields that this version does not have.
pub(super) fn in_version_of(schema: Schema<'_>, live: &Object, desired: &Object) -> Object {
    let mut object = desired.clone();
    if live.api_version == desired.api_version {
        return object;
    }
    let Value::Object(fields) = Arc::make_mut(&mut object.value) else { return object };
    if schema.kind() == "HorizontalPodAutoscaler" && live.api_version.ends_with("/v2") {
        utilization(fields);
    }
    fields.insert("apiVersion".to_owned(), live.api_version.as_str().into());
    if let Some((theirs, ours)) = roots(schema, live, desired) {
        keep_common(fields, &theirs, &ours);
    }
    object.api_version.clone_from(&live.api_version);
    object
}

/// Whether a difference is one of versions: `apiVersion` itself, and what the manifest's version alone has.
pub(super) fn differs(schema: Schema<'_>, live: &Object, desired: &Object, path: &Path) -> bool {
    if live.api_version == desired.api_version {
        return false;
    }
    if *path == Path::root().key("apiVersion") {
        return true;
    }
    let Some((mut theirs, mut ours)) = roots(schema, live, desired) else { return false };
    for segment in path.segments() {
        let Segment::Key(name) = segment else { continue };
        let Some(our) = ours.field(name).map(|field| inner(field.field_type).clone()) else { return false };
        let Some(their) = theirs.field(name).map(|field| inner(field.field_type).clone()) else {
            return true;
        };
        match (their, our) {
            (FieldType::Object(their), FieldType::Object(our)) => (theirs, ours) = (their, our),
            _ => return false,
        }
    }
    false
}

/// The type of the live object's version, and of the manifest's, where both are known.
fn roots(schema: Schema<'_>, live: &Object, desired: &Object) -> Option<(TypeRef, TypeRef)> {
    Some((schema.root_of_version(&live.api_version)?, schema.root_of_version(&desired.api_version)?))
}

fn keep_common(fields: &mut Map<String, Value>, theirs: &TypeRef, ours: &TypeRef) {
    fields.retain(|name, _| ours.field(name).is_none() || theirs.field(name).is_some());
    for (name, value) in fields {
        if let (Some(their), Some(our)) = (theirs.field(name), ours.field(name)) {
            keep_common_below(value, their.field_type, our.field_type);
        }
    }
}

fn keep_common_below(value: &mut Value, theirs: &FieldType, ours: &FieldType) {
    match (value, theirs, ours) {
        (Value::Object(fields), FieldType::Object(theirs), FieldType::Object(ours)) => {
            keep_common(fields, theirs, ours);
        }
        (Value::Object(map), FieldType::Map(theirs), FieldType::Map(ours)) => {
            map.values_mut().for_each(|value| keep_common_below(value, theirs, ours));
        }
        (Value::Array(items), FieldType::List(_, theirs), FieldType::List(_, ours)) => {
            items.iter_mut().for_each(|item| keep_common_below(item, theirs, ours));
        }
        _ => {}
    }
}

/// What a list holds.
fn inner(of: &FieldType) -> &FieldType {
    match of {
        FieldType::List(_, items) => inner(items),
        other => other,
    }
}

/// The one field of `autoscaling/v1` that `v2` says otherwise (`pkg/apis/autoscaling/v1/conversion.go`).
fn utilization(autoscaler: &mut Map<String, Value>) {
    let Some(Value::Object(spec)) = autoscaler.get_mut("spec") else { return };
    if let Some(percent) = spec.remove("targetCPUUtilizationPercentage") {
        let target = json!({"type": "Utilization", "averageUtilization": percent});
        spec.insert(
            "metrics".to_owned(),
            json!([{"type": "Resource", "resource": {"name": "cpu", "target": target}}]),
        );
    }
}
