//! The file of rights.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use events::Service;
use serde::Deserialize;

use crate::failure::Failure;
use crate::verbs::file::Shipped;

/// What each service may do.
pub(super) type Rights = BTreeMap<Service, Granted>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    services: BTreeMap<String, Granted>,
}

/// What a service may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Granted {
    pub(super) kafka: OnKafka,
    pub(super) postgres: InPostgres,
}

/// On Kafka.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OnKafka {
    /// Topics.
    pub(super) writes: BTreeSet<String>,
    /// Topics.
    pub(super) reads: BTreeSet<String>,
    /// Consumer groups.
    pub(super) groups: BTreeSet<String>,
}

/// In Postgres: schemas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct InPostgres {
    /// All is the service's.
    pub(super) owns: BTreeSet<String>,
    /// It reads and inserts.
    pub(super) adds: BTreeSet<String>,
    /// It reads.
    pub(super) sees: BTreeSet<String>,
}

/// The rights of a file; of the one that is shipped, if none is given.
pub(super) fn read(path: Option<&Path>) -> Result<Rights, Failure> {
    let (bytes, shown) = Shipped::Rights.or(path)?;
    parse(&bytes, &shown)
}

pub(super) fn parse(bytes: &[u8], path: &str) -> Result<Rights, Failure> {
    let mut file: File = Shipped::Rights.parse(bytes, path)?;
    let mut rights = Rights::new();
    for service in Service::ALL {
        let granted = file.services.remove(service.name());
        let granted = granted.ok_or_else(|| invalid(path, &format!("{service} is not in it")))?;
        rights.insert(service, granted);
    }
    if let Some(name) = file.services.keys().next() {
        return Err(invalid(path, &format!("{name:?} is no service")));
    }
    check(&rights).map_err(|why| invalid(path, &why))?;
    Ok(rights)
}

/// A topic has one writer, which is who it is named after; a schema has one owner.
fn check(rights: &Rights) -> Result<(), String> {
    for (service, granted) in rights {
        let own = service.topic();
        if granted.kafka.writes.iter().ne([own.as_str()]) {
            return Err(format!("{service} writes {own}, and nothing else: a topic has one writer"));
        }
        let OnKafka { writes, reads, groups } = &granted.kafka;
        let InPostgres { owns, adds, sees } = &granted.postgres;
        for name in [writes, reads, groups, owns, adds, sees].into_iter().flatten() {
            if !is_plain(name) {
                return Err(format!("{service}: {name:?} is no plain name"));
            }
        }
        if let Some(both) = adds.iter().chain(sees).find(|schema| owns.contains(*schema)) {
            return Err(format!("{service} owns {both}, and needs no more on it"));
        }
    }
    owners(rights).map(drop)
}

/// Whose each schema is.
pub(super) fn owners(rights: &Rights) -> Result<BTreeMap<&str, Service>, String> {
    let mut owners = BTreeMap::new();
    for (service, granted) in rights {
        for schema in &granted.postgres.owns {
            if let Some(other) = owners.insert(schema.as_str(), *service) {
                return Err(format!("{other} and {service} own {schema}: a schema has one owner"));
            }
        }
    }
    for (service, granted) in rights {
        let used = granted.postgres.adds.iter().chain(&granted.postgres.sees);
        if let Some(nobodys) = used.into_iter().find(|schema| !owners.contains_key(schema.as_str())) {
            return Err(format!("{service} uses {nobodys}, which nobody owns"));
        }
    }
    Ok(owners)
}

/// Neither a shell nor SQL reads anything into it.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain)
}

fn invalid(path: &str, why: &str) -> Failure {
    Shipped::Rights.invalid(path, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_is_of_every_service() {
        let rights = read(None).unwrap();
        assert_eq!(rights.keys().copied().collect::<BTreeSet<_>>(), Service::ALL.into_iter().collect());
        let audit = &rights[&Service::Audit].kafka;
        assert!(!audit.reads.contains("plimsoll.audit.v1"), "its own would make the tree grow for ever");
    }

    #[test]
    fn what_would_give_more_than_one_the_same_is_refused() {
        let refused = |from: &str, to: &str| {
            let text = Shipped::Rights.text().replace(from, to);
            assert_ne!(text, Shipped::Rights.text());
            let failure = parse(text.as_bytes(), "rights.yaml").unwrap_err();
            assert_eq!(failure.code(), "RIGHTS_INVALID");
            failure.message().to_owned()
        };
        let second = refused("writes: [plimsoll.cost.v1]", "writes: [plimsoll.cost.v1, plimsoll.risk.v1]");
        assert!(second.contains("a topic has one writer"), "{second}");
        assert!(
            refused("owns: [risk], adds: [blob", "owns: [risk, blob], adds: [log")
                .contains("diff and risk own blob")
        );
        assert!(refused("owns: [diff, blob, ", "owns: [diff, ").contains("uses blob, which nobody owns"));
        assert!(refused("adds: [blob, ", "adds: [\"a; DROP\", ").contains("is no plain name"));
        assert!(refused("  cost:\n", "  price:\n").contains("cost is not in it"));
        assert!(refused("groups: [risk]", "consumes: [risk]").contains("unknown field `consumes`"));
    }
}
