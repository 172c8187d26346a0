//! The audit log.

use ids::EventId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// One event of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditRecord {
    /// The event's identifier.
    #[schema(value_type = Uuid)]
    pub id: EventId,
    /// The type of event (`plimsoll.promotion.v1.ApprovalGiven`).
    #[serde(rename = "type")]
    pub event_type: String,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub time: OffsetDateTime,
    /// Who did it: a person, or the service that wrote it.
    pub actor: String,
    /// What it is about: a promotion, an application, a cluster, a token.
    pub subject: String,
    /// The promotion or the call that it belongs to.
    pub correlation: Uuid,
    /// The event.
    #[schema(value_type = Object)]
    pub data: Value,
}

/// Which events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only of this promotion.
    pub promotion_id: Option<Uuid>,
    /// Only by this person or service.
    pub actor: Option<String>,
    /// Only of this type; its last part (`ApprovalGiven`) is enough.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    pub event_type: Option<String>,
    /// Only from this time on (RFC 3339).
    pub since: Option<String>,
    /// Only before this time (RFC 3339).
    pub until: Option<String>,
}

/// `GET audit/checkpoint`: what the audit vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Checkpoint {
    /// The newest signed checkpoint (C2SP).
    pub note: String,
    /// The public key, as `plimsoll audit verify --key` takes it. Who verifies has it from elsewhere.
    pub public_key: String,
}
