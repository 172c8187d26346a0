//! What Postgres keeps, as the twin in memory shows it.

use std::collections::BTreeMap;

use embedded_postgres::testing::TestPostgres;
use events::Service;
use ids::{EventId, OrgId, PromotionId};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};
use store::Database;
use uuid::Uuid;

use crate::projection::{CONSUMER, Cost, FiguresRow, Projections, PromotionRow, Tables};

pub(super) async fn begin() -> Projections {
    let database = TestPostgres::shared().await.database().await;
    let url = database.url().as_str().to_owned();
    Projections::open(&Database::new(&url, CONSUMER, 2).unwrap()).await.unwrap()
}

/// Waits until somebody else waits for a lock in this database.
pub(super) async fn until_blocked(pool: &PgPool) {
    let asked = "SELECT EXISTS (SELECT FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(asked).fetch_one(pool).await.unwrap() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

pub(super) async fn tables(pool: &PgPool) -> Tables {
    let rows = |statement: &'static str| sqlx::query(statement).fetch_all(pool);
    let mut logged = BTreeMap::<_, Vec<u64>>::new();
    for row in rows("SELECT org, service, subject, sequence FROM audit_log ORDER BY sequence").await.unwrap()
    {
        let topic = Service::named(row.get("service")).unwrap().topic().to_string();
        logged.entry((org(&row), topic, row.get("subject"))).or_default().push(unsigned(&row));
    }
    let seen = rows("SELECT * FROM seen").await.unwrap();
    let promotions = rows("SELECT * FROM promotion").await.unwrap();
    let figures = rows("SELECT * FROM figures").await.unwrap();
    Tables {
        seen: seen
            .iter()
            .map(|row| ((org(row), row.get("topic"), row.get("aggregate")), unsigned(row)))
            .collect(),
        promotions: promotions
            .iter()
            .map(|row| ((org(row), PromotionId::new(row.get("promotion_id"))), promotion(row)))
            .collect(),
        figures: figures
            .iter()
            .map(|row| ((org(row), EventId::new(row.get("request"))), said(row)))
            .collect(),
        logged,
    }
}

fn org(row: &PgRow) -> OrgId {
    OrgId::new(row.get("org"))
}

fn unsigned(row: &PgRow) -> u64 {
    row.get::<i64, _>("sequence").try_into().unwrap()
}

fn promotion(row: &PgRow) -> PromotionRow {
    let branch: Option<String> = row.get("branch");
    PromotionRow {
        status: row.get("status"),
        request: EventId::new(row.get("request")),
        preview_hash: row.get("preview_hash"),
        obstacle: row.get("obstacle"),
        approvals_needed: row.get::<Option<i32>, _>("approvals_needed").map(|n| n.try_into().unwrap()),
        approved_by: row.get("approved_by"),
        updated_at: row.get("updated_at"),
        branch: branch.zip(row.get("commit")),
        pull_request_url: row.get("pull_request_url"),
        failure: row.get("failure"),
        documents: row.get("documents"),
        superseded_by: row.get::<Option<Uuid>, _>("superseded_by").map(PromotionId::new),
    }
}

fn said(row: &PgRow) -> FiguresRow {
    let cost = |currency| Cost {
        currency,
        baseline_micros: row.get("baseline_micros"),
        projected_micros: row.get("projected_micros"),
        delta_micros: row.get("delta_micros"),
    };
    FiguresRow {
        cost: row.get::<Option<String>, _>("currency").map(cost),
        risk_level: row.get("risk_level"),
        headline: row.get("headline"),
    }
}
