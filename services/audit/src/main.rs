//! The audit as a process of its own.

use std::process::ExitCode;

use access::Voucher;
use audit::{Api, Audit, AuditStore, Config, Keys};
use events::Service;
use service::grpc_server;
use tonic::service::Routes;

fn main() -> ExitCode {
    service::main(Service::Audit, async |config: Config, context| {
        let store = AuditStore::open(&context.database).await?;
        let keys = Keys::new(*config.signing_key.expose().bytes());
        let voucher = Voucher::new(*config.identity_key.expose().bytes());
        let audit = Audit::new(store, keys, voucher, context.parts);
        let mut tasks = audit::tasks(&audit);
        tasks.push(grpc_server("audit", config.listen, Routes::new(Api::server(audit))));
        Ok(tasks)
    })
}
