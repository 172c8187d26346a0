//! The files that a plan is made from, at their pinned commits.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use application::{Application, Render};
use events::plan::{PlanInputs, Side};
use file_tree::Found;
use kube_model::Place;
use preview::{BaseTrees, HeldTree, Recipe, Tree};
use source::{Environments, GitError, Mirrors, RepositoryFiles, SourceError, SourceTree};

/// Between tries to reach a repository that is away.
const AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// The files of an environment at a commit.
pub(crate) struct Fetched {
    side: preview::Side,
    files: Read,
}

/// The files of an environment: manifests that are read as they stand, or what they are rendered from.
enum Read {
    Manifests(SourceTree),
    Rendered(Box<Rendered>),
}

struct Rendered {
    commit: Arc<Commit>,
    environment: discovery::Environment,
}

/// All files of a commit, and the environments that they hold.
struct Commit {
    files: RepositoryFiles,
    environments: Environments,
}

/// All that a plan is made from.
pub(crate) struct Files {
    pub(crate) source: Fetched,
    pub(crate) target: Fetched,
    pub(crate) base: Option<FetchedBase>,
    /// Files of the target that other environments are rendered from, too.
    pub(crate) shared: BTreeSet<String>,
}

pub(crate) struct FetchedBase {
    newest: Fetched,
    held: Vec<(Vec<Place>, Option<Fetched>)>,
}

/// Why they cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("{0} is no place")]
    Place(String),
}

impl FetchError {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Git(error) => error.code(),
            Self::Place(_) => "FIELD_INVALID",
        }
    }
}

/// Reads them, through mirrors that have the time which all of it may take. It blocks.
pub(crate) fn files(
    mirrors: &Mirrors,
    inputs: &PlanInputs,
    document: &Application,
) -> Result<Files, FetchError> {
    let repository = Repository { mirrors, inputs, document, commits: RefCell::default() };
    let source = repository.fetch(&inputs.from, &inputs.source_commit)?;
    let target = repository.fetch(&inputs.to, &inputs.target_commit)?;
    let base = match &inputs.base {
        None => None,
        Some(base) => {
            let newest = repository.fetch(&inputs.from, &base.commit)?;
            let mut held = Vec::new();
            for (commit, places) in by_commit(base)? {
                let tree = commit.map(|commit| present(repository.fetch(&inputs.from, commit)));
                held.push((places, tree.transpose()?.flatten()));
            }
            Some(FetchedBase { newest, held })
        }
    };
    let shared = match &target.files {
        Read::Manifests(_) => BTreeSet::new(),
        Read::Rendered(rendered) => {
            rendered.commit.environments.found().read_by_others(&rendered.environment)
        }
    };
    Ok(Files { source, target, base, shared })
}

/// Places that are held at one commit; at none where nobody knows what the source had.
type HeldAt<'a> = (Option<&'a str>, Vec<Place>);

/// The held places of each commit.
fn by_commit(base: &events::plan::Base) -> Result<Vec<HeldAt<'_>>, FetchError> {
    let mut commits: Vec<HeldAt<'_>> = Vec::new();
    for held in &base.held {
        let place: Place = held.place.parse().map_err(|_| FetchError::Place(held.place.clone()))?;
        let commit = held.commit.as_deref();
        match commits.iter_mut().find(|(known, _)| *known == commit) {
            Some((_, places)) => places.push(place),
            None => commits.push((commit, vec![place])),
        }
    }
    Ok(commits)
}

/// At an older commit the environment may not have been there yet: then it had nothing.
fn present(fetched: Result<Fetched, FetchError>) -> Result<Option<Fetched>, FetchError> {
    match fetched {
        Ok(fetched) => Ok(Some(fetched)),
        Err(error) if matches!(error.code(), "SOURCE_NOT_FOUND" | "SOURCE_EMPTY") => Ok(None),
        Err(error) => Err(error),
    }
}

/// The repository of an application.
struct Repository<'a> {
    mirrors: &'a Mirrors,
    inputs: &'a PlanInputs,
    document: &'a Application,
    /// The commits that were read whole. Both sides of a promotion, and the base too, are mostly of one.
    commits: RefCell<HashMap<String, Arc<Commit>>>,
}

impl Repository<'_> {
    fn fetch(&self, side: &Side, commit: &str) -> Result<Fetched, FetchError> {
        let files = self.read(side, commit)?;
        let side = preview::Side {
            source: match &files {
                Read::Manifests(tree) => tree.description.clone(),
                Read::Rendered(rendered) => rendered.commit.files.show(&side.path),
            },
            environment: Some(side.environment.clone()),
            namespace: side.namespace.clone(),
            commit: Some(commit.to_owned()),
        };
        Ok(Fetched { side, files })
    }

    /// What the document does not call rendered is read as it stands, unless it turns out to be a kustomization or a
    /// chart.
    fn read(&self, side: &Side, commit: &str) -> Result<Read, FetchError> {
        let declared = self.document.environment(&side.environment);
        match declared.and_then(|environment| self.document.render(environment)) {
            None | Some(Render::Plain) => match self.manifests(side, commit) {
                Err(GitError::Source(SourceError::Render { .. })) => self.rendered(side, commit),
                read => Ok(Read::Manifests(read?)),
            },
            Some(Render::Kustomize | Render::Helm | Render::Command(_)) => self.rendered(side, commit),
        }
    }

    fn manifests(&self, side: &Side, commit: &str) -> Result<SourceTree, GitError> {
        patiently(|| self.mirrors.read_tree(&self.inputs.repository, commit, &side.path))
    }

    fn rendered(&self, side: &Side, commit: &str) -> Result<Read, FetchError> {
        let commit = self.commit(commit)?;
        let Commit { files, environments } = &*commit;
        let environment = environments.at(files, &side.path, Some(&side.environment));
        let path = environment.recipe.path().unwrap_or(&side.path);
        if files.tree().find(path) == Found::Nothing {
            let argument = files.show(path);
            return Err(GitError::Source(SourceError::NotFound { argument, tried: Vec::new() }).into());
        }
        Ok(Read::Rendered(Box::new(Rendered { commit, environment })))
    }

    fn commit(&self, commit: &str) -> Result<Arc<Commit>, GitError> {
        if let Some(read) = self.commits.borrow().get(commit) {
            return Ok(Arc::clone(read));
        }
        let file = self.inputs.policy_path.as_deref().unwrap_or(application::FILE_NAME);
        let application = (self.document, file);
        let (files, environments) =
            patiently(|| self.mirrors.environments(&self.inputs.repository, commit, application))?;
        let read = Arc::new(Commit { files, environments });
        self.commits.borrow_mut().insert(commit.to_owned(), Arc::clone(&read));
        Ok(read)
    }
}

pub(crate) fn patiently<T>(attempt: impl Fn() -> Result<T, GitError>) -> Result<T, GitError> {
    for pause in AGAIN {
        match attempt() {
            // A host that has taken all of the time gets no more.
            Err(GitError::Timeout { repository, seconds }) => {
                return Err(GitError::Timeout { repository, seconds });
            }
            Err(error) if error.is_transient() => sleep(pause),
            outcome => return outcome,
        }
    }
    attempt()
}

impl Fetched {
    pub(crate) fn tree(&self) -> Tree<'_> {
        let side = self.side.clone();
        match &self.files {
            Read::Manifests(tree) => {
                let files = tree.files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice()));
                Tree { side, root: &tree.prefix, files: files.collect(), recipe: None }
            }
            Read::Rendered(rendered) => {
                let Rendered { commit, environment } = &**rendered;
                let Commit { files, environments } = &**commit;
                let recipe = Some(Recipe { files: files.tree(), environment, urls: environments.urls() });
                Tree { side, root: "", files: Vec::new(), recipe }
            }
        }
    }
}

impl FetchedBase {
    pub(crate) fn trees(&self) -> BaseTrees<'_> {
        let held = self.held.iter().map(|(places, fetched)| HeldTree {
            places: places.clone(),
            tree: fetched.as_ref().map(Fetched::tree),
        });
        BaseTrees { newest: self.newest.tree(), held: held.collect() }
    }
}
