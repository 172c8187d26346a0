//! Typed identifiers.
//!
//! An identifier of one thing cannot be passed for another's. Identifiers of what people make are UUIDs given from
//! outside; identifiers of what follows from something are derived from it (UUIDv5), so that doing it
//! again gives the same one.

mod blob;
mod derived;
mod uuids;

pub use blob::{BlobHash, BlobHashError};
pub use derived::{edge_id, output_event_id, token_id};
pub use uuids::{ApplicationId, ClusterId, EdgeId, EventId, OrgId, PromotionId, TokenId, WaiverId};
