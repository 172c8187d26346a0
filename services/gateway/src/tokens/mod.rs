//! Bearer tokens: how one is written, kept and checked.

mod aggregate;
mod secret;
mod store;

pub use secret::{BearerToken, TokenError};
pub(crate) use store::{Refused, Tokens};
