//! What differs between a registry and this release, as text and as JSON.

use std::fmt::Write as _;

use schema_registry::{COMPATIBILITY, SchemaChange};
use serde::Serialize;

use crate::cli::PlainFormat;
use crate::failure::Failure;
use crate::verbs::making::Extent;
use crate::{escape, json};

/// What is printed of a registry, or of what was registered in it.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    /// How many schemas this release has, each on each of its topics.
    schemas: usize,
    /// Whether the changes were made, but for those that are refused.
    registered: bool,
    #[serde(skip)]
    extent: Extent,
    changes: Vec<Change<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
enum Change<'a> {
    Register { subject: &'a str },
    SetCompatibility { subject: &'a str, from: Option<&'a str>, to: &'a str },
    Refused { subject: &'a str, why: &'a str },
}

impl<'a> Report<'a> {
    pub(super) fn of(schemas: usize, extent: Extent, changes: &'a [SchemaChange]) -> Self {
        let registered = extent != Extent::Planned;
        Self { schemas, registered, extent, changes: changes.iter().map(change).collect() }
    }
}

fn change(change: &SchemaChange) -> Change<'_> {
    match change {
        SchemaChange::Register { subject, .. } => Change::Register { subject },
        SchemaChange::SetCompatibility { subject, from } => {
            Change::SetCompatibility { subject, from: from.as_deref(), to: COMPATIBILITY }
        }
        SchemaChange::Refused { subject, why } => Change::Refused { subject, why },
    }
}

pub(super) fn print(
    report: &Report<'_>,
    changes: &[SchemaChange],
    form: PlainFormat,
) -> Result<String, Failure> {
    match form {
        PlainFormat::Json => json::print(report),
        PlainFormat::Text => Ok(text(report, changes)),
    }
}

fn text(report: &Report<'_>, changes: &[SchemaChange]) -> String {
    let refused = changes.iter().filter(|change| matches!(change, SchemaChange::Refused { .. })).count();
    let made = changes.len() - refused;
    let mut text = String::new();
    for change in changes {
        let _ = writeln!(text, "{}", escape::line(&change.to_string()));
    }
    let verb = report.extent.says();
    let _ = match (made, refused) {
        (0, 0) if report.extent != Extent::UntilFailure => {
            writeln!(text, "all {} schemas are registered as they are to be", report.schemas)
        }
        (made, 0) => writeln!(text, "{made} changes {verb}"),
        (made, refused) => writeln!(text, "{made} changes {verb}, {refused} schemas that do not fit"),
    };
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changes() -> Vec<SchemaChange> {
        let subject = || "a.v1-b.v1.C".to_owned();
        vec![
            SchemaChange::SetCompatibility { subject: subject(), from: Some("NONE".to_owned()) },
            SchemaChange::Register { subject: subject(), schema: "{}" },
            SchemaChange::Refused { subject: subject(), why: "d is gone".to_owned() },
        ]
    }

    #[test]
    fn a_change_is_a_line_each_and_a_sum() {
        let changes = changes();
        let shown = |extent, count: usize| {
            let changes = &changes[..count];
            print(&Report::of(75, extent, changes), changes, PlainFormat::Text).unwrap()
        };
        assert_eq!(shown(Extent::Planned, 0), "all 75 schemas are registered as they are to be\n");
        let set = "set the compatibility of a.v1-b.v1.C from NONE to BACKWARD_TRANSITIVE\n";
        assert_eq!(shown(Extent::All, 2), format!("{set}register a.v1-b.v1.C\n2 changes made\n"));
        assert_eq!(shown(Extent::UntilFailure, 1), format!("{set}1 changes made before it failed\n"));
        assert_eq!(shown(Extent::UntilFailure, 0), "0 changes made before it failed\n");
        let refused = "a.v1-b.v1.C: d is gone\n2 changes to make, 1 schemas that do not fit\n";
        assert_eq!(shown(Extent::Planned, 3), format!("{set}register a.v1-b.v1.C\n{refused}"));
    }

    #[test]
    fn as_json_each_change_says_what_it_is() {
        let changes = changes();
        let printed = print(&Report::of(75, Extent::All, &changes), &changes, PlainFormat::Json).unwrap();
        let document: serde_json::Value = serde_json::from_str(&printed).unwrap();
        let schema = include_str!("../../../../../schemas/json/schemas.schema.json");
        let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
        assert!(schema.is_valid(&document), "{document}");
        let set = json!({"change": "set_compatibility", "subject": "a.v1-b.v1.C", "from": "NONE", "to": "BACKWARD_TRANSITIVE"});
        let register = json!({"change": "register", "subject": "a.v1-b.v1.C"});
        let refused = json!({"change": "refused", "subject": "a.v1-b.v1.C", "why": "d is gone"});
        assert_eq!(document, json!({"schemas": 75, "registered": true, "changes": [set, register, refused]}));
    }
}
