//! The catalog, as the promotion service asks it.

use access::Identity;
use async_trait::async_trait;
use ids::ApplicationId;
use promotion::catalog::{Catalog, Granted, MemoryCatalog, Registered};
use service::Failure;

use crate::process::Process;

/// The catalog, as the promotion service asks it.
pub(crate) struct GivenCatalog {
    pub(crate) catalog: MemoryCatalog,
    pub(crate) process: Process,
}

fn away(why: String) -> Failure {
    Failure::unavailable("SERVICE_UNAVAILABLE", why)
}

#[async_trait]
impl Catalog for GivenCatalog {
    async fn application(&self, caller: &Identity, id_or_name: &str) -> Result<Option<Registered>, Failure> {
        self.process.ask(away, self.catalog.application(caller, id_or_name)).await
    }

    async fn waivers(&self, caller: &Identity, id: ApplicationId) -> Result<Vec<Granted>, Failure> {
        self.process.ask(away, self.catalog.waivers(caller, id)).await
    }
}
