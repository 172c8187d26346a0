//! The target moved under an approved plan.

use events::promotion::{ApprovalCarried, PreviewCompleted, PromotionFailed, PromotionStale};
use events::{Event, preview::PreviewFailed};
use ids::BlobHash;

use super::framework::*;
use crate::domain::{Again, Command, Status};

const NEW_HASH: &str = "33cc";

fn moved() -> Command {
    Command::Replan(conflict(), Ok(Box::new(moved_inputs())))
}

fn stale(reason: &str) -> Event {
    PromotionStale { promotion_id: ID, reason: reason.to_owned() }.into()
}

/// The plan is being made again: events 0 to 4.
fn replanning() -> Given {
    given(until_approved()).when(moved()).then([replan(1)])
}

fn second() -> PreviewCompleted {
    completed(4, NEW_HASH, b"new plan")
}

fn again(completed: PreviewCompleted, again: Again) -> Command {
    Command::CompleteAgain(Box::new(completed), again)
}

fn carried(old: &str) -> Event {
    let mut approved = plan(&["bob"]);
    approved.target_commit = "t2".to_owned();
    approved.plan = BlobHash::of(b"new plan");
    approved.preview_hash = NEW_HASH.to_owned();
    ApprovalCarried { promotion_id: ID, old_preview_hash: old.to_owned(), approved }.into()
}

#[test]
fn the_approval_is_carried_to_an_equal_plan() {
    let carried = replanning().when(again(second(), Again::Equal)).then([second().into(), carried(HASH)]);
    let promotion = carried.promotion().unwrap();
    assert_eq!((promotion.status, promotion.replan), (Status::Approved, None));
    assert_eq!(promotion.inputs.target_commit, "t2");
    assert_eq!(promotion.approved.unwrap().preview_hash, NEW_HASH);
}

#[test]
fn the_approval_ends_with_a_different_plan() {
    let reason = "overlays/production/web.yaml: other places are edited";
    let over = replanning().when(again(second(), Again::Different(reason.to_owned()))).then([stale(reason)]);
    let promotion = over.promotion().unwrap();
    assert_eq!((promotion.status, promotion.end.unwrap().message.as_str()), (Status::Stale, reason));
}

#[test]
fn an_open_one_is_planned_again_too() {
    let events = until_open();
    given(events)
        .when(moved())
        .then([replan(1)])
        .when(again(completed(5, NEW_HASH, b"new plan"), Again::Equal))
        .then([completed(5, NEW_HASH, b"new plan").into(), carried(HASH)]);
}

#[test]
fn the_approvals_have_to_do_for_the_policy_as_it_is_now() {
    let more = PreviewCompleted { approvals_needed: 2, ..second() };
    replanning()
        .when(again(more, Again::Equal))
        .then([stale("the application asks for 2 approvals now, and there are 1")]);
    let blocked = PreviewCompleted { obstacle: Some("PLAN_BLOCKED".to_owned()), ..second() };
    replanning()
        .when(again(blocked, Again::Equal))
        .then([stale("nobody can approve the plan as it is now: PLAN_BLOCKED")]);
}

#[test]
fn an_own_approval_ends_with_the_permission_for_it() {
    let allowed = PreviewCompleted { self_approval: true, ..preview() };
    let own = vec![requested(), allowed.into(), approval("ana", 1, 1), approved(&["ana"])];
    let reason = "the application does not let people approve their own requests any more";
    given(own).when(moved()).then([replan(1)]).when(again(second(), Again::Equal)).then([stale(reason)]);
}

#[test]
fn a_conflict_is_told_once_and_only_of_the_plan_that_counts() {
    replanning().when(moved()).then_nothing();
    let carried = replanning().when(again(second(), Again::Equal)).then([second().into(), carried(HASH)]);
    carried.when(moved()).then_nothing();
    given([requested(), preview().into()]).when(moved()).then_nothing();
}

#[test]
fn what_cannot_be_planned_again_is_stale() {
    let reason = "the application shop is not registered any more";
    let command = Command::Replan(conflict(), Err(reason.to_owned()));
    given(until_approved()).when(command).then([stale(reason)]);
}

/// The second plan cannot be made.
fn failed() -> Command {
    let (stage, code, message) = ("diff".to_owned(), "SOURCE_EMPTY".to_owned(), "nothing there".to_owned());
    Command::FailPreview(PreviewFailed { promotion_id: ID, request: event_id(4), stage, code, message })
}

#[test]
fn a_plan_that_cannot_be_made_again_ends_the_promotion() {
    let (stage, code, message) = ("diff".to_owned(), "SOURCE_EMPTY".to_owned(), "nothing there".to_owned());
    let over = PromotionFailed { promotion_id: ID, stage, code, message };
    let over = replanning().when(failed()).then([over.into()]);
    // The engine answers once more, and otherwise.
    over.when(again(second(), Again::Equal)).then_nothing();
}

#[test]
fn an_approval_that_was_carried_is_not_taken_back_by_a_second_answer() {
    let carried = replanning().when(again(second(), Again::Equal)).then([second().into(), carried(HASH)]);
    carried.when(failed()).then_nothing();
}

#[test]
fn an_answer_to_the_first_request_is_old_news_while_the_plan_is_made_again() {
    replanning().when(Command::Complete(Box::new(preview()))).then_nothing();
    replanning().when(again(preview(), Again::Equal)).then_nothing();
}

#[test]
fn a_target_that_never_rests_is_given_up() {
    let mut state = given(until_approved());
    let (mut hash, mut events) = (HASH.to_owned(), 4);
    let inputs = || Ok(Box::new(moved_inputs()));
    for attempt in 1..=8 {
        let moved = events::gitops::ConflictDetected { preview_hash: hash.clone(), ..conflict() };
        state = state.when(Command::Replan(moved, inputs())).then([replan(attempt)]);
        let completed = completed(events, &format!("hash {attempt}"), b"new plan");
        let Event::ApprovalCarried(mut carried) = carried(&hash) else { panic!() };
        hash = completed.preview_hash.clone();
        carried.approved.preview_hash = hash.clone();
        state = state.when(again(completed.clone(), Again::Equal)).then([completed.into(), carried.into()]);
        events += 3;
    }
    let moved = events::gitops::ConflictDetected { preview_hash: hash, ..conflict() };
    let reason = "the target moved again after its plan had been made again 8 times";
    state.when(Command::Replan(moved, inputs())).then([stale(reason)]);
}
