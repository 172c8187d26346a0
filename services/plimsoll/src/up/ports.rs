//! A port that somebody else has is found before anything is started.

use std::io::ErrorKind;
use std::net::TcpListener;

use events::Service;

use crate::failure::Failure;
use crate::up::config::Config;

pub(super) fn check(config: &Config) -> Result<(), Failure> {
    if !config.part.runs(Service::Gateway) {
        return Ok(());
    }
    let (rest, grpc) = (config.gateway.listen, config.gateway.grpc_listen);
    if rest == grpc && rest.port() != 0 {
        let message = format!("gateway.listen and gateway.grpc_listen are both {rest}; each needs its own");
        return Err(Failure::new("CONFIG_INVALID", message));
    }
    for (key, address) in [("gateway.listen", rest), ("gateway.grpc_listen", grpc)] {
        TcpListener::bind(address).map_err(|error| {
            let why = format!("{key} {address} cannot be served: {error}");
            match error.kind() {
                ErrorKind::AddrInUse => Failure::new("PORT_IN_USE", why),
                _ => Failure::new("LISTEN_FAILED", why),
            }
        })?;
    }
    Ok(())
}
