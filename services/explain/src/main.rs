//! The explanation as a process of its own.

use std::process::ExitCode;

use events::Service;

fn main() -> ExitCode {
    service::main(Service::Explain, async |config: explain::Config, context| {
        explain::tasks(&config, context.parts, &context.database).await
    })
}
