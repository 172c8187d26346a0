//! `plimsoll risk [BEFORE] AFTER`.

use crate::cli::Risk;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::verbs::{self, Gates, Reports, assess};
use crate::{markdown, text};

pub(crate) fn run(arguments: &Risk) -> Result<Outcome, Failure> {
    let Risk { sources, pricing, printed, common } = arguments;
    let session = Session::open(common)?;
    let (before, after) = session.read_pair(sources)?;
    let report = assess(before.as_ref(), &after);
    let text = || text::risk::render(&report, session.style);
    let output = verbs::print(&session, printed.format, &report, text, || markdown::risk::render(&report))?;
    let gates = Gates { session: &session, pricing, common, before: before.as_ref(), after: &after };
    let against = gates.evaluate(&Reports { risk: Some(&report), ..Reports::default() })?;
    Ok(Outcome { output, against, notes: session.not_applied().into_iter().collect(), ..Outcome::default() })
}
