//! `plimsoll cost [BEFORE] AFTER`.

use budgets::Standing;
use cost_model::{Bill, CostReport, GroupBy};
use serde::Serialize;

use crate::cli::{By, Cost};
use crate::estimate::Estimate;
use crate::estimate::compared::Compared;
use crate::estimate::explained::Explained;
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
    headline: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bill: Option<&'a Bill>,
    #[serde(skip_serializing_if = "<[Standing]>::is_empty")]
    budgets: &'a [Standing],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    set: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    compared_with: Option<&'a Compared>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<&'a Explained>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Groups>,
}

/// The costs of what has something in common, which sum to the total.
#[derive(Serialize)]
struct Groups {
    by: String,
    of: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    name: String,
    baseline_micros: i64,
    projected_micros: i64,
    delta_micros: i64,
}

pub(crate) fn run(arguments: &Cost) -> Result<Outcome, Failure> {
    let Cost { pricing, printed, common, .. } = arguments;
    let session = Session::open(common)?;
    let estimate = Estimate::make(&session, arguments)?;
    let Estimate { before, after, report, bill, budgets, limit, .. } = &estimate;
    let text = || text::cost::render(&estimate, session.style);
    let page = || markdown::cost::render(&estimate);
    let output = verbs::print(&session, printed.format, &document(&estimate, &arguments.by), text, page)?;
    let gates = Gates { session: &session, pricing, common, before: before.as_ref(), after };
    let reports = Reports { cost: Some(report), bill: bill.as_ref(), risk: None };
    let mut against = gates.evaluate_with(limit.as_ref(), &reports)?;
    against.extend(budgets.iter().filter_map(Standing::reason));
    Ok(Outcome { output, against, ..Outcome::default() })
}

fn document<'a>(estimate: &'a Estimate, by: &By) -> Document<'a> {
    Document {
        report: &estimate.report,
        headline: text::cost::headline(estimate),
        bill: estimate.bill.as_ref(),
        budgets: &estimate.budgets,
        set: &estimate.set,
        compared_with: estimate.compared.as_ref(),
        explained: estimate.explained.as_ref(),
        groups: groups(&estimate.report, by),
    }
}

/// The groups that are asked for. Objects are in the report; an environment is the total.
fn groups(report: &CostReport, by: &By) -> Option<Groups> {
    let group_by = match by {
        By::Object | By::Environment => return None,
        By::Container => GroupBy::Container,
        By::Kind => GroupBy::Kind,
        By::Namespace => GroupBy::Namespace,
        By::Resource => GroupBy::Resource,
        By::Label(label) => GroupBy::Label(label.clone()),
    };
    let group = |one: cost_model::Group| Group {
        delta_micros: one.delta_micros(),
        name: one.name,
        baseline_micros: one.baseline.micros,
        projected_micros: one.projected.micros,
    };
    let of = report.by(&group_by, cost_model::Period::Month)?;
    Some(Groups { by: by.word(), of: of.into_iter().map(group).collect() })
}
