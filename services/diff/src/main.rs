//! The diff engine as a process of its own.

use std::process::ExitCode;
use std::sync::Arc;

use events::Service;
use repositories::GitSettings;
use service::Failure;
use source::Mirrors;

fn main() -> ExitCode {
    service::main(Service::Diff, async |config: diff::Config, context| {
        let git: GitSettings = context.section("git")?;
        let render: diff::RenderSettings = context.section("render")?;
        let programs =
            render.programs().map_err(|error| Failure::unhandled(error.code(), error.to_string()))?;
        let mirrors = Mirrors::open(&config.mirrors, git.options())
            .map_err(|error| Failure::unhandled(error.code(), error.to_string()))?;
        Ok(diff::tasks(&config, programs, Arc::new(mirrors), context.parts))
    })
}
