//! TLS between services: as whom a process calls and is called, and whom it trusts.

use std::time::Duration;

use events::Service;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};
use tonic::service::Routes;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity, Server, ServerTlsConfig};

use super::channel::Channel;
use super::server::grpc_server;
use crate::address::Address;
use crate::failure::Failure;
use crate::secret::Secret;
use crate::task::Task;

/// The section `tls`: TLS between services. What it names is read at the start.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsSettings {
    /// This process' certificate, as PEM, and those between it and an authority: its servers show it, and its calls where a
    /// server asks. With it this process is called over TLS alone.
    pub certificate: Option<String>,
    /// Its key, as PEM.
    pub key: Option<Secret<String>>,
    /// The certificates of the authorities that are trusted for the services that are called, as PEM. With them all are
    /// called over TLS alone.
    pub ca: Option<String>,
    /// The certificates of the authorities that are trusted for the services that call, as PEM; all who connect may call
    /// without.
    pub client_ca: Option<String>,
}

/// How services call each other. Without TLS a connection is as safe as the network under it; on a Unix socket there is none.
#[derive(Clone, Default)]
pub struct Peers {
    pub(super) server: Option<ServerTlsConfig>,
    pub(super) client: Option<ClientTlsConfig>,
}

/// How long both ends may take to agree.
const HANDSHAKE: Duration = Duration::from_secs(5);

impl TlsSettings {
    /// What follows from them.
    ///
    /// # Errors
    /// `CONFIG_INVALID`: one is missing, or is not what it should be.
    pub fn peers(&self) -> Result<Peers, Failure> {
        let identity = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                check("certificate", certificate)?;
                Some(Identity::from_pem(certificate, key.expose()))
            }
            (None, None) => None,
            _ => return Err(invalid("key", "a certificate and its key are given together")),
        };
        for (key, authorities) in [("ca", &self.ca), ("client_ca", &self.client_ca)] {
            authorities.as_ref().map_or(Ok(()), |pem| check(key, pem))?;
        }
        let peers = Peers { server: self.server(identity.as_ref())?, client: self.client(identity) };
        peers.check()?;
        Ok(peers)
    }

    fn server(&self, identity: Option<&Identity>) -> Result<Option<ServerTlsConfig>, Failure> {
        let server =
            identity.map(|identity| ServerTlsConfig::new().identity(identity.clone()).timeout(HANDSHAKE));
        match (server, &self.client_ca) {
            (None, Some(_)) => Err(invalid("client_ca", "who lets clients in over TLS has a certificate")),
            (Some(server), Some(pem)) => Ok(Some(server.client_ca_root(Certificate::from_pem(pem)))),
            (server, None) => Ok(server),
        }
    }

    fn client(&self, identity: Option<Identity>) -> Option<ClientTlsConfig> {
        let authorities = Certificate::from_pem(self.ca.as_ref()?);
        let client = ClientTlsConfig::new().ca_certificate(authorities).timeout(HANDSHAKE);
        Some(match identity {
            Some(identity) => client.identity(identity),
            None => client,
        })
    }
}

impl Peers {
    /// A channel to the server of a service, at this address. It connects when it is first used, and again when it must; a call that takes
    /// longer than `deadline` fails (`DEADLINE_EXCEEDED`), and the server is told that nobody waits. Nothing is asked twice. A call that does not get
    /// through names the service (`details.service`).
    ///
    /// # Errors
    /// `CONFIG_INVALID`: the host is none.
    pub fn channel(
        &self,
        service: Service,
        address: &Address,
        deadline: Duration,
    ) -> Result<Channel, Failure> {
        Channel::to(service, address, deadline, self.client.as_ref())
    }

    /// A server for other services as a task, named `SERVICE/grpc`. It believes the traces that they say they are in.
    #[must_use]
    pub fn server(&self, service: &str, address: Address, routes: Routes) -> Task {
        grpc_server(service, address, routes, self.server.clone())
    }

    /// A key that is not the certificate's is found now, and not by who calls first.
    fn check(&self) -> Result<(), Failure> {
        if let Some(server) = &self.server {
            let made = Server::builder().tls_config(server.clone());
            made.map_err(|error| invalid("key", &chain(&error)))?;
        }
        if let Some(client) = &self.client {
            let made = Endpoint::from_static("https://localhost").tls_config(client.clone());
            made.map_err(|error| invalid("key", &chain(&error)))?;
        }
        Ok(())
    }
}

/// Whether a text holds certificates, and nothing that looks like one and is none.
fn check(key: &str, pem: &str) -> Result<(), Failure> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(()),
        Ok(_) => Err(invalid(key, "it holds no certificate")),
        Err(error) => Err(invalid(key, &format!("it is no PEM: {error}"))),
    }
}

fn invalid(key: &str, why: &str) -> Failure {
    Failure::unhandled("CONFIG_INVALID", format!("tls.{key}: {why}"))
}

/// An error with what led to it.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
