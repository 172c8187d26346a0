//! Planning from the repositories in memory, by the engine that is used outside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use diff::{Asked, Planner, Refusal};
use events::plan::Side;
use gitops::git::{Git as _, GitError};
use kube_model::yaml::Limits;
use preview::{BaseTrees, DiffInput, DiffOutput, HeldTree, KnownNodes, NoPrograms, Tree};

use super::remote::Hosts;
use crate::mutation::Mutation;
use crate::process::{Fate, NOBODY, Process};
use crate::repository::MANIFEST;

/// The plan that was made first for each commit of a source.
pub(crate) type OldPlans = Arc<Mutex<BTreeMap<(String, String), (DiffOutput, KnownNodes)>>>;

/// Plans from the repositories in memory.
pub(crate) struct GivenPlanner {
    pub(crate) hosts: Arc<Hosts>,
    pub(crate) process: Process,
    pub(crate) old: OldPlans,
}

/// What was read of an environment at a commit.
struct Read {
    side: preview::Side,
    root: String,
    bytes: Vec<u8>,
}

impl Read {
    fn tree(&self) -> Tree<'_> {
        Tree { side: self.side.clone(), root: &self.root, files: vec![(MANIFEST, &self.bytes)], recipe: None }
    }
}

impl GivenPlanner {
    fn read(&self, url: &str, side: &Side, commit: &str) -> Result<Read, Refusal> {
        let path = format!("{}/{MANIFEST}", side.path);
        let found = self.hosts.git.files(url, commit, std::slice::from_ref(&path));
        let refusal = |error: GitError| Refusal { code: error.code(), message: error.to_string() };
        let bytes = found.map_err(refusal)?.pop().flatten().unwrap_or_default();
        let known = preview::Side {
            source: url.to_owned(),
            environment: Some(side.environment.clone()),
            namespace: side.namespace.clone(),
            commit: Some(commit.to_owned()),
        };
        Ok(Read { side: known, root: side.path.clone(), bytes })
    }

    fn planned(&self, asked: &Asked<'_>) -> Result<(DiffOutput, KnownNodes), Refusal> {
        let Asked { inputs, policy, selection, redactor, .. } = *asked;
        let url = &inputs.repository;
        let source = self.read(url, &inputs.from, &inputs.source_commit)?;
        let target = self.read(url, &inputs.to, &inputs.target_commit)?;
        let (mut newest, mut held) = (None, Vec::new());
        if let Some(base) = &inputs.base {
            newest = Some(self.read(url, &inputs.from, &base.commit)?);
            for one in &base.held {
                let refusal = |_| Refusal { code: "FIELD_INVALID", message: one.place.clone() };
                let commit = one.commit.as_ref();
                let read = commit.map(|commit| self.read(url, &inputs.from, commit)).transpose()?;
                held.push((vec![one.place.parse().map_err(refusal)?], read));
            }
        }
        let trees = held
            .iter()
            .map(|(places, read)| HeldTree { places: places.clone(), tree: read.as_ref().map(Read::tree) });
        let held = trees.collect();
        let input = DiffInput {
            source: source.tree(),
            target: target.tree(),
            base: newest.as_ref().map(|newest| BaseTrees { newest: newest.tree(), held }),
            policy,
            selection,
            redactor,
            limits: &Limits::default(),
            shared: &BTreeSet::new(),
            programs: &NoPrograms,
        };
        let refusal = |error: preview::DiffError| Refusal { code: error.code(), message: error.to_string() };
        let output = preview::diff(&input).map_err(refusal)?;
        Ok((output, KnownNodes::Unknown("nothing describes them".to_owned())))
    }
}

impl Planner for GivenPlanner {
    fn plan(&self, asked: &Asked<'_>) -> Result<(DiffOutput, KnownNodes), Refusal> {
        let url = &asked.inputs.repository;
        let away = || {
            let error = GitError::Unreachable { repository: url.clone(), why: NOBODY.to_owned() };
            Refusal { code: error.code(), message: error.to_string() }
        };
        match self.process.fate() {
            Fate::CrashBefore | Fate::CrashAfter => {
                self.process.kill();
                return Err(away());
            }
            // It is tried three times outside.
            Fate::Lost | Fate::Unheard if self.process.lot().hits(1_000) => return Err(away()),
            Fate::Done | Fate::Lost | Fate::Unheard => {}
        }
        let key = (url.clone(), asked.inputs.source_commit.clone());
        let mut old = self.old.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = old.get(&key).filter(|_| self.process.has(Mutation::OldPlan)) {
            return Ok(plan.clone());
        }
        let planned = self.planned(asked)?;
        if self.process.has(Mutation::OldPlan) {
            old.insert(key, planned.clone());
        }
        Ok(planned)
    }
}
