//! What the promotion service asks the catalog.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use access::{Identity, Voucher};
use application::Waiver;
use async_trait::async_trait;
use ids::{ApplicationId, OrgId};
use protos::call;
use protos::catalog::catalog_service_client::CatalogServiceClient;
use protos::catalog::{GetApplicationRequest, ListWaiversRequest};
use service::{Channel, Clock, Failure};
use tonic::Code;

/// An application as it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The application.
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
    /// The URL of the repository that holds its manifests.
    pub repository: String,
    /// Where its document lies in that repository, if it is read from there.
    pub path: Option<String>,
    /// Its document, as it was given or was read last.
    pub document: String,
}

/// What an organisation has.
#[async_trait]
pub trait Catalog: Send + Sync + 'static {
    /// The application of this identifier or name; none if the caller's organisation has none.
    ///
    /// # Errors
    /// `SERVICE_UNAVAILABLE`: the catalog does not answer.
    async fn application(&self, caller: &Identity, id_or_name: &str) -> Result<Option<Registered>, Failure>;

    /// The waivers that were granted for an application and not revoked, ended or not.
    ///
    /// # Errors
    /// `SERVICE_UNAVAILABLE`: the catalog does not answer.
    async fn waivers(&self, caller: &Identity, id: ApplicationId) -> Result<Vec<Granted>, Failure>;
}

/// A waiver that was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// Its identifier.
    pub id: String,
    /// What it waives.
    pub waiver: Waiver,
}

/// The catalog service, by gRPC.
pub struct GrpcCatalog {
    client: CatalogServiceClient<Channel>,
    voucher: Voucher,
    clock: Arc<dyn Clock>,
}

impl GrpcCatalog {
    /// Asks the service at the other end of this channel, and vouches for the caller.
    #[must_use]
    pub fn new(channel: Channel, voucher: Voucher, clock: Arc<dyn Clock>) -> Self {
        Self { client: CatalogServiceClient::new(channel), voucher, clock }
    }
}

#[async_trait]
impl Catalog for GrpcCatalog {
    async fn application(&self, caller: &Identity, id_or_name: &str) -> Result<Option<Registered>, Failure> {
        let away = |why: &str| Failure::unavailable("SERVICE_UNAVAILABLE", format!("the catalog: {why}"));
        let message = GetApplicationRequest { id_or_name: id_or_name.to_owned() };
        let request = call::vouched(message, caller, &self.voucher, self.clock.now());
        let request = request.map_err(|status| away(status.message()))?;
        let application = match self.client.clone().get_application(request).await {
            Ok(response) => response.into_inner().application,
            Err(status) if status.code() == Code::NotFound => return Ok(None),
            Err(status) => return Err(away(status.message())),
        };
        let application = application.ok_or_else(|| away("an answer without an application"))?;
        Ok(Some(Registered {
            id: application.application_id.parse().map_err(|_| away("an identifier that is none"))?,
            name: application.name,
            repository: application.repository,
            path: application.path,
            document: application.document,
        }))
    }

    async fn waivers(&self, caller: &Identity, id: ApplicationId) -> Result<Vec<Granted>, Failure> {
        let away = |why: &str| Failure::unavailable("SERVICE_UNAVAILABLE", format!("the catalog: {why}"));
        let message = ListWaiversRequest { application: id.to_string() };
        let request = call::vouched(message, caller, &self.voucher, self.clock.now());
        let request = request.map_err(|status| away(status.message()))?;
        let answer = match self.client.clone().list_waivers(request).await {
            Ok(response) => response.into_inner(),
            Err(status) if status.code() == Code::NotFound => return Ok(Vec::new()),
            Err(status) => return Err(away(status.message())),
        };
        let waivers = answer.waivers.into_iter().map(|granted| {
            let id = granted.waiver_id.clone();
            of_message(granted)
                .map(|waiver| Granted { id, waiver })
                .ok_or_else(|| away("a waiver that is none"))
        });
        waivers.collect()
    }
}

fn of_message(granted: protos::catalog::Waiver) -> Option<Waiver> {
    let protos::catalog::Waiver { environment, rule, place, reason, who, until, .. } = granted;
    let (place, until) = (place.parse().ok()?, until.parse().ok()?);
    Some(Waiver { rule, place, reason, who, until, environment })
}

/// A catalog in memory, for tests and the simulator. Clones are one.
#[derive(Debug, Clone, Default)]
pub struct MemoryCatalog {
    applications: ByApplication<Registered>,
    waivers: ByApplication<Vec<Granted>>,
}

type ByApplication<T> = Arc<Mutex<HashMap<(OrgId, ApplicationId), T>>>;

impl MemoryCatalog {
    /// An organisation has this application from now on.
    pub fn put(&self, org: OrgId, application: Registered) {
        let mut applications = self.applications.lock().unwrap_or_else(PoisonError::into_inner);
        applications.insert((org, application.id), application);
    }

    /// An application has these waivers from now on, and no others.
    pub fn waive(&self, org: OrgId, application: ApplicationId, granted: Vec<Granted>) {
        let mut waivers = self.waivers.lock().unwrap_or_else(PoisonError::into_inner);
        waivers.insert((org, application), granted);
    }

    /// An organisation has no such application any more.
    pub fn remove(&self, org: OrgId, application: ApplicationId) {
        let mut applications = self.applications.lock().unwrap_or_else(PoisonError::into_inner);
        applications.remove(&(org, application));
    }
}

#[async_trait]
impl Catalog for MemoryCatalog {
    async fn application(&self, caller: &Identity, id_or_name: &str) -> Result<Option<Registered>, Failure> {
        let applications = self.applications.lock().unwrap_or_else(PoisonError::into_inner);
        let found = applications.iter().find(|((org, id), application)| {
            *org == caller.org && (id.to_string() == id_or_name || application.name == id_or_name)
        });
        Ok(found.map(|(_, application)| application.clone()))
    }

    async fn waivers(&self, caller: &Identity, id: ApplicationId) -> Result<Vec<Granted>, Failure> {
        let waivers = self.waivers.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(waivers.get(&(caller.org, id)).cloned().unwrap_or_default())
    }
}
