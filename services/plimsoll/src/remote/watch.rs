//! `plimsoll promotion watch`: each change as it comes, over as many connections as it takes.

use std::time::Duration;

use api::promotion::{PromotionEvent, is_final};

use crate::cli::{Format, Server};
use crate::escape;
use crate::failure::Failure;
use crate::outcome::{Outcome, print_line};
use crate::remote::Client;
use crate::remote::client::segment;
use crate::remote::show::moment;

/// How many seconds are waited before another connection, by how many have come to nothing since the last event.
const WAITS: [u64; 6] = [1, 1, 2, 5, 10, 20];

/// What has been seen of a promotion.
#[derive(Default)]
struct Seen {
    /// The identifier of the last event.
    last: Option<String>,
    over: bool,
}

/// Prints each change as it comes, until nothing more will happen.
pub(super) fn run(id: &str, server: &Server) -> Result<Outcome, Failure> {
    let client = Client::open(server)?;
    let path = format!("/promotions/{}/events", segment(id));
    let mut seen = Seen::default();
    let mut in_vain = 0;
    loop {
        let before = seen.last.clone();
        let broken = follow(&client, &path, server.format, &mut seen);
        if seen.over {
            return Ok(Outcome::default());
        }
        if let Err(failure) = &broken
            && failure.code() != "SERVER_UNREACHABLE"
            && failure.code() != "SERVICE_UNAVAILABLE"
            && failure.code() != "STORE_UNAVAILABLE"
        {
            return broken.map(|()| Outcome::default());
        }
        in_vain = if seen.last == before { in_vain + 1 } else { 0 };
        match WAITS.get(in_vain) {
            Some(wait) => std::thread::sleep(Duration::from_secs(*wait)),
            None => {
                let ended = || Failure::new("SERVER_UNREACHABLE", "the stream ended, again and again");
                return Err(broken.err().unwrap_or_else(ended));
            }
        }
    }
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
        seen.over |= is_final(&event.status);
        seen.last = number.take().or(seen.last.take());
    }
    Ok(())
}

fn shown(format: Format, event: &PromotionEvent, data: &str) -> String {
    match format {
        Format::Json => data.to_owned(),
        _ => {
            let name = event.event_type.rsplit('.').next().unwrap_or_default();
            escape::line(&format!("{}  {:<11}  {name}", moment(event.time), event.status))
        }
    }
}
