//! The service on a repository, with a store in memory.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use event_log::{EventLog, MemoryLog};
use events::plan::ApprovedPlan;
use events::promotion::PromotionApproved;
use events::{Envelope, Event, Message, Service};
use gitops::git::{Git, GitError, Looking, Push, PushError, Pushed, Seen, Watched};
use gitops::{Approvals, Config, Pusher, Watcher};
use ids::{BlobHash, EventId, OrgId, PromotionId};
use preview::{ByteSplice, Document as _, FileEdit, Inputs, PinnedFile, PlanDocument, Renderer, Side};
use service::{Clock, Failure, Handler as _, Parts, SystemClock};
use source::sha256;
use store::{MemoryBlobs, MemoryStore};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::world::{BASE, MemoryWorld, PROMOTION, World, edited, files};

pub(crate) const ORG: OrgId = OrgId::new(Uuid::from_u128(0xa));

/// A Git that goes through a world's, and fails where a test says so.
pub(crate) struct Through<W> {
    world: Arc<W>,
    /// So many calls find the host away.
    pub(crate) away: AtomicU32,
    /// What the next calls find, before anything else.
    fails: Mutex<VecDeque<GitError>>,
    /// So many pushes are made without anybody hearing of it.
    pub(crate) crashes: AtomicU32,
    pub(crate) pushes: AtomicU32,
    /// How often a host was asked.
    pub(crate) asked: AtomicU32,
    /// The repositories whose host does not answer.
    stuck: Mutex<BTreeSet<String>>,
    answers: Condvar,
}

impl<W> Through<W> {
    fn new(world: Arc<W>) -> Self {
        let (away, crashes, pushes, asked) = Default::default();
        let (fails, stuck, answers) = Default::default();
        Self { world, away, fails, crashes, pushes, asked, stuck, answers }
    }

    /// The next calls fail so, one after another.
    pub(crate) fn fail(&self, errors: impl IntoIterator<Item = GitError>) {
        self.fails.lock().unwrap().extend(errors);
    }

    /// From now on the host of this repository takes questions, and does not answer.
    pub(crate) fn hang(&self, url: &str) {
        self.stuck.lock().unwrap().insert(url.to_owned());
    }

    /// All hosts answer again.
    pub(crate) fn answer(&self) {
        self.stuck.lock().unwrap().clear();
        self.answers.notify_all();
    }

    fn wait(&self, url: &str) {
        let stuck = self.stuck.lock().unwrap();
        drop(self.answers.wait_while(stuck, |stuck| stuck.contains(url)).unwrap());
    }
}

/// A clock that a test moves on.
#[derive(Clone, Default)]
pub(crate) struct Moved(Arc<AtomicI64>);

impl Clock for Moved {
    fn now(&self) -> OffsetDateTime {
        SystemClock.now() + time::Duration::seconds(self.0.load(Ordering::SeqCst))
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }
}

/// Takes one from a counter, if there is one.
fn take(counter: &AtomicU32) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl<W: World> Git for Through<W> {
    fn push_branch(&self, push: &Push) -> Result<Pushed, PushError> {
        self.pushes.fetch_add(1, Ordering::SeqCst);
        let pushed = self.world.git().push_branch(push);
        assert!(!take(&self.crashes), "a crash, as the test wants it");
        pushed
    }

    fn head(&self, url: &str, branch: &str) -> Result<Option<String>, GitError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.wait(url);
        if let Some(error) = self.fails.lock().unwrap().pop_front() {
            return Err(error);
        }
        if take(&self.away) {
            return Err(GitError::Unreachable { repository: url.to_owned(), why: "no route".to_owned() });
        }
        self.world.git().head(url, branch)
    }

    fn files(&self, url: &str, commit: &str, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
        self.world.git().files(url, commit, paths)
    }

    fn changed_between(
        &self,
        url: &str,
        before: &str,
        after: &str,
        watched: &Watched,
    ) -> Result<Vec<String>, GitError> {
        self.world.git().changed_between(url, before, after, watched)
    }

    fn find_merge(&self, looking: &Looking) -> Result<Seen, GitError> {
        self.world.git().find_merge(looking)
    }
}

pub(crate) struct Desk<W> {
    pub(crate) world: Arc<W>,
    pub(crate) git: Arc<Through<W>>,
    pub(crate) parts: Parts,
    pub(crate) log: MemoryLog,
    pub(crate) base: String,
    clock: Moved,
    plan: BlobHash,
}

impl<W: World> Desk<W> {
    pub(crate) async fn new(world: W) -> Self {
        let world = Arc::new(world);
        let base = world.base();
        let git = Arc::new(Through::new(Arc::clone(&world)));
        let clock = Moved::default();
        let log = MemoryLog::default();
        for service in [Service::Promotion, Service::Gitops] {
            log.ensure_topic(&service.topic(), 1).await.unwrap();
        }
        let store = Arc::new(MemoryStore::new(|| SystemClock.now()));
        let blobs = Arc::new(MemoryBlobs::default());
        let parts = Parts::new(Arc::new(log.clone()), store, blobs, Arc::new(clock.clone()));
        let plan = parts.blobs.put(ORG, &plan().write().unwrap()).await.unwrap();
        Self { world, git, parts, log, base, clock, plan }
    }

    /// The approval of a promotion, as the log has it.
    pub(crate) fn approval(&self, promotion: &str) -> Message {
        let promotion_id: PromotionId = promotion.parse().unwrap();
        let approved = ApprovedPlan {
            application: "shop".to_owned(),
            from: "staging".to_owned(),
            to: "production".to_owned(),
            repository: self.world.url(),
            target_branch: "main".to_owned(),
            target_commit: self.base.clone(),
            branch: format!("plimsoll/{promotion}"),
            plan: self.plan,
            preview_hash: "c0ffee".to_owned(),
            requested_by: "cleo".to_owned(),
            approvers: vec!["ana".to_owned(), "ben".to_owned()],
            policy_path: Some("plimsoll.yaml".to_owned()),
        };
        message(promotion_id, 7, PromotionApproved { promotion_id, approved })
    }

    /// Hears an event, and does what is to be done now.
    pub(crate) async fn handle(&self, message: &Message) -> Result<(), Failure> {
        Approvals::new(self.parts.clone(), Arc::default()).handle(message).await?;
        self.push().await;
        Ok(())
    }

    /// One go of a service that has just been started.
    pub(crate) async fn push(&self) {
        let git: Arc<dyn Git> = Arc::<Through<W>>::clone(&self.git);
        Pusher::new(&Config::default(), git, self.parts.clone()).push().await.unwrap();
    }

    /// One go of a service that is started an hour later.
    pub(crate) async fn push_later(&self) {
        self.push_in(3600).await;
    }

    /// One go of a service that is started so many seconds later.
    pub(crate) async fn push_in(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
        self.push().await;
    }

    /// Approves the promotion; the event that follows.
    pub(crate) async fn approve(&self) -> Event {
        self.handle(&self.approval(PROMOTION)).await.unwrap();
        self.events().await.pop().unwrap()
    }

    /// Pushes the promotion; the commit.
    pub(crate) async fn pushed(&self) -> String {
        match self.approve().await {
            Event::BranchPushed(pushed) => pushed.commit,
            other => panic!("{other:?}"),
        }
    }

    /// One look of a service that has just been started.
    pub(crate) async fn look(&self) {
        let git: Arc<dyn Git> = Arc::<Through<W>>::clone(&self.git);
        Watcher::new(&Config::default(), git, self.parts.clone()).look().await.unwrap();
    }

    /// What the service has told so far.
    pub(crate) async fn events(&self) -> Vec<Event> {
        let rows = self.parts.store.outbox(100).await.unwrap();
        rows.into_iter().map(|(_, row)| events::decode(&row.record).unwrap().event).collect()
    }

    /// What the world has on the promotion's branch.
    pub(crate) fn branch(&self) -> Option<String> {
        self.world.head(&self.branch_name())
    }

    pub(crate) fn branch_name(&self) -> String {
        format!("plimsoll/{PROMOTION}")
    }
}

/// An event of the promotion service.
pub(crate) fn message(promotion: PromotionId, sequence: u64, event: impl Into<Event>) -> Message {
    let envelope = Envelope {
        id: EventId::new(Uuid::from_u128(u128::from(sequence))),
        source: Service::Promotion,
        subject: promotion.to_string(),
        time: OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap(),
        org: ORG,
        sequence,
        causation: None,
        correlation: promotion.uuid(),
        traceparent: None,
    };
    Message { envelope, event: event.into() }
}

/// A plan that edits line 2 of one file and makes another; it has read all of `prod`.
fn plan() -> PlanDocument {
    let after = edited(&[2]);
    // "1: a\n" is five bytes, and so is the line that goes.
    let line =
        ByteSplice { start: 5, end: 10, text: "2: edited\n".to_owned(), masked: false, pieces: Vec::new() };
    let new = ByteSplice { start: 0, end: 0, text: "new\n".to_owned(), masked: false, pieces: Vec::new() };
    let hash = |text: &str| Some(sha256(text.as_bytes()));
    let edit = |path: &str, hash_before, hash_after, splice| FileEdit {
        path: path.to_owned(),
        hash_before,
        hash_after,
        splices: vec![splice],
    };
    let pinned = |path: &str| PinnedFile { path: path.to_owned(), sha256: BlobHash::of(BASE.as_bytes()) };
    PlanDocument {
        from: Side::default(),
        to: Side::default(),
        base: None,
        inputs: Inputs {
            renderer: Renderer { name: "plain".to_owned(), version: "1".to_owned(), programs: Vec::new() },
            root: "prod".to_owned(),
            directories: vec!["prod".to_owned()],
            files: vec![pinned("prod/api.yaml"), pinned("prod/web.yaml")],
            source: BlobHash::of(b""),
            base: None,
            held: Vec::new(),
        },
        selection: preview::Selection::default(),
        carried: Vec::new(),
        kept: Vec::new(),
        pending: Vec::new(),
        candidates: Vec::new(),
        blocked: Vec::new(),
        budgets: Vec::new(),
        delivery: None,
        policies: preview::PlanPolicies::default(),
        edits: vec![
            edit("prod/new.yaml", None, hash("new\n"), new),
            edit("prod/web.yaml", hash(BASE), hash(&after), line),
        ],
        notes: Vec::new(),
        partial: Vec::new(),
    }
}

/// A second repository beside the first.
pub(crate) struct Another {
    pub(crate) url: String,
    pub(crate) base: String,
}

const ANOTHER: &str = "https://git.example/another.git";

impl Desk<MemoryWorld> {
    pub(crate) fn another_repository(&self) -> Another {
        let git = &self.world.git;
        git.create(ANOTHER);
        let changes = files(&[("prod/web.yaml", Some(BASE)), ("prod/api.yaml", Some(BASE))]);
        let base = git.commit(ANOTHER, "main", &[], &changes, "base").unwrap();
        Another { url: ANOTHER.to_owned(), base }
    }

    pub(crate) fn remove_another_repository(&self) {
        self.world.git.remove(ANOTHER);
    }
}
