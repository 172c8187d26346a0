//! What each event does to the tables.

use events::preview::ExplanationPhrased;
use events::promotion as p;
use events::{Event, Message};
use ids::{EventId, PromotionId};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::projection::waivers;
use crate::status;

/// The change of a promotion's row; what is none stays.
#[derive(Default)]
struct Change<'a> {
    request: Option<EventId>,
    preview_hash: Option<&'a str>,
    obstacle: Option<&'a str>,
    approvals_needed: Option<u32>,
    approved_by: Option<&'a str>,
    branch: Option<&'a str>,
    commit: Option<&'a str>,
    pull_request_url: Option<&'a str>,
    failure: Option<Value>,
    documents: Option<Value>,
    superseded_by: Option<PromotionId>,
}

pub(super) async fn apply(connection: &mut PgConnection, message: &Message) -> Result<(), sqlx::Error> {
    let org = message.envelope.org.uuid();
    match &message.event {
        Event::PreviewRequested(event) => requested(connection, message, event).await,
        Event::OrganisationCreated(event) => {
            let statement = "INSERT INTO organisation (org, name) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            sqlx::query(statement).bind(org).bind(&event.name).execute(connection).await.map(drop)
        }
        Event::TokenCreated(event) => sqlx::query(
            "INSERT INTO token (org, token_id, user_name, role, created_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT DO NOTHING",
        )
        .bind(org)
        .bind(event.token_id.uuid())
        .bind(&event.user)
        .bind(&event.role)
        .bind(message.envelope.time)
        .execute(connection)
        .await
        .map(drop),
        Event::TokenRevoked(event) => {
            sqlx::query("UPDATE token SET revoked_at = $3 WHERE org = $1 AND token_id = $2")
                .bind(org)
                .bind(event.token_id.uuid())
                .bind(message.envelope.time)
                .execute(connection)
                .await
                .map(drop)
        }
        Event::WaiverGranted(_) | Event::WaiverRevoked(_) | Event::ApplicationRemoved(_) => {
            waivers::apply(connection, message).await
        }
        Event::CostEstimated(_) | Event::RiskAssessed(_) | Event::PreviewExplained(_) => {
            figures(connection, message).await
        }
        Event::ExplanationPhrased(event) => phrased(connection, message, event).await,
        event => match change(event) {
            Some((promotion, change)) => update(connection, message, promotion, change).await,
            None => Ok(()),
        },
    }
}

async fn requested(
    connection: &mut PgConnection,
    message: &Message,
    event: &p::PreviewRequested,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO promotion (org, promotion_id, status, application, application_id, from_environment,
             to_environment, requested_by, requested_at, updated_at, request)
         VALUES ($1, $2, $10, $3, $4, $5, $6, $7, $8, $8, $9)
         ON CONFLICT DO NOTHING",
    )
    .bind(message.envelope.org.uuid())
    .bind(event.promotion_id.uuid())
    .bind(&event.inputs.application)
    .bind(event.inputs.application_id.uuid())
    .bind(&event.inputs.from.environment)
    .bind(&event.inputs.to.environment)
    .bind(&event.requested_by)
    .bind(message.envelope.time)
    .bind(message.envelope.id.uuid())
    .bind(status::after(message.event.event_type()))
    .execute(connection)
    .await
    .map(drop)
}

/// A model's words of a preview, or why there are none. They come after the preview, and change nothing of it.
async fn phrased(
    connection: &mut PgConnection,
    message: &Message,
    event: &ExplanationPhrased,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO phrased (org, request, model, prompt, why, document) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
    )
    .bind(message.envelope.org.uuid())
    .bind(event.request.uuid())
    .bind(&event.model)
    .bind(&event.prompt)
    .bind(&event.why)
    .bind(event.phrased.map(|document| document.to_string()))
    .execute(connection)
    .await
    .map(drop)
}

/// What an event of the promotion's topic does to its row.
fn change(event: &Event) -> Option<(PromotionId, Change<'_>)> {
    Some(match event {
        Event::PreviewCompleted(e) => (e.promotion_id, completed(e)),
        Event::PromotionFailed(e) => {
            let failure = json!({"stage": e.stage, "code": e.code, "message": e.message});
            (e.promotion_id, failed(failure))
        }
        Event::ApprovalGiven(e) => (e.promotion_id, Change { approved_by: Some(&e.by), ..Change::default() }),
        Event::PromotionApproved(e) => (e.promotion_id, Change::default()),
        Event::PromotionRejected(e) => {
            let why = e.comment.as_ref().map_or(String::new(), |comment| format!(": {comment}"));
            let message = format!("{} rejected it{why}", e.by);
            (e.promotion_id, failed(ended("PROMOTION_REJECTED", &message)))
        }
        Event::PromotionOpened(e) => {
            let change = Change {
                branch: Some(&e.branch),
                commit: Some(&e.commit),
                pull_request_url: e.pull_request_url.as_deref(),
                ..Change::default()
            };
            (e.promotion_id, change)
        }
        Event::ApprovalCarried(e) => {
            // The new preview was completed just before.
            (e.promotion_id, Change { preview_hash: Some(&e.approved.preview_hash), ..Change::default() })
        }
        Event::PromotionDelayed(e) => {
            let failure = json!({"stage": "gitops", "code": e.code, "message": e.message});
            (e.promotion_id, Change { failure: Some(failure), ..Change::default() })
        }
        Event::PromotionStale(e) => (e.promotion_id, failed(ended("PROMOTION_STALE", &e.reason))),
        Event::PromotionSuperseded(e) => {
            let message = format!("{} asked for {}, which took its place", e.by, e.superseded_by);
            let failure = Some(ended("PROMOTION_SUPERSEDED", &message));
            let superseded_by = Some(e.superseded_by);
            (e.promotion_id, Change { failure, superseded_by, ..Change::default() })
        }
        Event::PromotionMerged(e) => (e.promotion_id, Change::default()),
        Event::PromotionClosed(e) => (e.promotion_id, failed(ended("PROMOTION_CLOSED", &e.reason))),
        _ => return None,
    })
}

/// Why it ended, where no part of the system failed.
fn ended(code: &'static str, message: &str) -> Value {
    json!({"stage": null, "code": code, "message": message})
}

fn failed<'a>(failure: Value) -> Change<'a> {
    Change { failure: Some(failure), ..Change::default() }
}

fn completed(event: &p::PreviewCompleted) -> Change<'_> {
    let documents = json!({
        "plan": event.compared.plan,
        "before": event.compared.before,
        "after": event.compared.after,
        "changes": event.compared.changes,
        "cost": event.cost,
        "bill": event.bill,
        "risk": event.risk,
        "explanation": event.explanation,
    });
    Change {
        request: Some(event.request),
        preview_hash: Some(&event.preview_hash),
        obstacle: event.obstacle.as_deref(),
        approvals_needed: Some(event.approvals_needed),
        documents: Some(documents),
        ..Change::default()
    }
}

async fn update(
    connection: &mut PgConnection,
    message: &Message,
    promotion: PromotionId,
    change: Change<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE promotion SET
             updated_at = $3,
             status = coalesce(nullif($4, ''), status),
             request = coalesce($5, request),
             preview_hash = coalesce($6, preview_hash),
             obstacle = CASE WHEN $14::jsonb IS NULL THEN obstacle ELSE $7 END,
             approvals_needed = coalesce($8, approvals_needed),
             approved_by = CASE WHEN $9::text IS NULL THEN approved_by ELSE approved_by || $9::text END,
             branch = coalesce($10, branch),
             commit = coalesce($11, commit),
             pull_request_url = coalesce($12, pull_request_url),
             failure = CASE WHEN $4::text IS NULL THEN coalesce($13, failure) ELSE $13 END,
             documents = coalesce($14, documents),
             superseded_by = coalesce($15, superseded_by)
         WHERE org = $1 AND promotion_id = $2",
    )
    .bind(message.envelope.org.uuid())
    .bind(promotion.uuid())
    .bind(message.envelope.time)
    .bind(status::after(message.event.event_type()))
    .bind(change.request.map(EventId::uuid))
    .bind(change.preview_hash)
    .bind(change.obstacle)
    .bind(change.approvals_needed.map(|needed| i32::try_from(needed).unwrap_or(i32::MAX)))
    .bind(change.approved_by)
    .bind(change.branch)
    .bind(change.commit)
    .bind(change.pull_request_url)
    .bind(change.failure)
    .bind(change.documents)
    .bind(change.superseded_by.map(PromotionId::uuid))
    .execute(connection)
    .await
    .map(drop)
}

/// What the engines say. Their topics are read beside the promotion's own, in any order.
async fn figures(connection: &mut PgConnection, message: &Message) -> Result<(), sqlx::Error> {
    let (request, cost, level, headline) = match &message.event {
        Event::CostEstimated(event) => (event.request, Some(event), None, None),
        Event::RiskAssessed(event) => (event.request, None, Some(&event.level), None),
        Event::PreviewExplained(event) => (event.request, None, None, Some(&event.headline)),
        _ => return Ok(()),
    };
    sqlx::query(
        "INSERT INTO figures AS f (org, request, currency, baseline_micros, projected_micros, delta_micros,
             risk_level, headline)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (org, request) DO UPDATE SET
             currency = coalesce(excluded.currency, f.currency),
             baseline_micros = coalesce(excluded.baseline_micros, f.baseline_micros),
             projected_micros = coalesce(excluded.projected_micros, f.projected_micros),
             delta_micros = coalesce(excluded.delta_micros, f.delta_micros),
             risk_level = coalesce(excluded.risk_level, f.risk_level),
             headline = coalesce(excluded.headline, f.headline)",
    )
    .bind(message.envelope.org.uuid())
    .bind(request.uuid())
    .bind(cost.map(|cost| &cost.currency))
    .bind(cost.map(|cost| cost.baseline_micros))
    .bind(cost.map(|cost| cost.projected_micros))
    .bind(cost.map(|cost| cost.delta_micros))
    .bind(level)
    .bind(headline)
    .execute(connection)
    .await
    .map(drop)
}
