//! What each keeper of the projections' rows does: one suite of cases for the twin in memory, for Postgres as the consumer writes it,
//! one event after another, and for Postgres as a replay does, many at once.

mod cases;
mod postgres;

use events::{Envelope, Event, Message, Service};
use ids::{EventId, OrgId, PromotionId};
use seeded::Lot;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

use super::golden::{golden, number};
use super::{Fold, MemoryTables, Projections, PromotionRow, Tables};

const BEGAN: OffsetDateTime = datetime!(2026-11-01 08:00 UTC);

/// A keeper of rows.
enum Keeper {
    Memory(MemoryTables),
    Postgres(Projections),
    /// What was told since somebody last looked waits, and is folded in one transaction.
    Together(Projections, Vec<Message>),
}

/// A keeper, and how many events it was told.
struct Told {
    keeper: Keeper,
    events: u32,
}

impl Told {
    fn memory() -> Self {
        Self { keeper: Keeper::Memory(MemoryTables::default()), events: 0 }
    }

    async fn postgres() -> Self {
        Self { keeper: Keeper::Postgres(postgres::begin().await), events: 0 }
    }

    async fn together() -> Self {
        Self { keeper: Keeper::Together(postgres::begin().await, Vec::new()), events: 0 }
    }

    /// Tells an event of an aggregate, a second after the last; the identifier that it has.
    async fn event(&mut self, org: u32, (subject, sequence): (&str, u64), event: Event) -> EventId {
        self.events += 1;
        let id = EventId::new(number(0x1000 + self.events));
        let envelope = Envelope {
            id,
            source: writer(&event),
            subject: subject.to_owned(),
            time: BEGAN + time::Duration::seconds(self.events.into()),
            org: OrgId::new(number(org)),
            sequence,
            causation: None,
            correlation: number(7),
            traceparent: None,
        };
        let message = Message { envelope, event };
        match &mut self.keeper {
            Keeper::Memory(tables) => tables.apply(&message).await.unwrap(),
            Keeper::Postgres(projections) => projections.apply(&message).await.unwrap(),
            Keeper::Together(_, waiting) => waiting.push(message),
        }
        id
    }

    /// Tells an event of the first organisation's promotion of this number.
    async fn of(&mut self, promotion: u32, sequence: u64, event: Event) -> EventId {
        self.event(1, (&number(promotion).to_string(), sequence), event).await
    }

    async fn tables(&mut self) -> Tables {
        match &mut self.keeper {
            Keeper::Memory(tables) => tables.tables(),
            Keeper::Postgres(projections) => postgres::tables(projections.database.pool()).await,
            Keeper::Together(projections, waiting) => {
                projections.apply_all(&std::mem::take(waiting)).await.unwrap();
                postgres::tables(projections.database.pool()).await
            }
        }
    }

    /// The row of the first organisation's promotion of this number.
    async fn row(&mut self, promotion: u32) -> PromotionRow {
        let key = (OrgId::new(number(1)), PromotionId::new(number(promotion)));
        self.tables().await.promotions.remove(&key).unwrap()
    }
}

fn writer(event: &Event) -> Service {
    match event {
        Event::OrganisationCreated(_) | Event::WaiverGranted(_) => Service::Catalog,
        Event::TokenCreated(_) => Service::Gateway,
        Event::CostEstimated(_) => Service::Cost,
        Event::RiskAssessed(_) => Service::Risk,
        Event::PreviewExplained(_) => Service::Explain,
        _ => Service::Promotion,
    }
}

/// Names the cases; each becomes a test of every keeper.
macro_rules! on_all {
    ($($case:ident)*) => {
        mod memory {
            $(#[tokio::test]
            async fn $case() {
                super::cases::$case(super::Told::memory()).await;
            })*
        }

        mod on_postgres {
            $(#[tokio::test]
            async fn $case() {
                super::cases::$case(super::Told::postgres().await).await;
            })*
        }

        mod together_on_postgres {
            $(#[tokio::test]
            async fn $case() {
                super::cases::$case(super::Told::together().await).await;
            })*
        }
    };
}

on_all! {
    a_promotion_goes_from_its_request_to_its_merge
    what_comes_again_or_late_changes_nothing
    engines_are_heard_in_any_order
    what_is_said_of_nobody_is_logged
    a_delay_is_over_with_the_next_status
    an_obstacle_comes_and_goes_with_documents
    what_ends_a_promotion_says_why
    organisations_are_apart
    other_events_are_logged
}

/// Somebody holds the tables, as a server would that does not answer: a fold is given up, and so is a question. The clock goes on by
/// itself while everybody waits.
#[tokio::test]
async fn tables_that_give_no_answer_are_told_of() {
    let projections = postgres::begin().await;
    let org = OrgId::new(number(1));
    for is_fold in [true, false] {
        let mut held = projections.database.connect().await.unwrap();
        sqlx::raw_sql("BEGIN; LOCK TABLE seen, organisation").execute(&mut held).await.unwrap();
        let asking = projections.clone();
        let asked = tokio::spawn(async move {
            match is_fold {
                true => asking.apply_all(&[]).await.unwrap_err().code().to_owned(),
                false => asking.organisation(org).await.unwrap_err().code,
            }
        });
        postgres::until_blocked(projections.database.pool()).await;
        tokio::time::pause();
        let told = tokio::time::timeout(std::time::Duration::from_secs(20), asked).await;
        assert_eq!(told.expect("it is given up").unwrap(), "STORE_UNAVAILABLE");
        tokio::time::resume();
        sqlx::raw_sql("ROLLBACK").execute(&mut held).await.unwrap();
    }
    projections.apply_all(&[]).await.unwrap();
}

/// Each is the others' judge: events of three promotions, drawn in any order, with some that come twice, late or never.
#[tokio::test]
async fn all_make_the_same_of_any_story() {
    for seed in 0..8 {
        let mut all = [Told::memory(), Told::postgres().await, Told::together().await];
        let mut lot = Lot::of(seed, "story");
        for _ in 0..60 {
            let (org, promotion) =
                (1 + u32::from(lot.hits(3_000)), u32::try_from(lot.of_range(1..=3)).unwrap());
            let (sequence, event) = (lot.of_range(1..=12), any(&mut lot, promotion));
            let subject = number(promotion).to_string();
            for told in &mut all {
                told.event(org, (&subject, sequence), event.clone()).await;
            }
        }
        let [memory, one_by_one, together] = &mut all;
        let expected = memory.tables().await;
        assert_eq!(one_by_one.tables().await, expected, "story {seed}");
        assert_eq!(together.tables().await, expected, "story {seed}, at once");
    }
}

fn any(lot: &mut Lot, promotion: u32) -> Event {
    use events::preview::{CostEstimated, PreviewExplained, RiskAssessed};
    use events::promotion::{
        ApprovalCarried, ApprovalGiven, PreviewCompleted, PreviewRequested, PromotionApproved,
        PromotionClosed, PromotionDelayed, PromotionFailed, PromotionMerged, PromotionOpened,
        PromotionRejected, PromotionStale, PromotionSuperseded,
    };
    let id = number(promotion);
    let of = json!({"promotion_id": id});
    let request = number(0x2000 + promotion + u32::from(lot.hits(5_000)));
    let both = json!({"promotion_id": id, "request": request});
    let completed = match lot.hits(5_000) {
        true => json!({"promotion_id": id, "request": request, "obstacle": null}),
        false => both.clone(),
    };
    match lot.of_range(0..=19) {
        0..=3 => golden::<PreviewRequested>(&of),
        4 | 5 => golden::<PreviewCompleted>(&completed),
        6 => golden::<ApprovalGiven>(&of),
        7 => golden::<PromotionApproved>(&of),
        8 => golden::<ApprovalCarried>(&of),
        9 => golden::<PromotionOpened>(&of),
        10 => golden::<PromotionDelayed>(&of),
        11 => golden::<PromotionFailed>(&of),
        12 => golden::<PromotionRejected>(&of),
        13 => golden::<PromotionStale>(&of),
        14 => golden::<PromotionSuperseded>(&of),
        15 => golden::<PromotionMerged>(&of),
        16 => golden::<CostEstimated>(&both),
        17 => golden::<RiskAssessed>(&both),
        18 => golden::<PreviewExplained>(&both),
        _ => golden::<PromotionClosed>(&of),
    }
}
