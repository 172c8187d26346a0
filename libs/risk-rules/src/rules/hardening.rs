//! What kept a container from doing more than it has to.

use std::collections::BTreeSet;

use kube_model::{Path, Segment, shown, shown_list};
use serde_json::Value;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, Container, Permissions, View, Way, Workload, permissions, references, widened};
use crate::rule::{Check, Group, Hit, Rule};

const STANDARDS: &str = "https://kubernetes.io/docs/concepts/security/pod-security-standards/";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "token-mounted",
        group: Group::Security,
        title: "Pods get the token of their ServiceAccount again",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
        remedy: "Leave automountServiceAccountToken at false where the API is not called.",
        fires: "`automountServiceAccountToken: false` is removed",
        near_miss: "it was never false",
        equivalents: &[],
        check: Check::States(token_mounted),
    },
    Rule {
        id: "seccomp-lowered",
        group: Group::Security,
        title: "A container loses its seccomp profile",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/tutorials/security/seccomp/",
        remedy: "Keep RuntimeDefault, or a profile of its own.",
        fires: "`RuntimeDefault` becomes `Unconfined`",
        near_miss: "`Localhost` becomes `RuntimeDefault`",
        equivalents: &[],
        check: Check::States(seccomp_lowered),
    },
    Rule {
        id: "root-file-system-writable",
        group: Group::Security,
        title: "A container may write to its own file system again",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
        remedy: "Keep readOnlyRootFilesystem, and mount an emptyDir where it has to write.",
        fires: "`readOnlyRootFilesystem: true` is removed",
        near_miss: "it was never set",
        equivalents: &["kube-linter/no-read-only-root-fs"],
        check: Check::States(root_writable),
    },
    Rule {
        id: "host-port-added",
        group: Group::Security,
        title: "A container takes a port of its node",
        levels: [Level::Medium, Level::Medium],
        source: STANDARDS,
        remedy: "Use a Service; a port of the node passes network policies by, and allows one pod a node.",
        fires: "`hostPort: 8080` is added",
        near_miss: "a `containerPort` is added",
        equivalents: &[],
        check: Check::States(host_port_added),
    },
    Rule {
        id: "secret-in-environment",
        group: Group::Security,
        title: "A Secret that was a file becomes a variable",
        levels: [Level::Low, Level::Low],
        source: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
        remedy: "Keep it a file: variables show up in dumps, logs and child processes.",
        fires: "a Secret leaves the volumes and comes by `envFrom`",
        near_miss: "a Secret that always was a variable gets another key",
        equivalents: &["kube-linter/read-secret-from-env-var"],
        check: Check::States(secret_in_environment),
    },
    Rule {
        id: "service-account-switched",
        group: Group::Security,
        title: "Pods run as another ServiceAccount, which may do more",
        levels: [Level::Medium, Level::High],
        source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
        remedy: "Give the account of the workload the one permission that it needs.",
        fires: "`serviceAccountName` becomes one that is bound to a role with more",
        near_miss: "the other account may do the same",
        equivalents: &["kube-linter/default-service-account"],
        check: Check::States(service_account_switched),
    },
];

fn token_mounted(change: &Change<'_>) -> Vec<Hit> {
    let field = "automountServiceAccountToken";
    // The pod's own word counts before its account's.
    let refuses = |view: &View<'_>, workload: &Workload<'_>| {
        let account = workload.pod.get("serviceAccountName").and_then(Value::as_str).unwrap_or("default");
        let account = view.named("ServiceAccount", account, workload.object);
        let of_account = account.and_then(|account| account.value.get(field));
        workload.pod.get(field).or(of_account) == Some(&Value::Bool(false))
    };
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        if refuses(&change.before, before) && !refuses(&change.after, after) {
            let message = "Its pods get the token of their ServiceAccount, which they did not have before.";
            let hit = Hit::new(Safeguard.certain(), after.object, after.path.key(field), message.to_owned());
            hits.push(hit.values(before.pod.get(field), after.pod.get(field)));
        }
    }
    hits
}

/// A field of a container's security context, or of its pod's.
fn context<'a>(workload: &Workload<'a>, container: &Container<'a>, keys: &[&str]) -> Option<&'a Value> {
    let below = |context: &'a Value| keys.iter().try_fold(context, |value, key| value.get(key));
    let own = container.at(&["securityContext"]).and_then(below);
    own.or_else(|| workload.pod.get("securityContext").and_then(below))
}

fn seccomp_lowered(change: &Change<'_>) -> Vec<Hit> {
    let keys = ["seccompProfile", "type"];
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers_after() {
        let Some((earlier, before)) = before else { continue };
        let (was, is) = (context(earlier, before, &keys), context(workload, after, &keys));
        let confined = |value: Option<&Value>| {
            value.and_then(Value::as_str).is_some_and(|profile| profile != "Unconfined")
        };
        if !confined(was) || confined(is) {
            continue;
        }
        let (risk, now): (Risk, _) = match is {
            Some(_) => (Harm.likely(), "is Unconfined: every system call of the node is open to it"),
            None => (Safeguard.certain(), "is not set: most clusters then let every system call through"),
        };
        let message = format!("The seccomp profile of {} {now}.", after.named());
        let path = after.path_of(&["securityContext", "seccompProfile"]);
        hits.push(Hit::new(risk, workload.object, path, message).values(was, is));
    }
    hits
}

fn root_writable(change: &Change<'_>) -> Vec<Hit> {
    let keys = ["securityContext", "readOnlyRootFilesystem"];
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers() {
        let (was, is) = (before.at(&keys), after.at(&keys));
        if was == Some(&Value::Bool(true)) && is != Some(&Value::Bool(true)) {
            let message =
                format!("The {} may write to its own file system: so may who breaks into it.", after.named());
            let hit = Hit::new(Safeguard.certain(), workload.object, after.path_of(&keys), message);
            hits.push(hit.values(was, is));
        }
    }
    hits
}

fn host_ports(container: &Container<'_>) -> BTreeSet<i64> {
    let ports = container.at(&["ports"]).and_then(Value::as_array).into_iter().flatten();
    ports.filter_map(|port| port.get("hostPort")?.as_i64()).filter(|port| *port > 0).collect()
}

fn host_port_added(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers_after() {
        let had = before.map(|(_, container)| host_ports(container)).unwrap_or_default();
        for port in host_ports(after).difference(&had) {
            let message = format!(
                "The {} takes the port {port} of its node, past Services and network policies.",
                after.named()
            );
            let hit = Hit::new(Safeguard.certain(), workload.object, after.path_of(&["ports"]), message);
            hits.push(hit.after(Some(*port)));
        }
    }
    hits
}

fn secret_in_environment(change: &Change<'_>) -> Vec<Hit> {
    let of = |workload: &Workload<'_>, is_variable: bool| -> BTreeSet<String> {
        let secrets = references(workload).into_iter().filter(|reference| reference.kind == "Secret");
        let ways = secrets.filter(|secret| match secret.way {
            Way::Environment => is_variable,
            Way::Volume | Way::SubPath => !is_variable,
            Way::Name => false,
        });
        ways.map(|secret| secret.name.to_owned()).collect()
    };
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let is = of(after, true);
        if is.is_empty() {
            continue;
        }
        let (was_file, was_variable) = (of(before, false), of(before, true));
        let moved = is.into_iter().filter(|name| was_file.contains(name) && !was_variable.contains(name));
        for name in moved {
            let message = format!("The Secret {} was a file and becomes a variable.", shown(&name));
            let hit = Hit::new(Safeguard.possible(), after.object, after.path.key("containers"), message);
            hits.push(hit.after(Some(name)));
        }
    }
    hits
}

fn account<'a>(workload: &Workload<'a>) -> &'a str {
    workload.pod.get("serviceAccountName").and_then(Value::as_str).unwrap_or("default")
}

/// How many of the permissions are counted; the rest is said to be more.
const COUNTED: usize = 10_000;

/// Everything that a ServiceAccount may do by the bindings and roles of a state.
fn allowed<'a>(view: &View<'a>, account: &str, workload: &Workload<'_>) -> Vec<Permissions<'a>> {
    let namespace = workload.object.key.namespace.as_deref();
    let bindings = ["RoleBinding", "ClusterRoleBinding"].iter().flat_map(|kind| view.of_kind(kind));
    let is_bound = |subject: &Value| {
        let text = |field: &str| subject.get(field).and_then(Value::as_str);
        let is_here = text("namespace").is_none() || namespace.is_none() || text("namespace") == namespace;
        text("kind") == Some("ServiceAccount") && text("name") == Some(account) && is_here
    };
    bindings
        .filter(|binding| {
            let subjects = binding.value.get("subjects").and_then(Value::as_array);
            subjects.into_iter().flatten().any(is_bound)
        })
        .filter_map(|binding| {
            let role = |field: &str| binding.text(&["roleRef", field]).unwrap_or_default();
            view.named(role("kind"), role("name"), binding)
        })
        .flat_map(permissions)
        .collect()
}

/// `get on pods, list on pods and 3 more`.
fn in_words(new: &[Permissions<'_>]) -> String {
    let pairs = || {
        new.iter()
            .flat_map(|new| new.targets().flat_map(|target| new.verbs().map(move |verb| (verb, target))))
    };
    let told: BTreeSet<(&str, &str)> = pairs().take(COUNTED).collect();
    let is_counted = pairs().nth(COUNTED).is_none();
    let words = |(verb, target): &(&str, &str)| format!("{} on {}", shown(verb), shown(target));
    let words: Vec<String> = told.iter().map(words).collect();
    match is_counted {
        true => shown_list(&words, 5),
        false => format!(
            "{} and more than {} more",
            words.iter().take(5).cloned().collect::<Vec<_>>().join(", "),
            words.len().saturating_sub(5)
        ),
    }
}

fn service_account_switched(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.workloads() {
        let (was, is) = (account(before), account(after));
        if was == is {
            continue;
        }
        let had = allowed(&change.before, was, before);
        let new = widened(&had, &allowed(&change.after, is, after)).new;
        if new.is_empty() {
            continue;
        }
        let names = in_words(&new);
        let risk = match new.iter().all(Permissions::is_harmless_reading) {
            true => Safeguard.certain(),
            false => Harm.likely(),
        };
        let message = format!(
            "Its pods run as the ServiceAccount {} instead of {}, which also allows {}.",
            shown(is),
            shown(was),
            names
        );
        let path: Path = after.path.join(Segment::Key("serviceAccountName".to_owned()));
        hits.push(Hit::new(risk, after.object, path, message).before(Some(was)).after(Some(is)));
    }
    hits
}
