//! What Git answers.

use events::gitops::{BranchDeleted, BranchPushed, MergeSeen, PullRequestOpened, PushDelayed, PushRefused};
use events::promotion::{
    PromotionClosed, PromotionDelayed, PromotionFailed, PromotionMerged, PromotionStale,
};

use super::framework::*;
use crate::domain::{Command, Status};

const URL: &str = "https://git.example/shop/pulls/1";

fn pushed(preview_hash: &str, commit: &str) -> Command {
    Command::Open(BranchPushed {
        promotion_id: ID,
        preview_hash: preview_hash.to_owned(),
        repository: "https://git.example/shop.git".to_owned(),
        branch: plan(&[]).branch,
        commit: commit.to_owned(),
        target_commit: "t1".to_owned(),
    })
}

fn pull_request() -> Command {
    Command::ShowPullRequest(PullRequestOpened { promotion_id: ID, url: URL.to_owned() })
}

fn merge() -> Command {
    let incomplete = vec!["a.yaml".to_owned()];
    let (commit, how) = ("m1".to_owned(), "trailer".to_owned());
    Command::Merge(MergeSeen { promotion_id: ID, commit, how, incomplete })
}

fn merged() -> events::Event {
    let incomplete = vec!["a.yaml".to_owned()];
    PromotionMerged { promotion_id: ID, commit: "m1".to_owned(), how: "trailer".to_owned(), incomplete }
        .into()
}

fn deleted() -> Command {
    Command::Close(BranchDeleted { promotion_id: ID, branch: "plimsoll/x".to_owned() })
}

fn closed() -> events::Event {
    let reason = "the branch plimsoll/x was deleted without a merge".to_owned();
    PromotionClosed { promotion_id: ID, reason }.into()
}

#[test]
fn a_pushed_branch_opens_it_once() {
    let open = given(until_approved()).when(pushed(HASH, "b1")).then([opened("b1", None)]);
    assert_eq!(open.promotion().unwrap().status, Status::Open);
    open.when(pushed(HASH, "b1")).then_nothing();
}

#[test]
fn a_branch_of_another_preview_is_not_what_was_approved() {
    given(until_approved()).when(pushed("22bb", "b1")).then_nothing();
    given([requested(), preview().into()]).when(pushed(HASH, "b1")).then_nothing();
}

#[test]
fn a_pull_request_is_shown_once_and_stays_with_the_branch() {
    let shown = given(until_open()).when(pull_request()).then([opened("b1", Some(URL))]);
    let shown = shown.when(pull_request()).then_nothing();
    shown.when(pushed(HASH, "b2")).then([opened("b2", Some(URL))]);
}

#[test]
fn a_refused_push_ends_it_with_the_reason() {
    let refused = PushRefused { promotion_id: ID, code: "PUSH_DENIED".to_owned(), message: "no".to_owned() };
    let (code, message) = ("PUSH_DENIED".to_owned(), "no".to_owned());
    let failed = PromotionFailed { promotion_id: ID, stage: "gitops".to_owned(), code, message };
    let over = given(until_approved()).when(Command::RefusePush(refused.clone())).then([failed.into()]);
    over.when(Command::RefusePush(refused)).then_nothing();
}

#[test]
fn a_push_that_waits_is_told_and_ends_nothing() {
    let (code, message) = ("GIT_UNREACHABLE".to_owned(), "no route".to_owned());
    let delayed = |hash: &str| {
        let (preview_hash, code, message) = (hash.to_owned(), code.clone(), message.clone());
        Command::DelayPush(PushDelayed { promotion_id: ID, preview_hash, code, message })
    };
    let told = PromotionDelayed { promotion_id: ID, code: code.clone(), message: message.clone() };
    let waits = given(until_approved()).when(delayed(HASH)).then([told.into()]);
    assert_eq!(waits.promotion().unwrap().status, Status::Approved);
    waits.when(pushed(HASH, "b1")).then([opened("b1", None)]).when(delayed(HASH)).then_nothing();
    given(until_approved()).when(delayed("22bb")).then_nothing();
}

#[test]
fn a_merge_is_seen_once() {
    let over = given(until_open()).when(merge()).then([merged()]);
    assert_eq!(over.promotion().unwrap().status, Status::Merged);
    let over = over.when(merge()).then_nothing().when(deleted()).then_nothing();
    over.when(approve(approver("cyn"))).refused("PROMOTION_CLOSED");
}

#[test]
fn a_merge_counts_whatever_had_become_of_it() {
    let stale = PromotionStale { promotion_id: ID, reason: "x".to_owned() }.into();
    for end in [stale, closed()] {
        let events = [until_open(), vec![end]].concat();
        let over = given(events).when(merge()).then([merged()]);
        assert_eq!(over.promotion().unwrap().end, None);
    }
    given(until_approved()).when(merge()).then([merged()]);
}

#[test]
fn what_nobody_approved_cannot_have_been_merged() {
    given([requested(), preview().into()]).when(merge()).then_nothing();
}

#[test]
fn a_branch_that_went_away_closes_it() {
    let over = given(until_open()).when(deleted()).then([closed()]);
    assert_eq!(over.promotion().unwrap().status, Status::Closed);
    over.when(deleted()).then_nothing();
    given(until_approved()).when(deleted()).then_nothing();
}
