//! Who approves and rejects what, and when.

use access::Role;
use application::Date;
use events::promotion::{ApprovalGiven, PreviewCompleted, PromotionRejected};
use ids::BlobHash;

use super::framework::*;
use crate::domain::{Actor, Command, Standing, Status, UsedWaiver};

fn shown() -> Given {
    given([requested(), preview().into()])
}

fn obstacle(code: &str) -> Given {
    given([requested(), PreviewCompleted { obstacle: Some(code.to_owned()), ..preview() }.into()])
}

#[test]
fn one_approval_of_somebody_else_is_enough_by_default() {
    let given = shown().when(approve(approver("bob"))).then([approval("bob", 1, 1), approved(&["bob"])]);
    assert_eq!(given.promotion().unwrap().status, Status::Approved);
}

#[test]
fn an_approval_says_why() {
    let comment = Some("looks right".to_owned());
    let (by, standing) = (approver("bob"), standing(&[]));
    let command = Command::Approve { by, comment: comment.clone(), preview_hash: None, standing };
    let approval = ApprovalGiven {
        promotion_id: ID,
        by: "bob".to_owned(),
        comment,
        preview_hash: HASH.to_owned(),
        given: 1,
        needed: 1,
    };
    shown().when(command).then([approval.into(), approved(&["bob"])]);
}

#[test]
fn a_quorum_is_reached_by_the_last_of_different_people() {
    given([requested(), needs(3).into()])
        .when(approve(approver("bob")))
        .then([approval("bob", 1, 3)])
        .when(approve(approver("cyn")))
        .then([approval("cyn", 2, 3)])
        .when(approve(approver("dan")))
        .then([approval("dan", 3, 3), approved(&["bob", "cyn", "dan"])])
        .when(approve(approver("eve")))
        .refused("ALREADY_APPROVED");
}

#[test]
fn nobody_approves_twice() {
    let once = || given([requested(), needs(2).into(), approval("bob", 1, 2)]);
    once().when(approve(approver("bob"))).refused("ALREADY_APPROVED");
    given(until_approved()).when(approve(approver("bob"))).refused("ALREADY_APPROVED");
    given(until_open()).when(approve(approver("cyn"))).refused("ALREADY_APPROVED");
}

#[test]
fn nobody_approves_their_own_request_unless_the_application_says_so() {
    shown().when(approve(approver("ana"))).refused("SELF_APPROVAL");
    let allowed = PreviewCompleted { self_approval: true, ..preview() };
    given([requested(), allowed.into()])
        .when(approve(approver("ana")))
        .then([approval("ana", 1, 1), approved(&["ana"])]);
}

#[test]
fn self_approval_is_still_an_approvers() {
    let allowed = PreviewCompleted { self_approval: true, ..preview() };
    given([requested(), allowed.into()]).when(approve(ana())).refused("FORBIDDEN");
}

#[test]
fn a_requester_approves_nothing_and_an_admin_may() {
    let of = |role| Actor { user: "bob".to_owned(), role };
    shown().when(approve(of(Role::Requester))).refused("FORBIDDEN");
    shown().when(approve(of(Role::Admin))).then([approval("bob", 1, 1), approved(&["bob"])]);
}

#[test]
fn what_is_approved_is_the_preview_that_was_seen() {
    shown().when(approve_seen(approver("bob"), "22bb")).refused("PREVIEW_HASH_MISMATCH");
    shown().when(approve_seen(approver("bob"), HASH)).then([approval("bob", 1, 1), approved(&["bob"])]);
}

#[test]
fn there_is_nothing_to_approve_before_the_preview_is_complete() {
    given([requested()]).when(approve(approver("bob"))).refused("PREVIEW_NOT_READY");
}

#[test]
fn what_cannot_be_promoted_cannot_be_approved() {
    obstacle("PLAN_BLOCKED").when(approve(approver("bob"))).refused("PLAN_BLOCKED");
    obstacle("NOTHING_TO_PROMOTE").when(approve(approver("bob"))).refused("NOTHING_TO_PROMOTE");
    // One that a newer engine may know.
    obstacle("PLAN_ODD").when(approve(approver("bob"))).refused("PLAN_BLOCKED");
}

#[test]
fn a_hash_that_is_wrong_is_told_before_what_is_wrong_with_the_plan() {
    obstacle("PLAN_BLOCKED").when(approve_seen(approver("bob"), "22bb")).refused("PREVIEW_HASH_MISMATCH");
}

fn rejected(by: &str) -> events::Event {
    PromotionRejected { promotion_id: ID, by: by.to_owned(), comment: None }.into()
}

#[test]
fn approvers_reject_and_requesters_cancel_their_own() {
    for events in [vec![requested()], vec![requested(), preview().into()]] {
        given(events.clone()).when(reject(approver("bob"))).then([rejected("bob")]);
        given(events.clone()).when(reject(ana())).then([rejected("ana")]);
        let other = Actor { user: "zoe".to_owned(), role: Role::Requester };
        given(events).when(reject(other)).refused("FORBIDDEN");
    }
}

#[test]
fn a_rejected_one_takes_no_other_decision() {
    let over = || shown().when(reject(approver("bob"))).then([rejected("bob")]);
    assert_eq!(over().promotion().unwrap().status, Status::Rejected);
    over().when(approve(approver("cyn"))).refused("PROMOTION_CLOSED");
    over().when(reject(approver("cyn"))).refused("PROMOTION_CLOSED");
}

#[test]
fn what_is_approved_is_withdrawn_in_git() {
    given(until_approved()).when(reject(ana())).refused("PROMOTION_CLOSED");
    given(until_open()).when(reject(approver("bob"))).refused("PROMOTION_CLOSED");
}

/// The approval of a preview that rests on this waiver, on 2026-11-22.
fn over(until: Option<(u16, u8, u8)>, revoked: bool) -> Command {
    let until = until.map(|(year, month, day)| Date::new(year, month, day).unwrap());
    let waiver = UsedWaiver { name: "image-unpinned at Deployment/web by ana".to_owned(), until, revoked };
    Command::Approve { by: approver("bob"), comment: None, preview_hash: None, standing: standing(&[waiver]) }
}

/// The last day is one of its days.
#[test]
fn a_preview_is_approved_as_long_as_its_waivers_count() {
    for until in [Some((2026, 11, 22)), Some((2027, 1, 1)), None] {
        shown().when(over(until, false)).then([approval("bob", 1, 1), approved(&["bob"])]);
    }
}

#[test]
fn a_waiver_that_ended_since_the_preview_keeps_it_from_being_approved() {
    shown().when(over(Some((2026, 11, 21)), false)).refused("WAIVER_ENDED");
    shown().when(over(Some((2027, 1, 1)), true)).refused("WAIVER_ENDED");
    shown().when(over(None, true)).refused("WAIVER_ENDED");
}

#[test]
fn waivers_of_another_preview_say_nothing() {
    let before = Standing { risk: None, ..standing(&[]) };
    let command =
        |standing| Command::Approve { by: approver("bob"), comment: None, preview_hash: None, standing };
    shown().when(command(before)).refused("PREVIEW_NOT_READY");
    let other = Standing { risk: Some(BlobHash::of(b"other")), ..standing(&[]) };
    shown().when(command(other)).refused("PREVIEW_NOT_READY");
}
