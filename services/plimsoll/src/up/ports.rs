//! A port that somebody else has is found before anything is started.

use std::net::TcpListener;

use events::Service;

use crate::failure::Failure;
use crate::up::config::Config;

pub(super) fn check(config: &Config) -> Result<(), Failure> {
    if !config.part.runs(Service::Gateway) {
        return Ok(());
    }
    for (key, address) in
        [("gateway.listen", config.gateway.listen), ("gateway.grpc_listen", config.gateway.grpc_listen)]
    {
        TcpListener::bind(address).map_err(|error| {
            Failure::new("PORT_IN_USE", format!("{key} {address} cannot be served: {error}"))
        })?;
    }
    Ok(())
}
