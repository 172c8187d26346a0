//! What a schema is registered as.

use events::{EventSchema, Service, Topic, schemas};

/// A schema on a topic. The same event on two topics is two subjects, which may change apart.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The topic.
    pub topic: Topic,
    /// The schema.
    pub schema: &'static EventSchema,
}

impl Subject {
    /// `TOPIC-RECORD`, as Confluent's `TopicRecordNameStrategy` has it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-{}", self.topic, self.schema.event_type)
    }
}

/// Every event on every topic that it is written to.
pub fn subjects() -> impl Iterator<Item = Subject> {
    Service::ALL.into_iter().flat_map(|service| {
        let written = schemas().filter(move |schema| schema.writers.contains(&service));
        written.map(move |schema| Subject { topic: service.topic(), schema })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_subject_is_named_by_topic_and_record() {
        let names: BTreeSet<String> = subjects().map(|subject| subject.name()).collect();
        for name in [
            "plimsoll.promotion.v1-plimsoll.promotion.v1.ApprovalGiven",
            "plimsoll.diff.v1-plimsoll.preview.v1.PreviewFailed",
            "plimsoll.risk.v1-plimsoll.preview.v1.PreviewFailed",
            "plimsoll.audit.v1-plimsoll.delivery.v1.EventParked",
        ] {
            assert!(names.contains(name), "{name}");
        }
        assert!(!names.contains("plimsoll.diff.v1-plimsoll.promotion.v1.ApprovalGiven"));
        assert_eq!(names.len(), subjects().count(), "no two have one name");
    }
}
