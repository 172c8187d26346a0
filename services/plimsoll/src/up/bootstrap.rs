//! The first start: an organisation, and a token of its admin.

use access::{Identity, Role};
use protos::catalog::EnsureOrganisationRequest;

use crate::failure::Failure;
use crate::up::assembly::Begin;
use crate::up::config::Config;
use crate::up::directory::Directory;
use crate::up::keys;

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
    let message = EnsureOrganisationRequest { name: name.clone() };
    let request = protos::call::vouched(message, &system, &begin.voucher, begin.clock.now());
    let failed = |status: tonic::Status| {
        let code = protos::call::code(&status).unwrap_or("INTERNAL").to_owned();
        Failure::told(code, format!("the organisation {name} cannot be made: {}", status.message()))
    };
    let mut tries = 0;
    loop {
        let request = request.as_ref().map_err(|status| failed(status.clone()))?;
        let mut again = tonic::Request::new(request.get_ref().clone());
        *again.metadata_mut() = request.metadata().clone();
        match begin.catalog.clone().ensure_organisation(again).await {
            Ok(_) => break,
            // The services of this process are being started.
            Err(status) if status.code() == tonic::Code::Unavailable && tries < 500 => tries += 1,
            Err(status) => return Err(failed(status)),
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let token = begin.tokens.create(org, "admin", Role::Admin, SYSTEM).await;
    let token = token.map_err(|error| Failure::told(error.code, error.message))?;
    keys::write(&path, format!("{}\n", token.reveal()).as_bytes()).map_err(|error| {
        Failure::new("KEY_UNUSABLE", format!("{} cannot be written: {error}", path.display()))
    })
}
