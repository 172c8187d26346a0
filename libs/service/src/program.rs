//! What a service's own program runs and serves.

use std::sync::Arc;

use access::Voucher;
use events::Service;
use serde::{Deserialize, Serialize};
use tonic::service::Routes;

use crate::address::Address;
use crate::dead_letters::{DeadLetterOperations, DeadLetters};
use crate::failure::Failure;
use crate::grpc::Peers;
use crate::key::Key;
use crate::parts::Parts;
use crate::secret::Secret;
use crate::store_watch::store_watch;
use crate::task::Task;

/// The section `grpc` of a separate program.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GrpcSettings {
    /// Where other services call it: what it serves, and its dead letters for the gateway.
    pub listen: Option<Address>,
    /// With which the gateway vouches for callers to this service.
    pub identity_key: Option<Secret<Key>>,
}

/// What a service's own program runs, and what it serves to other services beside its dead letters.
pub struct Program {
    tasks: Vec<Task>,
    routes: Option<Routes>,
}

impl From<Vec<Task>> for Program {
    /// One that serves nothing else.
    fn from(tasks: Vec<Task>) -> Self {
        Self { tasks, routes: None }
    }
}

impl Program {
    /// One that serves this.
    #[must_use]
    pub fn serving(tasks: Vec<Task>, routes: Routes) -> Self {
        Self { tasks, routes: Some(routes) }
    }

    /// Its tasks, with the server where there is something to serve, and who looks whether it can be answered.
    pub(crate) fn into_tasks(
        self,
        service: Service,
        parts: &Parts,
        (settings, peers): (&GrpcSettings, &Peers),
    ) -> Result<Vec<Task>, Failure> {
        let Self { mut tasks, routes } = self;
        let Some(listen) = settings.listen.clone() else {
            return match routes {
                None => Ok(tasks),
                Some(_) => Err(missing("listen")),
            };
        };
        let letters = [DeadLetters::new(service, parts)];
        let letters = DeadLetterOperations::new(letters, settings.voucher()?, parts.clock.clone());
        let routes = routes.unwrap_or_default().add_service(letters.into_server());
        tasks.push(peers.server(service.name(), listen, routes));
        tasks.push(store_watch(service.name(), Arc::clone(&parts.store)));
        Ok(tasks)
    }
}

impl GrpcSettings {
    /// Who knows callers that the gateway vouches for.
    ///
    /// # Errors
    /// `CONFIG_INVALID`: there is no key.
    pub fn voucher(&self) -> Result<Voucher, Failure> {
        let key = self.identity_key.as_ref().ok_or_else(|| missing("identity_key"))?;
        Ok(Voucher::new(*key.expose().bytes()))
    }
}

fn missing(key: &str) -> Failure {
    Failure::unhandled("CONFIG_INVALID", format!("grpc.{key}: it has to be said"))
}
