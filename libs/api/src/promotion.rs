//! Promotions.

use ids::PromotionId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// `POST promotions`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePromotion {
    /// The application: its identifier or its name.
    pub application: String,
    /// The environment whose changes are carried.
    pub from: String,
    /// The environment that they are carried to.
    pub to: String,
    /// The commit at which the source is read; the head of its branch if it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_commit: Option<String>,
    /// Places that are taken although the default leaves them (`Kind/name:path`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub take: Vec<String>,
    /// If any: the only places that are carried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Places that are declined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<String>,
    /// The caller's own name, if it is given at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// `POST promotions/preview`: by namespaces, or by target. Identifiers and names are both accepted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// By namespaces: the cluster of both environments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster_id: Option<String>,
    /// By namespaces: the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload_name: Option<String>,
    /// By namespaces: the namespace of the environment whose changes are carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_namespace: Option<String>,
    /// By namespaces: the namespace of the environment that they are carried to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_namespace: Option<String>,
    /// By target: the application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload_id: Option<String>,
    /// By target: the cluster of the environment that changes are carried to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_cluster_id: Option<String>,
    /// By target: the commit at which the source is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_commit: Option<String>,
    /// The caller's own name, if it is given at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Places that are taken although the default leaves them (`Kind/name:path`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub take: Vec<String>,
    /// If any: the only places that are carried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Places that are declined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<String>,
}

/// How long to wait for a preview.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// How many seconds to wait for the preview, 0 to 60; 10 if it is not given. If it takes longer, the answer is 202
    /// with a `Location`.
    #[param(minimum = 0, maximum = 60)]
    pub wait: Option<u32>,
}

/// A promotion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Promotion {
    /// Its identifier.
    #[schema(value_type = Uuid)]
    pub promotion_id: PromotionId,
    /// `requested`, `preview`, `approved`, `open`, `merged`, `live`; `failed`, `rejected`, `stale`, `superseded`,
    /// `closed`, `rolled_back`.
    pub status: String,
    /// The application's name.
    pub application: String,
    /// Its identifier.
    pub application_id: Uuid,
    /// The environment whose changes are carried.
    pub from: String,
    /// The environment that they are carried to.
    pub to: String,
    /// Who asked.
    pub requested_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub requested_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// The hash of the preview, which an approval is bound to; none until the preview is complete.
    pub preview_hash: Option<String>,
    /// Whether it can be approved as it is, which is while it waits for approval; none until the preview is complete.
    pub approvable: Option<bool>,
    /// Why it cannot: `PLAN_BLOCKED`, `PLAN_PARTIAL`, `NOTHING_TO_PROMOTE`.
    pub obstacle: Option<String>,
    /// How many have to approve; none until the preview is complete.
    pub approvals_needed: Option<u32>,
    /// Who has approved.
    pub approved_by: Vec<String>,
    /// What a month costs before and after; none until it is known.
    pub estimated_cost: Option<EstimatedCost>,
    /// `none`, `low`, `medium`, `high` or `critical`; none until it is known.
    pub risk_level: Option<String>,
    /// The change in one sentence; none until it is known.
    pub headline: Option<String>,
    /// The branch, once it is pushed.
    pub branch: Option<String>,
    /// The commit on it.
    pub commit: Option<String>,
    /// The pull request, once it is opened.
    pub git_pr_url: Option<String>,
    /// Why it failed, was refused, rejected or superseded, is stale or closed.
    pub failure: Option<FailureInfo>,
    /// The newer promotion that took its place.
    #[schema(value_type = Option<Uuid>)]
    pub superseded_by: Option<PromotionId>,
    /// The promotions whose place it took: they were over the same edge, and nobody had approved them.
    #[schema(value_type = Vec<Uuid>)]
    pub supersedes: Vec<PromotionId>,
}

/// What a month (730 hours) costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EstimatedCost {
    /// Before.
    #[schema(value_type = f64)]
    pub baseline: serde_json::Number,
    /// After.
    #[schema(value_type = f64)]
    pub projected: serde_json::Number,
    /// The difference.
    #[schema(value_type = f64)]
    pub delta: serde_json::Number,
    /// The ISO 4217 code.
    pub currency: String,
}

/// Why a promotion cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FailureInfo {
    /// Where: `diff`, `cost`, `risk`, `explain`, `gitops`; none if it is no error of a part.
    pub stage: Option<String>,
    /// The stable code.
    pub code: String,
    /// The reason.
    pub message: String,
}

/// A promotion with its preview, as `POST promotions/preview` and `GET promotions/:id/preview` answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PromotionPreview {
    /// The promotion.
    #[serde(flatten)]
    pub promotion: Promotion,
    /// The fields of the preview: `diff`, `diff_summary`, `estimated_cost`, `cost_preview`, `risk_level`,
    /// `explanation`, `risk_explanation`, `plan` and more (`schemas/json/preview.schema.json`).
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub preview: serde_json::Map<String, Value>,
}

/// `POST promotions/:id/approve` and `/reject`. An empty body is an empty object.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Why; at most 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// If it is given, it must be the hash of the preview as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_hash: Option<String>,
    /// The caller's own name, if it is given at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// Which promotions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PromotionQuery {
    /// Only in this status.
    pub status: Option<String>,
    /// Only of this application: its identifier or its name.
    pub application: Option<String>,
    /// Only to this environment.
    pub to: Option<String>,
    /// Only asked for by this person.
    pub requested_by: Option<String>,
}

/// One change of a promotion, as `GET promotions/:id/events` streams them (server-sent events; `id` is the number with
/// which a reader comes back in `Last-Event-ID`, `event` the type).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PromotionEvent {
    /// The type of event (`plimsoll.promotion.v1.ApprovalGiven`).
    #[serde(rename = "type")]
    pub event_type: String,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// The promotion's status after it.
    pub status: String,
    /// The event.
    #[schema(value_type = Object)]
    pub data: Value,
}

/// Every status that a promotion can have.
pub const STATUSES: [&str; 12] = [
    "requested",
    "preview",
    "approved",
    "open",
    "merged",
    "live",
    "failed",
    "rejected",
    "stale",
    "superseded",
    "closed",
    "rolled_back",
];

/// Whether a promotion in this status ended otherwise than its request asked for.
#[must_use]
pub fn is_against(status: &str) -> bool {
    is_final(status) && !matches!(status, "merged" | "live")
}

/// Whether nothing will change a promotion in this status any more.
#[must_use]
pub fn is_final(status: &str) -> bool {
    matches!(
        status,
        "merged" | "live" | "failed" | "rejected" | "stale" | "superseded" | "closed" | "rolled_back"
    )
}
