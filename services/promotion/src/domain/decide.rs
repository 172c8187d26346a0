//! What follows from a command.

use access::Role;
use events::Event;
use events::plan::PlanInputs;
use events::promotion::{PreviewRequested, PromotionSuperseded};
use ids::PromotionId;

use super::command::{Actor, Command};
use super::promotion::Promotion;
use super::refusal::Refusal;
use super::{approval, git, preview};

/// What follows from a command. What the engines or Git say about something that is over follows nothing from.
///
/// # Errors
/// When a person asks for what cannot be; what Git and the engines say is never refused.
pub fn decide(state: Option<&Promotion>, command: Command) -> Result<Vec<Event>, Refusal> {
    let (promotion, command) = match (state, command) {
        (None, Command::Request { id, inputs, by }) => return request(id, *inputs, &by),
        (None, Command::Approve { .. } | Command::Reject { .. }) => return Err(Refusal::NotFound),
        (None, _) => return Ok(Vec::new()),
        (Some(promotion), command) => (promotion, command),
    };
    match command {
        Command::Request { .. } => Err(Refusal::Exists),
        Command::Approve { by, comment, preview_hash, standing } => {
            approval::approve(promotion, by, comment, preview_hash, &standing)
        }
        Command::Reject { by, comment } => approval::reject(promotion, by, comment),
        Command::Supersede { newer, by } => Ok(supersede(promotion, newer, by)),
        Command::Complete(completed) => Ok(preview::complete(promotion, *completed)),
        Command::CompleteAgain(completed, again) => Ok(preview::complete_again(promotion, *completed, again)),
        Command::FailPreview(failed) => Ok(preview::fail(promotion, failed)),
        Command::Open(pushed) => Ok(git::open(promotion, pushed)),
        Command::ShowPullRequest(opened) => Ok(git::show_pull_request(promotion, opened)),
        Command::DelayPush(delayed) => Ok(git::delay(promotion, delayed)),
        Command::RefusePush(refused) => Ok(git::refuse(promotion, refused)),
        Command::Replan(conflict, inputs) => Ok(git::replan(promotion, conflict, inputs)),
        Command::Merge(seen) => Ok(git::merge(promotion, seen)),
        Command::Close(deleted) => Ok(git::close(promotion, &deleted)),
    }
}

fn request(id: PromotionId, inputs: PlanInputs, by: &Actor) -> Result<Vec<Event>, Refusal> {
    require(by, Role::Requester)?;
    let requested_by = by.user.clone();
    Ok(vec![PreviewRequested { promotion_id: id, inputs, requested_by }.into()])
}

/// Only what nobody has approved gives way: an approved one is people's decision and lies on a branch, or soon will.
/// If it is merged first, the newer plan is made again against what then is the target.
fn supersede(promotion: &Promotion, newer: PromotionId, by: String) -> Vec<Event> {
    match promotion.is_undecided() && newer != promotion.id {
        true => vec![PromotionSuperseded { promotion_id: promotion.id, superseded_by: newer, by }.into()],
        false => Vec::new(),
    }
}

pub(super) fn require(by: &Actor, needed: Role) -> Result<(), Refusal> {
    match by.role >= needed {
        true => Ok(()),
        false => Err(Refusal::Forbidden { needed }),
    }
}
