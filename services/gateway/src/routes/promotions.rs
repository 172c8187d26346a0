//! Promotions: asked for, listed, decided about.

use access::Identity;
use api::page::{Page, PageQuery};
use api::promotion::{CreatePromotion, Decision, Promotion, PromotionPreview, PromotionQuery, WaitQuery};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use ids::PromotionId;
use protos::promotion as proto;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::extract::{Asked, Body, Caller, OptionalBody, Path};
use crate::projection::Found;
use crate::query::one_of;
use crate::routes::{page, preview, wanted};
use crate::state::Gateway;
use crate::wait;

pub(super) fn router() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get))
        .routes(routes!(approve))
        .routes(routes!(approve_by_patch))
        .routes(routes!(reject))
        .routes(routes!(reject_by_patch))
}

/// The organisation's promotions, newest first
#[utoipa::path(get, path = "/promotions", operation_id = "list_promotions", tag = "Promotions",
    params(PromotionQuery, PageQuery), responses((status = 200, body = Page<Promotion>)))]
async fn list(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Asked(filter): Asked<PromotionQuery>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<Promotion>>, ApiError> {
    let (after, limit) = wanted(&query)?;
    one_of("status", filter.status.as_deref(), &api::promotion::STATUSES)?;
    Ok(page(gateway.projections.promotions(caller.org, &filter, after, limit).await?))
}

/// Asks for a promotion, and answers with its preview
#[utoipa::path(post, path = "/promotions", operation_id = "create_promotion", tag = "Promotions",
    params(WaitQuery), request_body = CreatePromotion, responses(
        (status = 200, body = PromotionPreview, description = "The preview is complete"),
        (status = 202, body = Promotion, description = "The preview takes longer; Location says where it will be")))]
async fn create(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Asked(wait): Asked<WaitQuery>,
    headers: HeaderMap,
    Body(asked): Body<CreatePromotion>,
) -> Result<Response, ApiError> {
    preview::request(&gateway, &caller, asked, wait, &headers).await
}

/// A promotion
#[utoipa::path(get, path = "/promotions/{id}", operation_id = "get_promotion", tag = "Promotions",
    params(("id" = String, Path, description = "Its identifier")), responses((status = 200, body = Promotion)))]
async fn get(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<Promotion>, ApiError> {
    Ok(Json(find(&gateway, &caller, &id).await?.promotion))
}

/// Approves a promotion
#[utoipa::path(post, path = "/promotions/{id}/approve", operation_id = "approve_promotion", tag = "Promotions",
    params(("id" = String, Path, description = "Its identifier")),
    request_body = Option<Decision>, responses((status = 200, body = Promotion)))]
async fn approve(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    OptionalBody(decision): OptionalBody<Decision>,
) -> Result<Json<Promotion>, ApiError> {
    decide(&gateway, &caller, &id, decision, Verdict::Approve).await
}

/// Approves a promotion
#[utoipa::path(patch, path = "/promotions/{id}/approve", operation_id = "approve_promotion_by_patch",
    tag = "Promotions", params(("id" = String, Path, description = "Its identifier")),
    request_body = Option<Decision>, responses((status = 200, body = Promotion)))]
async fn approve_by_patch(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    OptionalBody(decision): OptionalBody<Decision>,
) -> Result<Json<Promotion>, ApiError> {
    decide(&gateway, &caller, &id, decision, Verdict::Approve).await
}

/// Rejects a promotion
#[utoipa::path(post, path = "/promotions/{id}/reject", operation_id = "reject_promotion", tag = "Promotions",
    params(("id" = String, Path, description = "Its identifier")),
    request_body = Option<Decision>, responses((status = 200, body = Promotion)))]
async fn reject(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    OptionalBody(decision): OptionalBody<Decision>,
) -> Result<Json<Promotion>, ApiError> {
    decide(&gateway, &caller, &id, decision, Verdict::Reject).await
}

/// Rejects a promotion
#[utoipa::path(patch, path = "/promotions/{id}/reject", operation_id = "reject_promotion_by_patch",
    tag = "Promotions", params(("id" = String, Path, description = "Its identifier")),
    request_body = Option<Decision>, responses((status = 200, body = Promotion)))]
async fn reject_by_patch(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    OptionalBody(decision): OptionalBody<Decision>,
) -> Result<Json<Promotion>, ApiError> {
    decide(&gateway, &caller, &id, decision, Verdict::Reject).await
}

/// The promotion, if the caller's organisation has it.
pub(super) async fn find(gateway: &Gateway, caller: &Identity, id: &str) -> Result<Found, ApiError> {
    let unknown = || ApiError::not_found("PROMOTION_NOT_FOUND", "there is no such promotion");
    let id: PromotionId = id.parse().map_err(|_| unknown())?;
    gateway.projections.promotion(caller.org, id).await?.ok_or_else(unknown)
}

/// A name in a body is the caller's own: identity comes from the token.
pub(super) fn only_oneself(caller: &Identity, user_id: Option<&str>) -> Result<(), ApiError> {
    match user_id {
        Some(user) if user != caller.user => {
            let why = "user_id is another's; who calls is known by the token";
            Err(ApiError::unprocessable("USER_MISMATCH", why))
        }
        _ => Ok(()),
    }
}

#[derive(Clone, Copy)]
enum Verdict {
    Approve,
    Reject,
}

async fn decide(
    gateway: &Gateway,
    caller: &Identity,
    id: &str,
    decision: Decision,
    verdict: Verdict,
) -> Result<Json<Promotion>, ApiError> {
    only_oneself(caller, decision.user_id.as_deref())?;
    let promotion_id = id.to_owned();
    let (comment, preview_hash) = (decision.comment, decision.preview_hash);
    let mut promotion = gateway.services.promotion.clone();
    let decided = match verdict {
        Verdict::Approve => {
            let message = proto::ApproveRequest { promotion_id, comment, preview_hash };
            promotion.approve(gateway.call(caller, message)?).await?.into_inner().promotion
        }
        Verdict::Reject => {
            let message = proto::RejectRequest { promotion_id, comment };
            promotion.reject(gateway.call(caller, message)?).await?.into_inner().promotion
        }
    };
    wait::shown(gateway, caller, id, decided.as_ref()).await?;
    Ok(Json(find(gateway, caller, id).await?.promotion))
}
