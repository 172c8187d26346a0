//! Asking for a preview, and giving way to a newer one.

use events::promotion::PromotionSuperseded;

use super::framework::*;
use crate::domain::{Command, Status};

fn request() -> Command {
    Command::Request { id: ID, inputs: Box::new(inputs()), by: ana() }
}

fn superseded() -> events::Event {
    PromotionSuperseded { promotion_id: ID, superseded_by: NEWER, by: "bob".to_owned() }.into()
}

fn supersede(newer: ids::PromotionId) -> Command {
    Command::Supersede { newer, by: "bob".to_owned() }
}

#[test]
fn a_request_names_what_the_plan_is_made_from() {
    let given = given([]).when(request()).then([requested()]);
    let promotion = given.promotion().unwrap();
    assert_eq!((promotion.status, promotion.request), (Status::Requested, event_id(0)));
}

#[test]
fn a_request_makes_one_promotion() {
    given([requested()]).when(request()).refused("PROMOTION_EXISTS");
}

#[test]
fn what_nobody_has_approved_gives_way_to_a_newer_one() {
    for events in [
        vec![requested()],
        vec![requested(), preview().into()],
        vec![requested(), needs(2).into(), approval("bob", 1, 2)],
    ] {
        let given = given(events).when(supersede(NEWER)).then([superseded()]);
        let promotion = given.promotion().unwrap();
        assert_eq!(promotion.status, Status::Superseded);
        let said = promotion.end.as_ref().unwrap().message.clone();
        assert!(said.contains("bob") && said.contains(&NEWER.to_string()), "{said}");
        given.when(supersede(NEWER)).then_nothing();
    }
}

#[test]
fn what_is_approved_stays() {
    for events in [until_approved(), until_open()] {
        given(events).when(supersede(NEWER)).then_nothing();
    }
}

#[test]
fn no_promotion_gives_way_to_itself() {
    given([requested()]).when(supersede(ID)).then_nothing();
}

#[test]
fn a_superseded_one_takes_no_decision_and_no_answer() {
    let over = || given([requested(), superseded()]);
    over().when(approve(approver("bob"))).refused("PROMOTION_CLOSED");
    over().when(reject(ana())).refused("PROMOTION_CLOSED");
    over().when(Command::Complete(Box::new(preview()))).then_nothing();
}

#[test]
fn a_promotion_that_is_not_there_cannot_be_decided_about() {
    given([]).when(approve(approver("bob"))).refused("PROMOTION_NOT_FOUND");
    given([]).when(reject(ana())).refused("PROMOTION_NOT_FOUND");
    given([]).when(Command::Complete(Box::new(preview()))).then_nothing();
}
