//! Dead letters as the database has them.

use std::collections::BTreeMap;

use chaos::Failed;
use stack::{SERVICES, Stack};

/// A dead letter: whose, of what, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) service: String,
    pub(crate) key: String,
    pub(crate) code: String,
}

/// Those of all services, by the service and the number that it has there.
pub(crate) fn all(stack: &Stack) -> Result<BTreeMap<String, Letter>, Failed> {
    let of = |service: &str| {
        format!(
            "SELECT '{service} ' || id || ' ' || code || ' ' || encode(key, 'escape') FROM \"{service}\".dead_letters"
        )
    };
    let found = stack.sql(&format!("{};\n", SERVICES.map(of).join(" UNION ALL ")))?;
    let letter = |line: &str| {
        let mut words = line.trim().splitn(4, ' ').map(str::to_owned);
        let (service, number, code, key) = (words.next()?, words.next()?, words.next()?, words.next()?);
        Some((format!("{service}/{number}"), Letter { service, key, code }))
    };
    Ok(found.lines().filter_map(letter).collect())
}

/// Takes those that are expected, each once, out of what was found: how many those are, and the others in words.
pub(crate) fn apart(found: &BTreeMap<String, Letter>, mut expected: Vec<Letter>) -> (usize, Vec<String>) {
    let (all, mut others) = (expected.len(), Vec::new());
    for (id, letter) in found {
        match expected.iter().position(|one| one == letter) {
            Some(at) => drop(expected.swap_remove(at)),
            None => others.push(format!("a dead letter: {id} {} {}", letter.key, letter.code)),
        }
    }
    (all - expected.len(), others)
}
