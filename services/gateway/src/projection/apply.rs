//! What events do to the tables.

use events::preview::ExplanationPhrased;
use events::{Event, Message};
use sqlx::PgConnection;

use crate::projection::figures::Figures;
use crate::projection::promotions::Promotions;
use crate::projection::waivers;

/// Does what events do, in their order. What most of them are about, promotions and their figures, is put together and written
/// once; no event of one table concerns another.
pub(super) async fn apply(connection: &mut PgConnection, messages: &[&Message]) -> Result<(), sqlx::Error> {
    let (mut promotions, mut figures) = (Promotions::default(), Figures::default());
    for &message in messages {
        match &message.event {
            Event::CostEstimated(_) | Event::RiskAssessed(_) | Event::PreviewExplained(_) => {
                figures.take(message)
            }
            Event::OrganisationCreated(_)
            | Event::TokenCreated(_)
            | Event::TokenRevoked(_)
            | Event::WaiverGranted(_)
            | Event::WaiverRevoked(_)
            | Event::ApplicationRemoved(_)
            | Event::ExplanationPhrased(_) => alone(connection, message).await?,
            _ if promotions.take(message) => {}
            _ => {
                std::mem::take(&mut promotions).write(connection).await?;
                promotions.take(message);
            }
        }
    }
    promotions.write(connection).await?;
    figures.write(connection).await
}

/// An event of a table that few events are about.
async fn alone(connection: &mut PgConnection, message: &Message) -> Result<(), sqlx::Error> {
    let org = message.envelope.org.uuid();
    match &message.event {
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
        Event::ExplanationPhrased(event) => phrased(connection, message, event).await,
        _ => Ok(()),
    }
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
