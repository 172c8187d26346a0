//! What the promotion service asks the catalog.

use std::collections::HashMap;
use std::error::Error as _;
use std::sync::{Arc, Mutex, PoisonError};

use access::{Identity, Voucher};
use application::Waiver;
use async_trait::async_trait;
use ids::{ApplicationId, OrgId};
use protos::call;
use protos::catalog::catalog_service_client::CatalogServiceClient;
use protos::catalog::{GetApplicationRequest, ListWaiversRequest};
use service::{Channel, Clock, Failure};
use tonic::{Code, Status};

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
    /// `SERVICE_UNAVAILABLE`: the catalog does not answer. `INTERNAL`: it has answered, and cannot do it.
    async fn application(&self, caller: &Identity, id_or_name: &str) -> Result<Option<Registered>, Failure>;

    /// The waivers that were granted for an application and not revoked, ended or not.
    ///
    /// # Errors
    /// `SERVICE_UNAVAILABLE`: the catalog does not answer. `INTERNAL`: it has answered, and cannot do it.
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
            Err(status) => return Err(refused(&status)),
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
            Err(status) => return Err(refused(&status)),
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

/// What the catalog's word is to who handles an event: it waits for a catalog that is away, or that one of the two is set up wrongly
/// for; a catalog that cannot answer this one question holds nobody else up.
fn refused(status: &Status) -> Failure {
    let said = call::code(status);
    let why = format!("the catalog: {}", status.message());
    for code in ["PEER_UNTRUSTED", "PEER_NOT_TLS", "IDENTITY_NOT_VOUCHED"] {
        if said == Some(code) {
            return Failure::unavailable(code, why);
        }
    }
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Unauthenticated => {
            Failure::unavailable("SERVICE_UNAVAILABLE", why)
        }
        // The line was cut while it answered.
        _ if status.source().is_some() => Failure::unavailable("SERVICE_UNAVAILABLE", why),
        _ => Failure::unhandled("INTERNAL", why),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_cannot_be_answered_waits_for_nobody() {
        let coded = |code: &'static str| {
            let mut status = Status::new(Code::Unavailable, "x");
            status.metadata_mut().insert(call::CODE_KEY, code.parse().unwrap());
            status
        };
        for (status, code, waits) in [
            (Status::unavailable("x"), "SERVICE_UNAVAILABLE", true),
            (Status::deadline_exceeded("x"), "SERVICE_UNAVAILABLE", true),
            (Status::unauthenticated("x"), "SERVICE_UNAVAILABLE", true),
            (Status::from_error("reset by peer".into()), "SERVICE_UNAVAILABLE", true),
            (coded("PEER_UNTRUSTED"), "PEER_UNTRUSTED", true),
            (Status::internal("x"), "INTERNAL", false),
            (Status::invalid_argument("x"), "INTERNAL", false),
        ] {
            let failure = refused(&status);
            let is_waited_for = !matches!(failure, Failure::Unhandled { .. });
            assert_eq!((failure.code(), is_waited_for), (code, waits), "{status}");
        }
    }
}
