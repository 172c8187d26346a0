//! `given(events).when(command).then(events)`.

use access::Role;
use application::Date;
use events::gitops::ConflictDetected;
use events::plan::{ApprovedPlan, Compared, PlanInputs, Side};
use events::promotion::{
    ApprovalGiven, PreviewCompleted, PreviewRequested, PromotionApproved, PromotionOpened, ReplanRequested,
};
use events::{Envelope, Event, Message, Service};
use ids::{ApplicationId, BlobHash, EventId, OrgId, PromotionId};
use time::macros::datetime;
use uuid::Uuid;

use crate::domain::{Actor, Command, Promotion, Refusal, Standing, UsedWaiver, decide};

/// The promotion of these tests.
pub(super) const ID: PromotionId = PromotionId::new(Uuid::from_u128(0x51));
/// Another one.
pub(super) const NEWER: PromotionId = PromotionId::new(Uuid::from_u128(0x52));
/// The hash of its preview.
pub(super) const HASH: &str = "11aa";

/// A promotion to which this has happened. The event at position `n` has the identifier [`event_id`]`(n)`.
pub(super) fn given(events: impl IntoIterator<Item = Event>) -> Given {
    Given { messages: events.into_iter().enumerate().map(|(at, event)| message(at, event)).collect() }
}

pub(super) struct Given {
    messages: Vec<Message>,
}

pub(super) struct Then {
    given: Given,
    result: Result<Vec<Event>, Refusal>,
}

impl Given {
    pub(super) fn promotion(&self) -> Option<Promotion> {
        self.messages.iter().fold(None, Promotion::evolve)
    }

    pub(super) fn when(self, command: Command) -> Then {
        let result = decide(self.promotion().as_ref(), command);
        Then { given: self, result }
    }
}

impl Then {
    #[track_caller]
    pub(super) fn then(self, expected: impl IntoIterator<Item = Event>) -> Given {
        let events = self.result.expect("a refusal");
        assert_eq!(events, expected.into_iter().collect::<Vec<_>>());
        let Given { mut messages } = self.given;
        let first = messages.len();
        messages.extend(events.into_iter().enumerate().map(|(at, event)| message(first + at, event)));
        Given { messages }
    }

    #[track_caller]
    pub(super) fn then_nothing(self) -> Given {
        self.then([])
    }

    #[track_caller]
    pub(super) fn refused(self, code: &str) {
        let refusal = self.result.expect_err("no refusal");
        assert_eq!(refusal.code(), code, "{refusal}");
    }
}

pub(super) fn event_id(at: usize) -> EventId {
    EventId::new(Uuid::from_u128(0xe000 + at as u128))
}

fn message(at: usize, event: Event) -> Message {
    let envelope = Envelope {
        id: event_id(at),
        source: Service::Promotion,
        subject: ID.to_string(),
        time: datetime!(2026-11-21 12:00 UTC),
        org: OrgId::new(Uuid::from_u128(0x0a)),
        sequence: at as u64 + 1,
        causation: None,
        correlation: ID.uuid(),
        traceparent: None,
    };
    Message { envelope, event }
}

pub(super) fn ana() -> Actor {
    Actor { user: "ana".to_owned(), role: Role::Requester }
}

pub(super) fn approver(user: &str) -> Actor {
    Actor { user: user.to_owned(), role: Role::Approver }
}

fn side(environment: &str) -> Side {
    let path = format!("overlays/{environment}");
    Side { environment: environment.to_owned(), path, namespace: None, cluster: None }
}

pub(super) fn inputs() -> PlanInputs {
    PlanInputs {
        application_id: ApplicationId::new(Uuid::from_u128(0xab)),
        application: "shop".to_owned(),
        from: side("staging"),
        to: side("production"),
        repository: "https://git.example/shop.git".to_owned(),
        source_commit: "c1".to_owned(),
        target_commit: "t1".to_owned(),
        target_branch: "main".to_owned(),
        base: None,
        policy: BlobHash::of(b"policy"),
        document: BlobHash::of(b"document"),
        price_book: BlobHash::of(b"prices"),
        take: Vec::new(),
        only: Vec::new(),
        skip: Vec::new(),
        policy_path: Some("plimsoll.yaml".to_owned()),
    }
}

/// The inputs at the head to which the target has moved.
pub(super) fn moved_inputs() -> PlanInputs {
    PlanInputs { target_commit: "t2".to_owned(), ..inputs() }
}

/// What `ana` asked for.
pub(super) fn requested() -> Event {
    PreviewRequested { promotion_id: ID, inputs: inputs(), requested_by: "ana".to_owned() }.into()
}

/// The answer to the event at `request`.
pub(super) fn completed(request: usize, preview_hash: &str, plan: &[u8]) -> PreviewCompleted {
    let compared = Compared {
        plan: BlobHash::of(plan),
        before: BlobHash::of(b"before"),
        after: BlobHash::of(b"after"),
        changes: BlobHash::of(b"changes"),
        nodes: BlobHash::of(b"nodes"),
    };
    PreviewCompleted {
        promotion_id: ID,
        request: event_id(request),
        preview_hash: preview_hash.to_owned(),
        compared,
        cost: BlobHash::of(b"cost"),
        bill: BlobHash::of(b"bill"),
        risk: BlobHash::of(b"risk"),
        explanation: BlobHash::of(b"explanation"),
        obstacle: None,
        approvals_needed: 1,
        self_approval: false,
    }
}

/// The preview that one approval is enough for.
pub(super) fn preview() -> PreviewCompleted {
    completed(0, HASH, b"plan")
}

pub(super) fn needs(approvals_needed: u32) -> PreviewCompleted {
    PreviewCompleted { approvals_needed, ..preview() }
}

pub(super) fn approval(user: &str, given: u32, needed: u32) -> Event {
    let preview_hash = HASH.to_owned();
    ApprovalGiven { promotion_id: ID, by: user.to_owned(), comment: None, preview_hash, given, needed }.into()
}

/// What is pushed for the preview of these tests.
pub(super) fn plan(approvers: &[&str]) -> ApprovedPlan {
    ApprovedPlan {
        application: "shop".to_owned(),
        from: "staging".to_owned(),
        to: "production".to_owned(),
        repository: "https://git.example/shop.git".to_owned(),
        target_branch: "main".to_owned(),
        target_commit: "t1".to_owned(),
        branch: "plimsoll/00000000-0000-0000-0000-000000000051".to_owned(),
        plan: BlobHash::of(b"plan"),
        preview_hash: HASH.to_owned(),
        requested_by: "ana".to_owned(),
        approvers: approvers.iter().map(|user| (*user).to_owned()).collect(),
        policy_path: Some("plimsoll.yaml".to_owned()),
    }
}

pub(super) fn approved(approvers: &[&str]) -> Event {
    PromotionApproved { promotion_id: ID, approved: plan(approvers) }.into()
}

/// Approved by `bob`: events 0 to 3.
pub(super) fn until_approved() -> Vec<Event> {
    vec![requested(), preview().into(), approval("bob", 1, 1), approved(&["bob"])]
}

pub(super) fn opened(commit: &str, pull_request_url: Option<&str>) -> Event {
    let branch = plan(&[]).branch;
    let pull_request_url = pull_request_url.map(str::to_owned);
    PromotionOpened { promotion_id: ID, branch, commit: commit.to_owned(), pull_request_url }.into()
}

/// Pushed: events 0 to 4.
pub(super) fn until_open() -> Vec<Event> {
    [until_approved(), vec![opened("b1", None)]].concat()
}

pub(super) fn conflict() -> ConflictDetected {
    let moved = vec!["overlays/production/web.yaml".to_owned()];
    ConflictDetected { promotion_id: ID, preview_hash: HASH.to_owned(), head: "t2".to_owned(), moved }
}

pub(super) fn replan(attempt: u32) -> Event {
    let moved = conflict().moved;
    ReplanRequested { promotion_id: ID, inputs: moved_inputs(), attempt, moved }.into()
}

pub(super) fn approve(by: Actor) -> Command {
    Command::Approve { by, comment: None, preview_hash: None, standing: standing(&[]) }
}

/// What stands of these waivers on 2026-11-22, for a preview of these tests.
pub(super) fn standing(used: &[UsedWaiver]) -> Standing {
    let today = Date::new(2026, 11, 22).unwrap();
    Standing { risk: Some(BlobHash::of(b"risk")), today, used: used.to_vec() }
}

pub(super) fn approve_seen(by: Actor, hash: &str) -> Command {
    let preview_hash = Some(hash.to_owned());
    Command::Approve { by, comment: None, preview_hash, standing: standing(&[]) }
}

pub(super) fn reject(by: Actor) -> Command {
    Command::Reject { by, comment: None }
}
