//! The first start: an organisation, and a token of its admin.

use access::Role;
use gateway::Gateway;
use service::write_private;

use crate::failure::Failure;
use crate::up::config::Config;
use crate::up::directory::Directory;

/// Makes what is not there yet. A start that was interrupted is made up for by the next.
pub(super) async fn begin(gateway: &Gateway, config: &Config, directory: &Directory) -> Result<(), Failure> {
    let path = directory.admin_token(&config.organisation.name);
    if path.exists() {
        return Ok(());
    }
    // Who makes the first organisation runs the installation.
    let role = if path == directory.first_token() { Role::Operator } else { Role::Admin };
    let name = &config.organisation.name;
    let token = gateway.begin(name, role).await.map_err(|error| {
        Failure::told(error.code, format!("the organisation {name} cannot be made: {}", error.message))
    })?;
    write_private(&path, format!("{}\n", token.reveal()).as_bytes()).map_err(|error| {
        Failure::new("KEY_UNUSABLE", format!("{} cannot be written: {error}", path.display()))
    })
}
