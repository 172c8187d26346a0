//! gRPC servers and channels to them.

mod channel;
mod look;
mod server;
mod tls;
mod traced;
mod trouble;

use axum::http::HeaderMap;

pub use channel::Channel;
pub use server::serve_grpc;
pub use tls::{Peers, TlsSettings};

/// The most bytes of a message; tonic's own default, which every service keeps unless it says otherwise
/// (`max_decoding_message_size`).
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// How a call ended, by the headers of its answer. One that goes on with a body was made well so far.
fn status(headers: &HeaderMap) -> i64 {
    headers.get("grpc-status").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0)
}
