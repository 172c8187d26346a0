//! The risk engine as a process of its own.

use std::process::ExitCode;

use events::Service;

fn main() -> ExitCode {
    service::main(Service::Risk, async |_: risk::Config, context| Ok(risk::tasks(context.parts)))
}
