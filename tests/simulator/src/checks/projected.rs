//! Projections are what a fresh fold of the log gives.

use gateway::Tables;

use super::evidence::Evidence;
use crate::report::Violation;
use crate::world::{ACME, World};

const FRESH: &str = "projections are equal to a fresh fold";
const OWNER: &str = "projections show what the owner knows";

pub(super) fn check(world: &World, evidence: &Evidence) -> Vec<Violation> {
    let mut fresh = Tables::default();
    evidence.records.iter().for_each(|seen| fresh.fold(&seen.message));
    let tables = world.tables.tables();
    let mut found = Vec::new();
    for (id, row) in &fresh.promotions {
        if tables.promotions.get(id) != Some(row) {
            found.push(Violation::new(FRESH, format!("the promotion {}", id.1)));
        }
    }
    if found.is_empty() && tables != fresh {
        found.push(Violation::new(FRESH, "the tables differ".to_owned()));
    }
    for (id, state) in &evidence.stored {
        let status = state.get("status").and_then(serde_json::Value::as_str);
        let row = tables.promotions.get(&(ACME, *id)).map(|row| row.status.as_str());
        if status != row {
            found.push(Violation::new(OWNER, format!("{id} is {status:?} and shown as {row:?}")));
        }
    }
    found
}
