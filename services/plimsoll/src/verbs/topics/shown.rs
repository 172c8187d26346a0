//! A plan of topics, as text and as JSON.

use std::fmt::Write as _;

use event_log::{SettingChange, TopicChange};
use serde::Serialize;

use crate::cli::PlainFormat;
use crate::failure::Failure;
use crate::verbs::making::Extent;
use crate::{escape, json};

/// What is printed of a plan, or of what was made of one.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    /// How many topics the file has.
    pub(super) topics: usize,
    /// Whether the changes were made, but for those that are refused.
    pub(super) applied: bool,
    #[serde(skip)]
    extent: Extent,
    changes: Vec<Change<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "change", rename_all = "lowercase")]
enum Change<'a> {
    Create { topic: &'a str, partitions: u32, replication: u16, min_insync_replicas: u16 },
    Set { topic: &'a str, settings: Vec<Setting<'a>> },
    Refused { topic: &'a str, why: &'a str },
}

#[derive(Debug, Serialize)]
struct Setting<'a> {
    setting: &'a str,
    from: Option<&'a str>,
    to: &'a str,
}

impl<'a> Report<'a> {
    pub(super) fn of(topics: usize, extent: Extent, changes: &'a [TopicChange]) -> Self {
        let applied = extent != Extent::Planned;
        Self { topics, applied, extent, changes: changes.iter().map(change).collect() }
    }
}

fn change(change: &TopicChange) -> Change<'_> {
    match change {
        TopicChange::Create(spec) => Change::Create {
            topic: spec.topic.as_str(),
            partitions: spec.partitions,
            replication: spec.replication,
            min_insync_replicas: spec.min_insync,
        },
        TopicChange::Set { topic, settings } => {
            Change::Set { topic: topic.as_str(), settings: settings.iter().map(setting).collect() }
        }
        TopicChange::Refused { topic, why } => Change::Refused { topic: topic.as_str(), why },
    }
}

fn setting(SettingChange { name, from, to }: &SettingChange) -> Setting<'_> {
    Setting { setting: name, from: from.as_deref(), to }
}

pub(super) fn print(
    report: &Report<'_>,
    changes: &[TopicChange],
    form: PlainFormat,
) -> Result<String, Failure> {
    match form {
        PlainFormat::Json => json::print(report),
        PlainFormat::Text => Ok(text(report, changes)),
    }
}

fn text(report: &Report<'_>, changes: &[TopicChange]) -> String {
    let refused = changes.iter().filter(|change| matches!(change, TopicChange::Refused { .. })).count();
    let made = changes.len() - refused;
    let mut text = String::new();
    for change in changes {
        let _ = writeln!(text, "{}", escape::line(&change.to_string()));
    }
    let verb = report.extent.says();
    let _ = match (made, refused) {
        (0, 0) if report.extent != Extent::UntilFailure => {
            writeln!(text, "all {} topics are as they are to be", report.topics)
        }
        (made, 0) => writeln!(text, "{} {verb}", counted(made)),
        (made, refused) => {
            writeln!(text, "{} {verb}, {refused} that somebody else has to make", counted(made))
        }
    };
    text
}

fn counted(changes: usize) -> String {
    if changes == 1 { "1 change".to_owned() } else { format!("{changes} changes") }
}

#[cfg(test)]
mod tests {
    use events::Topic;
    use serde_json::json;

    use super::*;

    fn changes() -> Vec<TopicChange> {
        let topic = || Topic::new("a.v1");
        let from = Some("604800000".to_owned());
        let kept = SettingChange { name: "retention.ms", from, to: "-1".to_owned() };
        vec![
            TopicChange::Set { topic: topic(), settings: vec![kept] },
            TopicChange::Refused { topic: topic(), why: "it has 4 partitions".to_owned() },
        ]
    }

    #[test]
    fn a_plan_is_a_line_each_and_a_sum() {
        let changes = changes();
        let shown = |extent, count: usize| {
            let changes = &changes[..count];
            print(&Report::of(9, extent, changes), changes, PlainFormat::Text).unwrap()
        };
        assert_eq!(shown(Extent::Planned, 0), "all 9 topics are as they are to be\n");
        let set = "set of a.v1 retention.ms from 604800000 to -1\n";
        assert_eq!(shown(Extent::All, 1), format!("{set}1 change made\n"));
        assert_eq!(shown(Extent::UntilFailure, 1), format!("{set}1 change made before it failed\n"));
        assert_eq!(shown(Extent::UntilFailure, 0), "0 changes made before it failed\n");
        assert_eq!(
            shown(Extent::Planned, 2),
            format!("{set}a.v1: it has 4 partitions\n1 change to make, 1 that somebody else has to make\n")
        );
    }

    #[test]
    fn as_json_each_change_says_what_it_is() {
        let changes = changes();
        let printed = print(&Report::of(9, Extent::All, &changes), &changes, PlainFormat::Json).unwrap();
        let document: serde_json::Value = serde_json::from_str(&printed).unwrap();
        let kept = json!({"setting": "retention.ms", "from": "604800000", "to": "-1"});
        let set = json!({"change": "set", "topic": "a.v1", "settings": [kept]});
        let refused = json!({"change": "refused", "topic": "a.v1", "why": "it has 4 partitions"});
        let schema = include_str!("../../../../../schemas/json/topics.schema.json");
        let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
        assert!(schema.is_valid(&document), "{document}");
        assert_eq!(document, json!({"topics": 9, "applied": true, "changes": [set, refused]}));
    }
}
