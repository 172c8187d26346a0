//! One branch and one commit for each promotion that was approved, no fewer and no more, which hold what was shown and nothing
//! else.

use std::collections::{BTreeMap, BTreeSet};

use events::{Event, Message};
use gitops::git::{Git as _, Watched};
use ids::PromotionId;
use promotion::domain::Status;

use super::evidence::Evidence;
use crate::given::Pushing;
use crate::report::Violation;
use crate::repository::{DOCUMENT, PRODUCTION, STAGING, tag, with_tag};
use crate::world::World;

const ONE: &str = "one branch and one commit for each approved promotion";
const MADE: &str = "what is approved is pushed";
const HELD: &str = "what has moved is not pushed";
const CONTENT: &str = "a branch holds what was approved";

pub(super) fn check(world: &World, evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut by_promotion: BTreeMap<&str, Vec<&Pushing>> = BTreeMap::new();
    let pushes = world.hosts.pushes();
    for push in &pushes {
        by_promotion.entry(&push.promotion).or_default().push(push);
        if !push.moved.is_empty() && !push.was_there {
            found.push(Violation::new(HELD, format!("{}: {}", push.branch, push.moved.join(", "))));
        }
    }
    let excused = excused(evidence);
    for (id, messages) in &evidence.promotions {
        let pushes = by_promotion.remove(id.to_string().as_str()).unwrap_or_default();
        found.extend(one(&id.to_string(), messages, &pushes));
        if pushes.is_empty() && is_approved(messages) && !(excused.contains(id) && has_given_up(messages)) {
            found.push(Violation::new(MADE, id.to_string()));
        }
        let gone = pushes.iter().find(|push| !world.hosts.has(push));
        found.extend(gone.map(|push| Violation::new(MADE, format!("{} is not there", push.branch))));
        let wrong = pushes.iter().find(|push| !is_right(world, messages, push));
        found
            .extend(wrong.map(|push| Violation::new(CONTENT, format!("{} at {}", push.branch, push.commit))));
    }
    found.extend(by_promotion.keys().map(|id| Violation::new(ONE, format!("{id} is no promotion"))));
    found
}

/// Promotions of which a host said why they are not pushed: what they read has moved, or it does not take their branch.
fn excused(evidence: &Evidence) -> BTreeSet<PromotionId> {
    let said = evidence.events().filter_map(|event| match event {
        Event::ConflictDetected(event) => Some(event.promotion_id),
        Event::PushRefused(event) => Some(event.promotion_id),
        _ => None,
    });
    said.collect()
}

/// Whether people were told that nothing is pushed. What is rejected, superseded or closed is so before its approval or after its
/// push.
fn has_given_up(messages: &[Message]) -> bool {
    let status = Evidence::folded(messages).map(|promotion| promotion.status);
    matches!(status, Some(Status::Stale | Status::Failed))
}

/// Whether as many people as a preview asks for have approved it: counted here, whatever its owner made of it.
fn is_approved(messages: &[Message]) -> bool {
    let by = |hash: &str| -> BTreeSet<&str> {
        let given = messages.iter().filter_map(|message| match &message.event {
            Event::ApprovalGiven(given) if given.preview_hash == hash => Some(given.by.as_str()),
            _ => None,
        });
        given.collect()
    };
    messages.iter().any(|message| match &message.event {
        Event::PreviewCompleted(preview) => {
            let given = by(&preview.preview_hash).len();
            given > 0 && given >= preview.approvals_needed as usize
        }
        _ => false,
    })
}

fn one(id: &str, messages: &[Message], pushes: &[&Pushing]) -> Option<Violation> {
    let first = pushes.first()?;
    let same = pushes.iter().all(|push| (&push.branch, &push.commit) == (&first.branch, &first.commit));
    let approved = messages.iter().any(|message| matches!(message.event, Event::PromotionApproved(_)));
    let told = messages.iter().all(|message| match &message.event {
        Event::PromotionOpened(opened) => opened.commit == first.commit && opened.branch == first.branch,
        _ => true,
    });
    (!same || !approved || !told).then(|| Violation::new(ONE, format!("{id}: {pushes:?}")))
}

/// Whether a branch holds the target's manifest with the source's image, and nothing else: said without a planner.
fn is_right(world: &World, messages: &[Message], push: &Pushing) -> bool {
    let file = |commit: &str, path: &str| {
        let bytes = world.hosts.git.file(&push.url, commit, path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let mut inputs = messages.iter().filter_map(|message| match &message.event {
        Event::PreviewRequested(event) => Some(&event.inputs),
        Event::ReplanRequested(event) => Some(&event.inputs),
        _ => None,
    });
    let branch = file(&push.commit, PRODUCTION);
    inputs.any(|inputs| {
        let staging = file(&inputs.source_commit, STAGING);
        let before = file(&inputs.target_commit, PRODUCTION);
        tag(&staging).is_some_and(|tag| with_tag(&before, tag) == branch)
            && changed(world, push, &inputs.target_commit) == [PRODUCTION]
    })
}

/// The files that a branch has otherwise than a commit.
fn changed(world: &World, push: &Pushing, before: &str) -> Vec<String> {
    let files = [DOCUMENT, STAGING, PRODUCTION].map(str::to_owned).into();
    // And whatever comes or goes.
    let all = Watched { files, directories: [String::new()].into() };
    world.hosts.git.changed_between(&push.url, before, &push.commit, &all).unwrap_or_default()
}
