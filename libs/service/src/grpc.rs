//! gRPC servers and channels to them.

mod channel;
mod server;

pub use channel::channel;
pub use server::{grpc_server, serve_grpc};

/// The most bytes of a message; tonic's own default, which every service keeps unless it says otherwise
/// (`max_decoding_message_size`).
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;
