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
pub mod domain;
mod edges;
mod hurried;
mod previews;
mod prices;
mod promotions;
mod react;
mod requests;
pub mod resolve;
pub mod selection;
mod shown;
mod text;
mod waivers;

pub use api::Api;
pub use assembly::{Assembled, assemble, tasks};
pub use config::Config;
pub use prices::{PriceSettings, Prices};
pub use promotions::Promotions;
pub use react::Reactor;
