//! `plimsoll promotion watch`: each change as it comes, over as many connections as it takes.

use std::time::Duration;

use api::promotion::{PromotionEvent, is_against, is_final};

use crate::cli::{Format, Server};
use crate::escape;
use crate::failure::Failure;
use crate::outcome::{Outcome, print_line, remark};
use crate::remote::client::segment;
use crate::remote::{Client, told};

/// What is said while something is away, and answered when it is back.
const AWAY: [&str; 3] = ["SERVER_UNREACHABLE", "SERVICE_UNAVAILABLE", "STORE_UNAVAILABLE"];

/// How many seconds are waited before another connection, by how many have come to nothing since the last event.
const WAITS: [u64; 6] = [1, 1, 2, 5, 10, 20];

/// What has been seen of a promotion.
#[derive(Default)]
struct Seen {
    /// The identifier of the last event.
    last: Option<String>,
    /// How the promotion ended, once it has: its status, and why.
    end: Option<(String, String)>,
}

/// Prints each change as it comes, until nothing more will happen. An end that nobody asked for is a verdict against.
pub(super) fn run(id: &str, server: &Server) -> Result<Outcome, Failure> {
    let client = Client::open(server)?;
    let path = format!("/promotions/{}/events", segment(id));
    let mut seen = Seen::default();
    let mut in_vain = 0;
    loop {
        let before = seen.last.clone();
        let broken = follow(&client, &path, server.format, &mut seen);
        if let Some((status, why)) = &seen.end {
            return Ok(ended(status, why));
        }
        if let Err(failure) = &broken
            && (seen.last.is_none() || !AWAY.contains(&failure.code()))
        {
            return broken.map(|()| Outcome::default());
        }
        in_vain = if seen.last == before { in_vain + 1 } else { 0 };
        match WAITS.get(in_vain) {
            Some(wait) => {
                remark("the connection to the server is lost; trying again, and going on where it was");
                std::thread::sleep(Duration::from_secs(*wait));
            }
            None => {
                let ended = || Failure::new("SERVER_UNREACHABLE", "the stream ended, again and again");
                return Err(broken.err().unwrap_or_else(ended));
            }
        }
    }
}

fn ended(status: &str, why: &str) -> Outcome {
    let mut outcome = Outcome::default();
    if is_against(status) {
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        outcome.against.push(format!("the promotion is {status}{why}"));
    }
    outcome
}

/// Prints what one connection brings, until it ends.
fn follow(client: &Client, path: &str, format: Format, seen: &mut Seen) -> Result<(), Failure> {
    let mut number = None;
    for line in client.lines(path, seen.last.as_deref())? {
        let line =
            line.map_err(|error| Failure::new("SERVER_UNREACHABLE", format!("the stream ended: {error}")))?;
        if let Some(id) = line.strip_prefix("id:") {
            number = Some(id.trim().to_owned());
        }
        let Some(data) = line.strip_prefix("data:") else { continue };
        let Ok(event) = serde_json::from_str::<PromotionEvent>(data.trim()) else { continue };
        print_line(&shown(format, &event, data.trim()))?;
        if is_final(&event.status) {
            seen.end = Some((event.status.clone(), told::reason(&event.data)));
        }
        seen.last = number.take().or(seen.last.take());
    }
    Ok(())
}

fn shown(format: Format, event: &PromotionEvent, data: &str) -> String {
    match format {
        Format::Json => data.to_owned(),
        _ => escape::line(&told::line(event)),
    }
}
