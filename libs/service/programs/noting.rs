//! The smallest service: it notes the events of the catalog in a file, a line each.
//!
//! `PLIMSOLL_POSTGRES__URL=postgres://… cargo run -p service --bin service-noting -- --set explain.file=notes.txt`

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use events::{Message, Service, Topic};
use serde::Deserialize;
use service::{Failure, Handler, Parts, Policy, Task};

#[derive(Deserialize)]
struct Config {
    file: PathBuf,
}

struct Noting(PathBuf);

#[async_trait]
impl Handler for Noting {
    fn consumer(&self) -> &'static str {
        "explain"
    }

    fn service(&self) -> Service {
        Service::Explain
    }

    fn topics(&self) -> Vec<Topic> {
        vec![Service::Catalog.topic()]
    }

    async fn handle(&self, message: &Message) -> Result<(), Failure> {
        let note = || {
            let mut file = std::fs::File::options().create(true).append(true).open(&self.0)?;
            // In one write: a kill leaves the whole line, or nothing.
            file.write_all(
                format!("{} {}\n", message.envelope.subject, message.envelope.sequence).as_bytes(),
            )?;
            file.sync_data()
        };
        note().map_err(|error| Failure::unavailable("WRITE_FAILED", error.to_string()))
    }
}

fn tasks(config: Config, parts: Parts) -> Vec<Task> {
    let handler = Arc::new(Noting(config.file));
    vec![
        service::consumer(handler, parts.clone(), Policy::default()),
        service::outbox_relay(Service::Explain, parts),
    ]
}

fn main() -> ExitCode {
    service::main(Service::Explain, async |config, context| Ok(tasks(config, context.parts)))
}
