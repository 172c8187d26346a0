//! Promotions: requested, approved, opened, merged.
//!
//! [`domain`] decides, purely. Around it: [`resolve`] turns names into immutable things before anything is decided,
//! [`Api`] takes what people say, and [`Reactor`] what the engines and Git say. Everything that is decided is committed at
//! once with the state, the mark of what was handled, and the events ([`service::decide`]).

mod api;
mod assembly;
mod caller;
pub mod catalog;
mod config;
mod config;
pub mod domain;
mod edges;
mod previews;
mod promotions;
mod react;
mod requests;
pub mod resolve;
pub mod selection;
mod shown;
mod text;

use std::sync::Arc;

use events::Service;
use service::{Policy, Task, consumer, outbox_relay};

pub use api::Api;
pub use assembly::{Assembled, assemble};
pub use config::Config;
pub use config::{Config, start};
pub use promotions::Promotions;
pub use react::Reactor;
use resolve::Resolver;

/// What the service runs beside its gRPC service ([`Api`]).
#[must_use]
pub fn tasks(resolver: Resolver) -> Vec<Task> {
    let parts = resolver.promotions.parts().clone();
    vec![
        consumer(Arc::new(Reactor::new(resolver)), parts.clone(), Policy::default()),
        outbox_relay(Service::Promotion, parts),
    ]
}
