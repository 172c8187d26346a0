//! `plimsoll cost [BEFORE] AFTER`.

use budgets::Standing;
use cost_model::{Bill, CostReport};
use serde::Serialize;

use crate::cli::Cost;
use crate::estimate::Estimate;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::verbs::{self, Gates, Reports};
use crate::{markdown, text};

/// The report, and what was asked for beside it.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    report: &'a CostReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    bill: Option<&'a Bill>,
    #[serde(skip_serializing_if = "<[Standing]>::is_empty")]
    budgets: &'a [Standing],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    set: &'a [String],
}

pub(crate) fn run(arguments: &Cost) -> Result<Outcome, Failure> {
    let Cost { pricing, printed, common, .. } = arguments;
    let session = Session::open(common)?;
    let estimate = Estimate::make(&session, arguments)?;
    let Estimate { before, after, report, bill, budgets, limit, set, .. } = &estimate;
    let document = Document { report, bill: bill.as_ref(), budgets, set };
    let text = || text::cost::render(&estimate, session.style);
    let page = || markdown::cost::render(&estimate);
    let output = verbs::print(&session, printed.format, &document, text, page)?;
    let gates = Gates { session: &session, pricing, common, before: before.as_ref(), after };
    let reports = Reports { cost: Some(report), bill: bill.as_ref(), risk: None };
    let mut against = gates.evaluate_with(limit.as_ref(), &reports)?;
    against.extend(budgets.iter().filter_map(Standing::reason));
    Ok(Outcome { output, against, notes: session.not_applied().into_iter().collect(), ..Outcome::default() })
}
