//! Filling in what was left out.

use kube_model::schema::{FieldType, TypeRef};
use serde_json::{Map, Value};

use super::table::{self, Fill, Row, TypeRow};

/// Fills in an object of a type, in place: its own fields, then what is below.
pub(super) fn object(object: &mut Map<String, Value>, of: &TypeRef) {
    let known = table::of_type(of);
    for row in known.into_iter().flat_map(|known| &known.rows) {
        apply(row, object);
    }
    for (name, default) in of.defaults() {
        object.entry(name).or_insert_with(|| default.clone());
    }
    for (name, zero) in known.into_iter().flat_map(TypeRow::written) {
        object.entry(name).or_insert_with(|| zero.clone());
    }
    known.into_iter().flat_map(TypeRow::structs).for_each(|name| absent_struct(object, name, of));
    for (name, value) in object {
        if let Some(field) = of.field(name) {
            below(value, field.field_type);
        }
    }
}

/// A struct that was left out is there all the same, and has its defaults.
fn absent_struct(holder: &mut Map<String, Value>, name: &str, of: &TypeRef) {
    let (None, Some(FieldType::Object(of))) =
        (holder.get(name), of.field(name).map(|field| field.field_type))
    else {
        return;
    };
    let mut filled = Map::new();
    object(&mut filled, of);
    if !filled.is_empty() {
        holder.insert(name.to_owned(), Value::Object(filled));
    }
}

fn below(value: &mut Value, of: &FieldType) {
    match (value, of) {
        (Value::Object(fields), FieldType::Object(of)) => object(fields, of),
        (Value::Object(map), FieldType::Map(of)) => map.values_mut().for_each(|value| below(value, of)),
        (Value::Array(items), FieldType::List(_, of)) => items.iter_mut().for_each(|item| below(item, of)),
        _ => {}
    }
}

fn apply(row: &Row, object: &mut Map<String, Value>) {
    let current = table::at(object, &row.path);
    let value = match &row.fill {
        _ if !row.applies(object) => None,
        Fill::Constant(value) => current.is_none().then(|| value.clone()),
        Fill::Rule(rule) => rule.value(object, current),
    };
    if let Some(value) = value {
        set(object, &row.path, value);
    }
}

/// Sets a field, and makes what leads there. Where something else stands in the way nothing is set.
fn set(object: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [field] => {
            object.insert((*field).to_owned(), value);
        }
        [first, rest @ ..] => {
            let next = object.entry(*first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(next) = next {
                set(next, rest, value);
            }
        }
    }
}
