//! `plimsoll risk [BEFORE] AFTER`.

use crate::cli::{Format, Risk};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::verbs::{Gates, assess};
use crate::{json, markdown, text};

pub(crate) fn run(arguments: &Risk) -> Result<Outcome, Failure> {
    let Risk { sources, pricing, printed, common } = arguments;
    let session = Session::open(common)?;
    let (before, after) = session.read_pair(sources)?;
    let report = assess(before.as_ref(), &after);
    let output = match printed.format {
        Format::Json => json::print(&report)?,
        Format::Text => text::risk::render(&report, session.style),
        Format::Markdown => markdown::risk::render(&report).fit(session.markdown_limit),
    };
    let gates = Gates {
        pricing,
        common,
        limits: &session.limits,
        before: before.as_ref(),
        after: &after,
        bill: None,
    };
    let against = gates.evaluate(None, Some(&report))?;
    Ok(Outcome { output, against, notes: session.not_applied().into_iter().collect(), ..Outcome::default() })
}
