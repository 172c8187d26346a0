//! What all policies say of a change.

use std::collections::BTreeSet;

use admission::{Engine, Input, Outcome, Policy, PolicyFile, Request, Verdict, requests};
use admission_cel::{ParameterObjects, Policies, Steps};
use admission_rego::{Conftest, Gatekeeper, Limit, RegoError};
use kube_model::policy::{is_of_kyverno, is_policy};
use kube_model::{Object, ObjectKey, ObjectRef, Path};

use crate::files::{Files, PolicyError};

/// How many steps there are.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    /// Those that a policy may take for one object.
    each: u64,
    /// Those that all of them may take.
    all: u64,
}

/// Of a policy about those that Kubernetes gives one (`PerCallLimit`).
const ALLOWANCE: Allowance = Allowance { each: 1_000_000, all: 50_000_000 };

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

impl Change<'_> {
    /// Whether there is any policy: given, or the target's own.
    #[must_use]
    pub fn has_policies(&self) -> bool {
        !self.files.is_empty() || self.before.unwrap_or(self.after).iter().any(is_policy)
    }
}

/// What the policies have against a change, and what they cannot say of it. Where they have nothing against it, nothing is said.
/// The same change gives the same verdicts in the same order.
///
/// # Errors
/// `POLICY_INVALID`, `POLICY_EMPTY`: when a file that was given cannot be used. What is wrong with a policy of the target is a
/// verdict.
pub fn evaluate(change: Change<'_>) -> Result<Vec<Verdict>, PolicyError> {
    evaluate_within(change, ALLOWANCE)
}

fn evaluate_within(change: Change<'_>, allowance: Allowance) -> Result<Vec<Verdict>, PolicyError> {
    let files = Files::read(change.files)?;
    let world = World::of(change, &files);
    let mut engines = Engines::read(&world, &files, allowance.each, &first(change.files))?;
    if !change.files.is_empty() && engines.conftest.is_empty() && !world.given.iter().any(is_policy) {
        return Err(PolicyError::Empty { path: first(change.files) });
    }
    let requests = requests(Input {
        before: change.before.unwrap_or_default(),
        after: change.after,
        namespace: change.namespace,
    });
    let objects = ParameterObjects::of(&world.objects);
    let mut verdicts = world.kyverno();
    verdicts.append(&mut engines.invalid);
    verdicts.extend(shared(&requests, allowance.all, |request, steps| {
        engines.hold(request, &objects, allowance.each, steps)
    }));
    verdicts.extend(engines.gatekeeper.open());
    Ok(verdicts)
}

/// What is said of each request, with a share of the steps that is the same for all. What some leave is shared again among
/// those that took all of theirs, as long as that makes it twice as much: so no object takes the steps of another, and
/// few large ones among many small may take more.
fn shared(
    requests: &[Request],
    all: u64,
    mut hold: impl FnMut(&Request, &Steps) -> Vec<Verdict>,
) -> Vec<Verdict> {
    let mut said: Vec<Vec<Verdict>> = vec![Vec::new(); requests.len()];
    let mut waiting: Vec<usize> = (0..requests.len()).collect();
    let (mut left, mut share) = (all, 0);
    while let Some(next) = left.checked_div(waiting.len() as u64).filter(|next| *next > share * 2) {
        share = next;
        waiting.retain(|number| {
            let steps = Steps::of(share);
            said[*number] = hold(&requests[*number], &steps);
            left -= share - steps.left();
            steps.left() == 0
        });
    }
    said.into_iter().flatten().collect()
}

/// The policies by who would evaluate them.
struct Engines {
    cel: Policies,
    gatekeeper: Gatekeeper,
    conftest: Conftest,
    /// Policies of the target that cannot be read.
    invalid: Vec<Verdict>,
}

impl Engines {
    fn read(world: &World<'_>, files: &Files, each: u64, first: &str) -> Result<Self, PolicyError> {
        let (cel, broken) = Policies::read(&world.policies, |object| world.is_given(&object.key));
        let broken = broken.iter().map(|one| world.invalid(Engine::AdmissionPolicy, &one.object, &one.why));
        let mut invalid: Vec<Verdict> = broken.collect::<Result<_, _>>()?;
        let (gatekeeper, broken) = Gatekeeper::read(&world.policies, &world.objects, Limit(each));
        for one in broken {
            invalid.push(world.invalid(Engine::Gatekeeper, &one.object, &one.why)?);
        }
        let conftest =
            Conftest::read(&files.rego, &files.data, Limit(each)).map_err(|error| match error {
                RegoError::Syntax { file, why } => PolicyError::Invalid { path: file, why },
                other => PolicyError::Invalid { path: first.to_owned(), why: other.to_string() },
            })?;
        Ok(Self { cel, gatekeeper, conftest, invalid })
    }

    fn hold(
        &mut self,
        request: &Request,
        objects: &ParameterObjects<'_>,
        each: u64,
        steps: &Steps,
    ) -> Vec<Verdict> {
        let mut verdicts = self.cel.evaluate(request, objects, each, steps);
        verdicts.extend(self.gatekeeper.evaluate(request, each, steps));
        verdicts.extend(self.conftest.evaluate(request, steps));
        verdicts
    }
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

    /// A policy that cannot be read: an error if somebody has given it, and open if the target has it.
    fn invalid(&self, engine: Engine, object: &ObjectRef, why: &str) -> Result<Verdict, PolicyError> {
        let name = format!("{}/{}", object.kind, object.name);
        match self.is_given(&object.key()) {
            true => Err(PolicyError::Invalid { path: name, why: why.to_owned() }),
            false => Ok(open(engine, name, format!("it cannot be read: {why}"))),
        }
    }

    fn kyverno(&self) -> Vec<Verdict> {
        let all = self.policies.iter().filter(|object| is_of_kyverno(object));
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

#[cfg(test)]
mod tests {
    use kube_model::State;
    use kube_model::yaml::Limits;

    use super::*;

    /// Each pair of keys is looked at: of `n` keys more than `n²` steps.
    const POLICY: &str = "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: pairs}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [configmaps]}]}
  validations: [{expression: 'object.data.all(a, object.data.all(b, a != \"refused\" || b == \"\"))'}]
";

    fn map(name: &str, keys: impl Iterator<Item = String>) -> String {
        let keys: Vec<String> = keys.map(|key| format!("{key}: x")).collect();
        format!(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{{}}}\n",
            keys.join(", ")
        )
    }

    /// How many ran out, and the names of the objects that are refused.
    fn said(after: &str, allowance: Allowance) -> (usize, Vec<String>) {
        let files = [PolicyFile { path: "p.yaml".to_owned(), text: POLICY.to_owned() }];
        let after = State::read([("a.yaml", after)], &Limits::default()).unwrap().objects;
        let change = Change { files: &files, before: None, after: &after, namespace: None };
        let (mut ran_out, mut refused) = (0, Vec::new());
        for verdict in evaluate_within(change, allowance).unwrap() {
            match verdict.outcome {
                Outcome::RanOut(_) => ran_out += 1,
                Outcome::Refuses(_) => refused.push(verdict.object.unwrap().name),
                other => panic!("{other:?}"),
            }
        }
        (ran_out, refused)
    }

    /// Whoever fills a change with what takes long to look at does not hide what a policy refuses.
    #[test]
    fn no_object_takes_the_steps_of_another() {
        let large = |number| map(&format!("a{number}"), (0..100).map(|key| format!("k{key}")));
        let many: String = (0..60).map(large).collect();
        let after = format!("{many}{}", map("refused", std::iter::once("refused".to_owned())));
        // One of a hundred keys takes more than 10,000; a share is 1,639.
        let (ran_out, refused) = said(&after, Allowance { each: 1_000_000, all: 100_000 });
        assert_eq!((ran_out, refused), (60, vec!["refused".to_owned()]));
    }

    /// What small objects leave is there for large ones.
    #[test]
    fn what_is_left_is_shared_again() {
        let small = |number| map(&format!("a{number}"), std::iter::once("k".to_owned()));
        let few: String = (0..99).map(small).collect();
        let large = map("large", (0..60).map(|key| format!("k{key}")).chain(["refused".to_owned()]));
        // A share is 2,000 at first; 61 keys take more than 3,721, and less than ten times that.
        let allowance = Allowance { each: 1_000_000, all: 200_000 };
        assert_eq!(said(&format!("{few}{large}"), allowance), (0, vec!["large".to_owned()]));
    }
}
