//! What follows from an event.

use events::promotion::{PreviewRequested, PromotionOpened};
use events::{Envelope, Event, Message};

use super::edge::Rank;
use super::promotion::{Branch, End, Promotion, Replan, Status};

impl Promotion {
    /// The promotion after one of its events.
    #[must_use]
    pub fn evolve(state: Option<Self>, message: &Message) -> Option<Self> {
        match (&message.event, state) {
            (Event::PreviewRequested(requested), None) => Some(Self::requested(&message.envelope, requested)),
            (event, Some(mut promotion)) => {
                promotion.apply(&message.envelope, event);
                Some(promotion)
            }
            (_, None) => None,
        }
    }

    fn requested(envelope: &Envelope, requested: &PreviewRequested) -> Self {
        Self {
            id: requested.promotion_id,
            rank: Rank { requested: envelope.time, promotion: requested.promotion_id },
            status: Status::Requested,
            requested_by: requested.requested_by.clone(),
            trace: envelope.traceparent.clone(),
            inputs: requested.inputs.clone(),
            request: envelope.id,
            preview: None,
            approvers: Vec::new(),
            approved: None,
            replan: None,
            replans: 0,
            branch: None,
            end: None,
        }
    }

    fn apply(&mut self, envelope: &Envelope, event: &Event) {
        match event {
            Event::PreviewCompleted(completed) => {
                if self.replan.is_none() {
                    self.status = Status::Preview;
                }
                self.preview = Some(completed.clone());
            }
            Event::ApprovalGiven(given) => self.approvers.push(given.by.clone()),
            Event::PromotionApproved(event) => {
                self.status = Status::Approved;
                self.approved = Some(event.approved.clone());
            }
            Event::ReplanRequested(event) => {
                self.replan = Some(Replan { request: envelope.id, inputs: event.inputs.clone() });
                self.replans = event.attempt;
            }
            Event::ApprovalCarried(event) => {
                self.status = Status::Approved;
                self.approved = Some(event.approved.clone());
                if let Some(replan) = self.replan.take() {
                    (self.request, self.inputs) = (replan.request, replan.inputs);
                }
            }
            Event::PromotionOpened(opened) => self.opened(opened),
            Event::PromotionMerged(_) => self.become_status(Status::Merged, None),
            event => self.ended(event),
        }
    }

    fn opened(&mut self, opened: &PromotionOpened) {
        self.status = Status::Open;
        self.branch = Some(Branch {
            name: opened.branch.clone(),
            commit: opened.commit.clone(),
            pull_request_url: opened.pull_request_url.clone(),
        });
    }

    fn ended(&mut self, event: &Event) {
        let end = |code: Option<&String>, message: &str| {
            Some(End { code: code.cloned(), message: message.to_owned() })
        };
        match event {
            Event::PromotionFailed(event) => {
                self.become_status(Status::Failed, end(Some(&event.code), &event.message));
            }
            Event::PromotionStale(event) => self.become_status(Status::Stale, end(None, &event.reason)),
            Event::PromotionClosed(event) => self.become_status(Status::Closed, end(None, &event.reason)),
            Event::PromotionSuperseded(event) => {
                let message = format!("{} asked for {}, which took its place", event.by, event.superseded_by);
                self.become_status(Status::Superseded, end(None, &message));
            }
            Event::PromotionRejected(event) => {
                let why = event.comment.as_ref().map_or(String::new(), |comment| format!(": {comment}"));
                self.become_status(Status::Rejected, end(None, &format!("rejected by {}{why}", event.by)));
            }
            _ => {}
        }
    }

    /// Whatever was going on is over.
    fn become_status(&mut self, status: Status, end: Option<End>) {
        self.status = status;
        self.end = end;
        self.replan = None;
    }
}
