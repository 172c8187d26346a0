//! One file a verb.

pub(crate) mod completions;
pub(crate) mod cost;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod impact;
pub(crate) mod init;
mod live;
pub(crate) mod preview;
mod previews;
pub(crate) mod render;
pub(crate) mod risk;

use cost_model::{Bill, CostReport};
use kube_model::yaml::Limits;
use risk_rules::{Facts, RiskReport};

use crate::cli::{Common, Pricing};
use crate::failure::Failure;
use crate::pricing::Prices;
use crate::session::Input;
use crate::{gate, nodes};

/// The reports that a verb has not made for its own output are made for a gate that was asked for.
pub(crate) struct Gates<'a> {
    pub(crate) pricing: &'a Pricing,
    pub(crate) common: &'a Common,
    pub(crate) limits: &'a Limits,
    pub(crate) before: Option<&'a Input>,
    pub(crate) after: &'a Input,
    /// Where nodes are described, it is what the change costs.
    pub(crate) bill: Option<&'a Bill>,
}

impl Gates<'_> {
    /// What the gates say against the change.
    pub(crate) fn evaluate(
        &self,
        cost: Option<&CostReport>,
        risk: Option<&RiskReport>,
    ) -> Result<Vec<String>, Failure> {
        let mut against = Vec::new();
        if self.common.fail_on.is_some() {
            let made = risk.is_none().then(|| assess(self.before, self.after));
            against.extend(risk.or(made.as_ref()).and_then(|report| gate::risk(self.common.fail_on, report)));
        }
        if let Some(limit) = &self.pricing.fail_above {
            let prices = Prices::open(self.pricing, self.limits)?;
            gate::check_currency(Some(limit), prices.book())?;
            if let Some(bill) = self.bill {
                nodes::check_currency(bill, prices.book())?;
                against.extend(gate::bill(limit, bill));
                return Ok(against);
            }
            let made = match cost {
                Some(_) => None,
                None => Some(prices.estimate(self.before, self.after)?),
            };
            against.extend(cost.or(made.as_ref()).and_then(|report| gate::cost(Some(limit), report)));
        }
        Ok(against)
    }
}

/// What a change risks, of two states alone.
pub(crate) fn assess(before: Option<&Input>, after: &Input) -> RiskReport {
    risk_rules::assess(before.map(|input| input.objects.as_slice()), &after.objects, &Facts::default())
}
