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
        DeadLetterVerb::Retry { id: Some(id), server, .. } => {
            let letter = retry(&Client::open(server)?, id)?;
            either(server, &letter, || state(&letter))
        }
        DeadLetterVerb::Retry { id: None, code, service, server, .. } => {
            let client = Client::open(server)?;
            let filter = [("state", Some("parked")), ("service", service.as_deref())];
            let parked: Page<DeadLetter> = client.all("/dead-letters", &filter)?;
            let code = code.as_deref().unwrap_or_default();
            let Retried { items, waiting, failure } = retry_all(&parked.items, code, |id| retry(&client, id));
            let page = Page { items, next_cursor: None };
            let mut shown = either(server, &page, || match &*page.items {
                [] if waiting == 0 && failure.is_none() => format!("none is parked with {code}\n"),
                letters => letters.iter().map(state).collect(),
            })?;
            if waiting > 0 {
                shown.notes.push(format!("{waiting} wait behind another of their aggregate: retry that one"));
            }
            Ok(Outcome { failed: failure.into_iter().collect(), ..shown })
        }
        DeadLetterVerb::Discard { id, reason, server } => {
            let body = Discard { reason: reason.clone() };
            let letter: DeadLetter = Client::open(server)?.post(&format!("{}/discard", path(id)?), &body)?;
            either(server, &letter, || state(&letter))
        }
    }
}

fn retry(client: &Client, id: &str) -> Result<DeadLetter, Failure> {
    client.post(&format!("{}/retry", path(id)?), &json!({}))
}

/// What has become of those with a code.
#[derive(Default)]
struct Retried {
    /// Those that are handled again.
    items: Vec<DeadLetter>,
    /// How many wait behind another of their aggregate.
    waiting: usize,
    /// Why the rest was not asked for.
    failure: Option<Failure>,
}

/// Has those with a code handled again, in their order, up to the first that cannot be asked for.
fn retry_all(
    parked: &[DeadLetter],
    code: &str,
    mut retry: impl FnMut(&str) -> Result<DeadLetter, Failure>,
) -> Retried {
    let mut retried = Retried::default();
    for letter in parked.iter().filter(|letter| letter.code == code) {
        match retry(&letter.id) {
            Ok(letter) => retried.items.push(letter),
            // Somebody else was faster.
            Err(failure) if failure.code() == "DEAD_LETTER_SETTLED" => {}
            Err(failure) if failure.code() == "DEAD_LETTER_WAITS" => retried.waiting += 1,
            Err(failure) => return Retried { failure: Some(failure.of_part(&letter.id)), ..retried },
        }
    }
    retried
}

fn state(letter: &DeadLetter) -> String {
    format!("{} is {}\n", letter.id, letter.state)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(id: &str, code: &str, state: &str) -> DeadLetter {
        let text = json!({
            "id": id, "consumer": "cost", "topic": "plimsoll.diff.v1", "partition": 0, "offset": 7, "key": "a", "type": "",
            "attempts": 1, "code": code, "message": "", "parked_at": "2026-01-01T00:00:00Z", "state": state
        });
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn all_of_a_code_are_retried_in_order_up_to_the_first_that_cannot_be() {
        let parked: Vec<_> = [
            ("cost/1", "A"),
            ("cost/2", "B"),
            ("risk/1", "A"),
            ("risk/2", "A"),
            ("risk/3", "A"),
            ("risk/4", "A"),
        ]
        .map(|(id, code)| letter(id, code, "parked"))
        .into();
        let mut asked = Vec::new();
        let Retried { items, waiting, failure } = retry_all(&parked, "A", |id| {
            asked.push(id.to_owned());
            match id {
                "risk/1" => Err(Failure::new("DEAD_LETTER_WAITS", "behind another")),
                "risk/3" => Err(Failure::new("SERVICE_UNAVAILABLE", "risk does not answer")),
                id => Ok(letter(id, "A", "retrying")),
            }
        });
        assert_eq!(asked, ["cost/1", "risk/1", "risk/2", "risk/3"]);
        assert_eq!(items.iter().map(state).collect::<String>(), "cost/1 is retrying\nrisk/2 is retrying\n");
        assert_eq!(waiting, 1);
        let failure = failure.unwrap();
        assert_eq!(
            (failure.code(), failure.message()),
            ("SERVICE_UNAVAILABLE", "risk/3: risk does not answer")
        );
        let settled = |_: &str| Err(Failure::new("DEAD_LETTER_SETTLED", "handled meanwhile"));
        let Retried { items, waiting, failure } = retry_all(&parked, "B", settled);
        assert!(items.is_empty() && waiting == 0 && failure.is_none());
        assert!(retry_all(&parked, "C", |id| panic!("{id}")).items.is_empty());
    }
}
