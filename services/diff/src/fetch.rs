//! The files that a plan is made from, at their pinned commits.

use std::thread::sleep;
use std::time::Duration;

use events::plan::{PlanInputs, Side};
use kube_model::Place;
use preview::{BaseTrees, HeldTree, Tree};
use source::{GitError, Mirrors, SourceTree};

/// How long all of it may take. Others' previews wait behind this one.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between tries to reach a repository that is away.
const AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// The files of an environment at a commit.
pub(crate) struct Fetched {
    side: preview::Side,
    root: String,
    tree: SourceTree,
}

/// All that a plan is made from.
pub(crate) struct Files {
    pub(crate) source: Fetched,
    pub(crate) target: Fetched,
    pub(crate) base: Option<FetchedBase>,
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

/// Reads them. It blocks.
pub(crate) fn files(mirrors: &Mirrors, inputs: &PlanInputs) -> Result<Files, FetchError> {
    let mirrors = mirrors.within(PATIENCE);
    let read = |side: &Side, commit: &str| fetch(&mirrors, &inputs.repository, side, commit);
    let source = read(&inputs.from, &inputs.source_commit)?;
    let target = read(&inputs.to, &inputs.target_commit)?;
    let base = match &inputs.base {
        None => None,
        Some(base) => {
            let newest = read(&inputs.from, &base.commit)?;
            let mut held = Vec::new();
            for (commit, places) in by_commit(base)? {
                let tree = commit.map(|commit| present(read(&inputs.from, commit))).transpose()?.flatten();
                held.push((places, tree));
            }
            Some(FetchedBase { newest, held })
        }
    };
    Ok(Files { source, target, base })
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

fn fetch(mirrors: &Mirrors, repository: &str, side: &Side, commit: &str) -> Result<Fetched, FetchError> {
    let tree = patiently(|| mirrors.read_tree(repository, commit, &side.path))?;
    let side = preview::Side {
        source: tree.description.clone(),
        environment: Some(side.environment.clone()),
        namespace: side.namespace.clone(),
        commit: Some(commit.to_owned()),
    };
    Ok(Fetched { side, root: tree.prefix.clone(), tree })
}

fn patiently<T>(attempt: impl Fn() -> Result<T, GitError>) -> Result<T, GitError> {
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
        let files = self.tree.files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice()));
        Tree { side: self.side.clone(), root: &self.root, files: files.collect(), recipe: None }
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
