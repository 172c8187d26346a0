//! The services, put together: the one place where they know of each other.

use std::sync::Arc;
use std::time::Duration;

use access::Voucher;
use events::Service;
use gateway::{Addresses, Gateway, Projections, Services};
use protos::catalog::catalog_service_client::CatalogServiceClient;
use repositories::{MirroredRepositories, Repositories};
use service::{
    Address, Clock, DeadLetterOperations, DeadLetters, Health, Parts, Platform, Task, channel, grpc_server,
};
use source::Mirrors;
use store::Database;
use telemetry::Metrics;
use tonic::transport::Channel;

use crate::failure::Failure;
use crate::up::config::Config;
use crate::up::directory::Directory;
use crate::up::keys::Keys;

/// Of what the services are made.
pub(super) struct Assembly<'a> {
    pub(super) config: &'a Config,
    pub(super) directory: &'a Directory,
    pub(super) keys: &'a Keys,
    pub(super) platform: &'a Platform,
    pub(super) clock: Arc<dyn Clock>,
}

/// The services, ready to be run.
pub(super) struct Assembled {
    pub(super) tasks: Vec<Task>,
    pub(super) begin: Begin,
}

/// With what the first start makes an organisation and its admin.
pub(super) struct Begin {
    pub(super) catalog: CatalogServiceClient<Channel>,
    pub(super) tokens: gateway::Tokens,
    pub(super) voucher: Voucher,
    pub(super) clock: Arc<dyn Clock>,
}

/// A call between services of one process.
const DEADLINE: Duration = Duration::from_secs(60);

impl Assembly<'_> {
    pub(super) async fn make(&self, watched: (Health, Option<Metrics>)) -> Result<Assembled, Failure> {
        let voucher = Voucher::new(self.keys.identity);
        let git = |error: source::GitError| Failure::told(error.code(), error.to_string());
        let mirrors = Mirrors::open(&self.directory.mirrors(), self.config.git.options()).map_err(git)?;
        let mirrors = Arc::new(mirrors);
        let repositories: Arc<dyn Repositories> = Arc::new(MirroredRepositories::new(Arc::clone(&mirrors)));
        let inside = Address::Unix(inside(self.directory));
        let channel = channel(&inside, DEADLINE).map_err(|failure| Failure::of(&failure))?;

        let mut letters = Vec::new();
        let mut parts = async |service| -> Result<(Parts, Database), Failure> {
            let (parts, database) =
                self.platform.parts(service).await.map_err(|failure| Failure::of(&failure))?;
            letters.push(DeadLetters::new(service, &parts));
            Ok((parts, database))
        };
        let (catalog, _) = parts(Service::Catalog).await?;
        let (promotion, _) = parts(Service::Promotion).await?;
        let (diff, _) = parts(Service::Diff).await?;
        let (cost, _) = parts(Service::Cost).await?;
        let (risk, _) = parts(Service::Risk).await?;
        let (explain, _) = parts(Service::Explain).await?;
        let (gitops, _) = parts(Service::Gitops).await?;
        let (audit, audit_database) = parts(Service::Audit).await?;
        let (gateway, gateway_database) = parts(Service::Gateway).await?;

        let mut tasks = catalog::tasks(catalog.clone());
        let catalog_api =
            catalog::Api::server(catalog::Books::new(catalog), Arc::clone(&repositories), voucher.clone());
        let promotion = promotion::assemble(&inside, repositories, voucher.clone(), promotion)
            .map_err(|failure| Failure::of(&failure))?;
        tasks.extend(promotion.tasks);
        let diff_config =
            diff::Config { mirrors: self.directory.mirrors(), redaction_key: self.keys.redaction.clone() };
        tasks.extend(diff::tasks(&diff_config, mirrors, diff));
        tasks.extend(cost::tasks(self.config.cost, cost));
        tasks.extend(risk::tasks(risk));
        tasks.extend(explain::tasks(explain));
        tasks.extend(self.gitops(gitops)?);
        let audit = self.audit(audit, &audit_database, &voucher).await?;
        tasks.extend(audit::tasks(&audit));
        let operations =
            DeadLetterOperations::new(letters, voucher.clone(), Arc::clone(&self.clock)).into_server();
        let routes = promotion.routes.add_service(catalog_api).add_service(audit::Api::server(audit));
        tasks.push(grpc_server("services", inside.clone(), routes.add_service(operations)));

        let begin = Begin {
            catalog: CatalogServiceClient::new(channel),
            tokens: gateway::Tokens::new(gateway.clone()),
            voucher: voucher.clone(),
            clock: Arc::clone(&self.clock),
        };
        tasks.extend(self.gateway(gateway, &gateway_database, inside, voucher, watched).await?);
        Ok(Assembled { tasks, begin })
    }

    fn gitops(&self, parts: Parts) -> Result<Vec<Task>, Failure> {
        let git = gitops::git::CommandGit::open(&self.directory.histories(), self.config.git.options())
            .map_err(|error| Failure::told(error.code(), error.to_string()))?;
        Ok(gitops::tasks(&self.config.gitops, Arc::new(git), parts))
    }

    async fn audit(
        &self,
        parts: Parts,
        database: &Database,
        voucher: &Voucher,
    ) -> Result<audit::Audit, Failure> {
        let store = audit::AuditStore::open(database).await;
        let store = store.map_err(|error| Failure::told(error.code(), error.to_string()))?;
        Ok(audit::Audit::new(store, audit::Keys::new(self.keys.audit), voucher.clone(), parts))
    }

    async fn gateway(
        &self,
        parts: Parts,
        database: &Database,
        inside: Address,
        voucher: Voucher,
        watched: (Health, Option<Metrics>),
    ) -> Result<Vec<Task>, Failure> {
        let projections = Projections::open(database).await;
        let projections = projections.map_err(|error| Failure::told(error.code(), error.to_string()))?;
        let (promotion, catalog, audit) = (inside.clone(), inside.clone(), inside.clone());
        let services = Services::at(&Addresses { promotion, catalog, audit, operations: inside })
            .map_err(|failure| Failure::of(&failure))?;
        let config = self.config.gateway.clone();
        Ok(gateway::tasks(&Gateway::new(config, parts, services, voucher, projections, watched)))
    }
}

/// The socket over which the services of this process call each other. Its path has to stay under 107 bytes, so it does not
/// lie in the data directory, which may be deep.
fn inside(directory: &Directory) -> std::path::PathBuf {
    let name = ids::BlobHash::of(directory.root().as_os_str().as_encoded_bytes()).to_string();
    let runtime =
        std::env::var_os("XDG_RUNTIME_DIR").map(std::path::PathBuf::from).filter(|path| path.is_dir());
    let short = runtime.unwrap_or_else(std::env::temp_dir);
    match directory.root().as_os_str().len() < 80 {
        true => directory.keys().join("services.sock"),
        false => short.join(format!("plimsoll-{}.sock", &name[..16])),
    }
}
