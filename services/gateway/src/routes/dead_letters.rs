//! Events that could not be handled.

use std::collections::BTreeMap;

use api::dead_letter::{DeadLetter, DeadLetterDetail, DeadLetterQuery, Discard};
use api::page::{Page, PageQuery};
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use events::Service;
use protos::operations as proto;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::cursor::word;
use crate::error::{ApiError, internal};
use crate::extract::{Asked, Body, Caller, Path};
use crate::query::one_of;
use crate::routes::wanted_after;
use crate::state::Gateway;

pub(super) fn router() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(retry))
        .routes(routes!(discard))
}

/// Events that could not be handled, oldest first
#[utoipa::path(get, path = "/dead-letters", operation_id = "list_dead_letters", tag = "Operations",
    params(DeadLetterQuery, PageQuery), responses((status = 200, body = Page<DeadLetter>)))]
async fn list(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Asked(filter): Asked<DeadLetterQuery>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<DeadLetter>>, ApiError> {
    let (after, limit) = wanted_after(&query)?;
    one_of("state", filter.state.as_deref(), &api::dead_letter::STATES)?;
    one_of("service", filter.service.as_deref(), &Service::ALL.map(Service::name))?;
    let message = proto::ListRequest { state: filter.state, after, limit };
    let only = filter.service.as_deref().and_then(Service::named);
    let answer = gateway.services.dead_letters.list(&caller, message, only).await?;
    let next_cursor = answer.next.as_deref().map(word);
    Ok(Json(Page { items: answer.dead_letters.into_iter().map(shown).collect(), next_cursor }))
}

/// One of them, with its bytes
#[utoipa::path(get, path = "/dead-letters/{service}/{number}", operation_id = "get_dead_letter", tag = "Operations",
    params(("service" = String, Path, description = "The service that parked it"),
        ("number" = String, Path, description = "Its number there")),
    responses((status = 200, body = DeadLetterDetail)))]
async fn show(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path((service, number)): Path<(String, String)>,
) -> Result<Json<DeadLetterDetail>, ApiError> {
    let message = proto::ShowRequest { id: format!("{service}/{number}") };
    let answer = gateway.services.dead_letters.show(&caller, message).await?;
    let headers: BTreeMap<String, String> = answer.headers.into_iter().collect();
    Ok(Json(DeadLetterDetail {
        dead_letter: found(answer.dead_letter)?,
        headers,
        value: STANDARD.encode(answer.value),
    }))
}

/// Has it handled again, and then those that wait behind it
#[utoipa::path(post, path = "/dead-letters/{service}/{number}/retry", operation_id = "retry_dead_letter",
    tag = "Operations", params(("service" = String, Path, description = "The service that parked it"),
        ("number" = String, Path, description = "Its number there")),
    responses((status = 200, body = DeadLetter)))]
async fn retry(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path((service, number)): Path<(String, String)>,
) -> Result<Json<DeadLetter>, ApiError> {
    let message = proto::RetryRequest { id: format!("{service}/{number}") };
    let answer = gateway.services.dead_letters.retry(&caller, message).await?;
    found(answer.dead_letter).map(Json)
}

/// Gives it up, so that those behind it go on
#[utoipa::path(post, path = "/dead-letters/{service}/{number}/discard", operation_id = "discard_dead_letter",
    tag = "Operations", params(("service" = String, Path, description = "The service that parked it"),
        ("number" = String, Path, description = "Its number there")),
    request_body = Discard, responses((status = 200, body = DeadLetter)))]
async fn discard(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path((service, number)): Path<(String, String)>,
    Body(asked): Body<Discard>,
) -> Result<Json<DeadLetter>, ApiError> {
    let message = proto::DiscardRequest { id: format!("{service}/{number}"), reason: asked.reason };
    let answer = gateway.services.dead_letters.discard(&caller, message).await?;
    found(answer.dead_letter).map(Json)
}

fn found(letter: Option<proto::DeadLetter>) -> Result<DeadLetter, ApiError> {
    letter.map(shown).ok_or_else(|| internal("INTERNAL", "a service answered without a dead letter"))
}

fn shown(letter: proto::DeadLetter) -> DeadLetter {
    DeadLetter {
        id: letter.id,
        consumer: letter.consumer,
        topic: letter.topic,
        partition: letter.partition,
        offset: letter.offset,
        key: letter.key,
        event_type: letter.event_type,
        attempts: letter.attempts,
        code: letter.code,
        message: letter.message,
        parked_at: letter.parked_at,
        state: letter.state,
    }
}
