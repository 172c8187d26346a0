//! Serving HTTP: slow clients are not waited for for ever, and on shutdown what was begun is finished.

use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Streams of events end when the process does; nobody else needs longer.
const GRACE: Duration = Duration::from_secs(5);

/// Serves until it is told to stop.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    read_timeout: Duration,
    shutdown: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    // HTTP/2 would let one connection hold any number of requests, and needs bounds of its own; the proxies that speak it to
    // browsers speak HTTP/1.1 to what is behind them.
    let mut server = Builder::new(hyper_util::rt::TokioExecutor::new()).http1_only();
    // Who does not send the head of a request in time is disconnected.
    server.http1().timer(TokioTimer::new()).header_read_timeout(read_timeout);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown.cancelled() => break,
        };
        let (stream, _) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: some will come free.
                tracing::warn!(%error, "a connection cannot be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // An answer is often small and in several parts: none should wait for the other side's acknowledgement.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let connection = server.serve_connection(TokioIo::new(stream), service).into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that went away is no news.
            let _ = watched.await;
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}
