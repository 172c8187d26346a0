//! The gateway as a process of its own.

use std::process::ExitCode;

use access::Voucher;
use events::Service;
use gateway::{Gateway, ProcessConfig, Projections, Services};

fn main() -> ExitCode {
    service::main(Service::Gateway, async |config: ProcessConfig, context| {
        let projections = Projections::open(&context.database).await?;
        let services = Services::at(&config.services)?;
        let voucher = Voucher::new(*config.identity_key.expose().bytes());
        let watched = (context.health, context.metrics);
        let gateway = Gateway::new(config.serve, context.parts, services, voucher, projections, watched);
        let first = config.first.map(|first| gateway::first(&gateway, first));
        Ok(gateway::tasks(&gateway).into_iter().chain(first).collect())
    })
}
