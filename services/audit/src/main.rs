//! The audit as a process of its own.

use std::process::ExitCode;

use audit::{Api, Audit, AuditStore, Config, Keys};
use events::Service;
use service::Program;
use tonic::service::Routes;

fn main() -> ExitCode {
    service::main(Service::Audit, async |config: Config, context| {
        let store = AuditStore::open(&context.database).await?;
        let keys = Keys::new(*config.signing_key.expose().bytes());
        let audit = Audit::new(store, keys, context.voucher()?, context.parts);
        Ok(Program::serving(audit::tasks(&audit), Routes::new(Api::server(audit))))
    })
}
