//! An organisation with an application, a promotion service, engines, and somebody who speaks for Git.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::Voucher;
use events::gitops::{BranchPushed, ConflictDetected, MergeSeen};
use events::plan::ApprovedPlan;
use events::{Envelope, Event, EventBody, Message, Service, decode};
use ids::{ApplicationId, EventId, OrgId, PromotionId};
use promotion::catalog::{MemoryCatalog, Registered};
use promotion::domain::Promotion;
use promotion::resolve::Resolver;
use promotion::{Api, PriceSettings, Prices, Promotions, Reactor};
use repositories::MemoryRepositories;
use service::{Clock, Failure, Handler, Parts};
use store::{MemoryBlobs, MemoryStore};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::chain::Chain;
use crate::clock::TestClock;

pub(crate) const ACME: OrgId = OrgId::new(Uuid::from_u128(0xac));
pub(crate) const OTHER: OrgId = OrgId::new(Uuid::from_u128(0x07));
pub(crate) const SHOP: ApplicationId = ApplicationId::new(Uuid::from_u128(0x5409));
pub(crate) const REPOSITORY: &str = "https://git.example/shop.git";

/// What the promotion's own rules are in `plimsoll.yaml`.
pub(crate) const ONE_APPROVAL: &str = "approvals: 1";

pub(crate) struct World {
    pub(crate) parts: Parts,
    pub(crate) repositories: MemoryRepositories,
    pub(crate) catalog: MemoryCatalog,
    pub(crate) voucher: Voucher,
    pub(crate) api: Api,
    pub(crate) reactor: Reactor,
    chain: Chain,
    /// Everything that was published, in order.
    pub(crate) published: Mutex<Vec<Message>>,
    git: AtomicU64,
    /// How often each event is delivered.
    deliveries: usize,
}

pub(crate) fn document(rules: &str) -> String {
    format!(
        "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {{name: shop}}\nspec:\n  environments:\n\
         \x20 - {{name: staging, path: overlays/staging, namespace: shop-staging}}\n\
         \x20 - {{name: production, path: overlays/production, namespace: shop-prod}}\n\
         \x20 promotions:\n  - {{from: staging, to: production, {rules}}}\n"
    )
}

/// A Deployment with these settings.
pub(crate) fn web(namespace: &str, image: &str, replicas: u32, more: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: {namespace}}}\nspec:\n\
         \x20 replicas: {replicas}\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n\
         \x20   metadata: {{labels: {{app: web}}}}\n    spec:\n      containers:\n\
         \x20     - name: web\n        image: registry.example/web:{image}\n{more}"
    )
}

/// The repository's files: `image` and `staging` are those of staging, production has 1.1.0 and what `production` adds.
pub(crate) struct Files {
    pub(crate) rules: &'static str,
    pub(crate) image: &'static str,
    pub(crate) staging: &'static str,
    pub(crate) production: &'static str,
    pub(crate) production_image: &'static str,
}

impl Default for Files {
    fn default() -> Self {
        let (staging, production) = ("", "");
        Self { rules: ONE_APPROVAL, image: "1.2.0", staging, production, production_image: "1.1.0" }
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(TestClock::default());
        let of_store = Arc::clone(&clock);
        let store = MemoryStore::new(move || of_store.now());
        let log = Arc::new(event_log::MemoryLog::default());
        let parts = Parts::new(log, Arc::new(store), Arc::new(MemoryBlobs::default()), clock);
        let world = Self::around(parts, MemoryRepositories::default(), MemoryCatalog::default());
        world.catalog.put(ACME, registered());
        world
    }

    fn around(parts: Parts, repositories: MemoryRepositories, catalog: MemoryCatalog) -> Self {
        let resolver = resolver(&parts, &repositories, &catalog);
        let voucher = Voucher::new([7; 32]);
        Self {
            api: Api::new(resolver.clone(), voucher.clone()),
            reactor: Reactor::new(resolver),
            chain: Chain { parts: parts.clone(), repositories: repositories.clone() },
            published: Mutex::default(),
            git: AtomicU64::new(0),
            deliveries: 1,
            parts,
            repositories,
            catalog,
            voucher,
        }
    }

    pub(crate) fn resolver(&self) -> Resolver {
        resolver(&self.parts, &self.repositories, &self.catalog)
    }

    /// With the files of the default.
    pub(crate) fn with_shop() -> Self {
        let world = Self::new();
        world.push(&Files::default());
        world
    }

    /// Each event is delivered so often.
    pub(crate) fn delivering(self, deliveries: usize) -> Self {
        Self { deliveries, ..self }
    }

    /// The process is gone, and another one begins with what the store has.
    pub(crate) fn restarted(self) -> Self {
        let Self { parts, repositories, catalog, published, git, deliveries, .. } = self;
        Self { published, git, deliveries, ..Self::around(parts, repositories, catalog) }
    }

    pub(crate) fn push(&self, files: &Files) -> String {
        let Files { rules, image, staging, production, production_image } = files;
        self.repositories.push(
            REPOSITORY,
            [
                ("plimsoll.yaml", document(rules).as_str()),
                ("overlays/staging/web.yaml", &web("shop-staging", image, 1, staging)),
                ("overlays/production/web.yaml", &web("shop-prod", production_image, 3, production)),
            ],
        )
    }

    /// The outbox is published, and everybody hears of it, until there is nothing to be said any more.
    pub(crate) async fn settle(&self) {
        while let Some(messages) = self.publish().await {
            for message in messages {
                self.hear(&message).await.unwrap();
                if let Some(answer) = self.chain.answer(&message).await {
                    self.published.lock().await.push(answer.clone());
                    self.hear(&answer).await.unwrap();
                }
            }
        }
        self.check().await;
    }

    /// The relay of the outbox, once; none if there was nothing.
    pub(crate) async fn publish(&self) -> Option<Vec<Message>> {
        let rows = self.parts.store.outbox(1000).await.unwrap();
        let messages: Vec<Message> = rows.iter().map(|(_, row)| decode(&row.record).unwrap()).collect();
        self.parts.store.published(&rows.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await.unwrap();
        self.published.lock().await.extend(messages.iter().cloned());
        (!messages.is_empty()).then_some(messages)
    }

    pub(crate) async fn hear(&self, message: &Message) -> Result<(), Failure> {
        for _ in 0..self.deliveries {
            self.reactor.handle(message).await?;
        }
        Ok(())
    }

    /// Git says something, and everybody hears of it.
    pub(crate) async fn git(&self, promotion: PromotionId, event: impl EventBody) {
        let message = self.of_git(promotion, event);
        self.published.lock().await.push(message.clone());
        self.hear(&message).await.unwrap();
        self.settle().await;
    }

    pub(crate) fn of_git(&self, promotion: PromotionId, event: impl EventBody) -> Message {
        let envelope = Envelope {
            id: EventId::new(self.parts.clock.new_id()),
            source: Service::Gitops,
            subject: promotion.to_string(),
            time: self.parts.clock.now(),
            org: ACME,
            sequence: self.git.fetch_add(1, Ordering::Relaxed) + 1,
            causation: None,
            correlation: promotion.uuid(),
            traceparent: None,
        };
        Message { envelope, event: event.into() }
    }

    /// The branch is there.
    pub(crate) async fn pushed(&self, promotion: PromotionId) {
        let ApprovedPlan { preview_hash, repository, branch, target_commit, .. } =
            self.promotion(promotion).await.approved.unwrap();
        let commit = format!("commit of {preview_hash}");
        let pushed =
            BranchPushed { promotion_id: promotion, preview_hash, repository, branch, commit, target_commit };
        self.git(promotion, pushed).await;
    }

    pub(crate) async fn merged(&self, promotion: PromotionId) {
        let (commit, how) = ("m1".to_owned(), "trailer".to_owned());
        self.git(promotion, MergeSeen { promotion_id: promotion, commit, how, incomplete: Vec::new() }).await;
    }

    /// The target has moved to this head.
    pub(crate) async fn conflict(&self, promotion: PromotionId, head: &str) {
        let preview_hash = self.promotion(promotion).await.approved.unwrap().preview_hash;
        let (head, moved) = (head.to_owned(), vec!["overlays/production/web.yaml".to_owned()]);
        self.git(promotion, ConflictDetected { promotion_id: promotion, preview_hash, head, moved }).await;
    }

    pub(crate) async fn promotion(&self, id: PromotionId) -> Promotion {
        Promotions::new(self.parts.clone()).promotion(ACME, id).await.unwrap().unwrap()
    }

    /// The service's own events, by aggregate.
    pub(crate) async fn told(&self) -> BTreeMap<String, Vec<Message>> {
        let mut told: BTreeMap<String, Vec<Message>> = BTreeMap::new();
        let published = self.published.lock().await;
        for message in published.iter().filter(|message| message.envelope.source == Service::Promotion) {
            told.entry(message.envelope.subject.clone()).or_default().push(message.clone());
        }
        told
    }

    /// The types of a promotion's events.
    pub(crate) async fn types(&self, id: PromotionId) -> Vec<&'static str> {
        let told = self.told().await;
        let messages = told.get(&id.to_string()).cloned().unwrap_or_default();
        messages.iter().filter_map(|message| message.event.event_type().rsplit('.').next()).collect()
    }

    /// Every refusal: who, what for, the code.
    pub(crate) async fn refusals(&self) -> Vec<(String, String, String)> {
        let told = self.told().await;
        let refused = told.values().flatten().filter_map(|message| match &message.event {
            Event::CommandRefused(event) => {
                Some((event.by.clone(), event.command.clone(), event.code.clone()))
            }
            _ => None,
        });
        refused.collect()
    }

    /// What always holds: events are numbered without gaps, and a promotion is what its events make it.
    async fn check(&self) {
        for (aggregate, messages) in self.told().await {
            let numbers: Vec<u64> = messages.iter().map(|message| message.envelope.sequence).collect();
            assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "{aggregate}");
            let folded = messages.iter().fold(None, Promotion::evolve);
            if let Some(folded) = folded {
                let stored = self.parts.store.load(ACME, &aggregate).await.unwrap().unwrap();
                assert_eq!(serde_json::to_value(&folded).unwrap(), stored.state);
            }
        }
    }
}

fn resolver(parts: &Parts, repositories: &MemoryRepositories, catalog: &MemoryCatalog) -> Resolver {
    Resolver {
        catalog: Arc::new(catalog.clone()),
        repositories: Arc::new(repositories.clone()),
        promotions: Promotions::new(parts.clone()),
        prices: Arc::new(Prices::read(&PriceSettings::default()).unwrap()),
    }
}

/// The application, read from its repository.
pub(crate) fn registered() -> Registered {
    Registered {
        id: SHOP,
        name: "shop".to_owned(),
        repository: REPOSITORY.to_owned(),
        path: Some("plimsoll.yaml".to_owned()),
        document: document(ONE_APPROVAL),
    }
}
