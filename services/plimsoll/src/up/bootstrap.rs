//! The first start: an organisation, and a token of its admin.

use std::sync::Arc;
use std::time::Duration;

use access::{Identity, Role, Voucher};
use protos::catalog::EnsureOrganisationRequest;
use protos::catalog::catalog_service_client::CatalogServiceClient;
use service::{Channel, Clock};

use crate::failure::Failure;
use crate::up::config::Config;
use crate::up::directory::Directory;
use crate::up::keys;

/// With what the first start makes an organisation and its admin.
pub(super) struct Begin {
    pub(super) catalog: CatalogServiceClient<Channel>,
    pub(super) tokens: gateway::Tokens,
    pub(super) voucher: Voucher,
    pub(super) clock: Arc<dyn Clock>,
}

/// As which the system itself acts.
const SYSTEM: &str = "plimsoll";

/// Makes what is not there yet. A start that was interrupted is made up for by the next.
pub(super) async fn begin(begin: &Begin, config: &Config, directory: &Directory) -> Result<(), Failure> {
    let path = directory.admin_token(&config.organisation.name);
    if path.exists() {
        return Ok(());
    }
    let name = &config.organisation.name;
    let org = catalog::organisation_id(name);
    let system = Identity { org, user: SYSTEM.to_owned(), role: Role::Admin, token: None };
    ensured(begin, name, &system).await?;
    // Who makes the first organisation runs the installation.
    let role = if path == directory.first_token() { Role::Operator } else { Role::Admin };
    let token = begin.tokens.create(org, "admin", role, SYSTEM, None).await;
    let token = token.map_err(|error| Failure::told(error.code, error.message))?;
    keys::write(&path, format!("{}\n", token.reveal()).as_bytes()).map_err(|error| {
        Failure::new("KEY_UNUSABLE", format!("{} cannot be written: {error}", path.display()))
    })
}

async fn ensured(begin: &Begin, name: &str, system: &Identity) -> Result<(), Failure> {
    let failed = |status: tonic::Status| {
        let code = protos::call::code(&status).unwrap_or("INTERNAL").to_owned();
        Failure::told(code, format!("the organisation {name} cannot be made: {}", status.message()))
    };
    loop {
        let message = EnsureOrganisationRequest { name: name.to_owned() };
        let request = protos::call::vouched(message, system, &begin.voucher, begin.clock.now());
        match begin.catalog.clone().ensure_organisation(request.map_err(failed)?).await {
            Ok(_) => return Ok(()),
            // The catalog is being started, here or elsewhere. Readiness says who is missing.
            Err(status) if status.code() == tonic::Code::Unavailable => {}
            Err(status) => return Err(failed(status)),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

const AGAIN: Duration = Duration::from_millis(20);
