//! JSON output: the documents of `schemas/json`.

pub(crate) mod group;
pub(crate) mod preview;
pub(crate) mod render;
pub(crate) mod risk;

use serde::Serialize;

use crate::failure::Failure;

/// The document, indented, with a line end.
pub(crate) fn print(document: &impl Serialize) -> Result<String, Failure> {
    match serde_json::to_string_pretty(document) {
        Ok(text) => Ok(text + "\n"),
        Err(error) => Err(Failure::new("OUTPUT_FAILED", format!("the result is no JSON: {error}"))),
    }
}
