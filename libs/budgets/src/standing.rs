//! How a budget stands after a change.

use application::{Budget, Percent};
use kube_model::ObjectKey;
use price_book::{Currency, Money};

use crate::selected::{Elsewhere, Selected, Spending, States};

/// How a budget stands after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The budget.
    pub budget: Budget,
    /// What it is on costs a month before the change; none where that cannot be told.
    pub baseline: Option<Money>,
    /// The same after it, as far as it is known.
    pub projected: Option<Money>,
    /// The most that it may cost.
    pub limit: Option<Money>,
    /// What that means.
    pub verdict: Verdict,
}

/// What a budget says of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There is something left, or just nothing.
    Holds,
    /// The change breaks it, or adds to what is over it already.
    Broken,
    /// It is over already, and the change adds nothing.
    OverBefore,
    /// Not all is known. Either what is known does not reach it, or it is over already, what is known of the change adds nothing,
    /// and what is not known is changed.
    NotKnown {
        /// Which cost is not known.
        why: String,
        /// Whether the change may have to do with it.
        changed: bool,
    },
    /// It cannot be held against the cost.
    NotEvaluated {
        /// Why.
        why: String,
        /// Whether that is something against the change: it was asked for a limit, and nobody can say that it holds.
        against: bool,
    },
}

impl Standing {
    /// What is left of it; negative by what it is over.
    #[must_use]
    pub fn left(&self) -> Option<Money> {
        self.limit?.checked_sub(self.projected?).ok()
    }

    /// Whether it is something against the change.
    #[must_use]
    pub fn is_against(&self) -> bool {
        match self.verdict {
            Verdict::Holds | Verdict::OverBefore => false,
            Verdict::Broken => true,
            Verdict::NotKnown { changed, .. } => changed,
            Verdict::NotEvaluated { against, .. } => against,
        }
    }
}

/// How each budget stands, in their order. The budgets are those that are on the environment that changes.
#[must_use]
pub fn standings(budgets: &[Budget], here: &Spending<'_>, elsewhere: Elsewhere<'_>) -> Vec<Standing> {
    budgets.iter().map(|budget| standing(budget, here, elsewhere)).collect()
}

fn standing(budget: &Budget, here: &Spending<'_>, elsewhere: Elsewhere<'_>) -> Standing {
    let currency = here.report.book.currency;
    let not_evaluated = |why: String, against: bool| Standing {
        budget: budget.clone(),
        baseline: None,
        projected: None,
        limit: None,
        verdict: Verdict::NotEvaluated { why, against },
    };
    let named = budget.monthly.as_ref().and_then(|amount| amount.currency.as_deref());
    if let Some(other) = named.filter(|code| *code != currency.code()) {
        let why = format!("it is in {other}, and the prices are in {currency}");
        return not_evaluated(why, true);
    }
    let has_no_before = matches!(here.states, States::Objects { before: None, .. });
    if budget.growth.is_some() && has_no_before {
        return not_evaluated("there is no state before to grow from".to_owned(), false);
    }
    of_all(budget, here, elsewhere)
        .and_then(|selected| stands(budget, selected, currency))
        .unwrap_or_else(|why| not_evaluated(why, true))
}

/// What the budget counts of all environments that it is on.
fn of_all<'a>(
    budget: &Budget,
    here: &Spending<'a>,
    elsewhere: Elsewhere<'a>,
) -> Result<Selected<'a>, String> {
    let sum = here.selected(budget).ok_or_else(too_large)?;
    let others = match (&budget.environment, elsewhere) {
        (Some(_), _) => return Ok(sum),
        (None, Elsewhere::Unknown(why)) => return Err(why.to_owned()),
        (None, Elsewhere::Known(others)) => others,
    };
    others
        .iter()
        .try_fold(sum, |sum, other| {
            // The change leaves them as they are: what they cost is what they cost before, too.
            let selected = other.selected(budget)?;
            let unknown = selected.unknown.map(|(key, _)| (key, false));
            sum.plus(Selected { baseline: selected.projected, projected: selected.projected, unknown })
        })
        .ok_or_else(too_large)
}

fn too_large() -> String {
    "the sum is too large to be counted".to_owned()
}

fn stands(budget: &Budget, selected: Selected<'_>, currency: Currency) -> Result<Standing, String> {
    let Selected { baseline, projected, unknown } = selected;
    let delta = projected.checked_sub(baseline).ok_or_else(too_large)?;
    let (limit, is_over) = match (&budget.monthly, budget.growth) {
        (Some(amount), _) => (Some(amount.micros), projected > amount.micros),
        (None, Some(growth)) => (grown(baseline, growth), growth.is_exceeded(baseline, delta)),
        (None, None) => (None, false),
    };
    let verdict = match (is_over, unknown) {
        (true, _) if delta > 0 => Verdict::Broken,
        // What is over already may be added to by what nobody knows.
        (true, Some((key, true))) => not_known(key, true),
        (true, _) => Verdict::OverBefore,
        (false, Some((key, changed))) => not_known(key, changed),
        (false, None) => Verdict::Holds,
    };
    let money = |micros: i64| Money { micros, currency };
    Ok(Standing {
        budget: budget.clone(),
        baseline: Some(money(baseline)),
        projected: Some(money(projected)),
        limit: limit.map(money),
        verdict,
    })
}

fn not_known(key: &ObjectKey, changed: bool) -> Verdict {
    Verdict::NotKnown { why: format!("what {key} costs is not known"), changed }
}

/// The most that may be reached from a baseline, rounded down; none where it does not fit.
fn grown(baseline: i64, growth: Percent) -> Option<i64> {
    const WHOLE: i128 = 100_000_000;
    i64::try_from(i128::from(baseline) * (WHOLE + i128::from(growth.micros)) / WHOLE).ok()
}
