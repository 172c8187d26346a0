//! The cost engine as a process of its own.

use std::process::ExitCode;

use events::Service;

fn main() -> ExitCode {
    service::main(Service::Cost, async |config: cost::Config, context| Ok(cost::tasks(config, context.parts)))
}
