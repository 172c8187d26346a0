//! Containers that may do more on their node than before (Pod Security Standards).

use kube_model::{Path, Segment, shown, shown_list, shown_value};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, Container, Workload, inherited_context};
use crate::pod_security::CAPABILITIES;
use crate::rule::{Check, Group, Hit, Rule};

const STANDARDS: &str = "https://kubernetes.io/docs/concepts/security/pod-security-standards/";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "privileged-container",
        group: Group::Security,
        title: "A container becomes privileged",
        levels: [Level::High, Level::High],
        source: STANDARDS,
        remedy: "Name the capability that it needs instead.",
        fires: "`privileged: true` is added",
        near_miss: "it was privileged before",
        equivalents: &["kube-linter/privileged-container"],
        check: Check::States(privileged_container),
    },
    Rule {
        id: "capabilities-widened",
        group: Group::Security,
        title: "A container gets more Linux capabilities",
        levels: [Level::Medium, Level::High],
        source: STANDARDS,
        remedy: "Drop ALL and add only what the container is known to need.",
        fires: "`add: [SYS_ADMIN]`",
        near_miss: "`add: [NET_BIND_SERVICE]`, which the restricted standard allows",
        equivalents: &["kube-linter/drop-net-raw-capability"],
        check: Check::States(capabilities_widened),
    },
    Rule {
        id: "host-namespace-shared",
        group: Group::Security,
        title: "Pods share the network, processes or memory of their node",
        levels: [Level::High, Level::High],
        source: STANDARDS,
        remedy: "Leave hostNetwork, hostPID and hostIPC off.",
        fires: "`hostNetwork: true` is added",
        near_miss: "`hostNetwork: false` is written out",
        equivalents: &["kube-linter/host-network", "kube-linter/host-pid", "kube-linter/host-ipc"],
        check: Check::States(host_namespace_shared),
    },
    Rule {
        id: "host-path-added",
        group: Group::Security,
        title: "Pods mount a directory of their node",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
        remedy: "Use another kind of volume, or mount it read-only and as deep as possible.",
        fires: "a volume of kind `hostPath` is added",
        near_miss: "an `emptyDir` is added",
        equivalents: &[
            "kube-linter/sensitive-host-mounts",
            "kube-linter/writable-host-mount",
            "kube-linter/docker-sock",
        ],
        check: Check::States(host_path_added),
    },
    Rule {
        id: "runs-as-root",
        group: Group::Security,
        title: "A container may run as root",
        levels: [Level::Medium, Level::Medium],
        source: STANDARDS,
        remedy: "Set runAsNonRoot to true, and a user other than 0.",
        fires: "`runAsNonRoot: true` is removed",
        near_miss: "it is replaced by `runAsUser: 1000`",
        equivalents: &["kube-linter/run-as-non-root"],
        check: Check::States(runs_as_root),
    },
    Rule {
        id: "privilege-escalation-allowed",
        group: Group::Security,
        title: "A process may get more privileges than its parent",
        levels: [Level::Medium, Level::Medium],
        source: STANDARDS,
        remedy: "Set allowPrivilegeEscalation to false.",
        fires: "`allowPrivilegeEscalation: false` is removed",
        near_miss: "it was never denied",
        equivalents: &["kube-linter/privilege-escalation-container"],
        check: Check::States(privilege_escalation_allowed),
    },
];

type Earlier<'c, 'a> = Option<(&'c Workload<'a>, &'c Container<'a>)>;

fn context<'a>(container: &Container<'a>, field: &str) -> Option<&'a Value> {
    container.at(&["securityContext", field])
}

fn is_true(value: Option<&Value>) -> bool {
    value == Some(&Value::Bool(true))
}

fn privileged_container(change: &Change<'_>) -> Vec<Hit> {
    change
        .containers_after()
        .filter_map(|(workload, before, after)| {
            let was = before.and_then(|(_, container)| context(container, "privileged"));
            let is = context(after, "privileged");
            if !is_true(is) || is_true(was) {
                return None;
            }
            let message = format!(
                "The {} becomes privileged: it may do everything on its node that root may do there.",
                after.named()
            );
            let path = after.path_of(&["securityContext", "privileged"]);
            Some(Hit::new(Harm.likely(), workload.object, path, message).values(was, is))
        })
        .collect()
}

/// What even the restricted standard lets a container add.
const RESTRICTED: &str = "NET_BIND_SERVICE";

fn capabilities<'a>(container: &Container<'a>, list: &str) -> Vec<&'a str> {
    let names = container.at(&["securityContext", "capabilities", list]).and_then(Value::as_array);
    let name = |value: &'a Value| value.as_str().map(|name| name.strip_prefix("CAP_").unwrap_or(name));
    names.into_iter().flatten().filter_map(name).collect()
}

fn capabilities_widened(change: &Change<'_>) -> Vec<Hit> {
    change
        .containers_after()
        .filter_map(|(workload, before, after)| {
            let before = before.map(|(_, container)| container);
            let (risk, message) = widening(before, after)?;
            let path = after.path_of(&["securityContext", "capabilities"]);
            let was = before.and_then(|before| before.at(&["securityContext", "capabilities"]));
            let is = after.at(&["securityContext", "capabilities"]);
            Some(Hit::new(risk, workload.object, path, message).values(was, is))
        })
        .collect()
}

fn widening(before: Option<&Container<'_>>, after: &Container<'_>) -> Option<(Risk, String)> {
    let of = |list| before.map(|before| capabilities(before, list)).unwrap_or_default();
    let (had, dropped) = (of("add"), of("drop"));
    let drops_all = |dropped: &[&str]| dropped.contains(&"ALL");
    let added: Vec<&str> = capabilities(after, "add")
        .into_iter()
        .filter(|name| !had.contains(name) && !had.contains(&"ALL") && *name != RESTRICTED)
        .collect();
    let word = if added.len() == 1 { "capability" } else { "capabilities" };
    let names = shown_list(&added.iter().map(|name| shown(name)).collect::<Vec<_>>(), 5);
    let beyond = added.iter().any(|name| !CAPABILITIES.contains(name));
    let kept = capabilities(after, "drop");
    if beyond {
        let text = format!("The {} gets the {word} {names}, beyond the baseline standard.", after.named());
        return Some((Harm.likely(), text));
    }
    // What is in the baseline is also in the container runtimes' default set: adding it back counts where
    // everything is dropped.
    if !added.is_empty() && drops_all(&kept) {
        return Some((Safeguard.certain(), format!("The {} gets the {word} {names} back.", after.named())));
    }
    let lost = drops_all(&dropped) && !drops_all(&kept);
    lost.then(|| {
        let text = format!("The {} does not drop all capabilities any more.", after.named());
        (Safeguard.certain(), text)
    })
}

fn host_namespace_shared(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for workload in &change.after.workloads {
        let before = change.workload_before(workload);
        for (field, what) in
            [("hostNetwork", "network"), ("hostPID", "processes"), ("hostIPC", "shared memory")]
        {
            let (was, is) = (before.and_then(|before| before.pod.get(field)), workload.pod.get(field));
            if is_true(is) && !is_true(was) {
                let message = format!("Its pods share the {what} of their node ({field}).");
                let path = workload.path.key(field);
                hits.push(Hit::new(Harm.likely(), workload.object, path, message).values(was, is));
            }
        }
    }
    hits
}

fn host_path_added(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for workload in &change.after.workloads {
        let before = change.workload_before(workload);
        let earlier: Vec<&str> = before
            .map(|before| host_paths(before).into_iter().map(|(_, path)| path).collect())
            .unwrap_or_default();
        for (volume, directory) in host_paths(workload) {
            if earlier.contains(&directory) {
                continue;
            }
            let message = format!("Its pods mount {} of their node.", shown(directory));
            let item = Segment::Item(vec![("name".to_owned(), volume.to_owned())]);
            let path = workload.path.key("volumes").join(item).key("hostPath").key("path");
            hits.push(Hit::new(Harm.likely(), workload.object, path, message).after(Some(directory)));
        }
    }
    hits
}

/// The volumes that are directories of the node: name and directory.
fn host_paths<'a>(workload: &Workload<'a>) -> Vec<(&'a str, &'a str)> {
    let volumes = workload.pod.get("volumes").and_then(Value::as_array);
    let volumes = volumes.into_iter().flatten();
    volumes
        .filter_map(|volume| {
            Some((volume.get("name")?.as_str()?, volume.get("hostPath")?.get("path")?.as_str()?))
        })
        .collect()
}

fn inherited<'a>(
    workload: &Workload<'a>,
    container: &Container<'a>,
    field: &str,
) -> (Path, Option<&'a Value>) {
    inherited_context((&workload.path, workload.pod), (&container.path, container.value), field)
}

fn runs_as_root(change: &Change<'_>) -> Vec<Hit> {
    change
        .containers_after()
        .filter_map(|(workload, before, after)| {
            user_zero(workload, before, after).or_else(|| non_root_lost(workload, before, after))
        })
        .collect()
}

fn user_zero(workload: &Workload<'_>, before: Earlier<'_, '_>, after: &Container<'_>) -> Option<Hit> {
    let (path, is) = inherited(workload, after, "runAsUser");
    let was = before.and_then(|(workload, container)| inherited(workload, container, "runAsUser").1);
    let is_root = |value: Option<&Value>| value.and_then(Value::as_i64) == Some(0);
    // A pod that may not run as root does not start: `root-user-refused`.
    let is_refused = is_true(inherited(workload, after, "runAsNonRoot").1);
    (is_root(is) && !is_root(was) && !is_refused).then(|| {
        let message = format!("The {} runs as root (runAsUser 0).", after.named());
        Hit::new(Safeguard.certain(), workload.object, path, message).values(was, is)
    })
}

fn non_root_lost(workload: &Workload<'_>, before: Earlier<'_, '_>, after: &Container<'_>) -> Option<Hit> {
    let (earlier_workload, earlier) = before?;
    let (path, was) = inherited(earlier_workload, earlier, "runAsNonRoot");
    let (_, is) = inherited(workload, after, "runAsNonRoot");
    // An explicit user other than root is as good.
    let (_, user) = inherited(workload, after, "runAsUser");
    let has_user = user.and_then(Value::as_i64).is_some_and(|user| user != 0);
    (is_true(was) && !is_true(is) && !has_user).then(|| {
        let now = is.map_or("not set".to_owned(), shown_value);
        let message =
            format!("runAsNonRoot was true for {} and is {now}: it may run as root.", after.named());
        Hit::new(Safeguard.certain(), workload.object, path, message).values(was, is)
    })
}

fn privilege_escalation_allowed(change: &Change<'_>) -> Vec<Hit> {
    change
        .containers_after()
        .filter_map(|(workload, before, after)| {
            let field = "allowPrivilegeEscalation";
            let was = before.and_then(|(_, container)| context(container, field));
            let is = context(after, field);
            let was_denied = was == Some(&Value::Bool(false));
            let is_denied = is == Some(&Value::Bool(false));
            // Nothing said means allowed; in a container that is new only an explicit true is a choice.
            let widened = (was_denied && !is_denied) || (before.is_none() && is_true(is));
            let message = format!(
                "The {} lets its processes get more privileges than their parent (allowPrivilegeEscalation).",
                after.named()
            );
            let path = after.path_of(&["securityContext", field]);
            widened.then(|| Hit::new(Safeguard.certain(), workload.object, path, message).values(was, is))
        })
        .collect()
}
