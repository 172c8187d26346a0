//! What all policies say of a change.

use std::collections::BTreeSet;

use admission::{Engine, Input, Outcome, Policy, PolicyFile, Request, Verdict, requests};
use admission_cel::{Policies, Steps};
use admission_rego::{Conftest, Gatekeeper, Limit};
use kube_model::{Object, ObjectKey, ObjectRef, Path};

use crate::files::{Files, PolicyError};
use crate::found::{is_kyverno, is_policy};

/// Steps that a policy may take for one object, about those that Kubernetes gives one (`PerCallLimit`).
const EACH: u64 = 1_000_000;

/// Steps that all of them may take.
const ALL: u64 = 50_000_000;

/// A change and the policies that are given for it.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Files of policies: all that they hold is tried.
    pub files: &'a [PolicyFile],
    /// The target before the change, redacted: policies among its objects hold too. None where there is none; then those of
    /// the state after do.
    pub before: Option<&'a [Object]>,
    /// The target after it, redacted.
    pub after: &'a [Object],
    /// The namespace of objects that name none, where it is known.
    pub namespace: Option<&'a str>,
}

/// What the policies have against a change, and what they cannot say of it. Where they have nothing against it, nothing is said.
/// The same change gives the same verdicts in the same order.
///
/// # Errors
/// `POLICY_INVALID`, `POLICY_EMPTY`: when a file that was given cannot be used. What is wrong with a policy of the target is a
/// verdict.
pub fn evaluate(change: Change<'_>) -> Result<Vec<Verdict>, PolicyError> {
    let files = Files::read(change.files)?;
    let world = World::of(change, &files);
    let requests = requests(Input {
        before: change.before.unwrap_or_default(),
        after: change.after,
        namespace: change.namespace,
    });
    let steps = Steps::of(ALL);
    let mut verdicts = world.kyverno();
    verdicts.extend(world.cel(&requests, &steps)?);
    verdicts.extend(world.gatekeeper(&requests, &steps)?);
    let mut conftest =
        Conftest::read(&files.rego, &files.data, Limit(EACH)).map_err(|error| match error {
            admission_rego::RegoError::Syntax { file, why } => PolicyError::Invalid { path: file, why },
            other => PolicyError::Invalid { path: first(change.files), why: other.to_string() },
        })?;
    if !change.files.is_empty() && conftest.is_empty() && !world.given.iter().any(is_policy) {
        return Err(PolicyError::Empty { path: first(change.files) });
    }
    verdicts.extend(conftest.evaluate(&requests, &steps));
    Ok(verdicts)
}

fn first(files: &[PolicyFile]) -> String {
    files.first().map(|file| file.path.clone()).unwrap_or_default()
}

struct World<'a> {
    given: &'a [Object],
    /// The policies that are given, and those of the target that are not given in another form.
    policies: Vec<Object>,
    /// The objects among which parameters and other objects are looked for.
    objects: Vec<Object>,
    given_keys: BTreeSet<&'a ObjectKey>,
}

impl<'a> World<'a> {
    fn of(change: Change<'_>, files: &'a Files) -> Self {
        let given_keys: BTreeSet<&ObjectKey> = files.objects.iter().map(|object| &object.key).collect();
        let others = |objects: &[Object]| -> Vec<Object> {
            objects.iter().filter(|object| !given_keys.contains(&object.key)).cloned().collect()
        };
        let target = change.before.unwrap_or(change.after);
        let mut policies = files.objects.clone();
        policies.extend(others(target).into_iter().filter(is_policy));
        let mut objects = files.objects.clone();
        objects.extend(others(change.after));
        Self { given: &files.objects, policies, objects, given_keys }
    }

    fn is_given(&self, key: &ObjectKey) -> bool {
        self.given_keys.contains(key)
    }

    fn cel(&self, requests: &[Request], steps: &Steps) -> Result<Vec<Verdict>, PolicyError> {
        let (policies, invalid) = Policies::read(&self.policies, |object| self.is_given(&object.key));
        let invalid = invalid.iter().map(|one| self.invalid(Engine::AdmissionPolicy, &one.object, &one.why));
        let mut verdicts: Vec<Verdict> = invalid.collect::<Result<_, _>>()?;
        verdicts.extend(policies.evaluate(requests, &self.objects, EACH, steps));
        Ok(verdicts)
    }

    fn gatekeeper(&self, requests: &[Request], steps: &Steps) -> Result<Vec<Verdict>, PolicyError> {
        let (mut gatekeeper, invalid) = Gatekeeper::read(&self.policies, &self.objects, Limit(EACH));
        let invalid = invalid.iter().map(|one| self.invalid(Engine::Gatekeeper, &one.object, &one.why));
        let mut verdicts: Vec<Verdict> = invalid.collect::<Result<_, _>>()?;
        verdicts.extend(gatekeeper.evaluate(requests, EACH, steps));
        Ok(verdicts)
    }

    /// A policy that cannot be read: an error if somebody has given it, and open if the target has it.
    fn invalid(&self, engine: Engine, object: &ObjectRef, why: &str) -> Result<Verdict, PolicyError> {
        let name = format!("{}/{}", object.kind, object.name);
        match self.is_given(&object.key()) {
            true => Err(PolicyError::Invalid { path: name, why: why.to_owned() }),
            false => Ok(open(engine, name, format!("it cannot be read: {why}"))),
        }
    }

    fn kyverno(&self) -> Vec<Verdict> {
        let all = self.policies.iter().filter(|object| is_kyverno(object));
        let said = all.map(|object| {
            let name = format!("{}/{}", object.key.kind, object.key.name);
            open(Engine::Kyverno, name, "policies of Kyverno are not evaluated".to_owned())
        });
        said.collect()
    }
}

fn open(engine: Engine, name: String, why: String) -> Verdict {
    Verdict {
        policy: Policy { engine, name },
        object: None,
        path: Path::root(),
        outcome: Outcome::NotEvaluated(why),
        was_so_before: false,
    }
}
