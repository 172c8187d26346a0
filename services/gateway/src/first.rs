//! What an installation begins with: an organisation, and a token of its admin.

use std::path::PathBuf;
use std::time::Duration;

use access::{Identity, Role};
use ids::OrgId;
use protos::catalog::EnsureOrganisationRequest;
use serde::Deserialize;
use service::{Backoff, Failure, Task, lot, try_private, write_private};
use tonic::Code;
use uuid::Uuid;

use crate::error::ApiError;
use crate::state::Gateway;
use crate::tokens::BearerToken;

/// What the first start of the gateway's own program makes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct First {
    /// The organisation's name.
    pub organisation: String,
    /// Where the token of its admin is written; nothing is made where there is a file.
    pub admin_token: PathBuf,
}

/// As which the system itself acts.
const SYSTEM: &str = "plimsoll";
/// Before the catalog is asked again that is not there yet.
const AGAIN: Backoff = Backoff { first: Duration::from_millis(20), longest: Duration::from_secs(2) };

impl Gateway {
    /// Makes an organisation, if there is none of this name, and a token of its admin: the secret is in the answer and
    /// nowhere else. Waits for the catalog.
    ///
    /// # Errors
    /// The name is none, there is no randomness, or the store cannot be reached.
    pub async fn begin(&self, organisation: &str, role: Role) -> Result<BearerToken, ApiError> {
        // The catalog says which it is.
        let nobodys = OrgId::new(Uuid::nil());
        let system = Identity { org: nobodys, user: SYSTEM.to_owned(), role: Role::Admin, token: None };
        let mut failures = 0;
        let made = loop {
            let request = self.call(&system, EnsureOrganisationRequest { name: organisation.to_owned() })?;
            match self.services.catalog.clone().ensure_organisation(request).await {
                // It is being started, here or elsewhere. The report of health says who is missing.
                Err(status) if status.code() == Code::Unavailable => {
                    failures += 1;
                    tokio::time::sleep(AGAIN.delay(failures, lot(&*self.parts.clock))).await;
                }
                answer => break answer?.into_inner(),
            }
        };
        let org = made.org_id.parse().map_err(|_| ApiError::unavailable("INTERNAL", "no organisation"))?;
        self.tokens.create(org, "admin", role, SYSTEM, None).await
    }
}

/// Makes what is not there yet, as a task that is over then. A start that was interrupted is made up for by the next.
#[must_use]
pub fn first(gateway: &Gateway, first: First) -> Task {
    let gateway = gateway.clone();
    Task::new("gateway/first", move |running| {
        let (gateway, first) = (gateway.clone(), first.clone());
        async move {
            // All is well with the process when it is done.
            running.shutdown.run_until_cancelled(make(&gateway, &first)).await.unwrap_or(Ok(()))
        }
    })
}

async fn make(gateway: &Gateway, First { organisation, admin_token }: &First) -> Result<(), Failure> {
    if admin_token.exists() {
        return Ok(());
    }
    let unusable = |error: std::io::Error| {
        let path = admin_token.display();
        Failure::unavailable("KEY_UNUSABLE", format!("{path} cannot be written: {error}"))
    };
    // A token that can be written nowhere would be made anew with each try.
    try_private(admin_token).map_err(unusable)?;
    let failed = |error: ApiError| Failure::unavailable("SERVICE_UNAVAILABLE", error.message);
    // Who makes the first organisation runs the installation.
    let token = gateway.begin(organisation, Role::Operator).await.map_err(failed)?;
    write_private(admin_token, token.reveal().as_bytes()).map_err(unusable)
}
