//! A promotion whose preview is complete, and a service that hears of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use application::Policy;
use cost_model::Assumptions;
use event_log::MemoryLog;
use events::plan::Compared;
use events::preview::ExplanationPhrased;
use events::promotion::PreviewCompleted;
use events::{Envelope, Event, Message, Service, decode};
use explain::{Config, Ledger, MemoryLedger, Phraser};
use ids::{EventId, OrgId, PromotionId};
use kube_model::Redactor;
use kube_model::yaml::Limits;
use preview::{DiffInput, Document as _, ExplanationDocument, KnownNodes, NoPrograms, Selection, Side, Tree};
use price_book::PriceBook;
use service::{Clock, Handler as _, Parts, SystemClock};
use store::{MemoryBlobs, MemoryStore};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub(crate) const ACME: OrgId = OrgId::new(Uuid::from_u128(0xac));
pub(crate) const OTHER: OrgId = OrgId::new(Uuid::from_u128(0x07));

/// A clock that stands, and is moved by hand.
#[derive(Default)]
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        datetime!(2026-11-22 12:00 UTC) + Duration::seconds(self.0.load(Ordering::SeqCst))
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }
}

pub(crate) struct World {
    pub(crate) parts: Parts,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) phraser: Phraser,
    config: Config,
}

/// An answer that says only facts, whatever promotion it is about.
pub(crate) fn good() -> String {
    serde_json::json!({
        "headline": "A new image moves to {{subject.to}}, and the level is {{risk.level}}.",
        "paragraphs": [
            {"concern": "changes", "text": "The image of {{image.1.object}} changes from {{image.1.before}} to {{image.1.after}}."},
            {"concern": "cost", "text": "The cost changes by {{cost.delta}}."},
        ],
        "checklist": ["Compare the new image with the old version."],
    })
    .to_string()
}

/// How quickly tests want to know.
pub(crate) fn config(url: &str) -> Config {
    Config {
        url: Some(url.to_owned()),
        model: "test-model".to_owned(),
        deadline_seconds: 5.try_into().unwrap(),
        tries: 3.try_into().unwrap(),
        ..Config::default()
    }
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        Self::with(config, Arc::new(MemoryLedger::default()))
    }

    pub(crate) fn with(config: Config, ledger: Arc<dyn Ledger>) -> Self {
        let clock = Arc::new(TestClock::default());
        let store = MemoryStore::new(|| SystemClock.now());
        let blobs = Arc::new(MemoryBlobs::default());
        let shared: Arc<dyn Clock> = Arc::<TestClock>::clone(&clock);
        let parts = Parts::new(Arc::new(MemoryLog::default()), Arc::new(store), blobs, shared);
        let phraser = Phraser::new(&config, parts.clone(), Arc::clone(&ledger)).unwrap();
        Self { parts, clock, ledger, phraser, config }
    }

    /// The process is gone, and another begins with what is stored.
    pub(crate) fn restarted(self) -> Self {
        let phraser = Phraser::new(&self.config, self.parts.clone(), Arc::clone(&self.ledger)).unwrap();
        Self { phraser, ..self }
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// The preview of a promotion to this image is complete.
    pub(crate) async fn preview(&self, org: OrgId, promotion: u128, image: &str) -> Message {
        let promotion_id = PromotionId::new(Uuid::from_u128(promotion));
        let documents = Documents::of(image);
        let event = documents.completed(&self.parts, org, promotion_id).await;
        let envelope = Envelope {
            id: EventId::new(Uuid::from_u128(promotion + 1000)),
            source: Service::Promotion,
            subject: promotion_id.to_string(),
            time: self.parts.clock.now(),
            org,
            sequence: 2,
            causation: None,
            correlation: promotion_id.uuid(),
            traceparent: None,
        };
        Message { envelope, event: event.into() }
    }

    /// Hears that the preview is complete; what follows.
    pub(crate) async fn hear(&self, message: &Message) -> ExplanationPhrased {
        self.phraser.handle(message).await.unwrap();
        match self.published().await.pop().expect("nothing follows").event {
            Event::ExplanationPhrased(phrased) => phrased,
            other => panic!("{other:?}"),
        }
    }

    /// Hears of the promotion of this number to version 1.2.0.
    pub(crate) async fn phrased(&self, promotion: u128) -> ExplanationPhrased {
        self.hear(&self.preview(ACME, promotion, "1.2.0").await).await
    }

    pub(crate) async fn published(&self) -> Vec<Message> {
        let rows = self.parts.store.outbox(1000).await.unwrap();
        rows.iter().map(|(_, row)| decode(&row.record).unwrap()).collect()
    }

    /// What people see of the model's words; none if it fell back.
    pub(crate) async fn shown(&self, phrased: &ExplanationPhrased) -> Option<String> {
        let bytes = self.parts.blobs.get(ACME, phrased.phrased?).await.unwrap().unwrap();
        Some(ExplanationDocument::read(&bytes).unwrap().text)
    }
}

/// The documents of a preview, made by its stages.
struct Documents {
    output: preview::DiffOutput,
}

fn web(namespace: &str, image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: {namespace}}}\nspec:\n\
         \x20 replicas: 3\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n\
         \x20   metadata: {{labels: {{app: web}}}}\n    spec:\n      containers:\n\
         \x20     - name: web\n        image: registry.example/web:{image}\n"
    )
}

fn side(environment: &str) -> Side {
    Side {
        source: "https://git.example/shop.git".to_owned(),
        environment: Some(environment.to_owned()),
        namespace: None,
        commit: Some("c0ffee".to_owned()),
    }
}

impl Documents {
    fn of(image: &str) -> Self {
        let (staging, production) = (web("shop-staging", image), web("shop-prod", "1.1.0"));
        let tree = |name: &str, text: &'static str| Tree {
            side: side(name),
            root: "",
            files: vec![("web.yaml", text.as_bytes())],
            recipe: None,
        };
        let policy: Policy =
            serde_json::from_value(serde_json::json!({})).unwrap_or_else(|_| Policy::default());
        let input = DiffInput {
            source: tree("staging", staging.leak()),
            target: tree("production", production.leak()),
            base: None,
            policy: &policy,
            selection: &Selection::default(),
            redactor: &Redactor::new(&[7; 32]),
            limits: &Limits::default(),
            shared: &BTreeSet::new(),
            programs: &NoPrograms,
        };
        Self { output: preview::diff(&input).unwrap() }
    }

    async fn completed(&self, parts: &Parts, org: OrgId, promotion_id: PromotionId) -> PreviewCompleted {
        let (output, blobs) = (&self.output, &*parts.blobs);
        let book = PriceBook::shipped().unwrap();
        let cost = preview::cost(&output.rendered, &book, &Assumptions::default()).unwrap();
        let risk = preview::risk(&output.rendered, &output.plan, preview::of_nodes(None));
        let explanation = preview::explain(&output.plan, &output.changes, (&cost, None), &risk);
        let nodes = KnownNodes::Unknown("nothing describes them".to_owned());
        let bill = nodes.bill(&output.rendered, &book).unwrap();
        let (before, after) = documents::write_rendered(blobs, org, &output.rendered).await.unwrap();
        let compared = Compared {
            plan: documents::write(blobs, org, &output.plan).await.unwrap(),
            before,
            after,
            changes: documents::write(blobs, org, &output.changes).await.unwrap(),
            nodes: documents::write(blobs, org, &nodes).await.unwrap(),
        };
        PreviewCompleted {
            promotion_id,
            request: EventId::new(Uuid::from_u128(promotion_id.uuid().as_u128() + 500)),
            preview_hash: "c0ffee".to_owned(),
            compared,
            cost: documents::write(blobs, org, &cost).await.unwrap(),
            bill: documents::write(blobs, org, &bill).await.unwrap(),
            risk: documents::write(blobs, org, &risk).await.unwrap(),
            explanation: documents::write(blobs, org, &explanation).await.unwrap(),
            obstacle: None,
            approvals_needed: 1,
            self_approval: false,
        }
    }
}
