//! Which build this is.

/// The version, and ` with Kafka` after it if the log may be on Kafka: whoever starts programs can ask before (`KAFKA_NOT_BUILT`).
pub const VERSION: &str = if cfg!(feature = "kafka") {
    concat!(env!("CARGO_PKG_VERSION"), " with Kafka")
} else {
    env!("CARGO_PKG_VERSION")
};
