//! What goes over the REST API: one set of types for the gateway, which serves them, and for the command line, which
//! calls. The OpenAPI document is made from them.

pub mod access;
pub mod audit;
pub mod catalog;
pub mod dead_letter;
pub mod error;
pub mod explanation;
pub mod page;
pub mod promotion;
pub mod waiver;

/// Where the API lies below the server's address.
pub const PREFIX: &str = "/api/v1";
