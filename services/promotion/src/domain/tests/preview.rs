//! What the engines answer.

use events::preview::PreviewFailed;
use events::promotion::PromotionFailed;

use super::framework::*;
use crate::domain::{Command, Status};

fn complete(completed: events::promotion::PreviewCompleted) -> Command {
    Command::Complete(Box::new(completed))
}

fn failed(request: usize) -> Command {
    Command::FailPreview(PreviewFailed {
        promotion_id: ID,
        request: event_id(request),
        stage: "diff".to_owned(),
        code: "MANIFEST_SYNTAX".to_owned(),
        message: "web.yaml:3: no mapping".to_owned(),
    })
}

#[test]
fn the_answer_to_the_request_completes_the_preview_once() {
    let given = given([requested()]).when(complete(preview())).then([preview().into()]);
    assert_eq!(given.promotion().unwrap().status, Status::Preview);
    given.when(complete(preview())).then_nothing();
}

#[test]
fn an_answer_to_another_request_is_none() {
    given([requested()]).when(complete(completed(7, HASH, b"plan"))).then_nothing();
    given([requested()]).when(failed(7)).then_nothing();
}

#[test]
fn a_preview_that_cannot_be_made_ends_the_promotion_with_the_reason() {
    let event = PromotionFailed {
        promotion_id: ID,
        stage: "diff".to_owned(),
        code: "MANIFEST_SYNTAX".to_owned(),
        message: "web.yaml:3: no mapping".to_owned(),
    };
    let over = given([requested()]).when(failed(0)).then([event.into()]);
    let promotion = over.promotion().unwrap();
    assert_eq!(promotion.status, Status::Failed);
    assert_eq!(promotion.end.unwrap().code.as_deref(), Some("MANIFEST_SYNTAX"));
}

#[test]
fn a_failure_after_the_preview_is_old_news() {
    given([requested(), preview().into()]).when(failed(0)).then_nothing();
}

/// An engine that was ended between its answer and its offset answers again, and not always the same: a repository that
/// was away is there. The answer that was heard first counts.
#[test]
fn of_two_answers_of_an_engine_the_first_counts() {
    let failure = PromotionFailed {
        promotion_id: ID,
        stage: "diff".to_owned(),
        code: "MANIFEST_SYNTAX".to_owned(),
        message: "web.yaml:3: no mapping".to_owned(),
    };
    let over = given([requested()]).when(failed(0)).then([failure.into()]);
    let over = over.when(complete(preview())).then_nothing();
    assert_eq!(over.promotion().unwrap().preview, None);
    let made = given([requested()]).when(complete(preview())).then([preview().into()]);
    assert_eq!(made.when(failed(0)).then_nothing().promotion().unwrap().status, Status::Preview);
    given(until_approved()).when(failed(0)).then_nothing();
    given(until_open()).when(failed(0)).then_nothing();
}
