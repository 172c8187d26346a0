//! Containers that run as root, or may.

use std::collections::HashSet;

use kube_model::{Path, shown};
use serde_json::Value;

use super::{Check, Look, Profile, Seen, of_whom};
use crate::Impact::{Notice, Safeguard};
use crate::model::inherited_context;
use crate::pod_security::{self, Pod, PodContainer, Violation};
use crate::{Group, Level};

const STANDARDS: &str = "https://kubernetes.io/docs/concepts/security/pod-security-standards/";
const LINTER: &str = "kube-linter/run-as-non-root";
const NON_ROOT: &str = "pod-security-restricted/running-as-non-root";
const ROOT_USER: &str = "pod-security-restricted/running-as-non-root-user";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "may-run-as-root",
        group: Group::Security,
        title: "A container runs as root, or nothing keeps it from doing so",
        levels: [Level::Low, Level::Medium],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
        remedy: "Set runAsNonRoot to true, and a user other than 0.",
        fires: "neither `runAsNonRoot` nor `runAsUser` is set; `runAsUser: 0`",
        near_miss: "`runAsUser: 1000` for the pod",
        equivalents: &[LINTER, NON_ROOT, ROOT_USER],
        seen_by: &["runs-as-root", "root-user-refused"],
        risk: Notice.certain(),
        look: Look::Pod(may_run_as_root),
    },
    Check {
        id: "non-root-not-required",
        group: Group::Security,
        title: "runAsNonRoot is not required, or the pod's user is root where no container is",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: STANDARDS,
        remedy: "Set runAsNonRoot to true for the pod.",
        fires: "`runAsUser: 1000` without `runAsNonRoot`",
        near_miss: "`runAsNonRoot: true` for the pod",
        equivalents: &[NON_ROOT, ROOT_USER],
        seen_by: &["runs-as-root", "root-user-refused"],
        risk: Notice.certain(),
        look: Look::Pod(non_root_not_required),
    },
];

fn inherited<'a>(pod: &Pod<'a>, container: &PodContainer<'a>, field: &str) -> (Path, Option<&'a Value>) {
    inherited_context((&pod.path, pod.spec), (&container.path, container.value), field)
}

/// Why a container may run as root: the field, and whether it says so itself.
fn root(pod: &Pod<'_>, container: &PodContainer<'_>) -> Option<(Path, Option<Value>, bool)> {
    let (user_path, user) = inherited(pod, container, "runAsUser");
    let (path, non_root) = inherited(pod, container, "runAsNonRoot");
    let user_id = user.and_then(Value::as_i64);
    match user_id {
        Some(0) => Some((user_path, user.cloned(), true)),
        Some(_) => None,
        None if non_root == Some(&Value::Bool(true)) => None,
        None => Some((path, non_root.cloned(), false)),
    }
}

fn may_run_as_root(pod: &Pod<'_>) -> Vec<Seen> {
    let mut found: Vec<Seen> = Vec::new();
    let mut told = HashSet::new();
    for container in &pod.containers {
        let Some((path, value, is_root)) = root(pod, container) else { continue };
        // A field of the pod is one fact for all its containers.
        if !told.insert(path.clone()) {
            continue;
        }
        let name = shown(container.name);
        let requires = inherited(pod, container, "runAsNonRoot").1 == Some(&Value::Bool(true));
        let (risk, message) = match (is_root, requires) {
            (true, true) => (
                Safeguard.certain(),
                format!(
                    "The container {name} has to run as another than root and its user is 0: it does not start."
                ),
            ),
            (true, false) => {
                (Safeguard.certain(), format!("The container {name} runs as root (runAsUser 0)."))
            }
            (false, _) => {
                (Notice.certain(), format!("Nothing keeps the container {name} from running as root."))
            }
        };
        let standards = [(!requires).then_some(NON_ROOT), is_root.then_some(ROOT_USER)];
        let equal = [LINTER].into_iter().chain(standards.into_iter().flatten());
        found.push(Seen { value, ..Seen::new(path, message) }.risk(risk).equal_to(equal));
    }
    found
}

/// What only the restricted standard asks for.
fn non_root_not_required(pod: &Pod<'_>) -> Vec<Seen> {
    let roots = pod.containers.iter().filter_map(|container| Some((root(pod, container)?.0, container.name)));
    let (paths, names): (HashSet<Path>, HashSet<&str>) = roots.unzip();
    let told = |violation: &Violation| {
        paths.contains(&violation.path)
            || violation.container.as_deref().is_some_and(|name| names.contains(name))
    };
    let required = pod_security::non_root(pod).into_iter();
    let required = required.filter(|violation| !told(violation)).map(|violation| {
        let message = format!("runAsNonRoot is not required for {}.", of_whom(&violation));
        Seen::violation(violation, message).equal_to([NON_ROOT])
    });
    let users = pod_security::root_user(pod).into_iter().filter(|violation| violation.container.is_none());
    let users = users.filter(|violation| !told(violation)).map(|violation| {
        let message = "The pod's own user is root, though every container has another.".to_owned();
        Seen::violation(violation, message).equal_to([ROOT_USER])
    });
    required.chain(users).collect()
}
