//! `plimsoll cost [BEFORE] AFTER`.

use cost_model::{Bill, CostReport};
use serde::Serialize;

use crate::cli::{Cost, Format};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::pricing::Prices;
use crate::session::Session;
use crate::text::cost::Sides;
use crate::verbs::Gates;
use crate::{gate, json, markdown, nodes, text};

/// The report, and the bill where nodes are described.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    report: &'a CostReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    bill: Option<&'a Bill>,
}

pub(crate) fn run(arguments: &Cost) -> Result<Outcome, Failure> {
    let Cost { sources, nodes, pricing, printed, common } = arguments;
    let session = Session::open(common)?;
    let prices = Prices::open(pricing, &session.limits)?;
    gate::check_currency(pricing.fail_above.as_ref(), prices.book())?;
    let (before, after) = session.read_pair(sources)?;
    let report = prices.estimate(before.as_ref(), &after)?;
    let bill = nodes::of(&session, nodes.as_deref(), before.as_ref(), &after, prices.book())?;
    let sides = if before.is_some() { Sides::Both } else { Sides::After };
    let output = match printed.format {
        Format::Json => json::print(&Document { report: &report, bill: bill.as_ref() })?,
        Format::Text => {
            let bill = bill.as_ref().map(|bill| text::bill::render(bill, sides, session.style));
            text::cost::render(&report, sides, session.style) + &bill.unwrap_or_default()
        }
        Format::Markdown => {
            let mut page = markdown::cost::render(&report, sides);
            if let Some(bill) = &bill {
                page.append(markdown::bill::render(bill, sides));
            }
            page.fit(session.markdown_limit)
        }
    };
    let gates = Gates {
        pricing,
        common,
        limits: &session.limits,
        before: before.as_ref(),
        after: &after,
        bill: bill.as_ref(),
    };
    let against = gates.evaluate(Some(&report), None)?;
    Ok(Outcome { output, against, notes: session.not_applied().into_iter().collect(), ..Outcome::default() })
}
