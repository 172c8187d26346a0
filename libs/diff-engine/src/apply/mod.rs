//! What applying an object makes of the one that is live.

#[cfg(test)]
mod answers;
mod changes;
mod merge;
pub(crate) mod owned;
mod plain;

use kube_model::Object;
use kube_model::schema::{FieldType, Schema};
use serde_json::Value;

use crate::normal::normalise;
pub(crate) use changes::{Changes, as_written, changes, untold};
use merge::{Sides, UNKNOWN, merged};
use owned::Owned;

/// Who merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// kubectl, by a strategic merge patch.
    Client,
    /// The API server.
    Server,
}

/// What is live after `desired` is applied over `live`, by an applier that had applied `previous`; defaults are filled in.
/// Of a kind without a schema mappings are merged and lists are not, and so kubectl does with every custom resource: by a JSON
/// merge patch.
pub(crate) fn applied(
    schema: Schema<'_>,
    live: &Value,
    previous: &Value,
    others: Option<&Owned>,
    desired: &Object,
    by: By,
) -> Value {
    let known = by == By::Server || schema.is_built_in();
    let of = schema.root(&desired.api_version).filter(|_| known).map_or(UNKNOWN, FieldType::Object);
    let sides = Sides { live: Some(live), previous: Some(previous), others };
    let result = merged(&of, sides, &desired.value, by);
    normalise(schema, &desired.api_version, &result)
}
