//! The explanation as a process of its own.

use std::process::ExitCode;

use events::Service;

fn main() -> ExitCode {
    service::main(Service::Explain, async |_: explain::Config, context| Ok(explain::tasks(context.parts)))
}
