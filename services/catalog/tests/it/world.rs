//! A catalog, and those who call it.

use std::sync::Arc;

use access::{Identity, Role, Voucher};
use catalog::{Api, Books, organisation_id};
use events::{Event, Message, decode};
use ids::{OrgId, TokenId};
use protos::call;
use protos::catalog as proto;
use protos::catalog::application_source::Source;
use protos::catalog::catalog_service_server::CatalogService;
use repositories::MemoryRepositories;
use service::{Clock, Parts, SystemClock};
use store::{MemoryBlobs, MemoryStore};
use tonic::{Code, Request, Status};
use uuid::Uuid;

pub(crate) const REPOSITORY: &str = "https://git.example/shop.git";

/// The code of gRPC, and ours.
pub(crate) type Refused = (Code, String);

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) parts: Parts,
    pub(crate) repositories: MemoryRepositories,
    voucher: Voucher,
    api: Arc<Api>,
}

pub(crate) struct Person {
    world: World,
    pub(crate) identity: Identity,
}

pub(crate) fn document(name: &str, repository: &str) -> String {
    format!(
        "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n\
         \x20 source: {{repo: {repository}}}\n  environments:\n\
         \x20 - {{name: staging, path: overlays/staging, cluster: eu, namespace: shop-staging}}\n\
         \x20 - {{name: production, path: overlays/production}}\n"
    )
}

pub(crate) fn given(name: &str) -> Source {
    Source::Document(document(name, REPOSITORY))
}

pub(crate) fn file(path: &str) -> Source {
    Source::File(proto::RepositoryFile { repository: REPOSITORY.to_owned(), path: path.to_owned() })
}

impl World {
    pub(crate) fn new() -> Self {
        let store = MemoryStore::new(|| SystemClock.now());
        let log = Arc::new(event_log::MemoryLog::default());
        let parts = Parts::new(log, Arc::new(store), Arc::new(MemoryBlobs::default()), Arc::new(SystemClock));
        let (repositories, voucher) = (MemoryRepositories::default(), Voucher::new([7; 32]));
        let api = Api::new(Books::new(parts.clone()), Arc::new(repositories.clone()), voucher.clone());
        Self { parts, repositories, voucher, api: Arc::new(api) }
    }

    pub(crate) fn admin(&self) -> Person {
        self.person("acme", "ada", Role::Admin)
    }

    pub(crate) fn person(&self, org: &str, user: &str, role: Role) -> Person {
        let token = Some(TokenId::new(Uuid::from_u128(1)));
        let identity = Identity { org: organisation_id(org), user: user.to_owned(), role, token };
        Person { world: self.clone(), identity }
    }

    pub(crate) fn system(&self) -> Person {
        let mut system = self.person("acme", "plimsoll", Role::Admin);
        system.identity.token = None;
        system
    }

    /// What has been told so far, with the organisation.
    pub(crate) async fn told(&self) -> Vec<(OrgId, Event)> {
        let rows = self.parts.store.outbox(1000).await.unwrap();
        let messages = rows.iter().map(|(_, row)| decode(&row.record).unwrap());
        messages.map(|Message { envelope, event }| (envelope.org, event)).collect()
    }

    /// The types of the events.
    pub(crate) async fn types(&self) -> Vec<&'static str> {
        let told = self.told().await;
        told.iter().filter_map(|(_, event)| event.event_type().rsplit('.').next()).collect()
    }
}

impl Person {
    fn call<T>(&self, message: T) -> Request<T> {
        let now = self.world.parts.clock.now();
        call::vouched(message, &self.identity, &self.world.voucher, now).unwrap()
    }

    pub(crate) async fn ensure(&self, name: &str) -> Result<OrgId, Refused> {
        let request = self.call(proto::EnsureOrganisationRequest { name: name.to_owned() });
        let response = self.world.api.ensure_organisation(request).await.map_err(refused)?;
        Ok(response.into_inner().org_id.parse().unwrap())
    }

    pub(crate) async fn register(&self, source: Source) -> Result<proto::Application, Refused> {
        self.register_as(source, None).await
    }

    pub(crate) async fn register_as(
        &self,
        source: Source,
        key: Option<&str>,
    ) -> Result<proto::Application, Refused> {
        let source = Some(proto::ApplicationSource { source: Some(source) });
        let idempotency_key = key.map(str::to_owned);
        let request = self.call(proto::RegisterApplicationRequest { source, idempotency_key });
        let response = self.world.api.register_application(request).await.map_err(refused)?;
        Ok(response.into_inner().application.unwrap())
    }

    pub(crate) async fn update(&self, id: &str, source: Source) -> Result<proto::Application, Refused> {
        let source = Some(proto::ApplicationSource { source: Some(source) });
        let request = self.call(proto::UpdateApplicationRequest { application_id: id.to_owned(), source });
        let response = self.world.api.update_application(request).await.map_err(refused)?;
        Ok(response.into_inner().application.unwrap())
    }

    pub(crate) async fn remove(&self, id: &str) -> Result<(), Refused> {
        let request = self.call(proto::RemoveApplicationRequest { application_id: id.to_owned() });
        self.world.api.remove_application(request).await.map(drop).map_err(refused)
    }

    pub(crate) async fn get(&self, id_or_name: &str) -> Result<proto::Application, Refused> {
        let request = self.call(proto::GetApplicationRequest { id_or_name: id_or_name.to_owned() });
        let response = self.world.api.get_application(request).await.map_err(refused)?;
        Ok(response.into_inner().application.unwrap())
    }

    /// The names of all applications.
    pub(crate) async fn list(&self) -> Vec<String> {
        let request = self.call(proto::ListApplicationsRequest::default());
        let response = self.world.api.list_applications(request).await.unwrap().into_inner();
        response.applications.into_iter().map(|application| application.name).collect()
    }

    pub(crate) async fn cluster(&self, name: &str) -> Result<proto::Cluster, Refused> {
        self.cluster_as(name, None).await
    }

    pub(crate) async fn cluster_as(&self, name: &str, key: Option<&str>) -> Result<proto::Cluster, Refused> {
        let (name, idempotency_key) = (name.to_owned(), key.map(str::to_owned));
        let request = self.call(proto::RegisterClusterRequest { name, idempotency_key });
        let response = self.world.api.register_cluster(request).await.map_err(refused)?;
        Ok(response.into_inner().cluster.unwrap())
    }

    pub(crate) async fn clusters_after(&self, after: &str, limit: u32) -> (Vec<String>, bool) {
        let request = self.call(proto::ListClustersRequest { after: after.to_owned(), limit });
        let page = self.world.api.list_clusters(request).await.unwrap().into_inner();
        (page.clusters.into_iter().map(|cluster| cluster.name).collect(), page.more)
    }

    pub(crate) async fn rename(&self, id: &str, name: &str) -> Result<proto::Cluster, Refused> {
        let (cluster_id, name) = (id.to_owned(), name.to_owned());
        let request = self.call(proto::RenameClusterRequest { cluster_id, name });
        let response = self.world.api.rename_cluster(request).await.map_err(refused)?;
        Ok(response.into_inner().cluster.unwrap())
    }

    pub(crate) async fn remove_cluster(&self, id: &str) -> Result<(), Refused> {
        let request = self.call(proto::RemoveClusterRequest { cluster_id: id.to_owned() });
        self.world.api.remove_cluster(request).await.map(drop).map_err(refused)
    }

    pub(crate) async fn get_cluster(&self, id_or_name: &str) -> Result<proto::Cluster, Refused> {
        let request = self.call(proto::GetClusterRequest { id_or_name: id_or_name.to_owned() });
        let response = self.world.api.get_cluster(request).await.map_err(refused)?;
        Ok(response.into_inner().cluster.unwrap())
    }

    pub(crate) async fn grant(&self, asked: proto::GrantWaiverRequest) -> Result<proto::Waiver, Refused> {
        let response = self.world.api.grant_waiver(self.call(asked)).await.map_err(refused)?;
        Ok(response.into_inner().waiver.unwrap())
    }

    pub(crate) async fn revoke(&self, id: &str) -> Result<(), Refused> {
        let request = self.call(proto::RevokeWaiverRequest { waiver_id: id.to_owned() });
        self.world.api.revoke_waiver(request).await.map(drop).map_err(refused)
    }

    pub(crate) async fn waivers(&self, application: &str) -> Result<Vec<proto::Waiver>, Refused> {
        let request = self.call(proto::ListWaiversRequest { application: application.to_owned() });
        Ok(self.world.api.list_waivers(request).await.map_err(refused)?.into_inner().waivers)
    }

    /// The names of all clusters.
    pub(crate) async fn clusters(&self) -> Vec<String> {
        let request = self.call(proto::ListClustersRequest::default());
        let response = self.world.api.list_clusters(request).await.unwrap().into_inner();
        response.clusters.into_iter().map(|cluster| cluster.name).collect()
    }
}

pub(crate) fn refused(status: Status) -> Refused {
    (status.code(), call::code(&status).unwrap_or_default().to_owned())
}
