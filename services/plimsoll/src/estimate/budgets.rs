//! The budgets of `plimsoll.yaml` against what a state costs.

use std::sync::Arc;

use application::Budget;
use budgets::{Elsewhere, Spending, Standing, States, standings};
use cost_model::CostReport;
use kube_model::Object;

use crate::failure::Failure;
use crate::given::Given;
use crate::pricing::Prices;
use crate::session::{Input, Session};

/// How the budgets that are on an environment stand. The application's other environments are read where a budget is on
/// all of them; one that cannot be read leaves such a budget open, and stops nothing.
pub(crate) fn hold(
    session: &Session,
    prices: &Prices,
    budgets: &[Budget],
    here: &Spending<'_>,
    others: impl FnOnce() -> Result<Vec<Given>, Failure>,
) -> Vec<Standing> {
    if budgets.iter().all(|budget| budget.environment.is_some()) {
        return standings(budgets, here, Elsewhere::Known(&[]));
    }
    let read = || -> Result<Vec<(CostReport, Vec<Object>)>, Failure> {
        others()?.into_iter().map(|given| costed(session, prices, given)).collect()
    };
    match read() {
        Ok(others) => {
            let others = others
                .iter()
                .map(|(report, after)| Spending { report, states: States::Objects { before: None, after } });
            standings(budgets, here, Elsewhere::Known(&others.collect::<Vec<_>>()))
        }
        Err(failure) => standings(budgets, here, Elsewhere::Unknown(failure.message())),
    }
}

/// What an environment costs as it stands, with its objects.
pub(crate) fn costed(
    session: &Session,
    prices: &Prices,
    given: Given,
) -> Result<(CostReport, Vec<Object>), Failure> {
    let shown = given.description().to_owned();
    let read = || {
        let objects = session.redactor.redact_all(&session.objects(&given)?);
        let input = Input { given: Arc::new(given), argument: String::new(), objects };
        Ok((prices.estimate(None, &input)?, input.objects))
    };
    read().map_err(|failure: Failure| failure.of_part(&shown))
}

/// What is said of budgets below how they stand.
pub(crate) const NOT_CONNECTED: &str =
    "What was spent this month so far is not known: bills are not connected.";
