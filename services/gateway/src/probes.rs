//! What watches the process: health, readiness and metrics. None asks for a token, and none says a secret.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use service::HealthReport;

use crate::state::Gateway;

pub(crate) fn router() -> Router<Gateway> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
}

/// 200 unless the process should be started again.
async fn healthz(State(gateway): State<Gateway>) -> Response {
    report(gateway.health.liveness())
}

/// 200 while every component does its work.
async fn readyz(State(gateway): State<Gateway>) -> Response {
    let readiness = gateway.health.readiness();
    match gateway.projections.is_there().await {
        true => report(readiness),
        false => report(HealthReport { status: "unavailable", ..readiness }),
    }
}

fn report(report: HealthReport) -> Response {
    let status = if report.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(report)).into_response()
}

async fn metrics(State(gateway): State<Gateway>) -> Response {
    let text = gateway.metrics.as_ref().map(telemetry::Metrics::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
