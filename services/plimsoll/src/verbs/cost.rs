//! `plimsoll cost [BEFORE] AFTER`.

use crate::cli::{Cost, Format};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::pricing::Prices;
use crate::session::Session;
use crate::text::cost::Sides;
use crate::verbs::Gates;
use crate::{gate, json, markdown, text};

pub(crate) fn run(arguments: &Cost) -> Result<Outcome, Failure> {
    let Cost { sources, pricing, printed, common } = arguments;
    let session = Session::open(common)?;
    let prices = Prices::open(pricing, &session.limits)?;
    gate::check_currency(pricing.fail_above.as_ref(), prices.book())?;
    let (before, after) = session.read_pair(sources)?;
    let report = prices.estimate(before.as_ref(), &after)?;
    let sides = if before.is_some() { Sides::Both } else { Sides::After };
    let output = match printed.format {
        Format::Json => json::print(&report)?,
        Format::Text => text::cost::render(&report, sides, session.style),
        Format::Markdown => markdown::cost::render(&report, sides).fit(session.markdown_limit),
    };
    let gates = Gates { pricing, common, limits: &session.limits, before: before.as_ref(), after: &after };
    let against = gates.evaluate(Some(&report), None)?;
    Ok(Outcome { output, against, notes: session.not_applied().into_iter().collect(), ..Outcome::default() })
}
