//! What a preview is made from: the sides of a promotion, and the policy that holds for it.

use application::{Application, FILE_NAME, Policy};
use preview::{DiffError, Whose};
use render::RenderError;
use source::{Discovery, SourceError};

use crate::cli::Preview as Arguments;
use crate::edges::{self, Edge};
use crate::failure::Failure;
use crate::given::Given;
use crate::session::Session;

/// The sides of a promotion.
pub(crate) struct Sides {
    pub(crate) source: Given,
    pub(crate) target: Given,
    pub(crate) base: Option<Given>,
    /// What an application says of it; none without an application.
    pub(crate) policy: Option<Policy>,
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
                let policy = sides.policy.or_else(|| known_policy(session, &sides.source, &sides.target));
                let base = base.as_ref().map(|base| Given::resolve_base(session, base)).transpose()?;
                return Ok(Self { base: base.or(sides.base), policy, ..sides });
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
        let policy = known_policy(session, &source, &target);
        Ok(Self { source, target, base, policy })
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
        Ok(Self { source, target, base, policy })
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

/// What the `plimsoll.yaml` that holds in the working directory says of a promotion.
fn known_policy(session: &Session, source: &Given, target: &Given) -> Option<Policy> {
    session.workspace.application().map(|known| policy(known, source, target))
}

/// What an application says of a promotion; of sources that it does not know, what it says of all.
fn policy(application: &Application, source: &Given, target: &Given) -> Policy {
    match (source.environment(), target.environment()) {
        (Some(from), Some(to)) => application.policy(&from.name, &to.name),
        _ => application.policy("", ""),
    }
}
