//! What topics are to be, held against what they are.

use std::collections::BTreeMap;
use std::fmt;

use events::Topic;

/// What a topic is to be. No broker that has less than the others ever leads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSpec {
    /// Its name.
    pub topic: Topic,
    /// How many partitions it has: as many members of a group can share it. It keeps them for ever.
    pub partitions: u32,
    /// How many brokers keep it.
    pub replication: u16,
    /// How many of them have a record before it is acknowledged.
    pub min_insync: u16,
    /// What it keeps.
    pub keeps: Keeps,
    /// The most bytes of a record with its framing.
    pub message_bytes: usize,
}

/// What a topic keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Every record for ever. What services write is kept so: projections are rebuilt from it.
    Everything,
    /// The latest record of each key, for ever (compaction).
    Latest,
}

/// What a topic is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTopic {
    /// How many partitions it has.
    pub partitions: u32,
    /// How many brokers keep the partition that the fewest keep.
    pub replication: u16,
    /// Its settings, those of the cluster where it has none of its own.
    pub settings: BTreeMap<String, String>,
}

/// What a topic needs to become what it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopicChange {
    /// It is not there.
    Create(TopicSpec),
    /// Settings are others. They are one change: who alters settings of a topic says all of its own anew.
    Set {
        /// The topic.
        topic: Topic,
        /// Which.
        settings: Vec<SettingChange>,
    },
    /// Nothing that is done here makes it so.
    Refused {
        /// The topic.
        topic: Topic,
        /// What is otherwise, and who can change it.
        why: String,
    },
}

/// A setting that is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingChange {
    /// Kafka's name of it.
    pub name: &'static str,
    /// What it is; none where the broker does not say it.
    pub from: Option<String>,
    /// What it is to be.
    pub to: String,
}

impl TopicSpec {
    /// Its settings by Kafka's names.
    #[must_use]
    pub fn settings(&self) -> [(&'static str, String); 6] {
        let policy = match self.keeps {
            Keeps::Everything => "delete",
            Keeps::Latest => "compact",
        };
        [
            ("cleanup.policy", policy.to_owned()),
            ("max.message.bytes", self.message_bytes.to_string()),
            ("min.insync.replicas", self.min_insync.to_string()),
            ("retention.bytes", "-1".to_owned()),
            ("retention.ms", "-1".to_owned()),
            ("unclean.leader.election.enable", "false".to_owned()),
        ]
    }

    /// What would lose what was acknowledged, on the topic as it is found. A service does not start on such a topic.
    #[must_use]
    pub fn dangers(&self, found: &FoundTopic) -> Vec<String> {
        let mut dangers = Vec::new();
        if found.replication < self.replication {
            let (found, wanted) = (found.replication, self.replication);
            dangers.push(format!("{found} brokers keep it, and {wanted} have to"));
        }
        for (name, wanted) in self.settings() {
            let found = found.settings.get(name).map_or("", String::as_str);
            let number = |text: &str| text.parse::<i64>().unwrap_or(0);
            let loses = match name {
                "min.insync.replicas" | "max.message.bytes" => number(found) < number(&wanted),
                _ => found != wanted,
            };
            if loses {
                dangers.push(format!("{name} is {found:?}, and has to be {wanted}"));
            }
        }
        dangers
    }

    fn changes(&self, found: &FoundTopic) -> Vec<TopicChange> {
        let topic = || self.topic.clone();
        let mut changes = Vec::new();
        let mut refuse = |why: String| changes.push(TopicChange::Refused { topic: topic(), why });
        if found.partitions != self.partitions {
            refuse(format!(
                "it has {} partitions and is to have {}: keys would go to others, and their order with them; \
                 write the number that it has",
                found.partitions, self.partitions
            ));
        }
        if found.replication != self.replication {
            refuse(format!(
                "{} brokers keep it and {} are to: move it with kafka-reassign-partitions",
                found.replication, self.replication
            ));
        }
        let change = |(name, to): (&'static str, String)| {
            let from = found.settings.get(name);
            (from != Some(&to)).then(|| SettingChange { name, from: from.cloned(), to })
        };
        let settings: Vec<_> = self.settings().into_iter().filter_map(change).collect();
        if !settings.is_empty() {
            changes.push(TopicChange::Set { topic: topic(), settings });
        }
        changes
    }
}

/// What has to change, in the order of `wanted`; nothing where all is as it is to be. Topics that are not wanted stay.
#[must_use]
pub fn plan_topics(wanted: &[TopicSpec], found: &BTreeMap<Topic, FoundTopic>) -> Vec<TopicChange> {
    let changes = |spec: &TopicSpec| match found.get(&spec.topic) {
        None => vec![TopicChange::Create(spec.clone())],
        Some(found) => spec.changes(found),
    };
    wanted.iter().flat_map(changes).collect()
}

impl fmt::Display for TopicChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(spec) => write!(
                f,
                "create {} with {} partitions on {} brokers, {} in sync",
                spec.topic, spec.partitions, spec.replication, spec.min_insync
            ),
            Self::Set { topic, settings } => {
                let settings: Vec<_> = settings.iter().map(ToString::to_string).collect();
                write!(f, "set of {topic} {}", settings.join(", "))
            }
            Self::Refused { topic, why } => write!(f, "{topic}: {why}"),
        }
    }
}

impl fmt::Display for SettingChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, from, to } = self;
        write!(f, "{name} from {} to {to}", from.as_deref().unwrap_or("not known"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> TopicSpec {
        TopicSpec {
            topic: Topic::new("promotion.v1"),
            partitions: 8,
            replication: 3,
            min_insync: 2,
            keeps: Keeps::Everything,
            message_bytes: 2_162_688,
        }
    }

    fn as_wanted() -> FoundTopic {
        let settings = [
            ("cleanup.policy", "delete"),
            ("max.message.bytes", "2162688"),
            ("min.insync.replicas", "2"),
            ("retention.bytes", "-1"),
            ("retention.ms", "-1"),
            ("unclean.leader.election.enable", "false"),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        FoundTopic { partitions: 8, replication: 3, settings }
    }

    fn with(name: &str, value: &str) -> FoundTopic {
        let mut found = as_wanted();
        found.settings.insert(name.to_owned(), value.to_owned());
        found
    }

    fn plan(found: FoundTopic) -> Vec<String> {
        let found = BTreeMap::from([(Topic::new("promotion.v1"), found)]);
        plan_topics(&[spec()], &found).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_as_wanted_stays() {
        assert_eq!(plan(as_wanted()), Vec::<String>::new());
        assert_eq!(spec().dangers(&as_wanted()), Vec::<String>::new());
        assert_eq!(plan_topics(&[], &BTreeMap::from([(Topic::new("another"), as_wanted())])), []);
    }

    #[test]
    fn what_is_not_there_is_made_and_what_is_otherwise_is_set() {
        let made = plan_topics(&[spec()], &BTreeMap::new());
        assert_eq!(made, [TopicChange::Create(spec())]);
        let mut found = with("retention.ms", "604800000");
        found.settings.remove("min.insync.replicas");
        let set =
            "set of promotion.v1 min.insync.replicas from not known to 2, retention.ms from 604800000 to -1";
        assert_eq!(plan(found), [set]);
    }

    /// Kafka chooses a key's partition by its hash modulo their number.
    #[test]
    fn more_partitions_are_refused() {
        let changes = plan(FoundTopic { partitions: 4, ..as_wanted() });
        assert!(changes[0].starts_with("promotion.v1: it has 4 partitions and is to have 8"), "{changes:?}");
    }

    #[test]
    fn a_topic_of_the_latest_is_compacted() {
        let latest = TopicSpec { keeps: Keeps::Latest, ..spec() };
        assert_eq!(latest.dangers(&with("cleanup.policy", "compact")), Vec::<String>::new());
        assert_eq!(latest.dangers(&as_wanted()), [r#"cleanup.policy is "delete", and has to be compact"#]);
    }

    /// Each of these loses what was acknowledged: after a week, when it is too much, when a key comes again, when a
    /// broker that was behind leads, when one disk is lost.
    #[test]
    fn what_would_lose_records_is_a_danger() {
        let dangerous = [
            with("retention.ms", "604800000"),
            with("retention.bytes", "1073741824"),
            with("cleanup.policy", "compact"),
            with("unclean.leader.election.enable", "true"),
            with("min.insync.replicas", "1"),
            FoundTopic { replication: 1, ..as_wanted() },
        ];
        for found in dangerous {
            assert_eq!(spec().dangers(&found).len(), 1, "{found:?}");
        }
        assert_eq!(spec().dangers(&with("min.insync.replicas", "3")), Vec::<String>::new());
    }
}
