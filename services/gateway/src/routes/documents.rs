//! The parts of a preview.

use access::Identity;
use api::promotion::PromotionPreview;
use axum::Json;
use axum::extract::State;
use cost_model::CostReport;
use diff_engine::Diff;
use ids::BlobHash;
use preview::{Billed, Document, ExplanationDocument, PlanDocument, Previewed};
use risk_rules::RiskReport;
use serde_json::{Map, Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{ApiError, internal};
use crate::extract::{Caller, Path};
use crate::projection::Found;
use crate::routes::phrased;
use crate::routes::promotions::find;
use crate::state::Gateway;

pub(super) fn router() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(whole))
        .routes(routes!(diff))
        .routes(routes!(cost))
        .routes(routes!(risk))
        .routes(routes!(explanation))
        .routes(routes!(cost_preview))
        .routes(routes!(risk_explanation))
}

/// A promotion's preview
#[utoipa::path(get, path = "/promotions/{id}/preview", operation_id = "get_preview", tag = "Previews",
    params(("id" = String, Path, description = "The promotion's identifier")),
    responses((status = 200, body = PromotionPreview)))]
async fn whole(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<PromotionPreview>, ApiError> {
    let found = find(&gateway, &caller, &id).await?;
    let preview = response(&gateway, &caller, &found).await?;
    Ok(Json(PromotionPreview { promotion: found.promotion, preview }))
}

/// What a promotion changes: the plan, and what differs
#[utoipa::path(get, path = "/promotions/{id}/diff", operation_id = "get_diff", tag = "Previews",
    params(("id" = String, Path, description = "The promotion's identifier")),
    responses((status = 200, body = Object)))]
async fn diff(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    part(&gateway, &caller, &id, &["from", "to", "base", "plan", "diff", "diff_summary"]).await
}

/// What a promotion costs
#[utoipa::path(get, path = "/promotions/{id}/cost", operation_id = "get_cost", tag = "Previews",
    params(("id" = String, Path, description = "The promotion's identifier")),
    responses((status = 200, body = Object)))]
async fn cost(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    part(&gateway, &caller, &id, COST).await
}

/// What a promotion risks
#[utoipa::path(get, path = "/promotions/{id}/risk", operation_id = "get_risk", tag = "Previews",
    params(("id" = String, Path, description = "The promotion's identifier")),
    responses((status = 200, body = Object)))]
async fn risk(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    part(&gateway, &caller, &id, RISK).await
}

/// A promotion in words: the explanation that approval rests on, and beside it, where there are any, a language model's words
/// (`phrased`, see the schema `Phrased`)
#[utoipa::path(get, path = "/promotions/{id}/explanation", operation_id = "get_explanation", tag = "Previews",
    params(("id" = String, Path, description = "The promotion's identifier")),
    responses((status = 200, body = Object)))]
async fn explanation(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let words = part(&gateway, &caller, &id, &["explanation", "risk_explanation"]).await?;
    beside(&gateway, &caller, &id, words).await
}

/// What a promotion costs
#[utoipa::path(get, path = "/cost_previews/{promotion_id}", operation_id = "get_cost_preview", tag = "Previews",
    params(("promotion_id" = String, Path, description = "The promotion's identifier")),
    responses((status = 200, body = Object)))]
async fn cost_preview(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    part(&gateway, &caller, &id, COST).await
}

/// What a promotion risks, in words
#[utoipa::path(get, path = "/risk_explanations/{promotion_id}", operation_id = "get_risk_explanation",
    tag = "Previews", params(("promotion_id" = String, Path, description = "The promotion's identifier")),
    responses((status = 200, body = Object)))]
async fn risk_explanation(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let words = part(&gateway, &caller, &id, &["risk_level", "risk_explanation", "findings"]).await?;
    beside(&gateway, &caller, &id, words).await
}

/// A language model's words beside the explanation; null while there are none.
async fn beside(
    gateway: &Gateway,
    caller: &Identity,
    id: &str,
    Json(mut words): Json<Value>,
) -> Result<Json<Value>, ApiError> {
    let promotion = find(gateway, caller, id).await?.promotion.promotion_id;
    let phrased = phrased::of(gateway, caller, promotion).await?;
    words["phrased"] = serde_json::to_value(phrased.map(|(phrased, _)| phrased))
        .map_err(|_| internal("INTERNAL", "what was phrased is no object"))?;
    Ok(Json(words))
}

const RISK: &[&str] =
    &["risk_level", "findings", "waived", "waivers_idle", "not_evaluated", "policies_not_evaluated"];

const COST: &[&str] = &["estimated_cost", "budgets", "bill", "bill_unknown", "cost_preview", "cost"];

async fn part(
    gateway: &Gateway,
    caller: &Identity,
    id: &str,
    names: &[&str],
) -> Result<Json<Value>, ApiError> {
    let found = find(gateway, caller, id).await?;
    let mut preview = response(gateway, caller, &found).await?;
    preview.retain(|name, _| names.contains(&name.as_str()));
    preview.insert("promotion_id".to_owned(), json!(found.promotion.promotion_id));
    Ok(Json(Value::Object(preview)))
}

/// The preview of a promotion as it is answered.
pub(super) async fn response(
    gateway: &Gateway,
    caller: &Identity,
    found: &Found,
) -> Result<Map<String, Value>, ApiError> {
    let Some(documents) = &found.documents else { return Err(not_ready(found)) };
    let read = Reader { gateway, caller };
    let plan: PlanDocument = read.document(documents.plan).await?;
    let changes: Diff = read.document(documents.changes).await?;
    let cost: CostReport = read.document(documents.cost).await?;
    let bill: Billed = read.document(documents.bill).await?;
    let risk: RiskReport = read.document(documents.risk).await?;
    let explanation: ExplanationDocument = read.document(documents.explanation).await?;
    let previewed = Previewed { plan: &plan, changes: &changes, cost: &cost, bill: &bill, risk: &risk };
    match serde_json::to_value(preview::response(previewed, &explanation)) {
        Ok(Value::Object(preview)) => Ok(preview),
        _ => Err(internal("INTERNAL", "a preview is no object")),
    }
}

fn not_ready(found: &Found) -> ApiError {
    let why = format!("the promotion is {}: it has no complete preview", found.promotion.status);
    ApiError::new(axum::http::StatusCode::CONFLICT, "PREVIEW_NOT_READY", why)
}

/// Reads the documents of the caller's organisation.
pub(super) struct Reader<'a> {
    pub(super) gateway: &'a Gateway,
    pub(super) caller: &'a Identity,
}

impl Reader<'_> {
    pub(super) async fn document<D: Document>(&self, hash: BlobHash) -> Result<D, ApiError> {
        let bytes = self.gateway.parts.blobs.get(self.caller.org, hash).await?;
        let bytes = bytes.ok_or_else(|| internal("BLOB_MISSING", &format!("the blob {hash} is missing")))?;
        D::read(&bytes).map_err(|error| internal(error.code(), &error.to_string()))
    }
}
