//! `plimsoll promotion`.

use std::fmt::Write as _;

use api::page::Page;
use api::promotion::{CreatePromotion, Decision, Promotion};
use serde_json::{Map, Value};
use ureq::http::StatusCode;

use crate::cli::{Decide, PromotionVerb, Promotions, RequestPromotion, Server};
use crate::escape;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::remote::client::{decoded, query, segment};
use crate::remote::progress::Progress;
use crate::remote::show::{either, moment, table};
use crate::remote::{Client, standing, watch};

pub(crate) fn run(promotions: &Promotions) -> Result<Outcome, Failure> {
    match &promotions.verb {
        PromotionVerb::Request(asked) => request(asked),
        PromotionVerb::List { status, application, server } => {
            let filter = query(&[
                ("status", status.as_deref()),
                ("application", application.as_deref()),
                ("limit", Some("100")),
            ]);
            let page: Page<Promotion> = Client::open(server)?.get(&format!("/promotions{filter}"))?;
            either(server, &page, || listed(&page))
        }
        PromotionVerb::Show { id, server } => show(&Client::open(server)?, id, server),
        PromotionVerb::Approve(decide) => decided(decide, "approve"),
        PromotionVerb::Reject(decide) => decided(decide, "reject"),
        PromotionVerb::Watch { id, server } => watch::run(id, server),
    }
}

fn request(asked: &RequestPromotion) -> Result<Outcome, Failure> {
    let client = Client::open(&asked.server)?;
    let texts = |places: &[kube_model::PlacePattern]| places.iter().map(ToString::to_string).collect();
    let body = CreatePromotion {
        application: asked.application.clone(),
        from: asked.from.clone(),
        to: asked.to.clone(),
        git_commit: asked.commit.clone(),
        take: asked.take.iter().map(ToString::to_string).collect(),
        only: texts(&asked.only),
        skip: texts(&asked.skip),
        user_id: None,
    };
    let progress = Progress::start("planning");
    let response = client.created(&format!("/promotions?wait={}", asked.wait), &body)?;
    drop(progress);
    let complete = response.status() == StatusCode::OK;
    let answer: Map<String, Value> = decoded(response)?;
    let mut outcome = either(&asked.server, &answer, || match complete {
        true => previewed(&answer),
        false => format!("{} is requested; its preview takes longer\n", text(&answer, "promotion_id")),
    })?;
    let obstacle = text(&answer, "obstacle");
    if !obstacle.is_empty() {
        outcome.against.push(format!("nobody can approve it as it is: {obstacle}"));
    }
    Ok(outcome)
}

fn show(client: &Client, id: &str, server: &Server) -> Result<Outcome, Failure> {
    let path = format!("/promotions/{}", segment(id));
    let promotion: Promotion = client.get(&path)?;
    match promotion.preview_hash.is_some() {
        true => {
            let answer: Map<String, Value> = client.get(&format!("{path}/preview"))?;
            either(server, &answer, || previewed(&answer))
        }
        false => either(server, &promotion, || summary(&promotion)),
    }
}

fn decided(decide: &Decide, verb: &str) -> Result<Outcome, Failure> {
    let client = Client::open(&decide.server)?;
    let body = Decision {
        comment: decide.comment.clone(),
        preview_hash: decide.preview_hash.clone(),
        user_id: None,
    };
    let promotion: Promotion = client.post(&format!("/promotions/{}/{verb}", segment(&decide.id)), &body)?;
    either(&decide.server, &promotion, || summary(&promotion))
}

fn listed(page: &Page<Promotion>) -> String {
    let rows: Vec<Vec<String>> = (page.items.iter())
        .map(|found| {
            vec![
                found.promotion_id.to_string(),
                found.status.clone(),
                format!("{}: {} to {}", found.application, found.from, found.to),
                found.risk_level.clone().unwrap_or_default(),
                found.requested_by.clone(),
                moment(found.requested_at),
            ]
        })
        .collect();
    table(&["id", "status", "promotion", "risk", "by", "requested"], &rows)
}

/// What a person who decides has to know, in a few lines.
fn previewed(answer: &Map<String, Value>) -> String {
    let mut text_out = head(answer);
    let explanation = text(answer, "explanation");
    if !explanation.is_empty() {
        text_out.push('\n');
        for line in explanation.lines() {
            let _ = writeln!(text_out, "{}", escape::line(line));
        }
    }
    text_out
}

fn summary(promotion: &Promotion) -> String {
    match serde_json::to_value(promotion) {
        Ok(Value::Object(answer)) => head(&answer),
        _ => String::new(),
    }
}

fn head(answer: &Map<String, Value>) -> String {
    let of = |name: &str| escape::line(&text(answer, name));
    // In a preview `from` and `to` are what was read there.
    let environment = |name: &str| match answer.get(name) {
        Some(Value::Object(side)) => escape::line(&text(side, "environment")),
        _ => of(name),
    };
    let mut lines = format!(
        "{} is {}: {} from {} to {}\n",
        of("promotion_id"),
        of("status"),
        of("application"),
        environment("from"),
        environment("to")
    );
    let approvals = answer.get("approved_by").and_then(Value::as_array).map_or(0, Vec::len);
    let needed = answer.get("approvals_needed").and_then(Value::as_u64);
    let rows = [
        ("preview hash", of("preview_hash")),
        ("approvals", needed.map_or(String::new(), |needed| format!("{approvals} of {needed}"))),
        ("branch", of("branch")),
        ("commit", of("commit")),
        ("pull request", of("git_pr_url")),
    ];
    let rows = rows.into_iter().chain(standing::rows(answer));
    for (name, value) in rows.filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(lines, "  {name:<12}  {value}");
    }
    lines
}

pub(super) fn text(answer: &Map<String, Value>, name: &str) -> String {
    answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
