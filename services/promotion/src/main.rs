//! The promotion service as a process of its own.

use std::process::ExitCode;
use std::sync::Arc;

use events::Service;
use promotion::{Config, PriceSettings};
use repositories::{GitSettings, MirroredRepositories};
use service::{Failure, Program};
use source::Mirrors;
use tonic::service::Routes;

fn main() -> ExitCode {
    service::main(Service::Promotion, async |config: Config, context| {
        let git: GitSettings = context.section("git")?;
        let mirrors = Mirrors::open(&config.mirrors, git.options())
            .map_err(|error| Failure::unhandled(error.code(), error.to_string()))?;
        let repositories = Arc::new(MirroredRepositories::new(Arc::new(mirrors)));
        let voucher = context.voucher()?;
        let prices: PriceSettings = context.section("prices")?;
        let assembled = promotion::assemble(
            (&config.catalog, &context.peers),
            repositories,
            voucher,
            &prices,
            context.parts,
        )?;
        Ok(Program::serving(assembled.tasks, Routes::new(assembled.api)))
    })
}
