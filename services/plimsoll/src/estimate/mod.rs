//! What a state costs, as `plimsoll cost` was asked for it, before it is put into a form.

pub(crate) mod budgets;
pub(crate) mod lines;
mod what_if;

use ::budgets::{Spending, Standing};
use application::{Application, Environment};
use cost_model::{Bill, CostReport};

pub(crate) use self::what_if::Setting;
use crate::cli::Cost;
use crate::estimate::lines::Lines;
use crate::failure::Failure;
use crate::gate::Limit;
use crate::given::Given;
use crate::nodes;
use crate::pricing::Prices;
use crate::session::{Input, Session};
use crate::text::cost::Sides;

/// What a state costs, or what a change does to it.
pub(crate) struct Estimate {
    pub(crate) before: Option<Input>,
    pub(crate) after: Input,
    pub(crate) report: CostReport,
    /// Where nodes are described, what the invoice for them does.
    pub(crate) bill: Option<Bill>,
    /// How the budgets stand that `plimsoll.yaml` has on the state after.
    pub(crate) budgets: Vec<Standing>,
    /// The most that the change may add.
    pub(crate) limit: Option<Limit>,
    /// Which lines a table has.
    pub(crate) lines: Lines,
    /// The places of the state after that have another value than its files say.
    pub(crate) set: Vec<String>,
}

impl Estimate {
    pub(crate) fn make(session: &Session, arguments: &Cost) -> Result<Self, Failure> {
        let Cost { sources, nodes, set, pricing, all, common, .. } = arguments;
        let prices = Prices::open(pricing, &session.limits)?;
        let (before, mut after) = session.read_pair(sources)?;
        let asks = !set.is_empty();
        let before = before.or_else(|| asks.then(|| after.clone()));
        what_if::set(&mut after.objects, set)?;
        let policy = policy(session, &after);
        // Of one state alone everything is new: only who asks for it means that.
        let rules = policy.as_ref().filter(|_| before.is_some());
        let limit = Limit::of(pricing, rules.and_then(|(known, _)| known.spec.cost.fail_above.as_ref()));
        limit.iter().try_for_each(|limit| limit.check_currency(prices.book()))?;
        let report = prices.estimate(before.as_ref(), &after)?;
        let bill = nodes::of(
            (session, common),
            (nodes.as_deref(), sources),
            (before.as_ref(), &after),
            prices.book(),
        )?;
        let here = Spending {
            report: &report,
            before: before.as_ref().map(|input| input.objects.as_slice()),
            after: &after.objects,
        };
        let budgets = policy.map_or(Vec::new(), |(known, environment)| {
            let on_it = |budget: &&application::Budget| budget.is_on(Some(&environment.name));
            let on_it: Vec<_> = known.spec.budgets.iter().filter(on_it).cloned().collect();
            let others = || others(session, known, environment);
            budgets::hold(session, &prices, &on_it, &here, others)
        });
        let lines = if *all { Lines::All } else { Lines::Largest };
        let set = set.iter().map(Setting::place).collect();
        Ok(Self { before, after, report, bill, budgets, limit, lines, set })
    }

    /// Whether there is a state before.
    pub(crate) fn sides(&self) -> Sides {
        if self.before.is_some() { Sides::Both } else { Sides::After }
    }
}

/// The application whose rules hold for a state, and which of its environments the state is.
fn policy<'a>(session: &'a Session, state: &Input) -> Option<(&'a Application, &'a Environment)> {
    let application = session.workspace.application()?;
    Some((application, application.environment(&state.given.environment()?.name)?))
}

/// The application's other environments.
fn others(
    session: &Session,
    application: &Application,
    environment: &Environment,
) -> Result<Vec<Given>, Failure> {
    let others = application.spec.environments.iter().filter(|other| other.name != environment.name);
    others.map(|other| Given::resolve(session, &other.name)).collect()
}
