//! Users whom the kubelet refuses.

use kube_model::Path;
use serde_json::Value;

use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, Container, Workload};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "root-user-refused",
    group: Group::Availability,
    title: "A container that may not run as root is told to run as root",
    levels: [Level::High, Level::High],
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    remedy: "Give it a user other than 0, or take runAsNonRoot out for this container if it has to be root.",
    fires: "`runAsUser: 0` is added to a container of a pod with `runAsNonRoot: true`",
    near_miss: "`runAsUser: 1000`; `runAsUser: 0` without `runAsNonRoot`",
    equivalents: &[],
    check: Check::States(root_user_refused),
}];

/// The user that the pods are told to have, and where, if the kubelet refuses it (`verifyRunAsNonRoot`: the container's
/// own word counts before the pod's).
fn refused<'a>(workload: &Workload<'a>, container: &Container<'a>) -> Option<(Path, &'a Value)> {
    let context = |field: &str| {
        let own = container.at(&["securityContext", field]);
        let of_pod = || workload.pod.get("securityContext").and_then(|context| context.get(field));
        match own {
            Some(own) => Some((container.path_of(&["securityContext", field]), own)),
            None => of_pod().map(|value| (workload.path.key("securityContext").key(field), value)),
        }
    };
    let is_denied = context("runAsNonRoot").is_some_and(|(_, value)| *value == Value::Bool(true));
    context("runAsUser").filter(|(_, user)| is_denied && user.as_i64() == Some(0))
}

fn root_user_refused(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers_after() {
        let Some((path, user)) = refused(workload, after) else { continue };
        if before.is_some_and(|(workload, container)| refused(workload, container).is_some()) {
            continue;
        }
        let message = format!(
            "The {} has to run as another user than root, and its user is 0: the kubelet does not start it.",
            after.named()
        );
        let was =
            before.and_then(|(workload, _)| path.get(workload.object.key.schema(), &workload.object.value));
        let was = was.map(std::borrow::Cow::into_owned);
        let hit = Hit::new(Harm.certain(), workload.object, path, message);
        hits.push(hit.before(was).after(Some(user.clone())));
    }
    hits
}
