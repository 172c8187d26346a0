//! `plimsoll dead-letter`.

use api::dead_letter::{DeadLetter, DeadLetterDetail, Discard};
use api::page::Page;
use serde_json::json;

use crate::cli::{DeadLetterVerb, DeadLetters};
use crate::escape;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::remote::Client;
use crate::remote::client::segment;
use crate::remote::show::{either, table};

pub(crate) fn run(dead_letters: &DeadLetters) -> Result<Outcome, Failure> {
    match &dead_letters.verb {
        DeadLetterVerb::List { state, service, server } => {
            let filter = [("state", state.as_deref()), ("service", service.as_deref())];
            let page: Page<DeadLetter> = Client::open(server)?.all("/dead-letters", &filter)?;
            either(server, &page, || listed(&page))
        }
        DeadLetterVerb::Show { id, server } => {
            let detail: DeadLetterDetail = Client::open(server)?.get(&path(id)?)?;
            either(server, &detail, || shown(&detail))
        }
        DeadLetterVerb::Retry { id, server } => {
            let letter: DeadLetter =
                Client::open(server)?.post(&format!("{}/retry", path(id)?), &json!({}))?;
            either(server, &letter, || format!("{} is {}\n", letter.id, letter.state))
        }
        DeadLetterVerb::Discard { id, reason, server } => {
            let body = Discard { reason: reason.clone() };
            let letter: DeadLetter = Client::open(server)?.post(&format!("{}/discard", path(id)?), &body)?;
            either(server, &letter, || format!("{} is {}\n", letter.id, letter.state))
        }
    }
}

fn path(id: &str) -> Result<String, Failure> {
    match id.split_once('/') {
        Some((service, number)) => Ok(format!("/dead-letters/{}/{}", segment(service), segment(number))),
        None => Err(Failure::new("USAGE", "a dead letter is named SERVICE/NUMBER")),
    }
}

fn listed(page: &Page<DeadLetter>) -> String {
    let rows: Vec<Vec<String>> = (page.items.iter())
        .map(|letter| {
            vec![
                letter.id.clone(),
                letter.state.clone(),
                letter.consumer.clone(),
                letter.event_type.rsplit('.').next().unwrap_or_default().to_owned(),
                letter.key.clone(),
                letter.attempts.to_string(),
                letter.code.clone(),
            ]
        })
        .collect();
    table(&["id", "state", "consumer", "event", "aggregate", "tries", "error"], &rows)
}

fn shown(detail: &DeadLetterDetail) -> String {
    let letter = &detail.dead_letter;
    let mut lines = vec![
        format!("{} is {}, parked at {}", letter.id, letter.state, letter.parked_at),
        format!("  {}: {}", letter.code, letter.message),
        format!(
            "  {} {}/{}@{}, tried {} times",
            letter.event_type, letter.topic, letter.partition, letter.offset, letter.attempts
        ),
        format!("  aggregate {}", letter.key),
    ];
    lines.extend(detail.headers.iter().map(|(name, value)| format!("  {name}: {value}")));
    lines.push(format!("  value (base64): {}", detail.value));
    lines.iter().map(|line| escape::line(line) + "\n").collect()
}
