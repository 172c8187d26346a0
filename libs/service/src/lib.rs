//! How every service starts, reads its configuration, consumes, is watched and stops.
//!
//! A service is given its [`Parts`] and its configuration and runs as tasks; it never reaches for a global. What it
//! does with an event is a [`Handler`] (anything) or an [`Engine`] (a fact made of a fact); the runtime around it
//! tries again with back-off, parks with its aggregate what cannot be handled, and commits.

mod clock;
mod failure;
mod handler;
mod parts;

pub use clock::{Clock, SystemClock};
pub use failure::Failure;
pub use handler::{Engine, Handler};
pub use parts::Parts;
