//! The installation of a history: what lasts when processes end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::Voucher;
use audit::MemoryTrees;
use event_log::{EventLog as _, Limits, LogError, MemoryLog};
use events::Service;
use gateway::MemoryTables;
use ids::{ApplicationId, OrgId};
use promotion::catalog::{MemoryCatalog, Registered};
use promotion::resolve::Resolver;
use promotion::{Api, Prices, Promotions};
use seeded::Lot;
use service::{Blocking, Clock, Key, Parts, Secret, Task, outbox_relay};
use store::{MemoryBlobs, MemoryStore};
use tokio::time::Instant;
use uuid::Uuid;

use crate::clock::{BEGIN, SimulatedClock};
use crate::given::{
    GivenBlobs, GivenCatalog, GivenGit, GivenLog, GivenPlanner, GivenRepositories, GivenStore, GivenTables,
    GivenTrees, Hosts, OldPlans,
};
use crate::journal::Journal;
use crate::mutation::Mutation;
use crate::process::Process;
use crate::repository::{DOCUMENT, PRODUCTION, STAGING, document, manifest};
use crate::weather::Weather;

/// The services of a history.
pub(crate) const SERVICES: [Service; 8] = [
    Service::Promotion,
    Service::Diff,
    Service::Cost,
    Service::Risk,
    Service::Explain,
    Service::Gitops,
    Service::Audit,
    Service::Gateway,
];

/// The one organisation.
pub(crate) const ACME: OrgId = OrgId::new(Uuid::from_u128(0xac));

/// A member that is cut off keeps its partitions so long.
const LEASE: Duration = Duration::from_secs(3);

/// The installation.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) mutation: Option<Mutation>,
    pub(crate) began: Instant,
    pub(crate) weather: Arc<Weather>,
    pub(crate) log: MemoryLog,
    pub(crate) stores: BTreeMap<Service, MemoryStore>,
    pub(crate) blobs: MemoryBlobs,
    pub(crate) trees: MemoryTrees,
    pub(crate) tables: MemoryTables,
    pub(crate) hosts: Arc<Hosts>,
    pub(crate) journal: Journal,
    pub(crate) voucher: Voucher,
    catalog: MemoryCatalog,
    old_plans: OldPlans,
    prices: Arc<Prices>,
    /// What the processes of the promotion service serve, while they run.
    apis: Mutex<BTreeMap<String, (Process, Arc<Api>)>>,
}

/// An application of a history.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) number: u64,
    pub(crate) id: ApplicationId,
    pub(crate) url: String,
}

impl World {
    /// An installation in which nothing has happened yet.
    pub(crate) async fn new(
        seed: u64,
        mutation: Option<Mutation>,
        prices: &Arc<Prices>,
    ) -> Result<Self, LogError> {
        let began = Instant::now();
        let log = MemoryLog::new(Limits::default(), LEASE);
        let partitions = u32::try_from(Lot::of(seed, "partitions").of_range(1..=3)).unwrap_or(1);
        for service in Service::ALL {
            log.ensure_topic(&service.topic(), partitions).await?;
        }
        let store = |service| (service, MemoryStore::new(move || BEGIN + began.elapsed()));
        Ok(Self {
            seed,
            mutation,
            began,
            weather: Arc::new(Weather::of(seed)),
            log,
            stores: SERVICES.map(store).into(),
            blobs: MemoryBlobs::default(),
            trees: MemoryTrees::default(),
            tables: MemoryTables::default(),
            hosts: Arc::default(),
            journal: Journal::new(began),
            voucher: Voucher::new([7; 32]),
            catalog: MemoryCatalog::default(),
            old_plans: OldPlans::default(),
            prices: Arc::clone(prices),
            apis: Mutex::default(),
        })
    }

    pub(crate) fn lot(&self, name: &str) -> Lot {
        Lot::of(self.seed, name)
    }

    /// An application with a repository of its own.
    pub(crate) fn application(&self, number: u64) -> Application {
        let id = ApplicationId::new(Uuid::from_u128(0x5409 + u128::from(number)));
        let (name, url) = (format!("shop-{number}"), format!("https://git.example/shop-{number}.git"));
        let approvals = match self.lot("approvals").hits(2_500) {
            true => 2,
            false => 1,
        };
        self.hosts.git.create(&url);
        let files = [
            (DOCUMENT, document(&name, approvals)),
            (STAGING, manifest(&format!("{name}-staging"), "1.2.0", 1)),
            (PRODUCTION, manifest(&format!("{name}-prod"), "1.1.0", 3)),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), Some(text.into_bytes())));
        self.hosts.commit(&url, &files.into(), "Begin");
        let (path, document) = (Some(DOCUMENT.to_owned()), document(&name, approvals));
        self.catalog.put(ACME, Registered { id, name, repository: url.clone(), path, document });
        Application { number, id, url }
    }

    /// What a process of a service runs.
    pub(crate) fn tasks(&self, service: Service, name: &str, process: &Process, log: MemoryLog) -> Vec<Task> {
        let Some(store) = self.stores.get(&service).cloned() else { return Vec::new() };
        let own = || process.clone();
        let clock: Arc<dyn Clock> = Arc::new(SimulatedClock(own()));
        let parts = Parts::new(
            Arc::new(GivenLog { log, process: own(), journal: self.journal.clone(), who: name.to_owned() }),
            Arc::new(GivenStore { store, process: own() }),
            Arc::new(GivenBlobs { blobs: self.blobs.clone(), process: own() }),
            clock,
        );
        let parts = Parts { blocking: Blocking::InPlace, ..parts };
        match service {
            Service::Promotion => self.promotion(name, process, parts),
            Service::Diff => {
                let (hosts, old) = (Arc::clone(&self.hosts), Arc::clone(&self.old_plans));
                let planner = GivenPlanner { hosts, process: own(), old };
                diff::planning(Secret::new(Key::new([9; 32])), Arc::new(planner), parts)
            }
            Service::Cost => cost::tasks(cost::Config::default(), parts),
            Service::Risk => risk::tasks(parts),
            Service::Explain => explain::chain(&parts),
            Service::Gitops => {
                let git = Arc::new(GivenGit::new(&self.hosts, process, &self.journal));
                gitops::tasks(&gitops::Config::default(), git, parts)
            }
            Service::Audit => {
                let trees = GivenTrees { trees: self.trees.clone(), process: own() };
                vec![audit::recording(Arc::new(trees), parts.clone()), outbox_relay(service, parts)]
            }
            Service::Gateway => {
                let tables = GivenTables { tables: self.tables.clone(), process: own() };
                vec![gateway::projecting(Arc::new(tables), parts.clone()), outbox_relay(service, parts)]
            }
            Service::Catalog => Vec::new(),
        }
    }

    fn promotion(&self, name: &str, process: &Process, parts: Parts) -> Vec<Task> {
        let own = || process.clone();
        let resolver = Resolver {
            catalog: Arc::new(GivenCatalog { catalog: self.catalog.clone(), process: own() }),
            repositories: Arc::new(GivenRepositories { hosts: Arc::clone(&self.hosts), process: own() }),
            promotions: Promotions::new(parts),
            prices: Arc::clone(&self.prices),
        };
        let api = Arc::new(Api::new(resolver.clone(), self.voucher.clone()));
        self.apis().insert(name.to_owned(), (own(), api));
        promotion::tasks(resolver)
    }

    /// What one of the processes of the promotion service serves; none if none runs.
    pub(crate) fn api(&self, lot: &mut Lot) -> Option<Arc<Api>> {
        let apis = self.apis();
        let alive: Vec<&Arc<Api>> =
            apis.values().filter(|(process, _)| !process.is_dead()).map(|(_, api)| api).collect();
        lot.among(&alive).map(|api| Arc::clone(api))
    }

    fn apis(&self) -> MutexGuard<'_, BTreeMap<String, (Process, Arc<Api>)>> {
        self.apis.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
