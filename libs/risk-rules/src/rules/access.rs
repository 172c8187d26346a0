//! RBAC that allows more than before.

use std::collections::BTreeMap;

use kube_model::{Object, Path, shown, shown_list};

use crate::Impact::{Disaster, Harm, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, Grant, grants, same_namespace, subjects};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "rbac-widened",
        group: Group::Security,
        title: "A Role or ClusterRole allows more than before",
        levels: [Level::Medium, Level::Critical],
        source: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
        remedy: "Allow only the verbs and resources that are used, by name where possible.",
        fires: "a Role gets the verb `delete` on `pods`",
        near_miss: "`get` on `pods` beside `*` on `pods`",
        equivalents: &["kube-linter/wildcard-in-rules"],
        check: Check::States(rbac_widened),
    },
    Rule {
        id: "binding-widened",
        group: Group::Security,
        title: "A role is given to somebody who did not have it",
        levels: [Level::High, Level::Critical],
        source: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding",
        remedy: "Check that every new subject needs the role.",
        fires: "another ServiceAccount is bound to a Role",
        near_miss: "a subject is taken out",
        equivalents: &["kube-linter/cluster-admin-role-binding"],
        check: Check::States(binding_widened),
    },
];

fn rbac_widened(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for role in ["Role", "ClusterRole"].iter().flat_map(|kind| change.after.of_kind(kind)) {
        let before = change.object_before(role);
        let had = before.map(grants).unwrap_or_default();
        let new: Vec<Grant<'_>> =
            grants(role).into_iter().filter(|grant| !had.iter().any(|had| had.includes(grant))).collect();
        if new.is_empty() {
            continue;
        }
        let risk = widening_level(&new, before.is_none());
        let where_ = if role.key.kind == "ClusterRole" { " in every namespace it is bound for" } else { "" };
        let message = format!("It newly allows {}{where_}.", in_words(&new));
        let rules = before.and_then(|before| before.value.get("rules"));
        let hit = Hit::new(risk, role, Path::root().key("rules"), message);
        hits.push(hit.values(rules, role.value.get("rules")));
    }
    hits
}

fn widening_level(new: &[Grant<'_>], role_is_new: bool) -> Risk {
    if new.iter().any(Grant::is_everything) {
        return Disaster.likely();
    }
    // A new application that may look around is what most new roles are for.
    match role_is_new && new.iter().all(Grant::is_harmless_reading) {
        true => Safeguard.certain(),
        false => Harm.likely(),
    }
}

/// `get and list on secrets, create on pods/exec`.
fn in_words(grants: &[Grant<'_>]) -> String {
    let mut by_resource: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for grant in grants {
        let group = if grant.group.is_empty() { String::new() } else { format!(".{}", grant.group) };
        let name = grant.name.map(|name| format!(" named {}", shown(name))).unwrap_or_default();
        let resource = format!("{}{name}", shown(&format!("{}{group}", grant.resource)));
        let verbs = by_resource.entry(resource).or_default();
        let verb = shown(grant.verb);
        if !verbs.contains(&verb) {
            verbs.push(verb);
        }
    }
    let parts: Vec<String> = by_resource
        .into_iter()
        .map(|(resource, verbs)| format!("{} on {resource}", shown_list(&verbs, 8)))
        .collect();
    match parts.len() {
        1 => parts[0].clone(),
        _ => shown_semicolons(&parts),
    }
}

/// The parts have commas of their own.
fn shown_semicolons(parts: &[String]) -> String {
    const MOST: usize = 6;
    match parts.len() > MOST {
        true => format!("{}; and {} more", parts[..MOST].join("; "), parts.len() - MOST),
        false => parts.join("; "),
    }
}

fn binding_widened(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for binding in ["RoleBinding", "ClusterRoleBinding"].iter().flat_map(|kind| change.after.of_kind(kind)) {
        let before = change.object_before(binding);
        let had = before.map(subjects).unwrap_or_default();
        let new: Vec<String> =
            subjects(binding).into_iter().filter(|subject| !had.contains(subject)).collect();
        if new.is_empty() || binds_new_role(change, binding) {
            continue;
        }
        let role = |field: &str| binding.text(&["roleRef", field]).unwrap_or_default();
        let risk = match role("name") {
            "cluster-admin" => Disaster.likely(),
            _ => Harm.likely(),
        };
        let message =
            format!("{} gets the {} {}.", shown_list(&new, 4), shown(role("kind")), shown(role("name")));
        let subjects = before.and_then(|before| before.value.get("subjects"));
        let hit = Hit::new(risk, binding, Path::root().key("subjects"), message);
        hits.push(hit.values(subjects, binding.value.get("subjects")));
    }
    hits
}

/// A role that is new as well: `rbac-widened` says what it allows.
fn binds_new_role(change: &Change<'_>, binding: &Object) -> bool {
    let role = |field: &str| binding.text(&["roleRef", field]).unwrap_or_default();
    change
        .after
        .of_kind(role("kind"))
        .filter(|object| object.key.name == role("name") && same_namespace(object, binding))
        .any(|object| change.object_before(object).is_none())
}
