//! The services, put together: the one place where they know of each other.

use std::mem::take;
use std::sync::Arc;

use access::Voucher;
use events::Service;
use gateway::{Addresses, Gateway, Projections, Services};
use repositories::{MirroredRepositories, Repositories};
use service::{
    Address, AllDeadLetters, Clock, DeadLetterOperations, DeadLetters, Health, Parts, Peers, Platform,
    Secret, Task, probe_server, store_watch,
};
use source::Mirrors;
use store::{Database, Store};
use telemetry::Metrics;
use tonic::service::RoutesBuilder;

use crate::failure::Failure;
use crate::up::config::Config;
use crate::up::directory::Directory;
use crate::up::keys::Keys;
use crate::up::socket;

/// Of what the services are made.
pub(super) struct Assembly<'a> {
    config: &'a Config,
    directory: &'a Directory,
    keys: &'a Keys,
    platform: &'a Platform,
    clock: Arc<dyn Clock>,
    health: Health,
    metrics: Metrics,
    mirrors: Arc<Mirrors>,
    /// Where the services of this process call each other.
    inside: Address,
    peers: Peers,
}

/// The services, ready to be run.
#[derive(Default)]
pub(super) struct Assembled {
    pub(super) tasks: Vec<Task>,
    /// With what the first start begins, in the process that does.
    pub(super) gateway: Option<Gateway>,
    routes: RoutesBuilder,
    letters: Vec<DeadLetters>,
    /// One of the stores: all are in one database.
    store: Option<Arc<dyn Store>>,
}

fn failed(failure: service::Failure) -> Failure {
    Failure::of(&failure)
}

impl<'a> Assembly<'a> {
    pub(super) fn new(
        (config, directory, keys): (&'a Config, &'a Directory, &'a Keys),
        (platform, clock): (&'a Platform, Arc<dyn Clock>),
        (health, metrics): (Health, Metrics),
    ) -> Result<Self, Failure> {
        let inside = Address::Unix(socket::path(directory)?);
        let mirrors = Mirrors::open(&directory.mirrors(), config.git.options());
        let mirrors = mirrors.map_err(|error| Failure::told(error.code(), error.to_string()))?;
        let (mirrors, peers) = (Arc::new(mirrors), config.tls.peers().map_err(failed)?);
        Ok(Self { config, directory, keys, platform, clock, health, metrics, mirrors, inside, peers })
    }

    pub(super) async fn make(&self) -> Result<Assembled, Failure> {
        let mut made = Assembled::default();
        // The gateway is the last of them all: it serves the dead letters of the others.
        for service in self.config.part.services() {
            let (parts, database) = self.platform.parts(service).await.map_err(failed)?;
            made.letters.push(DeadLetters::new(service, &parts));
            made.store.get_or_insert_with(|| Arc::clone(&parts.store));
            self.add(service, parts, &database, &mut made).await?;
        }
        self.serve(&mut made);
        made.tasks.extend(self.probes());
        Ok(made)
    }

    async fn add(
        &self,
        service: Service,
        parts: Parts,
        database: &Database,
        made: &mut Assembled,
    ) -> Result<(), Failure> {
        match service {
            Service::Catalog => self.catalog(parts, made)?,
            Service::Promotion => self.promotion(parts, made)?,
            Service::Diff => made.tasks.extend(self.diff(parts)?),
            Service::Cost => made.tasks.extend(cost::tasks(self.config.cost, parts)),
            Service::Risk => made.tasks.extend(risk::tasks(parts)),
            Service::Explain => {
                made.tasks
                    .extend(explain::tasks(&self.config.explain, parts, database).await.map_err(failed)?);
            }
            Service::Gitops => made.tasks.extend(self.gitops(parts)?),
            Service::Audit => self.audit(parts, database, made).await?,
            Service::Gateway => self.gateway(parts, database, made).await?,
        }
        Ok(())
    }

    /// Over gRPC for this process, and for others if it is said where.
    fn serve(&self, made: &mut Assembled) {
        let routes = take(&mut made.routes).routes();
        let outside = self.config.services.listen.clone();
        made.tasks.push(self.peers.server("services", self.inside.clone(), routes.clone()));
        made.tasks.extend(outside.map(|address| self.peers.server("peers", address, routes)));
        made.tasks.extend(made.store.take().map(|store| store_watch("services", store)));
    }

    /// Health and metrics, for a process without the gateway, which has its own.
    fn probes(&self) -> Option<Task> {
        let address = self.config.probes.listen.clone()?;
        Some(probe_server("up", address, self.health.clone(), self.metrics.clone()))
    }

    fn catalog(&self, parts: Parts, made: &mut Assembled) -> Result<(), Failure> {
        made.tasks.extend(catalog::tasks(parts.clone()));
        let repositories = self.repositories();
        made.routes.add_service(catalog::Api::server(
            catalog::Books::new(parts).with_waivers(self.config.waivers),
            repositories,
            self.voucher()?,
        ));
        Ok(())
    }

    fn promotion(&self, parts: Parts, made: &mut Assembled) -> Result<(), Failure> {
        let catalog = self.address(Service::Catalog)?;
        let (voucher, prices) = (self.voucher()?, &self.config.prices);
        let promotion =
            promotion::assemble((&catalog, &self.peers), self.repositories(), voucher, prices, parts);
        let promotion = promotion.map_err(failed)?;
        made.tasks.extend(promotion.tasks);
        made.routes.add_service(promotion.api);
        Ok(())
    }

    fn diff(&self, parts: Parts) -> Result<Vec<Task>, Failure> {
        let redaction_key = Secret::new(self.keys.redaction()?);
        let config = diff::Config { mirrors: self.directory.mirrors(), redaction_key };
        let programs = self.config.render.programs();
        let programs = programs.map_err(|error| Failure::told(error.code(), error.to_string()))?;
        Ok(diff::tasks(&config, programs, Arc::clone(&self.mirrors), parts))
    }

    fn gitops(&self, parts: Parts) -> Result<Vec<Task>, Failure> {
        let git = gitops::git::CommandGit::open(&self.directory.histories(), self.config.git.options())
            .map_err(|error| Failure::told(error.code(), error.to_string()))?;
        Ok(gitops::tasks(&self.config.gitops, Arc::new(git), parts))
    }

    async fn audit(&self, parts: Parts, database: &Database, made: &mut Assembled) -> Result<(), Failure> {
        let store = audit::AuditStore::open(database).await;
        let store = store.map_err(|error| Failure::told(error.code(), error.to_string()))?;
        let keys = audit::Keys::new(*self.keys.audit()?.bytes());
        let audit = audit::Audit::new(store, keys, self.voucher()?, parts);
        made.tasks.extend(audit::tasks(&audit));
        made.routes.add_service(audit::Api::server(audit));
        Ok(())
    }

    async fn gateway(&self, parts: Parts, database: &Database, made: &mut Assembled) -> Result<(), Failure> {
        let projections = Projections::open(database).await;
        let projections = projections.map_err(|error| Failure::told(error.code(), error.to_string()))?;
        let catalog = self.address(Service::Catalog)?;
        let addresses = Addresses {
            catalog,
            promotion: self.address(Service::Promotion)?,
            audit: self.address(Service::Audit)?,
            diff: None,
            cost: None,
            risk: None,
            explain: None,
            gitops: None,
        };
        // All of them are here, wherever their services run: the database is one.
        let dead_letters = AllDeadLetters::new(self.dead_letters(made).await?, []);
        let services = Services::at(&addresses, &self.peers, dead_letters).map_err(failed)?;
        let (config, watched) = (self.config.gateway.clone(), (self.health.clone(), self.metrics.clone()));
        let gateway = Gateway::new(config, parts, services, self.voucher()?, projections, watched);
        made.tasks.extend(gateway::tasks(&gateway));
        made.gateway = Some(gateway);
        Ok(())
    }

    /// The dead letters of every service, wherever it runs: its consumers there find what is to be tried again.
    async fn dead_letters(&self, made: &mut Assembled) -> Result<DeadLetterOperations, Failure> {
        let mut letters = take(&mut made.letters);
        for service in Service::ALL.into_iter().filter(|service| !self.config.part.runs(*service)) {
            let (parts, _) = self.platform.parts(service).await.map_err(failed)?;
            letters.push(DeadLetters::new(service, &parts));
        }
        Ok(DeadLetterOperations::new(letters, self.voucher()?, Arc::clone(&self.clock)))
    }

    fn address(&self, service: Service) -> Result<Address, Failure> {
        self.config.part.address(service, &self.inside, &self.config.services)
    }

    fn voucher(&self) -> Result<Voucher, Failure> {
        Ok(Voucher::new(*self.keys.identity()?.bytes()))
    }

    fn repositories(&self) -> Arc<dyn Repositories> {
        Arc::new(MirroredRepositories::new(Arc::clone(&self.mirrors)))
    }
}
