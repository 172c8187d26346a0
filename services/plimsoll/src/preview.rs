//! Everything that a preview says, before it is put into a form.

use std::collections::HashMap;

use budgets::{Spending, Standing, States};
use cost_model::CostReport;
use diff_engine::Diff;
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
        let selection = Selection {
            take: arguments.take.clone(),
            only: arguments.only.clone(),
            skip: arguments.skip.clone(),
        };
        let input = DiffInput {
            source: sides.source.tree(),
            target: sides.target.tree(),
            base: sides.base.as_ref().map(|base| BaseTrees { newest: base.tree(), held: Vec::new() }),
            policy: &policy,
            selection: &selection,
            redactor: &session.redactor,
            limits: &session.limits,
            shared: &sides.target.read_by_others(session),
            programs: &session.programs,
        };
        let DiffOutput { mut plan, rendered, changes: diff } =
            preview::diff(&input).map_err(|error| sides.failure(&error))?;
        let commits = sides.commits(session);
        let policies = hold_policies(session, &mut plan, &rendered, sides.policies.as_ref())?;
        let (target, sides_nodes) = (sides.target, sides.nodes);
        let allocated = prices.of_edit(&rendered, &target)?;
        let own = match nodes {
            Some(_) => None,
            None => sides_nodes.map(|named| Nodes::of_environment(session, &named)).transpose()?,
        };
        let bill = match nodes.or(own.as_ref()) {
            Some(nodes) => Billed::Bill(Box::new(nodes.bill_of_edit(&rendered, &target, prices.book())?)),
            None => Billed::Unknown("nothing describes the target's nodes".to_owned()),
        };
        let cost = match prices.on_nodes_of(bill.bill()) {
            Some(prices) => prices.of_edit(&rendered, &target)?,
            None => allocated,
        };
        let limit = Limit::of(&arguments.pricing, policy.fail_above.as_ref());
        limit.iter().try_for_each(|limit| limit.check_currency(prices.book()))?;
        let here = Spending {
            report: &cost,
            states: States::Objects { before: Some(&rendered.before), after: &rendered.after },
        };
        let budgets = estimate::budgets::hold(session, prices, &policy.budgets, &here, || sides.others);
        let drift = live
            .map(|live| {
                let drift = live.drift(session, &target, &policy.ignore)?;
                Ok::<_, Failure>(Drift::of(live, drift, &diff, &rendered))
            })
            .transpose()?;
        let facts = Facts {
            policies: Some(policies),
            drifted: drift.as_ref().map(|drift| drift.written_over.clone()).unwrap_or_default(),
            source_live: arguments
                .source_live
                .as_ref()
                .map(|snapshot| session.read_masked(snapshot))
                .transpose()?,
            ..known::facts(&arguments.known, prices.usage(), bill.bill(), &rendered.after)
        };
        let risk = preview::risk_under(arguments.profile.into(), &rendered, &plan, facts);
        let risk = preview::waive(risk, &rendered, &policy);
        let mut sheet = preview::fact_sheet(&plan, &diff, (&cost, bill.bill()), &risk);
        sheet.budgets = budgets.iter().map(preview::budget_fact).collect();
        sheet.drift = drift.as_ref().map(Drift::facts);
        let explanation = ExplanationDocument::of(&sheet);
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
        let before = Side::of(session, &self.target, &self.rendered.before);
        let after = Side::edited(session, &self.target, &self.rendered.after, edited);
        let mut sides = [before, after];
        if written {
            sides.reverse();
        }
        location::locate(&mut self.risk, &sides);
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
