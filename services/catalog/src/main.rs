//! The catalog as a process of its own.

use std::process::ExitCode;
use std::sync::Arc;

use catalog::{Api, Books, Config};
use events::Service;
use repositories::{GitSettings, MirroredRepositories};
use service::{Failure, Program};
use source::Mirrors;
use tonic::service::Routes;

fn main() -> ExitCode {
    service::main(Service::Catalog, async |config: Config, context| {
        let git: GitSettings = context.section("git")?;
        let mirrors = Mirrors::open(&config.mirrors, git.options())
            .map_err(|error| Failure::unhandled(error.code(), error.to_string()))?;
        let repositories = Arc::new(MirroredRepositories::new(Arc::new(mirrors)));
        let books = Books::new(context.parts.clone()).with_waivers(context.section("waivers")?);
        let api = Api::server(books, repositories, context.voucher()?);
        Ok(Program::serving(catalog::tasks(context.parts), Routes::new(api)))
    })
}
