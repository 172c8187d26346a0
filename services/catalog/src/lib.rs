//! What an organisation has: applications and clusters.
//!
//! [`domain`] decides, purely; [`Api`] takes what the gateway passes on, reads `plimsoll.yaml` where an application says
//! that it lies, and commits what is decided with its events.

mod api;
mod books;
mod config;
mod documents;
pub mod domain;
mod names;
mod shown;
mod waivers;

use events::Service;
use service::{Parts, Task, outbox_relay};

pub use api::Api;
pub use books::Books;
pub use config::{Config, WaiverSettings};

/// The organisation of this name. It follows from the name, so that making it twice makes one.
#[must_use]
pub fn organisation_id(name: &str) -> ids::OrgId {
    ids::OrgId::new(uuid::Uuid::new_v5(
        &uuid::Uuid::NAMESPACE_URL,
        format!("plimsoll:organisation:{name}").as_bytes(),
    ))
}

/// What the catalog runs beside its gRPC service.
#[must_use]
pub fn tasks(parts: Parts) -> Vec<Task> {
    vec![outbox_relay(Service::Catalog, parts)]
}
