//! Values against the chart's own rules: `values.schema.json`.

use std::fmt;

use jsonschema::{Retrieve, Uri};
use serde_json::Value;

use crate::error::HelmError;

/// The most that are shown.
const SHOWN: usize = 20;

/// A rule that values break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where in the values, as a JSON pointer from the chart's own root; empty for the root.
    pub place: String,
    /// The rule in the schema, as a JSON pointer.
    pub rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.trim_start_matches('/').replace('/', ".");
        let place = if place.is_empty() { "the values" } else { &place };
        write!(f, "{place} breaks {}", self.rule)
    }
}

/// Nothing is fetched for a schema.
struct Refused;

impl Retrieve for Refused {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("it refers to {uri}, and nothing is fetched").into())
    }
}

/// Holds values against a schema. The messages name places and rules, not values: those may be secret.
pub(crate) fn check(chart: &str, schema: &[u8], values: &Value) -> Result<(), HelmError> {
    let invalid = |why: String| HelmError::SchemaInvalid { chart: chart.to_owned(), why };
    let schema: Value = serde_json::from_slice(schema).map_err(|error| invalid(error.to_string()))?;
    let validator = jsonschema::options().with_retriever(Refused).build(&schema);
    let validator = validator.map_err(|error| invalid(error.to_string()))?;
    let violations: Vec<Violation> = validator
        .iter_errors(values)
        .take(SHOWN)
        .map(|error| Violation {
            place: error.instance_path().to_string(),
            rule: error.schema_path().to_string(),
        })
        .collect();
    match violations.is_empty() {
        true => Ok(()),
        false => Err(HelmError::Schema { chart: chart.to_owned(), violations }),
    }
}
