//! The risk engine as a process of its own.

use std::process::ExitCode;

use events::Service;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == risk::EVALUATE) {
        return risk::evaluate_policies();
    }
    service::main(Service::Risk, async |_: risk::Config, context| Ok(risk::tasks(context.parts)))
}
