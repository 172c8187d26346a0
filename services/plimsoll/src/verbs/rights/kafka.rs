//! Rights as grants on Kafka (ACLs), printed as commands of `kafka-acls`.

use std::collections::BTreeSet;
use std::fmt;

use events::Service;

use super::file::Rights;

/// A grant: who may do what with which thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Grant {
    pub(super) user: String,
    pub(super) operation: String,
    pub(super) resource: Resource,
    /// From anywhere, and allowed: what another grant says is shown whole.
    pub(super) otherwise: Option<String>,
}

/// What is granted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Resource {
    /// `TOPIC`, `GROUP`, `CLUSTER`, …
    pub(super) kind: String,
    pub(super) name: String,
    /// `LITERAL` or `PREFIXED`.
    pub(super) pattern: String,
}

/// What every topic of ours begins with.
const OURS: &str = "plimsoll.";
/// The group of who reads ranges.
const READERS: &str = "plimsoll-readers";

/// Who a service is to Kafka.
pub(super) fn user(service: Service) -> String {
    format!("User:plimsoll-{service}")
}

const HEAD: &str = "\
#!/bin/sh
# Made by `plimsoll rights kafka`: each service's rights on Kafka. Run it as an administrator, as often as you like:
#   sh FILE --bootstrap-server HOST:PORT [--command-config FILE]
# KAFKA_ACLS names the program, if it is not kafka-acls.sh.
set -eu
";

/// A script that makes the grants. Each line of it starts the program once, so what can be granted together is.
pub(super) fn commands(rights: &Rights) -> String {
    let mut text = HEAD.to_owned();
    let mut add = |arguments: &str| {
        text.push_str("${KAFKA_ACLS:-kafka-acls.sh} \"$@\" --add");
        text.push_str(arguments);
        text.push('\n');
    };
    // How a topic is made is no secret: a service holds every topic to its settings before it starts. Reading a part of one that it may
    // read is done in the name of a group that nobody joins.
    let everybody = rights.keys().map(|service| format!(" --allow-principal {}", user(*service)));
    let everybody: String = everybody.collect();
    let topics = "--operation Describe --operation DescribeConfigs --resource-pattern-type prefixed --topic";
    add(&format!("{everybody} {topics} {OURS}"));
    add(&format!("{everybody} --operation Describe --group {READERS}"));
    for (service, granted) in rights {
        let user = format!(" --allow-principal {}", user(*service));
        let named = |flag: &str, names: &BTreeSet<String>| -> String {
            names.iter().map(|name| format!(" --{flag} {name}")).collect()
        };
        let kafka = &granted.kafka;
        add(&format!("{user} --operation Write{}", named("topic", &kafka.writes)));
        let read = named("topic", &kafka.reads) + &named("group", &kafka.groups);
        if !read.is_empty() {
            add(&format!("{user} --operation Read{read}"));
        }
    }
    text
}

/// The grants that the commands make.
fn grants(rights: &Rights) -> BTreeSet<Grant> {
    let mut grants = BTreeSet::new();
    for (service, granted) in rights {
        let mut add = |operation: &str, kind: &str, name: &str, pattern: &str| {
            let (kind, name, pattern) = (kind.to_owned(), name.to_owned(), pattern.to_owned());
            let resource = Resource { kind, name, pattern };
            let operation = operation.to_owned();
            grants.insert(Grant { user: user(*service), operation, resource, otherwise: None });
        };
        add("DESCRIBE", "TOPIC", OURS, "PREFIXED");
        add("DESCRIBE_CONFIGS", "TOPIC", OURS, "PREFIXED");
        add("DESCRIBE", "GROUP", READERS, "LITERAL");
        let kafka = &granted.kafka;
        kafka.writes.iter().for_each(|topic| add("WRITE", "TOPIC", topic, "LITERAL"));
        kafka.reads.iter().for_each(|topic| add("READ", "TOPIC", topic, "LITERAL"));
        kafka.groups.iter().for_each(|group| add("READ", "GROUP", group, "LITERAL"));
    }
    grants
}

/// What is not granted and has to be; and what is granted on our topics, or to our users, and is not in the file.
pub(super) fn differences(rights: &Rights, found: &BTreeSet<Grant>) -> Vec<String> {
    let wanted = grants(rights);
    let users: BTreeSet<String> = rights.keys().map(|service| user(*service)).collect();
    let concerns = |grant: &Grant| users.contains(&grant.user) || grant.resource.is_ours();
    let missing = wanted.difference(found).map(|grant| format!("missing: {grant}"));
    let more = found.difference(&wanted).filter(|grant| concerns(grant));
    missing.chain(more.map(|grant| format!("not in the file: {grant}"))).collect()
}

impl Resource {
    /// Whether it is, or may be, one of our topics.
    fn is_ours(&self) -> bool {
        let prefix = self.pattern == "PREFIXED" && OURS.starts_with(&self.name);
        self.kind == "TOPIC" && (self.name.starts_with(OURS) || self.name == "*" || prefix)
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, operation, resource: Resource { kind, name, pattern }, otherwise } = self;
        write!(f, "{user} {operation} {kind} {name}")?;
        if pattern != "LITERAL" {
            write!(f, " ({})", pattern.to_ascii_lowercase())?;
        }
        otherwise.as_ref().map_or(Ok(()), |otherwise| write!(f, " ({otherwise})"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{file, listed};
    use super::*;

    #[test]
    fn a_service_may_write_its_topic_and_read_what_it_needs() {
        let commands = commands(&file::read(None).unwrap());
        let of_cost: Vec<&str> =
            commands.lines().filter(|line| line.contains("User:plimsoll-cost ")).skip(2).collect();
        assert_eq!(
            of_cost,
            [
                "${KAFKA_ACLS:-kafka-acls.sh} \"$@\" --add --allow-principal User:plimsoll-cost --operation Write \
                 --topic plimsoll.cost.v1",
                "${KAFKA_ACLS:-kafka-acls.sh} \"$@\" --add --allow-principal User:plimsoll-cost --operation Read \
                 --topic plimsoll.diff.v1 --group cost",
            ]
        );
        let writers = commands.lines().filter(|line| line.contains("--operation Write"));
        assert_eq!(writers.count(), Service::ALL.len());
        // The catalog reads nothing.
        assert!(!commands.contains("User:plimsoll-catalog --operation Read"));
    }

    /// As a broker of Kafka 4.3 lists grants.
    const LISTED: &str = "\
Current ACLs for resource `ResourcePattern(resourceType=TOPIC, name=plimsoll.cost.v1, patternType=LITERAL)`: \n\
\x20\t(principal=User:plimsoll-cost, host=*, operation=WRITE, permissionType=ALLOW)
\t(principal=User:someone, host=*, operation=WRITE, permissionType=ALLOW)
\t(principal=User:other, host=10.0.0.1, operation=READ, permissionType=DENY)

Current ACLs for resource `ResourcePattern(resourceType=TOPIC, name=theirs, patternType=LITERAL)`: \n\
\x20\t(principal=User:someone, host=*, operation=WRITE, permissionType=ALLOW)
";

    #[test]
    fn a_second_writer_is_found() {
        let mut found = listed::read(LISTED).unwrap();
        let rights = file::read(None).unwrap();
        found.extend(grants(&rights));
        assert_eq!(
            differences(&rights, &found),
            [
                "not in the file: User:other READ TOPIC plimsoll.cost.v1 (DENY from 10.0.0.1)",
                "not in the file: User:someone WRITE TOPIC plimsoll.cost.v1",
            ]
        );
        found.remove(&grants(&rights).into_iter().next().unwrap());
        assert!(differences(&rights, &found)[0].starts_with("missing: User:plimsoll-audit "));
    }

    #[test]
    fn a_grant_on_every_topic_is_one_on_ours() {
        let resource = |name: &str, pattern: &str| Resource {
            kind: "TOPIC".to_owned(),
            name: name.to_owned(),
            pattern: pattern.to_owned(),
        };
        for (name, pattern, is_ours) in [
            ("*", "LITERAL", true),
            ("pl", "PREFIXED", true),
            ("pl", "LITERAL", false),
            ("plimsoll.x", "LITERAL", true),
        ] {
            assert_eq!(resource(name, pattern).is_ours(), is_ours, "{name} {pattern}");
        }
    }
}
