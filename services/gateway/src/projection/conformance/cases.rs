//! The cases. What is expected is what the API tells people of each event, written down.

use events::access::TokenCreated;
use events::catalog::{OrganisationCreated, WaiverGranted};
use events::preview::{CostEstimated, PreviewExplained, RiskAssessed};
use events::promotion::{
    ApprovalGiven, PreviewCompleted, PreviewRequested, PromotionApproved, PromotionClosed, PromotionDelayed,
    PromotionFailed, PromotionMerged, PromotionOpened, PromotionRejected, PromotionStale,
    PromotionSuperseded,
};
use events::{Event, EventBody, Service};
use ids::{EventId, OrgId, PromotionId};
use serde_json::{Value, json};
use time::Duration;

use super::{BEGAN, Told, golden, number};
use crate::projection::{Cost, FiguresRow, PromotionRow};

fn of<E: EventBody>(promotion: u32, mut fields: Value) -> Event {
    fields["promotion_id"] = json!(number(promotion));
    golden::<E>(&fields)
}

fn approval(promotion: u32, by: &str) -> Event {
    of::<ApprovalGiven>(promotion, json!({"by": by}))
}

/// The first organisation's aggregate, on the topic of a service.
fn aggregate(service: Service, subject: &str) -> (OrgId, String, String) {
    (OrgId::new(number(1)), service.topic().to_string(), subject.to_owned())
}

pub(super) async fn a_promotion_goes_from_its_request_to_its_merge(mut told: Told) {
    let request = told.of(1, 1, of::<PreviewRequested>(1, json!({}))).await;
    let mut row = PromotionRow {
        status: "requested".to_owned(),
        request,
        preview_hash: None,
        obstacle: None,
        approvals_needed: None,
        approved_by: Vec::new(),
        updated_at: BEGAN + Duration::SECOND,
        branch: None,
        pull_request_url: None,
        failure: None,
        documents: None,
        superseded_by: None,
    };
    assert_eq!(told.row(1).await, row);

    let fields =
        json!({"request": number(77), "preview_hash": "h1", "approvals_needed": 2, "obstacle": null});
    told.of(1, 2, of::<PreviewCompleted>(1, fields)).await;
    let documents = told.row(1).await.documents.unwrap();
    // From the golden payload.
    assert_eq!(documents["plan"], "4e12598ee471804e347c76017e282e52631b707ba300bc3c80c8b33d605d3250");
    assert_eq!(documents["bill"], "6e9d96d6827f1e77039a96374c284913f993eb852dad19960b88d59ed35742e4");
    assert_eq!(documents.as_object().unwrap().len(), 8);
    row = PromotionRow {
        status: "preview".to_owned(),
        request: EventId::new(number(77)),
        preview_hash: Some("h1".to_owned()),
        approvals_needed: Some(2),
        updated_at: BEGAN + Duration::seconds(2),
        documents: Some(documents),
        ..row
    };
    assert_eq!(told.row(1).await, row);

    told.of(1, 3, approval(1, "bob")).await;
    told.of(1, 4, approval(1, "cid")).await;
    told.of(1, 5, of::<PromotionApproved>(1, json!({}))).await;
    let opened = json!({"branch": "b", "commit": "c", "pull_request_url": "https://git.example/1"});
    told.of(1, 6, of::<PromotionOpened>(1, opened)).await;
    told.of(1, 7, of::<PromotionMerged>(1, json!({}))).await;
    row = PromotionRow {
        status: "merged".to_owned(),
        approved_by: vec!["bob".to_owned(), "cid".to_owned()],
        updated_at: BEGAN + Duration::seconds(7),
        branch: Some(("b".to_owned(), "c".to_owned())),
        pull_request_url: Some("https://git.example/1".to_owned()),
        ..row
    };
    assert_eq!(told.row(1).await, row);
}

pub(super) async fn what_comes_again_or_late_changes_nothing(mut told: Told) {
    told.of(1, 1, of::<PreviewRequested>(1, json!({}))).await;
    told.of(1, 3, approval(1, "bob")).await;
    let before = told.tables().await;
    told.of(1, 3, approval(1, "bob")).await;
    told.of(1, 2, approval(1, "cid")).await;
    told.of(1, 1, of::<PreviewRequested>(1, json!({}))).await;
    assert_eq!(told.tables().await, before);
    let aggregate = aggregate(Service::Promotion, &number(1).to_string());
    assert_eq!((before.seen[&aggregate], &before.logged[&aggregate]), (3, &vec![1, 3]));
    // A request that is told again, as a later event, is not a new promotion.
    told.of(1, 4, of::<PreviewRequested>(1, json!({}))).await;
    assert_eq!(told.tables().await.promotions, before.promotions);
}

pub(super) async fn engines_are_heard_in_any_order(mut told: Told) {
    let fields = |more: Value| {
        let mut fields = json!({"request": number(77)});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    };
    told.of(1, 1, of::<PreviewExplained>(1, fields(json!({"headline": "one image"})))).await;
    told.of(1, 1, of::<RiskAssessed>(1, fields(json!({"level": "low"})))).await;
    let prices = json!({"currency": "EUR", "baseline_micros": 5, "projected_micros": 7, "delta_micros": 2});
    told.of(1, 1, of::<CostEstimated>(1, fields(prices))).await;
    told.of(1, 2, of::<RiskAssessed>(1, fields(json!({"level": "high"})))).await;
    let cost = Cost { currency: "EUR".to_owned(), baseline_micros: 5, projected_micros: 7, delta_micros: 2 };
    let row = FiguresRow {
        cost: Some(cost),
        risk_level: Some("high".to_owned()),
        headline: Some("one image".to_owned()),
    };
    let tables = told.tables().await;
    assert_eq!(tables.figures[&(OrgId::new(number(1)), EventId::new(number(77)))], row);
    assert_eq!((tables.figures.len(), tables.promotions.len()), (1, 0));
}

pub(super) async fn what_is_said_of_nobody_is_logged(mut told: Told) {
    told.of(1, 1, approval(1, "bob")).await;
    let tables = told.tables().await;
    assert!(tables.promotions.is_empty());
    let aggregate = aggregate(Service::Promotion, &number(1).to_string());
    assert_eq!((tables.seen[&aggregate], &tables.logged[&aggregate]), (1, &vec![1]));
}

pub(super) async fn a_delay_is_over_with_the_next_status(mut told: Told) {
    told.of(1, 1, of::<PreviewRequested>(1, json!({}))).await;
    told.of(1, 2, of::<PromotionApproved>(1, json!({}))).await;
    let away = json!({"code": "GIT_UNREACHABLE", "message": "away"});
    told.of(1, 3, of::<PromotionDelayed>(1, away)).await;
    let failure = json!({"stage": "gitops", "code": "GIT_UNREACHABLE", "message": "away"});
    let row = told.row(1).await;
    assert_eq!((row.status.as_str(), row.failure), ("approved", Some(failure.clone())));
    told.of(1, 4, approval(1, "bob")).await;
    assert_eq!(told.row(1).await.failure, Some(failure), "an event without a status ends nothing");
    told.of(1, 5, of::<PromotionOpened>(1, json!({}))).await;
    let row = told.row(1).await;
    assert_eq!((row.status.as_str(), row.failure, row.pull_request_url), ("open", None, None));
}

pub(super) async fn an_obstacle_comes_and_goes_with_documents(mut told: Told) {
    told.of(1, 1, of::<PreviewRequested>(1, json!({}))).await;
    told.of(1, 2, of::<PreviewCompleted>(1, json!({"obstacle": "PLAN_PARTIAL"}))).await;
    told.of(1, 3, approval(1, "bob")).await;
    assert_eq!(told.row(1).await.obstacle.as_deref(), Some("PLAN_PARTIAL"));
    told.of(1, 4, of::<PreviewCompleted>(1, json!({"obstacle": null}))).await;
    assert_eq!(told.row(1).await.obstacle, None);
}

pub(super) async fn what_ends_a_promotion_says_why(mut told: Told) {
    let newer = PromotionId::new(number(9));
    let ends = [
        (
            of::<PromotionFailed>(1, json!({"stage": "diff", "code": "PLAN_BLOCKED", "message": "no"})),
            ("failed", json!({"stage": "diff", "code": "PLAN_BLOCKED", "message": "no"})),
        ),
        (
            of::<PromotionRejected>(2, json!({"by": "bob", "comment": "too dear"})),
            (
                "rejected",
                json!({"stage": null, "code": "PROMOTION_REJECTED", "message": "bob rejected it: too dear"}),
            ),
        ),
        (
            of::<PromotionRejected>(3, json!({"by": "bob", "comment": null})),
            ("rejected", json!({"stage": null, "code": "PROMOTION_REJECTED", "message": "bob rejected it"})),
        ),
        (
            of::<PromotionStale>(4, json!({"reason": "it moved"})),
            ("stale", json!({"stage": null, "code": "PROMOTION_STALE", "message": "it moved"})),
        ),
        (
            of::<PromotionClosed>(5, json!({"reason": "its branch was deleted"})),
            (
                "closed",
                json!({"stage": null, "code": "PROMOTION_CLOSED", "message": "its branch was deleted"}),
            ),
        ),
        (
            of::<PromotionSuperseded>(6, json!({"by": "ana", "superseded_by": newer})),
            (
                "superseded",
                json!({"stage": null, "code": "PROMOTION_SUPERSEDED",
                       "message": format!("ana asked for {newer}, which took its place")}),
            ),
        ),
    ];
    for (promotion, (event, (status, failure))) in (1..).zip(ends) {
        told.of(promotion, 1, of::<PreviewRequested>(promotion, json!({}))).await;
        told.of(promotion, 2, event).await;
        let row = told.row(promotion).await;
        assert_eq!((row.status.as_str(), row.failure), (status, Some(failure)));
        assert_eq!(row.superseded_by, (promotion == 6).then_some(newer));
    }
}

pub(super) async fn organisations_are_apart(mut told: Told) {
    let subject = number(1).to_string();
    for org in [1, 2] {
        told.event(org, (&subject, 1), of::<PreviewRequested>(1, json!({}))).await;
    }
    told.event(2, (&subject, 2), approval(1, "bob")).await;
    let tables = told.tables().await;
    let by = |org: u32| {
        let key = (OrgId::new(number(org)), PromotionId::new(number(1)));
        tables.promotions[&key].approved_by.clone()
    };
    assert_eq!((by(1), by(2)), (Vec::new(), vec!["bob".to_owned()]));
    assert_eq!(tables.seen.len(), 2);
}

pub(super) async fn other_events_are_logged(mut told: Told) {
    told.event(1, ("o", 1), golden::<OrganisationCreated>(&json!({}))).await;
    told.event(1, ("o", 2), golden::<WaiverGranted>(&json!({"until": "2026-12-31"}))).await;
    told.event(1, ("t", 1), golden::<TokenCreated>(&json!({}))).await;
    let tables = told.tables().await;
    assert!(tables.promotions.is_empty() && tables.figures.is_empty());
    let logged =
        [(aggregate(Service::Catalog, "o"), vec![1, 2]), (aggregate(Service::Gateway, "t"), vec![1])];
    assert_eq!(tables.logged, logged.into());
}
