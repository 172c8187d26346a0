//! What decoding into Go's types does to a value: empty things go, quantities get their canonical form.

use kube_model::schema::{FieldType, Scalar, TypeRef};
use serde_json::{Map, Value};

use super::quantity;
use super::table;

/// Decodes an object of a type, in place.
pub(super) fn object(object: &mut Map<String, Value>, of: &TypeRef) {
    let built_in = of.name().is_some();
    let row = table::of_type(of);
    for (name, value) in &mut *object {
        if let Some(field) = of.field(name) {
            field_value(value, field.field_type, built_in);
        }
    }
    object.retain(|name, value| match of.field(name) {
        _ if value.is_null() => false,
        Some(field) if built_in => {
            !is_empty(value, field.field_type) && !row.is_some_and(|row| row.is_zero(name, value))
        }
        _ => true,
    });
}

/// Lists and mappings have no way to say that they are there and empty; `omitempty` leaves them out.
fn is_empty(value: &Value, of: &FieldType) -> bool {
    match (value, of) {
        (Value::Array(items), FieldType::List(..)) => items.is_empty(),
        (Value::Object(map), FieldType::Map(_)) => map.is_empty(),
        _ => false,
    }
}

/// Amounts of a custom resource are kept as they are written: no Go type is behind them.
fn field_value(value: &mut Value, of: &FieldType, built_in: bool) {
    match (value, of) {
        (Value::Object(fields), FieldType::Object(of)) => object(fields, of),
        (Value::Object(map), FieldType::Map(of)) => {
            map.values_mut().for_each(|value| field_value(value, of, built_in));
            if built_in && **of == FieldType::Scalar(Scalar::Quantity) {
                map.values_mut().for_each(quantity::round_up_to_milli);
            }
        }
        (Value::Array(items), FieldType::List(_, of)) => {
            items.iter_mut().for_each(|item| field_value(item, of, built_in))
        }
        (value, FieldType::Scalar(Scalar::Quantity)) if built_in => {
            if let Some(canonical) = quantity::canonical(value) {
                *value = Value::String(canonical);
            }
        }
        _ => {}
    }
}
