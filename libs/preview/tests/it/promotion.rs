//! A promotion from files that a test writes down.

use application::Policy;
use cost_model::{Assumptions, CostReport};
use diff_engine::Diff;
use kube_model::Redactor;
use kube_model::yaml::Limits;
use preview::{
    BaseTrees, Billed, DiffError, DiffInput, DiffOutput, EdgeBase, ExplanationDocument, HeldTree, KnownNodes,
    PlanDocument, Previewed, Rendered, Selection, Side, Tree,
};
use price_book::PriceBook;
use risk_rules::RiskReport;

/// Files by path and text.
pub(crate) type Files = Vec<(&'static str, String)>;

/// What a promotion is made from: source, target and base lie in `staging` and `production` of one repository.
#[derive(Clone)]
pub(crate) struct Promotion {
    pub(crate) source: Files,
    pub(crate) target: Files,
    pub(crate) base: Option<Files>,
    pub(crate) held: Vec<(EdgeBase, Option<Files>)>,
    pub(crate) policy: Policy,
    pub(crate) selection: Selection,
}

/// Nobody says which nodes the target has.
pub(crate) fn unknown_nodes() -> KnownNodes {
    KnownNodes::Unknown("nothing describes them".to_owned())
}

/// The documents of a preview.
pub(crate) struct Documents {
    pub(crate) plan: PlanDocument,
    pub(crate) rendered: Rendered,
    pub(crate) changes: Diff,
    pub(crate) cost: CostReport,
    pub(crate) bill: Billed,
    pub(crate) risk: RiskReport,
    pub(crate) explanation: ExplanationDocument,
}

impl Documents {
    pub(crate) fn previewed(&self) -> Previewed<'_> {
        let Self { plan, changes, cost, bill, risk, .. } = self;
        Previewed { plan, changes, cost, bill, risk }
    }
}

impl Promotion {
    pub(crate) fn new(source: Files, target: Files, base: Option<Files>) -> Self {
        let (policy, selection) = (Policy::default(), Selection::default());
        Self { source, target, base, held: Vec::new(), policy, selection }
    }

    pub(crate) fn skip(mut self, place: &str) -> Self {
        self.selection.skip.push(place.parse().unwrap());
        self
    }

    pub(crate) fn take(mut self, place: &str) -> Self {
        self.selection.take.push(place.parse().unwrap());
        self
    }

    pub(crate) fn diff(&self) -> Result<DiffOutput, DiffError> {
        let held = self.held.iter().map(|(base, files)| HeldTree {
            places: base.held.iter().map(|held| held.place.clone()).collect(),
            tree: files.as_ref().map(|files| tree("staging", "b0", files)),
        });
        preview::diff(&DiffInput {
            source: tree("staging", "5e", &self.source),
            target: tree("production", "7a", &self.target),
            base: self
                .base
                .as_ref()
                .map(|base| BaseTrees { newest: tree("staging", "b1", base), held: held.collect() }),
            policy: &self.policy,
            selection: &self.selection,
            redactor: &Redactor::new(b"a key for tests"),
            limits: &Limits::default(),
            shared: &std::collections::BTreeSet::new(),
            programs: &preview::NoPrograms,
        })
    }

    pub(crate) fn preview(&self) -> Documents {
        let DiffOutput { plan, rendered, changes } = self.diff().unwrap();
        let cost = preview::cost(&rendered, &PriceBook::shipped().unwrap(), &Assumptions::default()).unwrap();
        let bill = unknown_nodes().bill(&rendered, &PriceBook::shipped().unwrap()).unwrap();
        let risk = preview::risk(&rendered, &plan, preview::of_nodes(bill.bill()));
        let explanation = preview::explain(&plan, &changes, (&cost, bill.bill()), &risk);
        Documents { plan, rendered, changes, cost, bill, risk, explanation }
    }

    /// The target's files after the edits of a plan, found by their paths in the repository.
    pub(crate) fn edited(&self, plan: &PlanDocument) -> Vec<(String, String)> {
        let mut files: Vec<(String, String)> =
            self.target.iter().map(|(path, text)| (format!("production/{path}"), text.clone())).collect();
        for edit in &plan.edits {
            let before = files.iter().position(|(path, _)| *path == edit.path);
            let bytes = before.map(|at| files[at].1.as_bytes());
            let after = preview::apply_edit(bytes, edit).unwrap();
            before.map(|at| files.remove(at));
            files.extend(after.map(|bytes| (edit.path.clone(), String::from_utf8(bytes).unwrap())));
        }
        files.sort();
        files
    }
}

fn tree<'a>(environment: &'a str, commit: &str, files: &'a Files) -> Tree<'a> {
    Tree {
        side: Side {
            source: format!("git+https://git.example/shop.git//{environment}"),
            environment: Some(environment.to_owned()),
            namespace: None,
            commit: Some(commit.repeat(20)),
        },
        root: environment,
        files: files.iter().map(|(path, text)| (*path, text.as_bytes())).collect(),
        recipe: None,
    }
}

/// A Deployment with an image, a setting and a size.
pub(crate) fn app(name: &str, tag: u8, level: &str, memory: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n      - name: {name}\n        image: shop/{name}:{tag}\n        env:\n        - {{name: LEVEL, value: {level}}}\n        resources: {{requests: {{cpu: 500m, memory: {memory}}}, limits: {{memory: {memory}}}}}\n"
    )
}
