//! What holds for one promotion, out of all that an application says.

use kube_model::PlacePattern;
use serde::{Deserialize, Serialize};

use crate::application::{Application, Waiver};
use crate::budget::Budget;
use crate::date::Date;
use crate::threshold::Threshold;

/// What holds for one promotion. It is read from the target's side, never from what is promoted, and is named by its
/// hash where something rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// How many people have to approve.
    pub approvals: u32,
    /// The ceilings on the target's cost.
    pub budgets: Vec<Budget>,
    /// The most that the change may add to the cost, where nobody asks for another limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail_above: Option<Threshold>,
    /// Noise that the diff leaves out, and counts.
    pub ignore: Vec<PlacePattern>,
    /// Places that stay as the target has them.
    pub keep: Vec<PlacePattern>,
    /// Places that are carried although the table would keep them.
    pub promote: Vec<PlacePattern>,
    /// Whether the one who asked for the promotion may approve it.
    pub self_approval: bool,
    /// Findings that somebody has accepted.
    pub waivers: Vec<Waiver>,
    /// Findings that somebody has accepted through the API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub granted: Vec<GrantedWaiver>,
    /// The day on which waivers have to count; none where nobody has set one, and then none counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waivers_on: Option<Date>,
}

/// A waiver that was granted through the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantedWaiver {
    /// Its identifier.
    pub id: String,
    /// What it waives.
    pub waiver: Waiver,
}

impl Default for Policy {
    /// Without a word from the application: one approval, of somebody else.
    fn default() -> Self {
        Self {
            approvals: 1,
            budgets: Vec::new(),
            fail_above: None,
            ignore: Vec::new(),
            keep: Vec::new(),
            promote: Vec::new(),
            self_approval: false,
            waivers: Vec::new(),
            granted: Vec::new(),
            waivers_on: None,
        }
    }
}

impl Policy {
    /// With what was granted through the API, on a day. Where there is no waiver the day is no part of it: the policy of
    /// tomorrow is that of today.
    #[must_use]
    pub fn with_waivers(self, granted: Vec<GrantedWaiver>, day: Date) -> Self {
        let has_waivers = !self.waivers.is_empty() || !granted.is_empty();
        Self { granted, waivers_on: has_waivers.then_some(day), ..self }
    }
}

impl Application {
    /// What holds for the promotion from one environment to another. Where the application lists no such promotion,
    /// its rules are the defaults; what it says for all promotions holds.
    #[must_use]
    pub fn policy(&self, from: &str, to: &str) -> Policy {
        let of_target = |budget: &&Budget| budget.is_on(Some(to));
        let all = Policy {
            ignore: self.spec.ignore.clone(),
            waivers: self.spec.waivers.iter().filter(|waiver| waiver.is_in(to)).cloned().collect(),
            budgets: self.spec.budgets.iter().filter(of_target).cloned().collect(),
            fail_above: self.spec.cost.fail_above.clone(),
            ..Policy::default()
        };
        match self.promotion(from, to) {
            None => all,
            Some(rules) => Policy {
                approvals: rules.approvals,
                keep: rules.keep.clone(),
                promote: rules.promote.clone(),
                self_approval: rules.self_approval,
                ..all
            },
        }
    }
}
