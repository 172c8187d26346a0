//! What a preview is made from: the sides of a promotion, and the policy that holds for it.

use std::sync::Arc;

use application::{Application, FILE_NAME, Policy};
use preview::{DiffError, Whose};
use render::RenderError;
use source::{Discovery, SourceError};

use crate::cli::Preview as Arguments;
use crate::edges::{self, Edge};
use crate::failure::Failure;
use crate::given::Given;
use crate::nodes::NamedNodes;
use crate::policies::NamedPolicies;
use crate::session::Session;
use crate::waivers;

/// The sides of a promotion.
pub(crate) struct Sides {
    pub(crate) source: Given,
    pub(crate) target: Given,
    pub(crate) base: Option<Given>,
    /// What an application says of it; none without an application.
    pub(crate) policy: Option<Policy>,
    /// The application's environments beside the target, where a budget is on all of them.
    pub(crate) others: Result<Vec<Given>, Failure>,
    /// What an application names for the nodes of the target.
    pub(crate) nodes: Option<NamedNodes>,
    /// The policies that an application names for the target.
    pub(crate) policies: Option<NamedPolicies>,
}

impl Sides {
    /// The sides that the arguments name, to one of their targets.
    pub(crate) fn resolve(session: &Session, arguments: &Arguments, to: &str) -> Result<Self, Failure> {
        let Arguments { from, base, base_rev, app, .. } = arguments;
        let names = [Some(from.as_str()), Some(to), base.as_deref()];
        if names.iter().filter(|name| **name == Some("-")).count() > 1 {
            return Err(crate::session::standard_input_twice());
        }
        let application = app.as_deref();
        if application.is_some() || [from, to].iter().all(|name| session.workspace.is_looked_up(name)) {
            let discovery = session.workspace.discover()?;
            if let Some(edge) = edges::single(&discovery, application, from, to)? {
                let earlier = base_rev.as_ref().map(|at| session.workspace.discover_at(at)).transpose()?;
                let sides = Self::of_edge(session, &discovery, &edge, earlier.as_ref())?;
                let base = base.as_ref().map(|base| Given::resolve_base(session, base)).transpose()?;
                let sides = Self { base: base.or(sides.base), ..sides };
                return Ok(if sides.policy.is_some() { sides } else { sides.with_known_policy(session) });
            }
        }
        if base_rev.is_some() {
            return Err(Failure::new(
                "USAGE",
                "--base-rev is for environments that are given by their names",
            ));
        }
        let source = Given::resolve(session, from)?;
        let target = Given::resolve(session, to)?;
        let base = base.as_ref().map(|base| Given::resolve_base(session, base)).transpose()?;
        let nodes = NamedNodes::of(session, &target, to)?;
        let policies = NamedPolicies::of(session, &target, to)?;
        let sides = Self { source, target, base, policy: None, others: Ok(Vec::new()), nodes, policies };
        sides.with_known_policy(session).with_own_waivers(session, Some(to))
    }

    /// With the waivers of the commit that the target was read from, if it was read from one.
    fn with_own_waivers(self, session: &Session, to: Option<&str>) -> Result<Self, Failure> {
        let Some(waivers) = waivers::of_commit(session, &self.target, to)? else { return Ok(self) };
        let policy = self.policy.unwrap_or_default();
        Ok(Self { policy: Some(Policy { waivers, ..policy }), ..self })
    }

    /// With what the `plimsoll.yaml` that holds in the working directory says of the promotion.
    fn with_known_policy(self, session: &Session) -> Self {
        let Some(known) = session.workspace.application() else { return self };
        let policy = policy(known, &self.source, &self.target);
        let target = self.target.environment().map(|environment| environment.name.as_str());
        let others = known.spec.environments.iter().filter(|other| Some(other.name.as_str()) != target);
        let others = match counts_all(&policy) {
            true => others.map(|other| Given::resolve(session, &other.name)).collect(),
            false => Ok(Vec::new()),
        };
        Self { policy: Some(policy), others, ..self }
    }

    /// The sides of a promotion that was discovered. `earlier` is the repository as it stood at the last one.
    pub(crate) fn of_edge(
        session: &Session,
        discovery: &Discovery,
        edge: &Edge<'_>,
        earlier: Option<&Discovery>,
    ) -> Result<Self, Failure> {
        let source = Given::of_working_tree(session, discovery, edge.from)?;
        let target = Given::of_working_tree(session, discovery, edge.to)?;
        let base = earlier.and_then(|earlier| {
            let application = earlier.found.application(&edge.application.name)?;
            let environment = application.environments.iter().find(|one| one.name == edge.from.name)?;
            Some(Given::of_discovered(earlier, environment))
        });
        // The file that lists the target says what holds for it.
        let file: &str = &edge.to.found_by.at.file;
        let own = discovery.files.tree().file(file).filter(|_| file.rsplit('/').next() == Some(FILE_NAME));
        let own = own.and_then(|bytes| Application::read(bytes).ok());
        let policy = own.map(|own| policy(&own, &source, &target));
        let others = edge.application.environments.iter().filter(|other| other.name != edge.to.name);
        let others = match policy.as_ref().is_some_and(counts_all) {
            true => others.map(|other| Given::of_working_tree(session, discovery, other)).collect(),
            false => Ok(Vec::new()),
        };
        let files = match &target {
            Given::Rendered { files, .. } => files,
            Given::Manifests(_) => &discovery.files,
        };
        let named = |path: &String| NamedNodes { files: Arc::clone(files), path: path.clone() };
        let nodes = edge.to.nodes.as_ref().map(named);
        let policies = (!edge.to.policies.is_empty())
            .then(|| NamedPolicies { files: Arc::clone(files), paths: edge.to.policies.clone() });
        Self { source, target, base, policy, others, nodes, policies }.with_own_waivers(session, None)
    }

    /// How many commits of the source came since the base.
    pub(crate) fn commits(&self, session: &Session) -> Option<usize> {
        let base = self.base.as_ref()?.commit()?;
        let tip = self.source.commit().unwrap_or("HEAD");
        session.workspace.commits_between(base, tip, &self.source.watched())
    }

    /// An error of a stage, with its file as the person who gave the source finds it.
    pub(crate) fn failure(&self, error: &DiffError) -> Failure {
        let given = |whose| match (whose, &self.base) {
            (Whose::Source, _) => &self.source,
            (Whose::Base, Some(base)) => base,
            (Whose::Target | Whose::Base, _) => &self.target,
        };
        match error {
            DiffError::Manifest { whose, error, .. } => match given(*whose) {
                Given::Manifests(resolved) => Failure::in_manifest(error, &resolved.tree),
                Given::Rendered { .. } => Failure::new(error.code(), error.to_string()),
            },
            DiffError::HandedOver { owner, .. } => Failure::new(owner.code(), error.to_string()),
            // A chart is rendered for each environment; kustomizations and files say themselves where they lie.
            DiffError::Render { name, error, .. } => match **error {
                RenderError::Program(_) | RenderError::Chart(_) => {
                    Failure::new(error.code(), format!("{name}: {error}"))
                }
                _ => Failure::new(error.code(), error.to_string()),
            },
            DiffError::Empty { whose, .. } => {
                SourceError::Empty { description: given(*whose).description().to_owned() }.into()
            }
            DiffError::Plan(error) => Failure::new(error.code(), error.to_string()),
        }
    }
}

/// What an application says of a promotion; of sources that it does not know, what it says of all. It has no budget for
/// a target that is none of its environments.
fn policy(application: &Application, source: &Given, target: &Given) -> Policy {
    let policy = match (source.environment(), target.environment()) {
        (Some(from), Some(to)) => application.policy(&from.name, &to.name),
        _ => application.policy("", ""),
    };
    let is_known = target.environment().is_some_and(|one| application.environment(&one.name).is_some());
    Policy { budgets: if is_known { policy.budgets } else { Vec::new() }, ..policy }
}

/// Whether a budget is on all environments of the application together.
fn counts_all(policy: &Policy) -> bool {
    policy.budgets.iter().any(|budget| budget.environment.is_none())
}
