//! `plimsoll diff BEFORE AFTER`.

use crate::cli::{Diff, Format};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::session::{self, Session};
use crate::verbs::Gates;
use crate::{json, markdown, text};

pub(crate) fn run(arguments: &Diff) -> Result<Outcome, Failure> {
    let Diff { before, after, pricing, common } = arguments;
    let session = Session::open(common)?;
    if before == "-" && after == "-" {
        return Err(session::standard_input_twice());
    }
    let (before, after) = (session.read(before)?, session.read(after)?);
    let diff = diff_engine::diff(&before.objects, &after.objects).ignoring(session.ignored());
    let output = match session.format {
        Format::Json => json::print(&diff)?,
        Format::Text => text::diff::render(&diff, session.style),
        Format::Markdown => markdown::diff::render(&diff),
    };
    let gates = Gates { pricing, common, limits: &session.limits, before: Some(&before), after: &after };
    let against = gates.evaluate(None, None)?;
    Ok(Outcome { output, against, ..Outcome::default() })
}
