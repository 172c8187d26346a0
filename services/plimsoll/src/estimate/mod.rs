//! What a state costs, as `plimsoll cost` was asked for it, before it is put into a form.

pub(crate) mod budgets;
pub(crate) mod compared;
pub(crate) mod explained;
pub(crate) mod lines;
pub(crate) mod period;
mod selected;
mod what_if;

use ::budgets::{Spending, Standing, States};
use application::{Application, Environment};
use cost_model::{Bill, CostReport};

use self::compared::Compared;
use self::explained::Explained;
use self::lines::{Layout, Line};
use self::period::Scale;
pub(crate) use self::what_if::Setting;
use crate::cli::{By, Cost};
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
    pub(crate) sides: Sides,
    /// The lines of its table.
    pub(crate) lines: Vec<Line>,
    pub(crate) scale: Scale,
    /// Where nodes are described, what the invoice for them does.
    pub(crate) bill: Option<Bill>,
    /// How the budgets stand that `plimsoll.yaml` has on the state after.
    pub(crate) budgets: Vec<Standing>,
    /// The most that the change may add.
    pub(crate) limit: Option<Limit>,
    /// The places of the state after that have another value than its files say.
    pub(crate) set: Vec<String>,
    /// How it compares with a result that was saved.
    pub(crate) compared: Option<Compared>,
    /// The calculation for an object, if that was asked for.
    pub(crate) explained: Option<Explained>,
}

impl Estimate {
    pub(crate) fn make(session: &Session, arguments: &Cost) -> Result<Self, Failure> {
        let Cost { pricing, explain, .. } = arguments;
        let prices = Prices::open(pricing, &session.limits)?;
        let (before, after) = states(session, arguments)?;
        let (prices, report, bill) = priced(session, arguments, prices, (before.as_ref(), &after))?;
        let explained = explain.as_ref().map(|one| explained::of(&prices, one, before.as_ref(), &after));
        let policy = policy(session, &after);
        let budgets = held(session, &prices, policy, (&report, before.as_ref(), &after));
        let (report, compared) = since(arguments, report)?;
        let is_since = compared.as_ref().is_some_and(|compared| compared.of_prices_micros.is_some());
        let sides = if before.is_some() || is_since { Sides::Both } else { Sides::After };
        // Of one state alone everything is new: only who asks for it means that.
        let rules = policy.filter(|_| sides == Sides::Both);
        let limit = Limit::of(pricing, rules.and_then(|(known, _)| known.spec.cost.fail_above.as_ref()));
        limit.iter().try_for_each(|limit| limit.check_currency(prices.book()))?;
        let scale = Scale { period: arguments.per, currency: report.book.currency };
        let lines = table(session, &prices, arguments, (&report, &after, policy), (sides, scale))?;
        let set = arguments.set.iter().map(Setting::place).collect();
        let explained = explained.transpose()?;
        Ok(Self {
            before,
            after,
            report,
            sides,
            lines,
            scale,
            bill,
            budgets,
            limit,
            set,
            compared,
            explained,
        })
    }
}

/// The states that are asked for. With values that are set, the state as it is read is the one before.
fn states(session: &Session, arguments: &Cost) -> Result<(Option<Input>, Input), Failure> {
    let Cost { sources, set, compare_to, .. } = arguments;
    if compare_to.is_some() && sources.len() > 1 {
        let message = "--compare-to is for one state: the saved result is the one before";
        return Err(Failure::new("USAGE", message));
    }
    let (before, mut after) = session.read_pair(sources)?;
    let is_asked = !set.is_empty() && compare_to.is_none();
    let before = before.or_else(|| is_asked.then(|| after.clone()));
    what_if::set(&mut after.objects, set)?;
    Ok((before, after))
}

/// What they cost, and the bill for nodes; DaemonSets cost on the nodes that it has, which the prices then know.
fn priced(
    session: &Session,
    arguments: &Cost,
    prices: Prices,
    (before, after): (Option<&Input>, &Input),
) -> Result<(Prices, CostReport, Option<Bill>), Failure> {
    let Cost { sources, nodes, compare_to, common, .. } = arguments;
    let allocated = prices.estimate(before, after)?;
    // Of a saved result there are no nodes to compare with.
    let bill = match compare_to {
        Some(_) => None,
        None => nodes::of((session, common), (nodes.as_deref(), sources), (before, after), prices.book())?,
    };
    match prices.on_nodes_of(bill.as_ref()) {
        Some(prices) => {
            let report = prices.estimate(before, after)?;
            Ok((prices, report, bill))
        }
        None => Ok((prices, allocated, bill)),
    }
}

/// What has changed since the saved result that is asked for.
fn since(arguments: &Cost, report: CostReport) -> Result<(CostReport, Option<Compared>), Failure> {
    let Some(path) = &arguments.compare_to else { return Ok((report, None)) };
    let (since, compared) = compared::with(&compared::read(path)?, &report)?;
    Ok((since.unwrap_or(report), Some(compared)))
}

/// How the application's budgets stand.
fn held(
    session: &Session,
    prices: &Prices,
    policy: Option<(&Application, &Environment)>,
    (report, before, after): (&CostReport, Option<&Input>, &Input),
) -> Vec<Standing> {
    let Some((known, environment)) = policy else { return Vec::new() };
    let before = before.map(|input| input.objects.as_slice());
    let here = Spending { report, states: States::Objects { before, after: &after.objects } };
    let on_it = |budget: &&application::Budget| budget.is_on(Some(&environment.name));
    let on_it: Vec<_> = known.spec.budgets.iter().filter(on_it).cloned().collect();
    budgets::hold(session, prices, &on_it, &here, || others(session, known, environment))
}

/// The lines of the table that is asked for.
fn table(
    session: &Session,
    prices: &Prices,
    arguments: &Cost,
    (report, after, policy): (&CostReport, &Input, Option<(&Application, &Environment)>),
    (sides, scale): (Sides, Scale),
) -> Result<Vec<Line>, Failure> {
    let environments = match arguments.by {
        By::Environment => environments(session, prices, (report, after), policy)?,
        _ => Vec::new(),
    };
    let layout = Layout { by: &arguments.by, scale, all: arguments.all, environments: &environments };
    lines::lines(report, sides, &layout)
        .ok_or_else(|| Failure::new("COST_OVERFLOW", "a cost is too large to be shown for this span"))
}

/// What each environment of the application costs before and after, in micro-units: the others as they stand.
fn environments(
    session: &Session,
    prices: &Prices,
    (report, after): (&CostReport, &Input),
    policy: Option<(&Application, &Environment)>,
) -> Result<Vec<(String, i64, i64)>, Failure> {
    let name = after.given.environment().map_or_else(|| after.given.description(), |one| &one.name);
    let micros = |figure: cost_model::Figure| figure.money.micros;
    let here = (name.to_owned(), micros(report.total.baseline), micros(report.total.projected));
    let mut all = vec![here];
    let Some((known, environment)) = policy else { return Ok(all) };
    for given in others(session, known, environment)? {
        let name = given.environment().map_or_else(|| given.description(), |one| &one.name).to_owned();
        let (report, _) = budgets::costed(session, prices, given)?;
        let cost = micros(report.total.projected);
        all.push((name, cost, cost));
    }
    Ok(all)
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
