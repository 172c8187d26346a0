//! `plimsoll projection` and `plimsoll replay`: what the API answers from, held against the log.

mod shown;

use gateway::{Differences, PROJECTION, ProjectionOperations, ProjectionStatus, Rebuilt};

use crate::cli::{Installation, ProjectionVerb, Projections, Replay};
use crate::failure::Failure;
use crate::outcome::{Outcome, remark};
use crate::up::on_installation;

pub(crate) fn run(Projections { verb }: &Projections) -> Result<Outcome, Failure> {
    match verb {
        ProjectionVerb::List { installation } => {
            let status = with(installation, async |operations| operations.status().await)?;
            list(&[status], installation)
        }
        ProjectionVerb::Rebuild { name, accept_differences, installation } => {
            if name != PROJECTION {
                let why = format!("there is no projection {name:?}; there is {PROJECTION}");
                return Err(Failure::new("PROJECTION_UNKNOWN", why));
            }
            let differences = match accept_differences {
                true => Differences::Accept,
                false => Differences::Refuse,
            };
            let rebuilt = with(installation, async |operations| operations.rebuild(differences, told).await)?;
            ended(&rebuilt, installation)
        }
    }
}

pub(crate) fn replay(Replay { installation, .. }: &Replay) -> Result<Outcome, Failure> {
    let checked = with(installation, async |operations| operations.check(told).await)?;
    ended(&checked, installation)
}

/// So that somebody who waits for a long log sees that it goes on.
fn told(records: u64) {
    remark(&format!("{records} records of the log are read"));
}

fn with<T>(
    installation: &Installation,
    work: impl AsyncFnOnce(&ProjectionOperations) -> Result<T, service::Failure>,
) -> Result<T, Failure> {
    on_installation(installation, async |url, parts| {
        let operations = ProjectionOperations::new(url, parts)?;
        work(&operations).await
    })
}

fn list(projections: &[ProjectionStatus], installation: &Installation) -> Result<Outcome, Failure> {
    shown::list(projections, installation.format).map(Outcome::of)
}

fn ended(rebuilt: &Rebuilt, installation: &Installation) -> Result<Outcome, Failure> {
    let output = shown::rebuilt(rebuilt, installation.format)?;
    let differing = rebuilt.comparison.differing().count();
    let against = match (differing, rebuilt.swapped) {
        (0, _) | (_, true) => Vec::new(),
        (tables, false) => {
            vec![format!("{tables} tables of {} are not what the log makes of them", rebuilt.name)]
        }
    };
    Ok(Outcome { output, against, ..Outcome::default() })
}
