//! The API, and the projections that answer it.
//!
//! A request comes through [the door](door) (token, limit, role), is answered from the [projections](projection), which
//! follow the log, or becomes a command to the service that owns the aggregate. Whoever commands and then looks
//! sees what they did: an answer waits until the projections show it.

mod config;
mod cursor;
mod door;
mod error;
mod extract;
mod first;
mod grpc;
mod limits;
mod money;
mod openapi;
mod projection;
mod query;
mod routes;
mod serve;
mod state;
mod status;
mod streams;
mod targets;
mod tasks;
mod tokens;
mod wait;

pub use config::{Addresses, Config, ProcessConfig};
pub use error::ApiError;
pub use first::{First, first};
pub use projection::{
    ComparedTable, Comparison, Cost, Differences, FiguresRow, Fold, MemoryTables, PROJECTION,
    ProjectionOperations, ProjectionStatus, Projections, PromotionRow, Rebuilt, TableDigest, Tables,
    projection_is_ready,
};
pub use routes::openapi;
pub use state::{Gateway, Services};
pub use tasks::{projecting, tasks};
pub use tokens::{BearerToken, TokenError};
