//! RBAC that allows more than before.

use std::collections::{BTreeMap, HashSet};

use kube_model::{Object, Path, shown, shown_list};
use serde_json::Value;

use crate::Impact::{Disaster, Harm, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, On, Permissions, Widened, permissions, same_namespace, subjects, widened};
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
        let had = before.map(permissions).unwrap_or_default();
        let has = permissions(role);
        let widened = widened(&had, &has);
        if widened.new.is_empty() {
            continue;
        }
        let risk = widening_level(&widened.new, before.is_none());
        let message = format!("It newly allows {}{}.", in_words(&widened), for_whom(role));
        let rules = before.and_then(|before| before.value.get("rules"));
        let hit = Hit::new(risk, role, Path::root().key("rules"), message);
        hits.push(hit.values(rules, role.value.get("rules")));
    }
    hits
}

fn widening_level(new: &[Permissions<'_>], role_is_new: bool) -> Risk {
    if new.iter().any(Permissions::is_everything) {
        return Disaster.likely();
    }
    // A new application that may look around is what most new roles are for.
    match role_is_new && new.iter().all(Permissions::is_harmless_reading) {
        true => Safeguard.certain(),
        false => Harm.likely(),
    }
}

/// How many parts are told, and how many are counted.
const TOLD: usize = 6;
const COUNTED: usize = 10_000;

/// `get and list on secrets; create on pods/exec`.
fn in_words(widened: &Widened<'_>) -> String {
    let mut verbs_on: BTreeMap<String, Vec<&Permissions<'_>>> = BTreeMap::new();
    let all = widened.new.iter().flat_map(|new| places(new).map(move |place| (place, new)));
    for (place, new) in all.take(COUNTED) {
        verbs_on.entry(place).or_default().push(new);
    }
    let told = verbs_on.iter().take(TOLD).map(|(place, permissions)| {
        let mut known = HashSet::new();
        let verbs = permissions.iter().flat_map(|one| one.verbs()).filter(|verb| known.insert(*verb));
        let verbs: Vec<String> = verbs.map(shown).collect();
        format!("{} on {place}", shown_list(&verbs, 8))
    });
    // The parts have commas of their own.
    let told = told.collect::<Vec<_>>().join("; ");
    let is_counted = widened.new.iter().flat_map(places).nth(COUNTED).is_none();
    let few = if widened.is_exact {
        ""
    } else {
        " (its rules are too many to leave out all that it allowed before)"
    };
    match verbs_on.len().saturating_sub(TOLD) {
        0 => format!("{told}{few}"),
        more if is_counted => format!("{told}; and {more} more{few}"),
        more => format!("{told}; and more than {more} more{few}"),
    }
}

/// What permissions are on: `secrets`, `deployments.apps named web`.
fn places<'p>(permissions: &'p Permissions<'_>) -> impl Iterator<Item = String> + 'p {
    let groups: Vec<String> = match permissions.on {
        On::Urls => vec![String::new()],
        On::Resources => permissions
            .groups()
            .map(|group| if group.is_empty() { String::new() } else { format!(".{group}") })
            .collect(),
    };
    groups.into_iter().flat_map(move |group| {
        permissions.targets().flat_map(move |target| {
            let place = shown(&format!("{target}{group}"));
            permissions.names().map(move |name| match name {
                Some(name) => format!("{place} named {}", shown(name)),
                None => place.clone(),
            })
        })
    })
}

/// Who gets what a role allows, where that is not said by a binding to it alone.
fn for_whom(role: &Object) -> String {
    if role.key.kind != "ClusterRole" {
        return String::new();
    }
    match aggregated_to(role).as_slice() {
        [] => " in every namespace it is bound for".to_owned(),
        roles => format!(" to everybody who has {}", cluster_roles(roles)),
    }
}

fn cluster_roles(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("the ClusterRole {}", shown(name))).collect();
    shown_list(&names, 3)
}

/// The roles that take in what a ClusterRole allows, by its labels (Kubernetes documentation, "Using RBAC Authorization",
/// "Aggregated ClusterRoles").
fn aggregated_to(role: &Object) -> Vec<&str> {
    let labels = role.at(&["metadata", "labels"]).and_then(Value::as_object).into_iter().flatten();
    let set = labels.filter(|(_, value)| value.as_str() == Some("true"));
    set.filter_map(|(key, _)| key.strip_prefix(AGGREGATE)).collect()
}

const AGGREGATE: &str = "rbac.authorization.k8s.io/aggregate-to-";

fn binding_widened(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = aggregation_added(change);
    for binding in ["RoleBinding", "ClusterRoleBinding"].iter().flat_map(|kind| change.after.of_kind(kind)) {
        let before = change.object_before(binding);
        let had: HashSet<String> = before.map(subjects).unwrap_or_default().into_iter().collect();
        let new: Vec<String> =
            subjects(binding).into_iter().filter(|subject| !had.contains(subject)).collect();
        let is_for_all = new.iter().any(|subject| EVERYBODY.contains(&subject.as_str()));
        if new.is_empty() || (binds_new_role(change, binding) && !is_for_all) {
            continue;
        }
        let role = |field: &str| binding.text(&["roleRef", field]).unwrap_or_default();
        let risk = match role("name") {
            "cluster-admin" => Disaster.likely(),
            _ => Harm.likely(),
        };
        let unknown = new.iter().any(|subject| EVERYBODY[..2].contains(&subject.as_str()));
        let whom = if unknown { ": that is whoever reaches the API server, without a name" } else { "" };
        let message = format!(
            "{} gets the {} {}{whom}.",
            shown_list(&new, 4),
            shown(role("kind")),
            shown(role("name"))
        );
        let subjects = before.and_then(|before| before.value.get("subjects"));
        let hit = Hit::new(risk, binding, Path::root().key("subjects"), message);
        hits.push(hit.values(subjects, binding.value.get("subjects")));
    }
    hits
}

/// Those who need no name first, then all who have one (Kubernetes documentation, "Using RBAC Authorization", "Referring to
/// subjects" and "Discovery roles").
const EVERYBODY: [&str; 4] = [
    "Group system:unauthenticated",
    "User system:anonymous",
    "Group system:authenticated",
    "Group system:serviceaccounts",
];

/// A label gives what a ClusterRole allows to those who have another one. Of a role that is new `rbac-widened` says so.
fn aggregation_added(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.kept("ClusterRole") {
        let had = aggregated_to(before);
        for name in aggregated_to(after).into_iter().filter(|name| !had.contains(name)) {
            let message = format!("Everybody who has {} gets what it allows.", cluster_roles(&[name]));
            let label = format!("{AGGREGATE}{name}");
            let path = Path::root().key("metadata").key("labels").key(&label);
            let was = before.at(&["metadata", "labels", &label]);
            hits.push(Hit::new(Harm.likely(), after, path, message).values(was, Some(&Value::from("true"))));
        }
    }
    hits
}

/// A role that is new as well: `rbac-widened` says what it allows. One that is put together from others allows nothing by
/// itself.
fn binds_new_role(change: &Change<'_>, binding: &Object) -> bool {
    let role = |field: &str| binding.text(&["roleRef", field]).unwrap_or_default();
    change
        .after
        .of_kind(role("kind"))
        .filter(|object| object.key.name == role("name") && same_namespace(object, binding))
        .any(|object| change.object_before(object).is_none() && object.at(&["aggregationRule"]).is_none())
}
