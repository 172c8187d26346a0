//! What a request is answered with.

use std::sync::Arc;

use access::{Identity, Voucher};
use events::Service;
use protos::audit::audit_service_client::AuditServiceClient;
use protos::catalog::catalog_service_client::CatalogServiceClient;
use protos::promotion::promotion_service_client::PromotionServiceClient;
use service::{AllDeadLetters, Channel, Failure, Health, Parts, Peers};
use telemetry::Metrics;
use tonic::{Request, Status};

use crate::config::{Addresses, Config};
use crate::limits::Limits;
use crate::projection::{Live, Projections};
use crate::streams::Streams;
use crate::tokens::Tokens;

/// Where the services behind the gateway are reached.
#[derive(Clone)]
pub struct Services {
    /// Promotions.
    pub promotion: PromotionServiceClient<Channel>,
    /// Applications and clusters.
    pub catalog: CatalogServiceClient<Channel>,
    /// The verifiable log.
    pub audit: AuditServiceClient<Channel>,
    /// What they could not handle.
    pub dead_letters: AllDeadLetters,
}

impl Services {
    /// The services at these addresses.
    ///
    /// # Errors
    /// `CONFIG_INVALID`: one of them is none.
    pub fn at(addresses: &Addresses, peers: &Peers, dead_letters: AllDeadLetters) -> Result<Self, Failure> {
        let to = |service, address| peers.channel(service, address, CALL_TIMEOUT);
        Ok(Self {
            promotion: PromotionServiceClient::new(to(Service::Promotion, &addresses.promotion)?),
            catalog: CatalogServiceClient::new(to(Service::Catalog, &addresses.catalog)?),
            audit: AuditServiceClient::new(to(Service::Audit, &addresses.audit)?),
            dead_letters,
        })
    }
}

/// What a request is answered with.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

/// The parts of it.
pub struct Inner {
    pub(crate) config: Config,
    pub(crate) parts: Parts,
    pub(crate) services: Services,
    pub(crate) voucher: Voucher,
    pub(crate) tokens: Tokens,
    pub(crate) projections: Projections,
    pub(crate) live: Live,
    pub(crate) limits: Limits,
    pub(crate) streams: Streams,
    pub(crate) health: Health,
    pub(crate) metrics: Metrics,
}

impl Gateway {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        config: Config,
        parts: Parts,
        services: Services,
        voucher: Voucher,
        projections: Projections,
        watched: (Health, Metrics),
    ) -> Self {
        let (health, metrics) = watched;
        Self(Arc::new(Inner {
            limits: Limits::new(&config, parts.redis.clone()),
            streams: Streams::new(config.streams_per_token),
            tokens: Tokens::new(parts.clone()),
            live: Live::new(),
            config,
            parts,
            services,
            voucher,
            projections,
            health,
            metrics,
        }))
    }

    /// A call to a service behind the gateway, on behalf of this caller.
    pub(crate) fn call<T>(&self, caller: &Identity, message: T) -> Result<Request<T>, Status> {
        let mut request = protos::call::vouched(message, caller, &self.voucher, self.parts.clock.now())?;
        request.set_timeout(CALL_TIMEOUT);
        Ok(request)
    }
}

/// Longer than any of the services takes; resolving names reads a remote repository.
pub(crate) const CALL_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);

impl std::ops::Deref for Gateway {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
