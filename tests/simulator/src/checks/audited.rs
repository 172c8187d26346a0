//! The audit's trees have one leaf for each record, in order, and their roots are those of their leaves.

use std::collections::{BTreeMap, BTreeSet};

use events::Service;
use sha2::{Digest as _, Sha256};
use tlog::Record;

use super::evidence::Evidence;
use crate::report::Violation;
use crate::world::World;

const LEAVES: &str = "each record has one leaf";
const ROOT: &str = "a tree's root is that of its leaves";

/// A record's place: topic, partition, offset.
type Place = (String, u32, u64);

pub(super) fn check(world: &World, evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    let audited = evidence.records.iter().filter(|seen| seen.message.envelope.source != Service::Audit);
    let mut records: BTreeMap<Place, String> = audited
        .map(|seen| {
            let position = &seen.delivered.position;
            let topic = position.partition.topic.to_string();
            let id = seen.message.envelope.id.to_string();
            ((topic, position.partition.partition, position.offset), id)
        })
        .collect();
    for (org, tree) in world.trees.trees() {
        let mut ends: BTreeMap<(String, u32), u64> = BTreeMap::new();
        for leaf in &tree.leaves {
            let position = &leaf.position;
            let place = (position.topic.clone(), position.partition, position.offset);
            let id = match &leaf.record {
                Record::Event(event) => Some(&event.id),
                Record::Raw(_) => None,
            };
            if records.remove(&place).as_ref() != id {
                found.push(Violation::new(LEAVES, format!("{place:?} has another leaf")));
            }
            let end = ends.entry((place.0.clone(), place.1)).or_default();
            if place.2 < *end {
                found.push(Violation::new(LEAVES, format!("{place:?} comes late")));
            }
            *end = place.2;
        }
        let hashes: Vec<[u8; 32]> = tree.leaves.iter().map(|leaf| of_leaf(&leaf.bytes())).collect();
        if tree.frontier.size() != hashes.len() as u64 || tree.frontier.root().bytes() != &root(&hashes) {
            found.push(Violation::new(ROOT, org.to_string()));
        }
    }
    let missing: BTreeSet<Place> = records.into_keys().collect();
    found.extend(missing.first().map(|place| {
        Violation::new(LEAVES, format!("{} records have none, such as {place:?}", missing.len()))
    }));
    found
}

/// The hash of a list of leaves, as RFC 6962 (section 2.1) defines it.
fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            // The largest power of two that is smaller than the list.
            let split = 1 << (leaves.len() - 1).ilog2();
            let (left, right) = leaves.split_at(split);
            let mut hash = Sha256::new();
            hash.update([1]);
            hash.update(root(left));
            hash.update(root(right));
            hash.finalize().into()
        }
    }
}

fn of_leaf(bytes: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(bytes);
    hash.finalize().into()
}
