//! Waivers.

use api::page::{Page, PageQuery};
use api::waiver::{GrantWaiver, Waiver, WaiverQuery};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use protos::catalog as proto;
use time::{Date, Duration};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{ApiError, internal};
use crate::extract::{Asked, Body, Caller, Path, idempotency_key};
use crate::routes::{page, wanted};
use crate::state::Gateway;

pub(super) fn router() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new().routes(routes!(list, grant)).routes(routes!(revoke))
}

/// The waivers that were granted and not revoked, newest first
#[utoipa::path(get, path = "/waivers", operation_id = "list_waivers", tag = "Waivers",
    params(WaiverQuery, PageQuery), responses((status = 200, body = Page<Waiver>)))]
async fn list(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Asked(filter): Asked<WaiverQuery>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<Waiver>>, ApiError> {
    let which = wanted(&query)?;
    let today = gateway.parts.clock.now().date();
    let last = filter.expiring_within.as_deref().map(|within| last_day(today, within)).transpose()?;
    Ok(page(gateway.projections.waivers(caller.org, &filter, (today, last), which).await?))
}

/// Accepts what a rule finds at a place, until a day
#[utoipa::path(post, path = "/waivers", operation_id = "grant_waiver", tag = "Waivers",
    request_body = GrantWaiver, responses((status = 201, body = Waiver)))]
async fn grant(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    headers: HeaderMap,
    Body(asked): Body<GrantWaiver>,
) -> Result<(StatusCode, Json<Waiver>), ApiError> {
    let GrantWaiver { application, environment, rule, place, reason, until } = asked;
    let idempotency_key = idempotency_key(&headers)?;
    let message =
        proto::GrantWaiverRequest { application, environment, rule, place, reason, until, idempotency_key };
    let request = gateway.call(&caller, message)?;
    let answer = gateway.services.catalog.clone().grant_waiver(request).await?.into_inner();
    let granted =
        answer.waiver.ok_or_else(|| internal("INTERNAL", "the catalog answered without a waiver"))?;
    Ok((StatusCode::CREATED, Json(waiver(granted, &gateway)?)))
}

/// Revokes a waiver: what it waived counts from now on
#[utoipa::path(delete, path = "/waivers/{id}", operation_id = "revoke_waiver", tag = "Waivers",
    params(("id" = String, Path, description = "Its identifier")), responses((status = 204)))]
async fn revoke(
    State(gateway): State<Gateway>,
    Caller(caller): Caller,
    Path(waiver_id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let request = gateway.call(&caller, proto::RevokeWaiverRequest { waiver_id })?;
    gateway.services.catalog.clone().revoke_waiver(request).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn waiver(granted: proto::Waiver, gateway: &Gateway) -> Result<Waiver, ApiError> {
    let wrong = || internal("INTERNAL", "the catalog answered with a wrong identifier");
    let now = gateway.parts.clock.now();
    Ok(Waiver {
        id: granted.waiver_id.parse().map_err(|_| wrong())?,
        application: granted.application,
        application_id: granted.application_id.parse().map_err(|_| wrong())?,
        environment: granted.environment,
        rule: granted.rule,
        place: granted.place,
        reason: granted.reason,
        who: granted.who,
        until: granted.until,
        ended: false,
        granted_at: now,
    })
}

/// The last day of so many from today: `14d`.
fn last_day(today: Date, within: &str) -> Result<Date, ApiError> {
    let days = within.strip_suffix('d').and_then(|days| days.parse::<u16>().ok());
    let last = days.and_then(|days| today.checked_add(Duration::days(i64::from(days))));
    last.ok_or_else(|| {
        ApiError::bad_request("QUERY_INVALID", "expiring_within is a number of days, such as 14d")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

    use time::macros::date;

    use super::*;

    #[test]
    fn days_are_counted_from_today() {
        let today = date!(2026 - 11 - 22);
        assert_eq!(last_day(today, "14d").unwrap(), date!(2026 - 12 - 06));
        assert_eq!(last_day(today, "0d").unwrap(), today);
        for text in ["14", "d", "-1d", "2w", "99999d", ""] {
            assert!(last_day(today, text).is_err(), "{text}");
        }
    }
}
