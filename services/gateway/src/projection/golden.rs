//! Events for tests: as their golden payloads have them, but for some fields.

use std::path::Path;

use events::{Event, EventBody};
use serde_json::Value;
use uuid::Uuid;

/// An event as its golden payload has it, but for the fields of this object.
pub(super) fn golden<E: EventBody>(fields: &Value) -> Event {
    let mut parts = E::TYPE.split('.').skip(1);
    let (context, name) = (parts.next().unwrap(), parts.nth(1).unwrap());
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/avro");
    let text = std::fs::read_to_string(schemas.join(format!("{context}/golden/{name}.json"))).unwrap();
    let mut event: Value = serde_json::from_str(&text).unwrap();
    for (field, value) in fields.as_object().unwrap() {
        assert!(event.get(field).is_some(), "{name} has a {field}");
        event[field] = value.clone();
    }
    serde_json::from_value::<E>(event).unwrap().into()
}

/// An identifier that is a number.
pub(super) fn number(number: u32) -> Uuid {
    Uuid::from_u128(number.into())
}
