//! Everything that a preview says, before it is put into a form.

use std::collections::{HashMap, HashSet};

use application::Policy;
use budgets::{Spending, Standing, States};
use cost_model::CostReport;
use diff_engine::Diff;
use kube_model::Object;
use preview::{
    BaseTrees, Billed, DiffInput, DiffOutput, ExplanationDocument, FileEdit, PlanDocument, Rendered,
    Selection,
};
use risk_rules::{Facts, PolicyVerdict, RiskReport};

use crate::cli::Preview as Arguments;
use crate::drift::{Drift, Live};
use crate::estimate;
use crate::failure::Failure;
use crate::gate::Limit;
use crate::given::Given;
use crate::known;
use crate::location::{self, Side};
use crate::nodes::Nodes;
use crate::policies::{self, NamedPolicies};
use crate::pricing::Prices;
use crate::session::Session;
use crate::sides::Sides;
use crate::today;

/// A preview: the plan, and what the difference between the target before and after it is.
pub(crate) struct Preview {
    /// The target.
    pub(crate) target: Given,
    pub(crate) plan: PlanDocument,
    /// How many commits of the source are carried, where the base is one of its commits.
    pub(crate) commits: Option<usize>,
    /// The target before and after the edit, secrets masked.
    pub(crate) rendered: Rendered,
    pub(crate) diff: Diff,
    /// What the cluster has otherwise than the target's files; none where nobody said what is live.
    pub(crate) drift: Option<Drift>,
    pub(crate) cost: CostReport,
    /// How the budgets on the target stand after the edit.
    pub(crate) budgets: Vec<Standing>,
    /// The most that the edit may add to the cost.
    pub(crate) limit: Option<Limit>,
    /// What the change does to the bill for nodes; not known where nobody said which there are.
    pub(crate) bill: Billed,
    pub(crate) risk: RiskReport,
    /// Files of the target that are there when the command ends.
    pub(crate) files: Vec<String>,
    pub(crate) explanation: ExplanationDocument,
}

impl Preview {
    /// Plans, and compares the target before the edit with the target after it.
    pub(crate) fn make(
        session: &Session,
        arguments: &Arguments,
        sides: Sides,
        prices: &Prices,
        (live, nodes): (Option<&Live>, Option<&Nodes>),
    ) -> Result<Self, Failure> {
        let policy = sides.policy.clone().unwrap_or_default().with_waivers(Vec::new(), today::today()?);
        let DiffOutput { mut plan, rendered, changes: diff } = planned(session, arguments, &sides, &policy)?;
        let commits = sides.commits(session);
        let policies = Some(hold_policies(session, &mut plan, &rendered, sides.policies.as_ref())?);
        let Sides { target, nodes: named, others, .. } = sides;
        let own = named.filter(|_| nodes.is_none());
        let own = own.map(|named| Nodes::of_environment(session, &named)).transpose()?;
        let (cost, bill) = costed((&rendered, &target), prices, nodes.or(own.as_ref()))?;
        let limit = Limit::of(&arguments.pricing, policy.fail_above.as_ref());
        limit.iter().try_for_each(|limit| limit.check_currency(prices.book()))?;
        let states = States::Objects { before: Some(&rendered.before), after: &rendered.after };
        let here = Spending { report: &cost, states };
        let budgets = estimate::budgets::hold(session, prices, &policy.budgets, &here, || others);
        let drift = live.map(|live| {
            let drift = live.drift(session, &target, &policy.ignore)?;
            Ok::<_, Failure>(Drift::of(live, drift, &diff, &rendered))
        });
        let drift = drift.transpose()?;
        let facts = Facts {
            policies,
            drifted: drift.as_ref().map(|drift| drift.written_over.clone()).unwrap_or_default(),
            source_live: source_live(session, arguments)?,
            ..known::facts(&arguments.known, prices.usage(), bill.bill(), &rendered.after)
        };
        let risk = preview::risk_under(arguments.profile.into(), &rendered, &plan, facts);
        let risk = preview::waive(risk, &rendered, &policy);
        let explanation = explained((&plan, &diff), (&cost, &bill, &budgets), &risk, drift.as_ref());
        let mut made = Self {
            target,
            plan,
            commits,
            rendered,
            diff,
            drift,
            cost,
            bill,
            budgets,
            limit,
            risk,
            files: Vec::new(),
            explanation,
        };
        made.locate(session, arguments.write)?;
        Ok(made)
    }

    /// Says where findings stand in the target's files as they are once the command ends: before the edit, or after one
    /// that is written.
    fn locate(&mut self, session: &Session, written: bool) -> Result<(), Failure> {
        let mut edited = HashMap::new();
        for edit in &self.plan.edits {
            edited.insert(edit.path.clone(), self.bytes_after(edit)?);
        }
        let files: HashSet<String> = edited.keys().cloned().collect();
        let before = Side::of(session, &self.target, &self.rendered.before);
        let after = Side::edited(session, &self.target, &self.rendered.after, edited);
        let sides = match written {
            true => [after, before.but_for(files)],
            false => [before, after.but_for(files)],
        };
        location::locate(&mut self.risk, &sides);
        self.files = sides[0].files();
        Ok(())
    }

    /// The bytes of a file that is edited, as they were read.
    pub(crate) fn bytes(&self, edit: &FileEdit) -> Option<&[u8]> {
        self.target.bytes(&edit.path)
    }

    /// The bytes of a file after its edit; none if it goes.
    pub(crate) fn bytes_after(&self, edit: &FileEdit) -> Result<Option<Vec<u8>>, Failure> {
        preview::apply_edit(self.bytes(edit), edit)
            .map_err(|error| Failure::new(error.code(), error.to_string()))
    }

    /// A file that is edited, as messages name it.
    pub(crate) fn show(&self, edit: &FileEdit) -> String {
        self.target.show(&edit.path)
    }
}

/// What runs at the source, where somebody says it.
fn source_live(session: &Session, arguments: &Arguments) -> Result<Option<Vec<Object>>, Failure> {
    arguments.source_live.as_ref().map(|snapshot| session.read_masked(snapshot)).transpose()
}

/// The plan, and the target before and after its edit.
fn planned(
    session: &Session,
    arguments: &Arguments,
    sides: &Sides,
    policy: &Policy,
) -> Result<DiffOutput, Failure> {
    let Arguments { take, only, skip, .. } = arguments;
    let input = DiffInput {
        source: sides.source.tree(),
        target: sides.target.tree(),
        base: sides.base.as_ref().map(|base| BaseTrees { newest: base.tree(), held: Vec::new() }),
        policy,
        selection: &Selection { take: take.clone(), only: only.clone(), skip: skip.clone() },
        redactor: &session.redactor,
        limits: &session.limits,
        shared: &sides.target.read_by_others(session),
        programs: &session.programs,
    };
    preview::diff(&input).map_err(|error| sides.failure(&error))
}

/// What the edit costs, and what it does to the bill for nodes. Where those are described, they say what a core costs.
fn costed(
    (rendered, target): (&Rendered, &Given),
    prices: &Prices,
    nodes: Option<&Nodes>,
) -> Result<(CostReport, Billed), Failure> {
    let allocated = prices.of_edit(rendered, target)?;
    let bill = match nodes {
        Some(nodes) => Billed::Bill(Box::new(nodes.bill_of_edit(rendered, target, prices.book())?)),
        None => Billed::Unknown("nothing describes the target's nodes".to_owned()),
    };
    let cost = match prices.on_nodes_of(bill.bill()) {
        Some(prices) => prices.of_edit(rendered, target)?,
        None => allocated,
    };
    Ok((cost, bill))
}

fn explained(
    (plan, diff): (&PlanDocument, &Diff),
    (cost, bill, budgets): (&CostReport, &Billed, &[Standing]),
    risk: &RiskReport,
    drift: Option<&Drift>,
) -> ExplanationDocument {
    let mut sheet = preview::fact_sheet(plan, diff, (cost, bill.bill()), risk);
    sheet.budgets = budgets.iter().map(preview::budget_fact).collect();
    sheet.drift = drift.map(Drift::facts);
    ExplanationDocument::of(&sheet)
}

/// What the policies say of the edit: those that the environment names, which become a part of the plan, and those of the run.
fn hold_policies(
    session: &Session,
    plan: &mut PlanDocument,
    rendered: &Rendered,
    named: Option<&NamedPolicies>,
) -> Result<Vec<PolicyVerdict>, Failure> {
    let mut files = session.policies.clone();
    if let Some(named) = named {
        plan.pin_policies(named.files.tree(), &named.paths, &session.redactor);
        files.extend(policies::readable(plan.policies.clone())?);
    }
    let change = (Some(rendered.before.as_slice()), rendered.after.as_slice());
    let namespace = plan.to.namespace.clone();
    policies::facts(&files, change, namespace.as_deref())
}
