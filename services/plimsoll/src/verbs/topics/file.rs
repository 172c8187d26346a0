//! The file of topics.

use std::collections::BTreeMap;
use std::path::Path;

use event_log::{Keeps, TopicSpec};
use events::{Service, Topic};
use serde::Deserialize;

use crate::failure::Failure;
use crate::verbs::file::Shipped;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    defaults: Shape,
    topics: BTreeMap<String, Shape>,
}

/// What is said of a topic, or of all of which nothing else is said.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Shape {
    partitions: Option<u32>,
    replication: Option<u16>,
    min_insync_replicas: Option<u16>,
    keep: Option<Keep>,
    max_message_bytes: Option<usize>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Keep {
    Everything,
    Latest,
}

/// The topics of a file; of the one that is shipped, if none is given.
pub(super) fn read(path: Option<&Path>) -> Result<Vec<TopicSpec>, Failure> {
    let (bytes, shown) = Shipped::Topics.or(path)?;
    parse(&bytes, &shown)
}

fn parse(bytes: &[u8], path: &str) -> Result<Vec<TopicSpec>, Failure> {
    let file: File = Shipped::Topics.parse(bytes, path)?;
    for service in Service::ALL {
        if !file.topics.contains_key(service.topic().as_str()) {
            let why = format!("{} is not in it, which a service writes", service.topic());
            let strangers = file.topics.keys().filter(|name| is_like_ours(name)).cloned().collect::<Vec<_>>();
            return Err(match &*strangers {
                [] => invalid(path, &why),
                names => invalid(path, &format!("{why}; {} is, which none does", names.join(", "))),
            });
        }
    }
    file.topics.iter().map(|(name, shape)| spec(name, shape, file.defaults, path)).collect()
}

/// Whether a topic is called as those of services are, and is none.
fn is_like_ours(name: &str) -> bool {
    name.starts_with("plimsoll.") && Service::ALL.iter().all(|service| service.topic().as_str() != name)
}

fn spec(name: &str, shape: &Shape, defaults: Shape, path: &str) -> Result<TopicSpec, Failure> {
    let wrong = |why: &str| invalid(path, &format!("{name}: {why}"));
    let unsaid = |what: &str| wrong(&format!("{what} is not said, nor is a default"));
    let keep = shape.keep.or(defaults.keep).ok_or_else(|| unsaid("keep"))?;
    let said = |one: Option<u16>, or: Option<u16>, what| one.or(or).ok_or_else(|| unsaid(what));
    let topic = TopicSpec {
        topic: Topic::new(name),
        partitions: shape.partitions.or(defaults.partitions).ok_or_else(|| unsaid("partitions"))?,
        replication: said(shape.replication, defaults.replication, "replication")?,
        min_insync: said(shape.min_insync_replicas, defaults.min_insync_replicas, "min_insync_replicas")?,
        keeps: match keep {
            Keep::Everything => Keeps::Everything,
            Keep::Latest => Keeps::Latest,
        },
        message_bytes: shape
            .max_message_bytes
            .or(defaults.max_message_bytes)
            .ok_or_else(|| unsaid("max_message_bytes"))?,
    };
    let is_ours = Service::ALL.iter().any(|service| service.topic() == topic.topic);
    if topic.partitions == 0 || topic.replication == 0 || topic.min_insync == 0 {
        return Err(wrong("partitions, replication and min_insync_replicas are at least 1"));
    }
    if topic.min_insync > topic.replication {
        return Err(wrong("no more replicas can be in sync than there are"));
    }
    if is_ours && topic.keeps == Keeps::Latest {
        return Err(wrong(
            "a service writes it, and it has to keep everything: projections are rebuilt from it",
        ));
    }
    Ok(topic)
}

fn invalid(path: &str, why: &str) -> Failure {
    Shipped::Topics.invalid(path, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The services' own check (`kafka.replication`, `kafka.min_insync`) asks for 3 and 2 where nothing is set, and for
    /// 2 MiB and the framing.
    #[test]
    fn the_shipped_file_has_every_topic_as_services_ask_for_it() {
        let topics = read(None).unwrap();
        let names: Vec<&str> = topics.iter().map(|spec| spec.topic.as_str()).collect();
        let mut expected: Vec<String> = Service::ALL.map(|service| service.topic().to_string()).into();
        expected.sort();
        assert_eq!(names, expected);
        for spec in topics {
            let (replication, insync) = (spec.replication, spec.min_insync);
            assert_eq!((spec.partitions, replication, insync, spec.message_bytes), (8, 3, 2, 2_162_688));
            assert_eq!(spec.keeps, Keeps::Everything);
        }
    }

    #[test]
    fn what_a_topic_says_is_above_the_defaults() {
        let text = Shipped::Topics.text().replace(
            "plimsoll.cost.v1: {}",
            "plimsoll.cost.v1: {partitions: 16}\n  a: {keep: latest, min_insync_replicas: 1, replication: 1}",
        );
        let topics = parse(text.as_bytes(), "f").unwrap();
        let of = |name: &str| topics.iter().find(|spec| spec.topic.as_str() == name).unwrap();
        assert_eq!((of("plimsoll.cost.v1").partitions, of("plimsoll.cost.v1").replication), (16, 3));
        assert_eq!((of("a").keeps, of("a").replication), (Keeps::Latest, 1));
    }

    #[test]
    fn a_file_that_would_lose_events_is_refused() {
        let refused = |from: &str, to: &str| {
            let text = Shipped::Topics.text().replace(from, to);
            assert_ne!(text, Shipped::Topics.text());
            let failure = parse(text.as_bytes(), "topics.yaml").unwrap_err();
            assert_eq!(failure.code(), "TOPICS_INVALID");
            failure.message().to_owned()
        };
        assert!(refused("keep: everything", "keep: latest").contains("has to keep everything"));
        assert!(
            refused("keep: everything", "retention: 7d")
                .contains("defaults.retention: unknown field `retention`")
        );
        let misspelt = refused("  plimsoll.risk.v1: {}\n", "  plimsoll.riks.v1: {}\n");
        assert!(misspelt.contains("plimsoll.risk.v1 is not in it"), "{misspelt}");
        assert!(misspelt.contains("plimsoll.riks.v1 is, which none does"), "{misspelt}");
        let in_a_topic = refused("  plimsoll.risk.v1: {}\n", "  plimsoll.risk.v1: {partitons: 3}\n");
        assert!(
            in_a_topic.contains("topics.plimsoll.risk.v1.partitons: unknown field `partitons`"),
            "{in_a_topic}"
        );
        assert!(refused("  plimsoll.risk.v1: {}\n", "").contains("plimsoll.risk.v1 is not in it"));
        assert!(refused("min_insync_replicas: 2", "min_insync_replicas: 4").contains("in sync"));
        assert!(refused("partitions: 8", "partitions: 0").contains("at least 1"));
        assert!(refused("replication: 3\n", "\n").contains("replication is not said"));
    }
}
