//! `make bench-kafka`: the log on Kafka and the services upon it, each against a named peer on the same broker, the same
//! Postgres and the same machine. A run measures one thing: `chain`, `consume` or `replay`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench is where time is measured, and may fail"
)]

mod broker;
mod bytes;
mod chain;
mod consume;
mod relay;
mod replay;
mod story;

use broker::Broker;

/// Events of a whole measurement; `PLIMSOLL_BENCH_EVENTS` asks for fewer.
const EVENTS: usize = 1_000_000;

#[tokio::main]
async fn main() {
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let events =
        std::env::var("PLIMSOLL_BENCH_EVENTS").map_or(EVENTS, |text| text.parse().expect("a number"));
    match wanted.as_deref() {
        Some("chain") => {
            let hop = chain::run(&Broker::start().await).await;
            bytes::run(&hop);
        }
        Some("consume") => consume::run(&Broker::start().await, events).await,
        Some("replay") => replay::run(&Broker::start().await, events).await,
        _ => eprintln!("kafka: what is to be measured? chain, consume or replay"),
    }
}
