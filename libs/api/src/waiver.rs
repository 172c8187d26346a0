//! Waivers: findings that somebody has accepted until a day.

use ids::{ApplicationId, WaiverId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

/// A waiver that was granted through the API. Those of a `plimsoll.yaml` stand there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Waiver {
    /// Its identifier.
    #[schema(value_type = Uuid)]
    pub id: WaiverId,
    /// The name of the application that it is for.
    pub application: String,
    /// The identifier of that application.
    #[schema(value_type = Uuid)]
    pub application_id: ApplicationId,
    /// The environment in which it counts; null for all of them.
    pub environment: Option<String>,
    /// The id of a rule, or a check of another tool that it is equal to; `*` for every rule.
    pub rule: String,
    /// Where: `Kind[.group]/[namespace/]name:path`, `*` for any.
    pub place: String,
    /// Why it is accepted.
    pub reason: String,
    /// Who granted it.
    pub who: String,
    /// The last day on which it counts: `2026-12-31`.
    pub until: String,
    /// Whether that day is over.
    pub ended: bool,
    /// When it was granted.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub granted_at: OffsetDateTime,
}

/// `POST waivers`. Who calls is who accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantWaiver {
    /// The application: its identifier or its name.
    pub application: String,
    /// The environment in which it counts; without it all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The id of a rule, or a check of another tool that it is equal to; `*` for every rule.
    pub rule: String,
    /// Where: `Kind[.group]/[namespace/]name:path`, `*` for any.
    pub place: String,
    /// Why it is accepted: 1 to 1,000 characters.
    pub reason: String,
    /// The last day on which it counts, at most 90 days ahead unless an administrator says otherwise: `2026-12-31`.
    #[schema(format = Date)]
    pub until: String,
}

/// Which waivers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaiverQuery {
    /// Of this application: its identifier or its name.
    pub application: Option<String>,
    /// Those that count in this environment.
    pub environment: Option<String>,
    /// Those that still count and end within so many days: `14d`.
    pub expiring_within: Option<String>,
}
