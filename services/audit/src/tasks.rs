//! What the audit runs.

use std::sync::Arc;
use std::time::Duration;

use access::Voucher;
use events::Service;
use service::{Component, Failure, Parts, Policy, Running, Task, outbox_relay, record_consumer};

use crate::checkpoints::Signer;
use crate::keys::Keys;
use crate::recorder::{Recorder, Trees};
use crate::store::AuditStore;

/// How often a checkpoint of a tree that has grown is signed, whether or not somebody asks.
const SIGNED_EVERY: Duration = Duration::from_secs(60);

/// The audit of an installation.
#[derive(Clone)]
pub struct Audit {
    pub(crate) signer: Signer,
    pub(crate) voucher: Voucher,
}

impl Audit {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: AuditStore, keys: Keys, voucher: Voucher, parts: Parts) -> Self {
        Self { signer: Signer { store, keys, parts }, voucher }
    }
}

/// What the audit runs beside its gRPC service ([`crate::Api`]).
#[must_use]
pub fn tasks(audit: &Audit) -> Vec<Task> {
    let parts = audit.signer.parts.clone();
    let recorder = recording(Arc::new(audit.signer.store.clone()), parts.clone());
    let signer = audit.signer.clone();
    vec![
        recorder,
        outbox_relay(Service::Audit, parts),
        Task::new("audit/checkpoints", move |running| sign(signer.clone(), running)),
    ]
}

/// Makes a leaf of every record.
#[must_use]
pub fn recording(trees: Arc<dyn Trees>, parts: Parts) -> Task {
    record_consumer(Arc::new(Recorder::new(trees)), parts, Policy::default())
}

async fn sign(signer: Signer, running: Running) -> Result<(), Failure> {
    running.component.ready();
    loop {
        tokio::select! {
            biased;
            () = tokio::time::sleep(SIGNED_EVERY) => {}
            () = running.shutdown.cancelled() => return Ok(()),
        }
        sign_all(&signer, &running.component).await?;
    }
}

/// A tree that is damaged keeps no other from being signed. Its organisation is named where readiness is asked for.
async fn sign_all(signer: &Signer, component: &Component) -> Result<(), Failure> {
    for org in signer.store.organisations().await? {
        match signer.current(org).await {
            Ok(_) => component.back(&org.to_string()),
            Err(failure) => {
                tracing::error!(%org, code = failure.code(), error = failure.message(), "no checkpoint is signed");
                component.away(org.to_string(), &failure);
            }
        }
    }
    Ok(())
}
