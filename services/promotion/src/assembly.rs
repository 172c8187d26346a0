//! The service, put together.

use std::sync::Arc;
use std::time::Duration;

use access::Voucher;
use events::Service;
use protos::promotion::promotion_service_server::PromotionServiceServer;
use repositories::Repositories;
use service::{Address, Failure, Parts, Peers, Policy, Task, consumer, outbox_relay};

use crate::api::Api;
use crate::catalog::GrpcCatalog;
use crate::prices::{PriceSettings, Prices};
use crate::promotions::Promotions;
use crate::react::Reactor;
use crate::resolve::Resolver;

/// Reading a document from a repository that is far away takes as long as this.
const CATALOG_DEADLINE: Duration = Duration::from_secs(30);

/// What the service runs, and what it serves.
pub struct Assembled {
    /// Its tasks.
    pub tasks: Vec<Task>,
    /// Its gRPC service.
    pub api: PromotionServiceServer<Api>,
}

/// Puts the service together, with the catalog at this address and these prices.
///
/// # Errors
/// `CONFIG_INVALID`: the address is none. Those of [`Prices::read`].
pub fn assemble(
    (catalog, peers): (&Address, &Peers),
    repositories: Arc<dyn Repositories>,
    voucher: Voucher,
    prices: &PriceSettings,
    parts: Parts,
) -> Result<Assembled, Failure> {
    let channel = peers.channel(Service::Catalog, catalog, CATALOG_DEADLINE)?;
    let catalog = Arc::new(GrpcCatalog::new(channel, voucher.clone(), Arc::clone(&parts.clock)));
    let promotions = Promotions::new(parts);
    let prices = Arc::new(Prices::read(prices)?);
    let resolver = Resolver { catalog, repositories, promotions, prices };
    let tasks = tasks(resolver.clone());
    Ok(Assembled { tasks, api: PromotionServiceServer::new(Api::new(resolver, voucher)) })
}

/// What the service runs beside its gRPC service.
#[must_use]
pub fn tasks(resolver: Resolver) -> Vec<Task> {
    let parts = resolver.promotions.parts().clone();
    let reactor = Arc::new(Reactor::new(resolver));
    vec![consumer(reactor, parts.clone(), Policy::default()), outbox_relay(Service::Promotion, parts)]
}
