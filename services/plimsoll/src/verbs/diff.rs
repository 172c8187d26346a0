//! `plimsoll diff BEFORE AFTER`.

use crate::cli::{Diff, Format};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::verbs::Gates;
use crate::{json, markdown, text};

pub(crate) fn run(arguments: &Diff) -> Result<Outcome, Failure> {
    let Diff { sources, pricing, common } = arguments;
    let session = Session::open(common)?;
    let (before, after) = session.read_pair(sources)?;
    let objects = before.as_ref().map_or(&[][..], |input| &input.objects);
    let diff = diff_engine::diff(objects, &after.objects).ignoring(session.ignored());
    let output = match session.format {
        Format::Json => json::print(&diff)?,
        Format::Text => text::diff::render(&diff, session.style),
        Format::Markdown => markdown::diff::render(&diff),
    };
    let gates = Gates { pricing, common, limits: &session.limits, before: before.as_ref(), after: &after };
    let against = gates.evaluate(None, None)?;
    Ok(Outcome { output, against, ..Outcome::default() })
}
