//! The catalog's gRPC interface. Callers come through the gateway, which vouches for them.

use std::sync::Arc;

use access::{Identity, Role, Voucher};
use ids::{ApplicationId, ClusterId, OrgId, WaiverId};
use protos::call;
use protos::catalog as proto;
use protos::catalog::catalog_service_server::{CatalogService, CatalogServiceServer};
use repositories::Repositories;
use serde_json::{Value, json};
use service::{Kind, Refused, Undone};
use tonic::{Request, Response, Status};

use crate::books::{Asked, Books, allowed, allowed_to};
use crate::documents::{Documents, Read};
use crate::domain::{Ahead, Command, no_waiver};
use crate::{names, organisation_id, shown, waivers};

/// The catalog's gRPC interface.
pub struct Api {
    books: Books,
    documents: Documents,
    voucher: Voucher,
}

/// Only the system itself, which comes without a token, makes organisations.
fn system(caller: &Identity) -> Result<(), Refused> {
    match (caller.token, caller.role) {
        (None, Role::Admin) => Ok(()),
        _ => Err(Refused::new(Kind::Forbidden, "FORBIDDEN", "only the system itself makes organisations")),
    }
}

/// The identifier that a command of this name was given before, or now.
fn answer(before: Option<Value>, now: impl ToString) -> String {
    before.and_then(|answer| answer.as_str().map(str::to_owned)).unwrap_or_else(|| now.to_string())
}

/// Somebody who calls.
struct Caller {
    identity: Identity,
    traceparent: Option<String>,
}

impl Api {
    /// The service, for those for whom the voucher vouches.
    #[must_use]
    pub fn new(books: Books, repositories: Arc<dyn Repositories>, voucher: Voucher) -> Self {
        let documents = Documents { repositories, blobs: Arc::clone(&books.parts().blobs) };
        Self { books, documents, voucher }
    }

    /// As a service of a gRPC server.
    #[must_use]
    pub fn server(
        books: Books,
        repositories: Arc<dyn Repositories>,
        voucher: Voucher,
    ) -> CatalogServiceServer<Self> {
        CatalogServiceServer::new(Self::new(books, repositories, voucher))
    }

    fn caller<T>(&self, request: &Request<T>) -> Result<Caller, Status> {
        let metadata = request.metadata();
        let identity = call::caller(metadata, &self.voucher, self.books.parts().clock.now())?;
        Ok(Caller { identity, traceparent: call::traceparent(metadata) })
    }

    async fn ask(&self, caller: &Caller, command: Command) -> Result<(), Undone> {
        let asked = Asked { command, read: None, named: None };
        self.books.ask(&caller.identity, caller.traceparent.clone(), asked).await?;
        Ok(())
    }

    /// Reads what a source describes, once it is known that the caller may; a source that is none is refused for the record.
    async fn read(
        &self,
        caller: &Caller,
        command: &'static str,
        source: Option<proto::ApplicationSource>,
    ) -> Result<Read, Undone> {
        let read = match allowed(&caller.identity) {
            Ok(()) => self.documents.read(caller.identity.org, source.and_then(|source| source.source)).await,
            Err(refused) => Err(refused.into()),
        };
        if let Err(Undone::Refused(refused)) = &read {
            self.books.refuse(&caller.identity, command, refused).await?;
        }
        read
    }

    async fn application(&self, org: OrgId, id_or_name: &str) -> Result<proto::Application, Undone> {
        let catalog = self.books.catalog(org).await?;
        let (id, known) = shown::application(&catalog, id_or_name)?;
        let text = self.documents.text(org, shown::document(&catalog, id)?).await?;
        Ok(shown::with_document(id, known, text))
    }

    async fn cluster(&self, org: OrgId, id_or_name: &str) -> Result<proto::Cluster, Undone> {
        let catalog = self.books.catalog(org).await?;
        Ok(shown::cluster(&catalog, id_or_name)?)
    }

    /// Which application is meant. Who may not command is refused as such, whatever the organisation has.
    async fn application_id(
        &self,
        caller: &Caller,
        command: &'static str,
        id_or_name: &str,
    ) -> Result<ApplicationId, Undone> {
        let catalog = self.books.catalog(caller.identity.org).await?;
        let found = shown::application(&catalog, id_or_name).map(|(id, _)| id);
        self.checked(caller, command, allowed(&caller.identity).and(found)).await
    }

    async fn cluster_id(
        &self,
        caller: &Caller,
        command: &'static str,
        id_or_name: &str,
    ) -> Result<ClusterId, Undone> {
        let catalog = self.books.catalog(caller.identity.org).await?;
        let found = shown::cluster_id(&catalog, id_or_name);
        self.checked(caller, command, allowed(&caller.identity).and(found)).await
    }

    /// Puts a refusal on record.
    async fn checked<T>(
        &self,
        caller: &Caller,
        command: &'static str,
        checked: Result<T, Refused>,
    ) -> Result<T, Undone> {
        if let Err(refused) = &checked {
            self.books.refuse(&caller.identity, command, refused).await?;
        }
        Ok(checked?)
    }
}

#[tonic::async_trait]
impl CatalogService for Api {
    async fn ensure_organisation(
        &self,
        request: Request<proto::EnsureOrganisationRequest>,
    ) -> Result<Response<proto::EnsureOrganisationResponse>, Status> {
        let mut caller = self.caller(&request)?;
        let name = request.into_inner().name;
        let may = names::organisation(&name).and(system(&caller.identity));
        self.checked(&caller, "ensure_organisation", may).await?;
        // The organisation is that of the event, not the one on whose behalf the system calls.
        caller.identity.org = organisation_id(&name);
        let org_id = caller.identity.org.to_string();
        self.ask(&caller, Command::Ensure { name }).await?;
        Ok(Response::new(proto::EnsureOrganisationResponse { org_id }))
    }

    async fn register_application(
        &self,
        request: Request<proto::RegisterApplicationRequest>,
    ) -> Result<Response<proto::RegisterApplicationResponse>, Status> {
        let caller = self.caller(&request)?;
        let asked = request.into_inner();
        let id = ApplicationId::new(self.books.parts().clock.new_id());
        let named =
            names::command("register_application", &caller.identity.user, asked.idempotency_key, json!(id));
        let named = self.checked(&caller, "register_application", named).await?;
        let mut before = self.books.answered(caller.identity.org, named.as_ref()).await?;
        if before.is_none() {
            let read = self.read(&caller, "register_application", asked.source).await?;
            let command = Command::Register(id, read.application);
            let asked = Asked { command, read: Some((id, read.blob)), named };
            before = self.books.ask(&caller.identity, caller.traceparent.clone(), asked).await?;
        }
        let application = self.application(caller.identity.org, &answer(before, id)).await?;
        Ok(Response::new(proto::RegisterApplicationResponse { application: Some(application) }))
    }

    async fn update_application(
        &self,
        request: Request<proto::UpdateApplicationRequest>,
    ) -> Result<Response<proto::UpdateApplicationResponse>, Status> {
        let caller = self.caller(&request)?;
        let asked = request.into_inner();
        let id = self.application_id(&caller, "update_application", &asked.application_id).await?;
        let read = self.read(&caller, "update_application", asked.source).await?;
        let command = Command::Update(id, read.application);
        let command = Asked { command, read: Some((id, read.blob)), named: None };
        self.books.ask(&caller.identity, caller.traceparent.clone(), command).await?;
        let application = self.application(caller.identity.org, &id.to_string()).await?;
        Ok(Response::new(proto::UpdateApplicationResponse { application: Some(application) }))
    }

    async fn remove_application(
        &self,
        request: Request<proto::RemoveApplicationRequest>,
    ) -> Result<Response<proto::RemoveApplicationResponse>, Status> {
        let caller = self.caller(&request)?;
        let asked = request.into_inner().application_id;
        let id = self.application_id(&caller, "remove_application", &asked).await?;
        self.ask(&caller, Command::Remove(id)).await?;
        Ok(Response::new(proto::RemoveApplicationResponse {}))
    }

    async fn get_application(
        &self,
        request: Request<proto::GetApplicationRequest>,
    ) -> Result<Response<proto::GetApplicationResponse>, Status> {
        let caller = self.caller(&request)?;
        let application = self.application(caller.identity.org, &request.into_inner().id_or_name).await?;
        Ok(Response::new(proto::GetApplicationResponse { application: Some(application) }))
    }

    async fn list_applications(
        &self,
        request: Request<proto::ListApplicationsRequest>,
    ) -> Result<Response<proto::ListApplicationsResponse>, Status> {
        let org = self.caller(&request)?.identity.org;
        let proto::ListApplicationsRequest { after, limit } = request.into_inner();
        let catalog = self.books.catalog(org).await.map_err(Undone::from)?;
        let known = catalog.applications.iter().map(|(id, known)| (known.name.clone(), (*id, known)));
        let (page, more) = page(known, &after, limit);
        let mut applications = Vec::with_capacity(page.len());
        for (_, (id, known)) in page {
            let text = self.documents.text(org, shown::document(&catalog, id)?).await?;
            applications.push(shown::with_document(id, known, text));
        }
        Ok(Response::new(proto::ListApplicationsResponse { applications, more }))
    }

    async fn register_cluster(
        &self,
        request: Request<proto::RegisterClusterRequest>,
    ) -> Result<Response<proto::RegisterClusterResponse>, Status> {
        let caller = self.caller(&request)?;
        let asked = request.into_inner();
        let id = ClusterId::new(self.books.parts().clock.new_id());
        let named = names::cluster(&asked.name).and_then(|()| {
            names::command("register_cluster", &caller.identity.user, asked.idempotency_key, json!(id))
        });
        let named = self.checked(&caller, "register_cluster", named).await?;
        let asked = Asked { command: Command::RegisterCluster(id, asked.name), read: None, named };
        let before = self.books.ask(&caller.identity, caller.traceparent.clone(), asked).await?;
        let cluster = self.cluster(caller.identity.org, &answer(before, id)).await?;
        Ok(Response::new(proto::RegisterClusterResponse { cluster: Some(cluster) }))
    }

    async fn rename_cluster(
        &self,
        request: Request<proto::RenameClusterRequest>,
    ) -> Result<Response<proto::RenameClusterResponse>, Status> {
        let caller = self.caller(&request)?;
        let asked = request.into_inner();
        self.checked(&caller, "rename_cluster", names::cluster(&asked.name)).await?;
        let id = self.cluster_id(&caller, "rename_cluster", &asked.cluster_id).await?;
        self.ask(&caller, Command::RenameCluster(id, asked.name)).await?;
        let cluster = self.cluster(caller.identity.org, &id.to_string()).await?;
        Ok(Response::new(proto::RenameClusterResponse { cluster: Some(cluster) }))
    }

    async fn remove_cluster(
        &self,
        request: Request<proto::RemoveClusterRequest>,
    ) -> Result<Response<proto::RemoveClusterResponse>, Status> {
        let caller = self.caller(&request)?;
        let asked = request.into_inner().cluster_id;
        let id = self.cluster_id(&caller, "remove_cluster", &asked).await?;
        self.ask(&caller, Command::RemoveCluster(id)).await?;
        Ok(Response::new(proto::RemoveClusterResponse {}))
    }

    async fn get_cluster(
        &self,
        request: Request<proto::GetClusterRequest>,
    ) -> Result<Response<proto::GetClusterResponse>, Status> {
        let org = self.caller(&request)?.identity.org;
        let cluster = self.cluster(org, &request.into_inner().id_or_name).await?;
        Ok(Response::new(proto::GetClusterResponse { cluster: Some(cluster) }))
    }

    async fn list_clusters(
        &self,
        request: Request<proto::ListClustersRequest>,
    ) -> Result<Response<proto::ListClustersResponse>, Status> {
        let org = self.caller(&request)?.identity.org;
        let catalog = self.books.catalog(org).await.map_err(Undone::from)?;
        let proto::ListClustersRequest { after, limit } = request.into_inner();
        let known = catalog.clusters.iter().map(|(id, name)| (name.clone(), id.to_string()));
        let (page, more) = page(known, &after, limit);
        let cluster = |(name, cluster_id)| proto::Cluster { cluster_id, name };
        let clusters = page.into_iter().map(cluster).collect();
        Ok(Response::new(proto::ListClustersResponse { clusters, more }))
    }

    async fn grant_waiver(
        &self,
        request: Request<proto::GrantWaiverRequest>,
    ) -> Result<Response<proto::GrantWaiverResponse>, Status> {
        let caller = self.caller(&request)?;
        let asked = request.into_inner();
        let id = WaiverId::new(self.books.parts().clock.new_id());
        let by = &caller.identity.user;
        let named = names::command("grant_waiver", by, asked.idempotency_key.clone(), json!(id));
        let named = self.checked(&caller, "grant_waiver", named).await?;
        let mut before = self.books.answered(caller.identity.org, named.as_ref()).await?;
        if before.is_none() {
            let catalog = self.books.catalog(caller.identity.org).await.map_err(Undone::from)?;
            let today = self.books.parts().clock.now().date();
            let wanted = allowed_to(&caller.identity, Role::Approver)
                .and_then(|()| waivers::wanted(&catalog, asked, by, today));
            let (waiver, days) = self.checked(&caller, "grant_waiver", wanted).await?;
            let ahead = Ahead { days, most: self.books.waiver_days() };
            let asked =
                Asked { command: Command::GrantWaiver(id, Box::new(waiver), ahead), read: None, named };
            before = self.books.ask(&caller.identity, caller.traceparent.clone(), asked).await?;
        }
        let catalog = self.books.catalog(caller.identity.org).await.map_err(Undone::from)?;
        let waiver = waivers::shown(&catalog, &answer(before, id)).map_err(Undone::from)?;
        Ok(Response::new(proto::GrantWaiverResponse { waiver: Some(waiver) }))
    }

    async fn revoke_waiver(
        &self,
        request: Request<proto::RevokeWaiverRequest>,
    ) -> Result<Response<proto::RevokeWaiverResponse>, Status> {
        let caller = self.caller(&request)?;
        let asked = request.into_inner().waiver_id;
        let id = asked.parse().map_err(|_| no_waiver(&asked));
        let id = allowed_to(&caller.identity, Role::Approver).and(id);
        let id: WaiverId = self.checked(&caller, "revoke_waiver", id).await?;
        self.ask(&caller, Command::RevokeWaiver(id)).await?;
        Ok(Response::new(proto::RevokeWaiverResponse {}))
    }

    async fn list_waivers(
        &self,
        request: Request<proto::ListWaiversRequest>,
    ) -> Result<Response<proto::ListWaiversResponse>, Status> {
        let org = self.caller(&request)?.identity.org;
        let catalog = self.books.catalog(org).await.map_err(Undone::from)?;
        let found = shown::application(&catalog, &request.into_inner().application).map_err(Undone::from)?;
        let waivers = waivers::of_application(&catalog, found.0);
        Ok(Response::new(proto::ListWaiversResponse { waivers }))
    }
}

/// Those after a name, by name, and whether there are more than the limit.
fn page<T>(known: impl Iterator<Item = (String, T)>, after: &str, limit: u32) -> (Vec<(String, T)>, bool) {
    let mut page: Vec<(String, T)> = known.filter(|(name, _)| name.as_str() > after).collect();
    page.sort_by(|(a, _), (b, _)| a.cmp(b));
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = limit > 0 && page.len() > limit;
    if more {
        page.truncate(limit);
    }
    (page, more)
}
