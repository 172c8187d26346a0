//! The audit log: read, and exported so that anybody can verify it.

use api::audit::{AuditQuery, AuditRecord, Checkpoint};
use api::page::{Page, PageQuery};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures::TryStreamExt as _;
use protos::audit as proto;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::extract::{Asked, Caller, Path};
use crate::routes::{page, wanted};
use crate::state::Gateway;

pub(super) fn router() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(logs))
        .routes(routes!(get))
        .routes(routes!(export))
        .routes(routes!(checkpoint))
}

/// What happened in the organisation, newest first
#[utoipa::path(get, path = "/audit_logs", operation_id = "list_audit_logs", tag = "Audit",
    params(AuditQuery, PageQuery), responses((status = 200, body = Page<AuditRecord>)))]
async fn list(
    gateway: State<Gateway>,
    caller: Caller,
    filter: Asked<AuditQuery>,
    query: Asked<PageQuery>,
) -> Result<Json<Page<AuditRecord>>, ApiError> {
    listed(gateway, caller, filter, query).await
}

/// What happened in the organisation, newest first
#[utoipa::path(get, path = "/audit/logs", operation_id = "list_audit_logs_by_area", tag = "Audit",
    params(AuditQuery, PageQuery), responses((status = 200, body = Page<AuditRecord>)))]
async fn logs(
    gateway: State<Gateway>,
    caller: Caller,
    filter: Asked<AuditQuery>,
    query: Asked<PageQuery>,
) -> Result<Json<Page<AuditRecord>>, ApiError> {
    listed(gateway, caller, filter, query).await
}

async fn listed(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Asked(filter): Asked<AuditQuery>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<AuditRecord>>, ApiError> {
    let (after, limit) = wanted(&query)?;
    known_type(filter.event_type.as_deref())?;
    Ok(page(gateway.projections.audit_log(caller.org, &filter, after, limit).await?))
}

/// One event of the audit log
#[utoipa::path(get, path = "/audit_logs/{id}", operation_id = "get_audit_log", tag = "Audit",
    params(("id" = String, Path, description = "The event's identifier")),
    responses((status = 200, body = AuditRecord)))]
async fn get(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<AuditRecord>, ApiError> {
    let unknown = || ApiError::not_found("AUDIT_RECORD_NOT_FOUND", "there is no such event");
    let id = id.parse().map_err(|_| unknown())?;
    gateway.projections.audit_record(caller.org, id).await?.map(Json).ok_or_else(unknown)
}

/// The audit log with its proofs, one JSON document a line: what `plimsoll audit verify` takes
#[utoipa::path(get, path = "/audit/export", operation_id = "export_audit_log", tag = "Audit", params(AuditQuery),
    responses((status = 200, body = String, content_type = "application/jsonl")))]
async fn export(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Asked(filter): Asked<AuditQuery>,
) -> Result<Response, ApiError> {
    known_type(filter.event_type.as_deref())?;
    let message = proto::ExportRequest {
        correlation: filter.promotion_id.map(|id| id.to_string()),
        event_type: filter.event_type,
        actor: filter.actor,
        since: filter.since,
        until: filter.until,
    };
    let mut request = gateway.call(&caller, message)?;
    // A long log takes as long as it takes; the reader sets the pace.
    request.metadata_mut().remove("grpc-timeout");
    let lines = gateway.services.audit.clone().export(request).await?.into_inner();
    let lines = lines.map_ok(|line| bytes::Bytes::from(line.line + "\n"));
    Ok(([(header::CONTENT_TYPE, "application/jsonl")], Body::from_stream(lines)).into_response())
}

/// What the audit vouches for
#[utoipa::path(get, path = "/audit/checkpoint", operation_id = "get_checkpoint", tag = "Audit",
    responses((status = 200, body = Checkpoint)))]
async fn checkpoint(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
) -> Result<Json<Checkpoint>, ApiError> {
    let request = gateway.call(&caller, proto::GetCheckpointRequest {})?;
    let answer = gateway.services.audit.clone().get_checkpoint(request).await?.into_inner();
    Ok(Json(Checkpoint { note: answer.note, public_key: answer.public_key }))
}

/// A type that no event has would select nothing, and say so to nobody.
fn known_type(name: Option<&str>) -> Result<(), ApiError> {
    let Some(name) = name else { return Ok(()) };
    let last = |full: &'static str| full.rsplit('.').next().unwrap_or(full);
    let mut types = events::schemas().map(|schema| schema.event_type);
    if types.any(|full| full == name || last(full) == name) {
        return Ok(());
    }
    let accepted: Vec<&str> = events::schemas().map(|schema| last(schema.event_type)).collect();
    let why = format!("there is no type of event {name:?}; details.accepted lists those that there are");
    let error = ApiError::bad_request("QUERY_INVALID", why);
    Err(error.with(serde_json::json!({"parameter": "type", "accepted": accepted})))
}
