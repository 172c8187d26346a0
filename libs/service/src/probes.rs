//! What watches the process: whether it lives, may be asked and is well, and metrics, over HTTP. None asks for a
//! token, so what they say are names of components and stable codes.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use telemetry::Metrics;

use crate::address::Address;
use crate::failure::Failure;
use crate::health::{Health, HealthReport};
use crate::listener::Listener;
use crate::task::{Running, Task};

/// `/healthz` (200 unless the process should be started again), `/readyz` (200 while requests may come), `/statusz` (200 while every
/// component does its work), each with a [`HealthReport`] of all components, and `/metrics`.
pub fn probes(health: Health, metrics: Metrics) -> Router {
    Router::new()
        .route("/healthz", get(async |State(health): State<Health>| report(health.liveness())))
        .route("/readyz", get(async |State(health): State<Health>| report(health.readiness())))
        .route("/statusz", get(async |State(health): State<Health>| report(health.status())))
        .with_state(health)
        .route("/metrics", get(async move || text(metrics.render())))
}

/// [`probes`] as a task.
#[must_use]
pub fn probe_server(service: &str, address: Address, health: Health, metrics: Metrics) -> Task {
    Task::new(format!("{service}/probes"), move |running| {
        serve(address.clone(), probes(health.clone(), metrics.clone()), running)
    })
}

async fn serve(address: Address, router: Router, running: Running) -> Result<(), Failure> {
    let listener = Listener::bind(&address).await?;
    running.component.ready();
    let stop = running.shutdown.cancelled_owned();
    let served = match listener {
        Listener::Tcp(listener) => axum::serve(listener, router).with_graceful_shutdown(stop).await,
        Listener::Unix(listener, _file) => axum::serve(listener, router).with_graceful_shutdown(stop).await,
    };
    served.map_err(|error| Failure::unavailable("LISTEN_FAILED", format!("{address}: {error}")))
}

fn report(report: HealthReport) -> Response {
    let status = if report.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(report)).into_response()
}

fn text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
