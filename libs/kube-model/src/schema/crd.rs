//! The structural schemas of CustomResourceDefinitions.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::CustomKind;
use super::table;
use super::types::{Declared, FieldType, Fields, ListKey, ListType, Scalar, TypeRef};
use crate::object::Object;

/// How Kubernetes' code generator writes a quantity (`resource.Quantity` in controller-gen's known types).
const QUANTITY_PATTERN: &str = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)";

/// How the Gateway API (GEP-2257) and Flux write a length of time, which Go's `time.ParseDuration` reads.
const DURATION_PATTERNS: [&str; 3] = [
    r"^([0-9]{1,5}(h|m|s|ms)){1,4}$",
    r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$",
    r"^([0-9]+(\.[0-9]+)?(ms|s|m))+$",
];

/// The group, kind and schema that a CustomResourceDefinition defines; none for other objects.
pub(super) fn read(object: &Object) -> Option<((String, String), CustomKind)> {
    if object.key.kind != "CustomResourceDefinition" || object.key.group != "apiextensions.k8s.io" {
        return None;
    }
    let text = |keys: &[&str]| object.text(keys).map(str::to_owned);
    let id = (text(&["spec", "group"])?, text(&["spec", "names", "kind"])?);
    let namespaced = object.text(&["spec", "scope"]) != Some("Cluster");
    let mut versions: Vec<&Value> =
        object.at(&["spec", "versions"]).and_then(Value::as_array).into_iter().flatten().collect();
    versions.sort_by_key(|version| version.get("storage") != Some(&Value::Bool(true)));
    let of_version = versions.iter().filter_map(|version| Some((name(version), version.get("schema")?)));
    let shared = object.at(&["spec", "validation"]).map(|schema| ("", schema));
    let roots = of_version.chain(shared).filter_map(|(version, schema)| {
        Some((version.to_owned(), Arc::new(root(schema.get("openAPIV3Schema")?))))
    });
    Some((id, CustomKind { namespaced, roots: roots.collect() }))
}

fn name(version: &Value) -> &str {
    version.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn root(schema: &Value) -> Fields {
    let mut fields = declared(schema);
    fields.retain(|(name, _)| *name != "metadata");
    fields.extend(metadata());
    Fields::new(fields)
}

fn metadata() -> Option<(Cow<'static, str>, Declared)> {
    let of = FieldType::Object(TypeRef::Table(table::index_of("meta.v1.ObjectMeta")?));
    Some((Cow::Borrowed("metadata"), Declared { of, default: None }))
}

fn declared(schema: &Value) -> Vec<(Cow<'static, str>, Declared)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let declare = |(name, property): (&String, &Value)| {
        let declared = Declared { of: field_type(property), default: property.get("default").cloned() };
        (Cow::Owned(name.clone()), declared)
    };
    properties.into_iter().flatten().map(declare).collect()
}

fn field_type(schema: &Value) -> FieldType {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    if schema.get("x-kubernetes-int-or-string") == Some(&Value::Bool(true)) {
        let quantity = text("pattern").is_some_and(|pattern| pattern.starts_with(QUANTITY_PATTERN));
        return FieldType::Scalar(if quantity { Scalar::Quantity } else { Scalar::IntOrString });
    }
    let nothing = Value::Null;
    match (text("type"), text("format")) {
        (Some("array"), _) => {
            let items = schema.get("items").unwrap_or(&nothing);
            FieldType::List(list_type(schema, items), Box::new(field_type(items)))
        }
        (Some("object"), _) if schema.get("properties").is_some() => {
            FieldType::Object(TypeRef::Inline(Arc::new(Fields::new(declared(schema)))))
        }
        (Some("object"), _) if schema.get("additionalProperties").is_some_and(Value::is_object) => {
            FieldType::Map(Box::new(field_type(&schema["additionalProperties"])))
        }
        (Some("string"), Some("date-time")) => FieldType::Scalar(Scalar::Time),
        (Some("string"), Some("duration")) => FieldType::Scalar(Scalar::Duration),
        (Some("string"), None) if text("pattern").is_some_and(|one| DURATION_PATTERNS.contains(&one)) => {
            FieldType::Scalar(Scalar::Duration)
        }
        (Some("string"), Some("byte")) => FieldType::Scalar(Scalar::Byte),
        (Some("string"), _) => FieldType::Scalar(Scalar::String),
        (Some("integer"), _) => FieldType::Scalar(Scalar::Integer),
        (Some("number"), _) => FieldType::Scalar(Scalar::Number),
        (Some("boolean"), _) => FieldType::Scalar(Scalar::Boolean),
        _ => FieldType::Scalar(Scalar::Any),
    }
}

fn list_type(list: &Value, items: &Value) -> ListType {
    let keys = list.get("x-kubernetes-list-map-keys").and_then(Value::as_array);
    let key = |field: &str| {
        let default = items.get("properties").and_then(|properties| properties.get(field)?.get("default"));
        let default = default.map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        ListKey { field: Cow::Owned(field.to_owned()), default: default.map(Cow::Owned) }
    };
    match list.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("map") => ListType::Map(keys.into_iter().flatten().filter_map(Value::as_str).map(key).collect()),
        Some("set") => ListType::Set,
        Some("atomic") => ListType::Atomic,
        _ => ListType::Unmarked,
    }
}
