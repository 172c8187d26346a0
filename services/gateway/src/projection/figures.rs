//! The table of what the engines say of requests: what several events say, in one statement.

use std::collections::BTreeMap;

use events::preview::CostEstimated;
use events::{Event, Message};
use ids::EventId;
use sqlx::PgConnection;
use uuid::Uuid;

/// What engines say, of each request once.
#[derive(Default)]
pub(super) struct Figures<'a>(BTreeMap<(Uuid, Uuid), Said<'a>>);

/// What is none was not said, and stays.
#[derive(Default)]
struct Said<'a> {
    cost: Option<&'a CostEstimated>,
    level: Option<&'a str>,
    headline: Option<&'a str>,
}

impl<'a> Figures<'a> {
    /// Takes an event in, if it says something. The topics of the engines are read beside one another, in any order.
    pub(super) fn take(&mut self, message: &'a Message) {
        match &message.event {
            Event::CostEstimated(event) => self.of(message, event.request).cost = Some(event),
            Event::RiskAssessed(event) => self.of(message, event.request).level = Some(&event.level),
            Event::PreviewExplained(event) => {
                self.of(message, event.request).headline = Some(&event.headline);
            }
            _ => {}
        }
    }

    fn of(&mut self, message: &Message, request: EventId) -> &mut Said<'a> {
        self.0.entry((message.envelope.org.uuid(), request.uuid())).or_default()
    }

    /// Writes what was taken.
    pub(super) async fn write(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        let (orgs, requests): (Vec<Uuid>, Vec<Uuid>) = self.0.keys().copied().unzip();
        sqlx::query(
            "INSERT INTO figures AS f (org, request, currency, baseline_micros, projected_micros, delta_micros,
                 risk_level, headline)
             SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
                 $7::text[], $8::text[])
             ON CONFLICT (org, request) DO UPDATE SET
                 currency = coalesce(excluded.currency, f.currency),
                 baseline_micros = coalesce(excluded.baseline_micros, f.baseline_micros),
                 projected_micros = coalesce(excluded.projected_micros, f.projected_micros),
                 delta_micros = coalesce(excluded.delta_micros, f.delta_micros),
                 risk_level = coalesce(excluded.risk_level, f.risk_level),
                 headline = coalesce(excluded.headline, f.headline)",
        )
        .bind(orgs)
        .bind(requests)
        .bind(self.column(|said| Some(said.cost?.currency.as_str())))
        .bind(self.column(|said| Some(said.cost?.baseline_micros)))
        .bind(self.column(|said| Some(said.cost?.projected_micros)))
        .bind(self.column(|said| Some(said.cost?.delta_micros)))
        .bind(self.column(|said| said.level))
        .bind(self.column(|said| said.headline))
        .execute(connection)
        .await
        .map(drop)
    }

    fn column<T>(&self, column: impl Fn(&Said<'a>) -> Option<T>) -> Vec<Option<T>> {
        self.0.values().map(column).collect()
    }
}
