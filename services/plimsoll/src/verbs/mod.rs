//! One file a verb.

pub(crate) mod completions;
pub(crate) mod cost;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod events;
mod file;
pub(crate) mod impact;
pub(crate) mod init;
mod live;
mod making;
pub(crate) mod preview;
mod previews;
pub(crate) mod prices;
pub(crate) mod projection;
pub(crate) mod render;
pub(crate) mod rights;
pub(crate) mod risk;
pub(crate) mod rules;
pub(crate) mod schemas;
pub(crate) mod topics;

use cost_model::{Bill, CostReport};
use risk_rules::{Facts, RiskReport};
use serde::Serialize;

use crate::cli::{Common, Format, Pricing};
use crate::failure::Failure;
use crate::gate::Limit;
use crate::pricing::Prices;
use crate::session::{Input, Session};
use crate::{gate, json, markdown, nodes, policies, waivers};

/// What a verb prints, in the form that is asked for.
pub(crate) fn print(
    session: &Session,
    format: Format,
    document: &impl Serialize,
    text: impl FnOnce() -> String,
    page: impl FnOnce() -> markdown::Page,
) -> Result<String, Failure> {
    match format {
        Format::Json => json::print(document),
        Format::Text => Ok(text()),
        Format::Markdown => Ok(page().fit(session.markdown_limit)),
    }
}

/// The two states that gates look at, and what they are asked for.
pub(crate) struct Gates<'a> {
    pub(crate) session: &'a Session,
    pub(crate) pricing: &'a Pricing,
    pub(crate) common: &'a Common,
    pub(crate) before: Option<&'a Input>,
    pub(crate) after: &'a Input,
}

/// The reports that a verb has made for its own output. What a gate lacks is made for it.
#[derive(Default)]
pub(crate) struct Reports<'a> {
    pub(crate) cost: Option<&'a CostReport>,
    /// Where nodes are described, it is what the change costs.
    pub(crate) bill: Option<&'a Bill>,
    pub(crate) risk: Option<&'a RiskReport>,
}

impl Gates<'_> {
    /// What the gates of the command line say against the change.
    pub(crate) fn evaluate(&self, reports: &Reports<'_>) -> Result<Vec<String>, Failure> {
        self.evaluate_with(Limit::of(self.pricing, None).as_ref(), reports)
    }

    /// The same, with this limit on the cost.
    pub(crate) fn evaluate_with(
        &self,
        limit: Option<&Limit>,
        reports: &Reports<'_>,
    ) -> Result<Vec<String>, Failure> {
        let mut against = Vec::new();
        if self.common.fail_on.is_some() {
            let made = match reports.risk {
                Some(_) => None,
                None => {
                    let report = assess(self.session, self.before, self.after)?;
                    Some(waivers::applied(self.session, report, self.before, self.after)?)
                }
            };
            let risk = reports.risk.or(made.as_ref());
            against.extend(risk.and_then(|report| gate::risk(self.common.fail_on, report)));
        }
        let Some(limit) = limit else { return Ok(against) };
        let made = match reports.cost {
            Some(_) => None,
            None => {
                let prices = Prices::open(self.pricing, &self.session.limits)?;
                Some(prices.estimate(self.before, self.after)?)
            }
        };
        let Some(report) = reports.cost.or(made.as_ref()) else { return Ok(against) };
        limit.check_currency(&report.book)?;
        match reports.bill {
            Some(bill) => {
                nodes::check_currency(bill, &report.book)?;
                against.extend(gate::bill(limit, bill, report));
            }
            None => against.extend(gate::cost(Some(limit), report)),
        }
        Ok(against)
    }
}

/// What a change risks, of two states and the policies that the target has among its objects.
pub(crate) fn assess(
    session: &Session,
    before: Option<&Input>,
    after: &Input,
) -> Result<RiskReport, Failure> {
    let policies = Some(policies::of_states(session, None, (before, after))?);
    let before = before.map(|input| input.objects.as_slice());
    Ok(risk_rules::assess(before, &after.objects, &Facts { policies, ..Facts::default() }))
}
