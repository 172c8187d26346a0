//! `plimsoll events`: what the log holds, read by nobody's group.

mod reading;
mod shown;

use events::Service;

use crate::cli::Events;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::up::on_installation;
use reading::{Wanted, read};

pub(crate) fn run(arguments: &Events) -> Result<Outcome, Failure> {
    let Events { since, until, service, subject, limit, installation } = arguments;
    if let (Some(since), Some(until)) = (since, until)
        && since > until
    {
        return Err(Failure::new("USAGE", "--since is after --until, so nothing can be between them"));
    }
    let services = if service.is_empty() { &Service::ALL[..] } else { service };
    let wanted = Wanted { time: (*since, *until), services, subject: subject.as_deref(), limit: *limit };
    let found = on_installation(installation, async |_, parts| Ok(read(&*parts.log, &wanted).await?))?;
    let output = shown::events(&found, installation.format)?;
    let notes = match found.more {
        true => vec![format!("there are more than {limit} (--limit)")],
        false => Vec::new(),
    };
    Ok(Outcome { output, notes, ..Outcome::default() })
}
