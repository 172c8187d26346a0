//! An object as the API server would keep it.
//!
//! The server decodes an object into Go's types (what is empty is gone, quantities get their canonical form) and fills in
//! defaults. [`normalise`] does the same, so that two ways of writing one object become one value.

#[cfg(test)]
pub(crate) mod answers;
mod decode;
mod fill;
mod quantity;
mod rules;
mod table;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use kube_model::is_mark;
use kube_model::schema::Schema;
use serde_json::{Map, Value};

/// Whether the value of a field of this name decides whether another has a default.
pub(crate) fn decides_a_default(field: &str) -> bool {
    table::deciding_fields().contains(field)
}

/// An object of this kind and `apiVersion` as the API server keeps it: what it was written as, decoded, with the defaults that
/// depend on nothing but the object. Of a custom resource these are its definition's. Kinds that no schema is known of stay
/// as they are. Applied twice it changes nothing.
///
/// Its source is Kubernetes 1.34 (`pkg/apis/*/defaults.go`, `staging/src/k8s.io/api/*/types.go`).
#[must_use]
pub fn normalise(schema: Schema<'_>, api_version: &str, value: &Value) -> Value {
    let mut value = value.clone();
    if let (Some(root), Value::Object(object)) = (schema.root(api_version), &mut value) {
        secret_texts(schema, object);
        decode::object(object, &root);
        fill::object(object, &root);
    }
    value
}

/// A Secret's `stringData` is written to `data` and not kept (`pkg/apis/core/v1/conversion.go`). Of a masked Secret the marks
/// move: they are equal for equal bytes in both.
fn secret_texts(schema: Schema<'_>, object: &mut Map<String, Value>) {
    if schema.kind() != "Secret" || !schema.group().is_empty() {
        return;
    }
    let Some(Value::Object(texts)) = object.remove("stringData") else { return };
    // `data:` with nothing behind it is none.
    if object.get("data").is_some_and(Value::is_null) {
        object.remove("data");
    }
    if let Value::Object(data) = object.entry("data").or_insert_with(|| Value::Object(Map::new())) {
        data.extend(texts.into_iter().map(|(name, text)| (name, in_base64(text))));
    }
}

fn in_base64(text: Value) -> Value {
    match text.as_str() {
        Some(plain) if !is_mark(plain) => BASE64_STANDARD.encode(plain).into(),
        _ => text,
    }
}
