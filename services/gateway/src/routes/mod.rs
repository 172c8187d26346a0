//! The endpoints, one file an area.

mod audit;
mod auth;
mod clusters;
mod dead_letters;
mod documents;
mod events;
mod phrased;
mod preview;
mod promotions;
mod tokens;
mod waivers;
mod workloads;

use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use crate::door::door;
use crate::error::{ApiError, internal};
use crate::openapi::Document;
use crate::query::{self, Parameters};
use crate::state::Gateway;

/// Everything that is served.
pub(crate) fn router(gateway: Gateway) -> Router {
    let probes = service::probes(gateway.health.clone(), gateway.metrics.clone());
    let (api, document) = endpoints().split_for_parts();
    let document = crate::openapi::finished(document);
    // The door is passed first: a stranger learns nothing of what an endpoint takes.
    let api = api
        .route_layer(from_fn_with_state(Parameters::of(&document), query::check))
        .route_layer(from_fn_with_state(gateway.clone(), door));
    let json = document.to_json().unwrap_or_default();
    let served = move || {
        let json = json.clone();
        async move { ([("content-type", "application/json")], json).into_response() }
    };
    api.route(&format!("{}/openapi.json", api::PREFIX), axum::routing::get(served))
        .fallback(|| async { ApiError::not_found("NOT_FOUND", "there is no such endpoint") })
        .method_not_allowed_fallback(|| async {
            let why = "this endpoint has no such method";
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", why)
        })
        .with_state(gateway)
        .merge(probes)
        .layer(CatchPanicLayer::custom(panicked))
}

/// The OpenAPI document (3.1).
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    crate::openapi::finished(endpoints().split_for_parts().1)
}

fn endpoints() -> OpenApiRouter<Gateway> {
    let areas = [
        auth::router(),
        tokens::router(),
        clusters::router(),
        waivers::router(),
        workloads::router(),
        promotions::router(),
        preview::router(),
        documents::router(),
        events::router(),
        phrased::router(),
        audit::router(),
        dead_letters::router(),
    ];
    let api = areas.into_iter().fold(OpenApiRouter::new(), OpenApiRouter::merge);
    OpenApiRouter::with_openapi(Document::openapi()).nest(api::PREFIX, api)
}

/// A panic ends the request that caused it and nothing else; what it said may hold what nobody should read.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    internal("INTERNAL", "a handler panicked").into_response()
}

/// A page of a list as it is answered.
fn page<T: serde::Serialize>(listed: crate::projection::Listed<T>) -> Json<api::page::Page<T>> {
    let next_cursor = listed.next.map(crate::cursor::Cursor::text);
    Json(api::page::Page { items: listed.items, next_cursor })
}

/// Which page was asked for.
fn wanted(query: &api::page::PageQuery) -> Result<(Option<crate::cursor::Cursor>, usize), ApiError> {
    let limit = limit(query)?;
    let cursor = query.cursor.as_deref().map(crate::cursor::Cursor::parse).transpose()?;
    Ok((cursor, usize::try_from(limit).unwrap_or(usize::MAX)))
}

/// Which page of a list in the order of texts.
fn wanted_after(query: &api::page::PageQuery) -> Result<(Option<String>, u32), ApiError> {
    Ok((query.cursor.as_deref().map(crate::cursor::of_word).transpose()?, limit(query)?))
}

fn limit(query: &api::page::PageQuery) -> Result<u32, ApiError> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    match (1..=MAX_LIMIT).contains(&limit) {
        true => Ok(limit),
        false => Err(ApiError::bad_request("QUERY_INVALID", format!("limit is from 1 to {MAX_LIMIT}"))),
    }
}

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;
