//! Roles that allow much, and who has them.

use std::collections::BTreeSet;

use kube_model::{Object, Path, shown, shown_list};
use serde_json::Value;

use super::{Check, Look, Profile, Seen, items};
use crate::Impact::{Harm, Safeguard};
use crate::model::{On, Selector, View, permissions, subjects};
use crate::{Group, Level};

const BINDINGS: &[&str] = &["RoleBinding", "ClusterRoleBinding"];
const PRACTICES: &str = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "secrets-within-reach",
        group: Group::Security,
        title: "A binding gives access to Secrets",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::All,
        source: PRACTICES,
        remedy: "Allow single Secrets by name, and reading alone.",
        fires: "a subject is bound to a role with `get` on `secrets`",
        near_miss: "the role allows `configmaps` alone",
        equivalents: &["kube-linter/access-to-secrets"],
        seen_by: &[],
        risk: Safeguard.certain(),
        look: Look::Object(BINDINGS, secrets),
    },
    Check {
        id: "pods-may-be-created",
        group: Group::Security,
        title: "A binding allows pods to be created, by themselves or through a controller",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::All,
        source: PRACTICES,
        remedy: "Leave the creation of pods to those who deploy.",
        fires: "a subject is bound to a role with `create` on `deployments`",
        near_miss: "the role allows `get` on `deployments`",
        equivalents: &["kube-linter/access-to-create-pods"],
        seen_by: &[],
        risk: Safeguard.certain(),
        look: Look::Object(BINDINGS, pods),
    },
    Check {
        id: "cluster-admin-bound",
        group: Group::Security,
        title: "Somebody has the role cluster-admin",
        levels: [Level::High, Level::High],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles",
        remedy: "Bind a role with what is needed.",
        fires: "a ClusterRoleBinding to `cluster-admin`",
        near_miss: "a ClusterRoleBinding to `view`",
        equivalents: &["kube-linter/cluster-admin-role-binding"],
        seen_by: &["binding-widened"],
        risk: Harm.likely(),
        look: Look::Object(&["ClusterRoleBinding"], cluster_admin),
    },
    Check {
        id: "wildcard-in-role",
        group: Group::Security,
        title: "A role allows every verb or every resource",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
        remedy: "Name the verbs and resources that are used.",
        fires: "`verbs: [\"*\"]`",
        near_miss: "`verbs: [get, list, watch]`",
        equivalents: &["kube-linter/wildcard-in-rules"],
        seen_by: &["rbac-widened"],
        risk: Safeguard.certain(),
        look: Look::Object(&["Role", "ClusterRole"], wildcard),
    },
    Check {
        id: "privileged-containers-admitted",
        group: Group::Security,
        title: "An OpenShift SecurityContextConstraints admits privileged containers",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::All,
        source: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.18/html/authentication_and_authorization/managing-pod-security-policies",
        remedy: "Set allowPrivilegedContainer to false, and allow the capability that is needed.",
        fires: "`allowPrivilegedContainer: true`",
        near_miss: "`allowPrivilegedContainer: false`",
        equivalents: &["kube-linter/scc-deny-privileged-container"],
        seen_by: &[],
        risk: Safeguard.certain(),
        look: Look::Object(&["SecurityContextConstraints"], privileged_admitted),
    },
];

/// The roles that a binding gives: the one that it names and those that are aggregated into it.
fn roles<'a>(view: &View<'a>, binding: &Object) -> Vec<&'a Object> {
    let field = |name: &str| binding.text(&["roleRef", name]).unwrap_or_default();
    let named = match field("kind") {
        "ClusterRole" => view.named_in("ClusterRole", field("name"), None),
        _ => view.named("Role", field("name"), binding),
    };
    let Some(role) = named else { return Vec::new() };
    let selectors = items(role.at(&["aggregationRule", "clusterRoleSelectors"]));
    let selectors: Vec<Selector<'_>> = selectors.filter_map(Selector::of_labels).collect();
    let aggregated = view.of_kind("ClusterRole").filter(|other| {
        let labels = other.at(&["metadata", "labels"]).and_then(Value::as_object);
        selectors.iter().any(|selector| selector.matches_any(labels))
    });
    std::iter::once(role).chain(aggregated).collect()
}

/// What a binding gives of what is looked for, in words: these resources of this group, with any verb that counts.
fn given(
    view: &View<'_>,
    binding: &Object,
    (group, resources): (&str, &[&str]),
    counts: fn(&str) -> bool,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for allowed in roles(view, binding).into_iter().flat_map(permissions) {
        if allowed.on != On::Resources || !allowed.groups().any(|one| one == "*" || one == group) {
            continue;
        }
        for target in allowed.targets().filter(|target| *target == "*" || resources.contains(target)) {
            let verbs = allowed.verbs().filter(|verb| counts(verb));
            found.extend(verbs.map(|verb| format!("{} on {}", shown(verb), shown(target))));
        }
    }
    found
}

fn told(binding: &Object, given: BTreeSet<String>) -> Vec<Seen> {
    if given.is_empty() {
        return Vec::new();
    }
    let given: Vec<String> = given.into_iter().collect();
    let message = format!("{} may {}.", shown_list(&subjects(binding), 3), shown_list(&given, 6));
    vec![Seen::new(Path::root().key("roleRef"), message).value(binding.value.get("roleRef"))]
}

fn secrets(view: &View<'_>, binding: &Object) -> Vec<Seen> {
    told(binding, given(view, binding, ("", &["secrets"]), |_| true))
}

/// Kubernetes' own resources that make pods.
const MAKERS: [(&str, &[&str]); 3] = [
    ("", &["pods", "replicationcontrollers"]),
    ("apps", &["deployments", "statefulsets", "replicasets", "daemonsets"]),
    ("batch", &["jobs", "cronjobs"]),
];

fn pods(view: &View<'_>, binding: &Object) -> Vec<Seen> {
    let found =
        MAKERS.iter().flat_map(|maker| given(view, binding, *maker, |verb| matches!(verb, "create" | "*")));
    told(binding, found.collect())
}

fn cluster_admin(_: &View<'_>, binding: &Object) -> Vec<Seen> {
    let role = |field: &str| binding.text(&["roleRef", field]);
    if (role("kind"), role("name")) != (Some("ClusterRole"), Some("cluster-admin")) {
        return Vec::new();
    }
    let message = format!("{} may do everything in the cluster.", shown_list(&subjects(binding), 4));
    vec![Seen::new(Path::root().key("subjects"), message).value(binding.value.get("subjects"))]
}

fn wildcard(_: &View<'_>, role: &Object) -> Vec<Seen> {
    let wide: BTreeSet<&str> = ["resources", "verbs"]
        .into_iter()
        .filter(|field| {
            items(role.value.get("rules")).any(|rule| items(rule.get(*field)).any(|item| item == "*"))
        })
        .collect();
    if wide.is_empty() {
        return Vec::new();
    }
    let what: Vec<String> = wide.into_iter().map(|field| format!("all {field}")).collect();
    let message = format!("It allows {} (\"*\"), those of later versions too.", shown_list(&what, 2));
    vec![Seen::new(Path::root().key("rules"), message).value(role.value.get("rules"))]
}

fn privileged_admitted(_: &View<'_>, constraints: &Object) -> Vec<Seen> {
    let field = "allowPrivilegedContainer";
    let is = constraints.value.get(field);
    if constraints.key.group != "security.openshift.io" || is != Some(&Value::Bool(true)) {
        return Vec::new();
    }
    let message = "It admits privileged containers (allowPrivilegedContainer).".to_owned();
    vec![Seen::new(Path::root().key(field), message).value(is)]
}
