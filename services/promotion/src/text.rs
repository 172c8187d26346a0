//! Texts that people send along.

use serde_json::json;

use service::{Kind, Refused};

/// As the API says it.
const CHARACTERS: usize = 2_000;

/// Whether a text is one that an event and a database can hold.
///
/// # Errors
/// `REQUEST_INVALID`, with the field.
pub(crate) fn check(field: &str, text: &str) -> Result<(), Refused> {
    let invalid = |why: String| {
        let message = format!("{field}: {why}");
        Refused::new(Kind::Invalid, "REQUEST_INVALID", message).with(json!({ "field": field }))
    };
    if text.chars().count() > CHARACTERS {
        return Err(invalid(format!("at most {CHARACTERS} characters are expected")));
    }
    match text.contains('\0') {
        true => Err(invalid("a text without zero bytes is expected".to_owned())),
        false => Ok(()),
    }
}
