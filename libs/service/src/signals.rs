//! How a process is told to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// Is cancelled at SIGTERM and at SIGINT. A second one ends the process at once, with the status that shells give it.
///
/// # Errors
/// `RUNTIME_FAILED`: the system does not let signals be watched.
pub fn shutdown() -> Result<CancellationToken, Failure> {
    let watch = |kind| {
        signal(kind).map_err(|error| {
            Failure::unhandled("RUNTIME_FAILED", format!("signals cannot be watched: {error}"))
        })
    };
    let (mut terminate, mut interrupt) = (watch(SignalKind::terminate())?, watch(SignalKind::interrupt())?);
    let shutdown = CancellationToken::new();
    let told = shutdown.clone();
    tokio::spawn(async move {
        let signal = next(&mut terminate, &mut interrupt).await;
        tracing::info!(signal, "told to stop");
        told.cancel();
        let signal = next(&mut terminate, &mut interrupt).await;
        tracing::warn!(signal, "told to stop at once");
        std::process::exit(128 + signal);
    });
    Ok(shutdown)
}

async fn next(terminate: &mut Signal, interrupt: &mut Signal) -> i32 {
    tokio::select! {
        _ = terminate.recv() => SignalKind::terminate().as_raw_value(),
        _ = interrupt.recv() => SignalKind::interrupt().as_raw_value(),
    }
}
