//! Asking for a preview, in each of the forms that it can be asked for.

use std::time::Duration;

use access::Identity;
use api::promotion::{CreatePromotion, PreviewRequest, PromotionPreview, WaitQuery};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use ids::PromotionId;
use protos::catalog;
use protos::promotion as proto;
use serde_json::json;
use tokio::time::Instant;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{ApiError, internal};
use crate::extract::{Asked, Body, Caller, idempotency_key};
use crate::projection::Found;
use crate::routes::documents;
use crate::routes::promotions::only_oneself;
use crate::state::Gateway;
use crate::targets::{self, Wanted};
use crate::wait;

pub(super) fn router() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(preview))
}

/// Seconds to wait for a preview, unless the caller says.
const WAIT: u32 = 10;
const LONGEST_WAIT: u32 = 60;

/// Asks for a preview of a promotion that is named by namespaces or by its target
#[utoipa::path(post, path = "/promotions/preview", operation_id = "preview_promotion", tag = "Promotions",
    params(WaitQuery), request_body = PreviewRequest, responses(
        (status = 200, body = PromotionPreview, description = "The preview is complete"),
        (status = 202, body = api::promotion::Promotion,
            description = "The preview takes longer; Location says where it will be")))]
async fn preview(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Asked(wait): Asked<WaitQuery>,
    headers: HeaderMap,
    Body(asked): Body<PreviewRequest>,
) -> Result<Response, ApiError> {
    only_oneself(&caller, asked.user_id.as_deref())?;
    let wanted = Wanted::of(&asked)?;
    let application = application(&gateway, &caller, wanted.application()).await?;
    let cluster = cluster(&gateway, &caller, wanted.cluster()).await?;
    let (from, to) = targets::find(&wanted, &application, &cluster)?;
    let create = CreatePromotion {
        application: application.id,
        from,
        to,
        git_commit: asked.git_commit,
        take: asked.take,
        only: asked.only,
        skip: asked.skip,
        user_id: None,
    };
    request(&gateway, &caller, create, wait, &headers).await
}

/// Asks for the preview, and waits for it as long as the caller wants.
pub(super) async fn request(
    gateway: &Gateway,
    caller: &Identity,
    asked: CreatePromotion,
    wait: WaitQuery,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let seconds = wait.wait.unwrap_or(WAIT);
    if seconds > LONGEST_WAIT {
        return Err(ApiError::bad_request(
            "QUERY_INVALID",
            format!("wait is from 0 to {LONGEST_WAIT} seconds"),
        ));
    }
    only_oneself(caller, asked.user_id.as_deref())?;
    let application = application(gateway, caller, &asked.application).await?;
    let message = proto::RequestPreviewRequest {
        application_id: application.id,
        from: asked.from,
        to: asked.to,
        source_revision: asked.git_commit,
        take: asked.take,
        only: asked.only,
        skip: asked.skip,
        idempotency_key: idempotency_key(headers)?,
    };
    let answer = gateway.services.promotion.clone().request_preview(gateway.call(caller, message)?).await?;
    let id: PromotionId = (answer.into_inner().promotion_id.parse())
        .map_err(|_| internal("INTERNAL", "a promotion was answered with a wrong identifier"))?;
    let deadline = Instant::now() + Duration::from_secs(u64::from(seconds));
    let mut found = wait::until(gateway, caller, id, deadline, is_complete).await?;
    if found.is_none() {
        // What Location names is there when it is named, however little the caller waits for.
        found = wait::known(gateway, caller, id).await?;
    }
    answered(gateway, caller, id, found).await
}

fn is_complete(found: &Found) -> bool {
    let figures = found.promotion.headline.is_some() && found.promotion.estimated_cost.is_some();
    match found.promotion.status.as_str() {
        "requested" => false,
        // The engines' figures come over topics of their own.
        "preview" => figures && found.promotion.risk_level.is_some(),
        _ => true,
    }
}

async fn answered(
    gateway: &Gateway,
    caller: &Identity,
    id: PromotionId,
    found: Option<Found>,
) -> Result<Response, ApiError> {
    if let Some(Found { promotion, .. }) = &found
        && promotion.status == "failed"
        && let Some(failure) = &promotion.failure
    {
        let details = json!({"promotion_id": id, "stage": failure.stage});
        return Err(ApiError::unprocessable(failure.code.clone(), failure.message.clone()).with(details));
    }
    match found {
        Some(found) if found.documents.is_some() && is_complete(&found) => {
            let preview = documents::response(gateway, caller, &found).await?;
            Ok(Json(PromotionPreview { promotion: found.promotion, preview }).into_response())
        }
        found => accepted(id, found),
    }
}

fn accepted(id: PromotionId, found: Option<Found>) -> Result<Response, ApiError> {
    let location = format!("{}/promotions/{id}", api::PREFIX);
    let mut response = match found {
        Some(found) => (StatusCode::ACCEPTED, Json(found.promotion)).into_response(),
        None => {
            (StatusCode::ACCEPTED, Json(json!({"promotion_id": id, "status": "requested"}))).into_response()
        }
    };
    let location =
        HeaderValue::from_str(&location).map_err(|_| internal("INTERNAL", "a location is no header"))?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

async fn application(
    gateway: &Gateway,
    caller: &Identity,
    id_or_name: &str,
) -> Result<targets::Application, ApiError> {
    let message = catalog::GetApplicationRequest { id_or_name: id_or_name.to_owned() };
    let answer = gateway.services.catalog.clone().get_application(gateway.call(caller, message)?).await?;
    let found = answer.into_inner().application;
    let found = found.ok_or_else(|| internal("INTERNAL", "the catalog answered without an application"))?;
    let application = application::Application::read(found.document.as_bytes())
        .map_err(|_| internal("INTERNAL", "the catalog answered with a document that is none"))?;
    Ok(targets::Application { id: found.application_id, spec: application.spec })
}

/// What plimsoll.yaml calls the cluster.
async fn cluster(gateway: &Gateway, caller: &Identity, id_or_name: &str) -> Result<String, ApiError> {
    let message = catalog::GetClusterRequest { id_or_name: id_or_name.to_owned() };
    let answer = gateway.services.catalog.clone().get_cluster(gateway.call(caller, message)?).await?;
    let found = answer.into_inner().cluster;
    found
        .map(|cluster| cluster.name)
        .ok_or_else(|| internal("INTERNAL", "the catalog answered without a cluster"))
}
