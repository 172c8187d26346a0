//! Approved promotions as branches, as a process of its own.

use std::process::ExitCode;
use std::sync::Arc;

use events::Service;
use gitops::git::CommandGit;
use repositories::GitSettings;
use service::Failure;

fn main() -> ExitCode {
    service::main(Service::Gitops, async |config: gitops::ProcessConfig, context| {
        let git: GitSettings = context.section("git")?;
        let git = CommandGit::open(&config.mirrors, git.options())
            .map_err(|error| Failure::unhandled(error.code(), error.to_string()))?;
        Ok(gitops::tasks(&config.serve, Arc::new(git), context.parts))
    })
}
