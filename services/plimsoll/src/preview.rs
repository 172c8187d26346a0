//! Everything that a preview says, before it is put into a form.

use cost_model::CostReport;
use diff_engine::Diff;
use explainer::Explanation;
use kube_model::{Object, State};
use promotion_plan::{Environment, Plan, PlanItem, Request, Selection};
use risk_rules::{Facts, PlanFacts, RiskReport};
use source::EnvironmentInfo;

use crate::cli::Preview as Arguments;
use crate::explain;
use crate::failure::Failure;
use crate::pricing::Prices;
use crate::session::{Input, Session};

/// The inputs of a preview: what is shown of each, and what the plan is made from.
pub(crate) struct Inputs {
    pub(crate) source: (Input, State),
    pub(crate) target: (Input, State),
    pub(crate) base: Option<(Input, State)>,
}

/// A preview: the plan, and what the difference between the target before and after it is.
pub(crate) struct Preview {
    pub(crate) inputs: Inputs,
    pub(crate) plan: Plan,
    /// The target after the edit, secrets masked.
    pub(crate) after: Vec<Object>,
    pub(crate) diff: Diff,
    pub(crate) cost: CostReport,
    pub(crate) risk: RiskReport,
    pub(crate) explanation: Explanation,
}

impl Inputs {
    pub(crate) fn read(session: &Session, arguments: &Arguments) -> Result<Self, Failure> {
        let names = [Some(&arguments.from), Some(&arguments.to), arguments.base.as_ref()];
        if names.iter().filter(|name| name.is_some_and(|name| name == "-")).count() > 1 {
            return Err(crate::session::standard_input_twice());
        }
        let source = session.read_whole(&arguments.from)?;
        let target = session.read_whole(&arguments.to)?;
        let base = match &arguments.base {
            Some(base) => {
                let resolved = session.workspace.resolve_base(base, &mut std::io::stdin())?;
                let (input, mut state) = session.understand(resolved)?;
                // Nothing is written after the base's text, so its trees need not be kept.
                state.files = Vec::new();
                Some((input, state))
            }
            None => None,
        };
        Ok(Self { source, target, base })
    }

    /// What people call an input: its environment, or where it was read.
    pub(crate) fn name(input: &Input) -> &str {
        let tree = &input.resolved.tree;
        input.resolved.environment.as_ref().map_or(&tree.description, |environment| &environment.name)
    }
}

impl Preview {
    /// Plans, and compares the target before the edit with the target after it.
    pub(crate) fn make(
        session: &Session,
        arguments: &Arguments,
        inputs: Inputs,
        prices: &Prices,
    ) -> Result<Self, Failure> {
        let plan = plan(session, arguments, &inputs)?;
        let after = session.redactor.redact_all(&plan.after);
        let before = &inputs.target.0.objects;
        let diff = diff_engine::diff(before, &after).ignoring(session.ignored());
        let cost = prices.after_edit(&inputs.target.0, &after)?;
        let risk = risk_rules::assess(Some(before), &after, &facts(&plan));
        let names = (Inputs::name(&inputs.source.0), Inputs::name(&inputs.target.0));
        let explanation = explain::promotion(names, &plan, &diff, &cost, &risk);
        Ok(Self { inputs, plan, after, diff, cost, risk, explanation })
    }
}

fn plan(session: &Session, arguments: &Arguments, inputs: &Inputs) -> Result<Plan, Failure> {
    let (source, target) = (&inputs.source.0.resolved.environment, &inputs.target.0.resolved.environment);
    let rules = session.workspace.application().zip(source.as_ref().zip(target.as_ref()));
    let rules = rules.and_then(|(application, (from, to))| application.promotion(&from.name, &to.name));
    let request = Request {
        source: &inputs.source.1,
        target: &inputs.target.1,
        base: inputs.base.as_ref().map(|(_, state)| state),
        source_environment: environment(source.as_ref()),
        target_environment: environment(target.as_ref()),
        promote: rules.map(|rules| rules.promote.clone()).unwrap_or_default(),
        keep: rules.map(|rules| rules.keep.clone()).unwrap_or_default(),
        selection: Selection {
            take: arguments.take.clone(),
            only: arguments.only.clone(),
            skip: arguments.skip.clone(),
        },
        redactor: &session.redactor,
        limits: &session.limits,
    };
    promotion_plan::plan(&request).map_err(|error| Failure::new(error.code(), error.to_string()))
}

fn environment(info: Option<&EnvironmentInfo>) -> Environment {
    Environment {
        name: info.map(|info| info.name.clone()),
        namespace: info.and_then(|info| info.namespace.clone()),
    }
}

/// What the risk rules are told of the plan.
fn facts(plan: &Plan) -> Facts {
    let items = |items: &[PlanItem]| items.iter().map(fact).collect();
    let plan = PlanFacts {
        carried: items(&plan.carried),
        kept: items(&plan.kept),
        pending: items(&plan.pending),
        blocked: items(&plan.blocked),
    };
    Facts { plan: Some(plan) }
}

fn fact(item: &PlanItem) -> risk_rules::PlanItem {
    risk_rules::PlanItem {
        place: item.place.clone(),
        before: item.before.clone(),
        after: item.after.clone(),
        source_changed: item.source_changed,
        reason: item.reason.clone(),
    }
}
