//! Everything that a preview says, before it is put into a form.

use application::Policy;
use cost_model::CostReport;
use diff_engine::Diff;
use preview::{
    BaseTrees, DiffError, DiffInput, DiffOutput, ExplanationDocument, FileEdit, PlanDocument, Rendered,
    Selection, Side, Tree, Whose,
};
use risk_rules::RiskReport;
use source::{Resolved, SourceError, SourceTree};

use crate::cli::Preview as Arguments;
use crate::failure::Failure;
use crate::pricing::Prices;
use crate::session::Session;

/// What a preview is made from.
pub(crate) struct Sources {
    source: Resolved,
    target: Resolved,
    base: Option<Resolved>,
}

/// A preview: the plan, and what the difference between the target before and after it is.
pub(crate) struct Preview {
    /// The target's files.
    pub(crate) tree: SourceTree,
    pub(crate) plan: PlanDocument,
    /// The target before and after the edit, secrets masked.
    pub(crate) rendered: Rendered,
    pub(crate) diff: Diff,
    pub(crate) cost: CostReport,
    pub(crate) risk: RiskReport,
    pub(crate) explanation: ExplanationDocument,
}

impl Sources {
    pub(crate) fn resolve(session: &Session, arguments: &Arguments) -> Result<Self, Failure> {
        let names = [Some(&arguments.from), Some(&arguments.to), arguments.base.as_ref()];
        if names.iter().filter(|name| name.is_some_and(|name| name == "-")).count() > 1 {
            return Err(crate::session::standard_input_twice());
        }
        let input = &mut std::io::stdin();
        let source = session.workspace.resolve(&arguments.from, input)?;
        let target = session.workspace.resolve(&arguments.to, input)?;
        let base =
            arguments.base.as_ref().map(|base| session.workspace.resolve_base(base, input)).transpose()?;
        Ok(Self { source, target, base })
    }

    /// What the application says of this promotion; of sources that it does not know, what it says of all.
    fn policy(&self, session: &Session) -> Policy {
        let Some(application) = session.workspace.application() else { return Policy::default() };
        match (&self.source.environment, &self.target.environment) {
            (Some(from), Some(to)) => application.policy(&from.name, &to.name),
            _ => application.policy("", ""),
        }
    }

    fn failure(&self, error: &DiffError) -> Failure {
        let tree = |whose| match (whose, &self.base) {
            (Whose::Source, _) => &self.source.tree,
            (Whose::Base, Some(base)) => &base.tree,
            (Whose::Target | Whose::Base, _) => &self.target.tree,
        };
        match error {
            DiffError::Manifest { whose, error, .. } => Failure::in_manifest(error, tree(*whose)),
            DiffError::Empty { whose, .. } => {
                SourceError::Empty { description: tree(*whose).description.clone() }.into()
            }
            DiffError::Plan(error) => Failure::new(error.code(), error.to_string()),
        }
    }
}

impl Preview {
    /// Plans, and compares the target before the edit with the target after it.
    pub(crate) fn make(
        session: &Session,
        arguments: &Arguments,
        sources: Sources,
        prices: &Prices,
    ) -> Result<Self, Failure> {
        let selection = Selection {
            take: arguments.take.clone(),
            only: arguments.only.clone(),
            skip: arguments.skip.clone(),
        };
        let input = DiffInput {
            source: tree(&sources.source),
            target: tree(&sources.target),
            base: sources.base.as_ref().map(|base| BaseTrees { newest: tree(base), held: Vec::new() }),
            policy: &sources.policy(session),
            selection: &selection,
            redactor: &session.redactor,
            limits: &session.limits,
        };
        let DiffOutput { plan, rendered, changes: diff } =
            preview::diff(&input).map_err(|error| sources.failure(&error))?;
        let tree = sources.target.tree;
        let cost = prices.of_edit(&rendered, &tree)?;
        let risk = preview::risk(&rendered, &plan);
        let explanation = preview::explain(&plan, &diff, &cost, &risk);
        Ok(Self { tree, plan, rendered, diff, cost, risk, explanation })
    }

    /// The bytes of a file that is edited, as they were read.
    pub(crate) fn bytes(&self, edit: &FileEdit) -> Option<&[u8]> {
        let path = self.tree.relative(&edit.path);
        self.tree.files.iter().find(|file| file.path == path).map(|file| file.bytes.as_slice())
    }

    /// The bytes of a file after its edit; none if it goes.
    pub(crate) fn bytes_after(&self, edit: &FileEdit) -> Result<Option<Vec<u8>>, Failure> {
        preview::apply_edit(self.bytes(edit), edit)
            .map_err(|error| Failure::new(error.code(), error.to_string()))
    }

    /// A file that is edited, as messages name it.
    pub(crate) fn show(&self, edit: &FileEdit) -> String {
        self.tree.show(self.tree.relative(&edit.path))
    }
}

fn tree(resolved: &Resolved) -> Tree<'_> {
    let SourceTree { description, files, pinned, prefix, .. } = &resolved.tree;
    let environment = resolved.environment.as_ref();
    Tree {
        side: Side {
            source: description.clone(),
            environment: environment.map(|environment| environment.name.clone()),
            namespace: environment.and_then(|environment| environment.namespace.clone()),
            commit: pinned.clone(),
        },
        root: prefix,
        files: files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())).collect(),
    }
}
