//! The gRPC services, made from `schemas/proto`, and what their calls carry beside the messages ([`call`]).

pub mod call;

/// The descriptors of every service, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

macro_rules! made {
    ($($(#[$doc:meta])* $module:ident: $package:literal;)*) => {$(
        $(#[$doc])*
        #[allow(missing_docs, clippy::all, unreachable_pub, reason = "made from the proto, where the words are")]
        pub mod $module {
            tonic::include_proto!($package);
        }
    )*};
}

made! {
    /// The verifiable log.
    audit: "plimsoll.audit.v1";
    /// Organisations, applications, clusters.
    catalog: "plimsoll.catalog.v1";
    /// Dead letters.
    operations: "plimsoll.operations.v1";
    /// Promotions.
    promotion: "plimsoll.promotion.v1";
}
