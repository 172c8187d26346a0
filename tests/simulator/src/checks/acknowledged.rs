//! What was acknowledged is there.

use std::collections::{BTreeMap, BTreeSet};

use event_log::EventLog as _;
use events::{Event, Service};
use ids::{OrgId, PromotionId};
use store::Store as _;

use super::evidence::Evidence;
use crate::history::HistoryError;
use crate::report::Violation;
use crate::world::World;

const LOST: &str = "nothing acknowledged is lost";
const TOLD: &str = "every committed event is told";
const PARKED: &str = "nothing is parked for a fault of others";
const ANSWERS: &str = "people are answered what fits";

pub(super) async fn check(world: &World, evidence: &Evidence) -> Result<Vec<Violation>, HistoryError> {
    let mut found = Vec::new();
    let lost = |what: String| Violation::new(LOST, what);
    for id in &evidence.acknowledged.requested {
        if !evidence.promotions.contains_key(id) {
            found.push(lost(format!("the request of {id}")));
        }
    }
    let given = evidence.events().filter_map(|event| match event {
        Event::ApprovalGiven(given) => {
            Some((given.promotion_id, given.by.clone(), given.preview_hash.clone()))
        }
        _ => None,
    });
    let given: BTreeSet<_> = given.collect();
    for approval in evidence.acknowledged.approved.iter().filter(|approval| !given.contains(approval)) {
        found.push(lost(format!("the approval of {} by {}", approval.0, approval.1)));
    }
    let rejected = |id: &PromotionId| {
        evidence
            .events()
            .any(|event| matches!(event, Event::PromotionRejected(event) if event.promotion_id == *id))
    };
    for id in evidence.acknowledged.rejected.iter().filter(|id| !rejected(id)) {
        found.push(lost(format!("the rejection of {id}")));
    }
    let approved = |id: &PromotionId| {
        evidence
            .events()
            .any(|event| matches!(event, Event::PromotionApproved(event) if event.promotion_id == *id))
    };
    let by_them =
        |(id, of): &(PromotionId, String)| given.iter().any(|(of_id, by, _)| (of_id, by) == (id, of));
    for told in &evidence.acknowledged.not_needed {
        if !by_them(told) && !approved(&told.0) {
            found.push(lost(format!("that {} needs no approval of {}", told.0, told.1)));
        }
    }
    for (position, record) in &evidence.acknowledged.appended {
        let there = world.log.read(&position.partition, position.offset, 1).await?;
        if there.first().is_none_or(|there| there.record != *record) {
            found.push(lost(format!("the record at {position}")));
        }
    }
    let unexpected = evidence.acknowledged.unexpected.iter();
    found.extend(unexpected.map(|what| Violation::new(ANSWERS, what.clone())));
    found.extend(told(world, evidence).await?);
    Ok(found)
}

/// Of each aggregate, as many events are in the log as its owner has committed.
async fn told(world: &World, evidence: &Evidence) -> Result<Vec<Violation>, HistoryError> {
    let (mut found, mut ends) = (Vec::new(), BTreeMap::<(Service, OrgId, &str), u64>::new());
    for envelope in evidence.records.iter().map(|seen| &seen.message.envelope) {
        let end = ends.entry((envelope.source, envelope.org, &envelope.subject)).or_default();
        *end = envelope.sequence.max(*end);
    }
    for (service, store) in &world.stores {
        for ((org, aggregate), committed) in store.sequences() {
            let told = ends.get(&(*service, org, &aggregate)).copied().unwrap_or_default();
            if committed != told {
                let what =
                    format!("{service} has committed {committed} events of {aggregate}, {told} are told");
                found.push(Violation::new(TOLD, what));
            }
        }
        for letter in store.dead_letters(None, 0, 10).await? {
            let what = format!("{service}: {} {}", letter.letter.code, letter.letter.message);
            found.push(Violation::new(PARKED, what));
        }
    }
    Ok(found)
}
