//! What Argo CD and Flux delete by themselves.

use std::collections::BTreeSet;

use kube_model::{Object, Path, shown_list};
use serde_json::Value;

use crate::Impact::{Disaster, Safeguard};
use crate::Level;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "generated-application-removed",
        group: Group::Data,
        title: "An ApplicationSet generates an Application no more, and what it deployed is deleted with it",
        levels: [Level::Critical, Level::Critical],
        source: "https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Application-Deletion/",
        remedy: "Set preserveResourcesOnDeletion first, or look at what these Applications deploy.",
        fires: "an element leaves the list of a generator; the name in the template changes",
        near_miss: "`preserveResourcesOnDeletion: true`; `applicationsSync: create-update`",
        equivalents: &[],
        check: Check::States(generated_removed),
    },
    Rule {
        id: "pruning-on",
        group: Group::Data,
        title: "What leaves the files is deleted from the cluster from now on",
        levels: [Level::Medium, Level::Medium],
        source: "https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/#automatic-pruning",
        remedy: "Compare the cluster with the files first: what only the cluster has goes with the next sync.",
        fires: "`automated.prune: false` of an Application becomes `true`",
        near_miss: "it was on before; a new Application comes with it",
        equivalents: &[],
        check: Check::States(pruning_on),
    },
];

const ARGO: &str = "argoproj.io";

/// Whether the controller deletes Applications that are generated no more, and these what they deployed (Argo CD
/// documentation, "Application Pruning & Resource Deletion" and "Controlling Resource Modification").
fn cascades(set: &Object) -> bool {
    let policy = set.text(&["spec", "syncPolicy", "applicationsSync"]);
    set.at(&["spec", "syncPolicy", "preserveResourcesOnDeletion"]) != Some(&Value::Bool(true))
        && !matches!(policy, Some("create-only" | "create-update"))
}

/// The names of the Applications; none where they depend on what is in no file.
fn names(set: &Object) -> Option<BTreeSet<String>> {
    let template = set.text(&["spec", "template", "metadata", "name"])?;
    let generators = set.at(&["spec", "generators"])?.as_array()?;
    let mut names = BTreeSet::new();
    for generator in generators {
        let fields: Vec<&String> = generator.as_object()?.keys().filter(|key| *key != "selector").collect();
        if fields != ["list"] {
            return None;
        }
        for element in generator.get("list")?.get("elements")?.as_array()? {
            names.insert(filled(template, element)?);
        }
    }
    Some(names)
}

/// `{{name}}` and `{{.name}}`, with blanks or without.
fn filled(template: &str, element: &Value) -> Option<String> {
    let (mut name, mut rest) = (String::new(), template);
    while let Some((text, after)) = rest.split_once("{{") {
        let (key, after) = after.split_once("}}")?;
        let key = key.trim();
        let keys = key.strip_prefix('.').unwrap_or(key).split('.');
        let value = keys.into_iter().try_fold(element, |value, key| value.get(key))?;
        name.push_str(text);
        match value {
            Value::String(value) => name.push_str(value),
            value => name.push_str(&value.to_string()),
        }
        rest = after;
    }
    Some(name + rest)
}

fn generated_removed(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for after in change.after.custom(ARGO, "ApplicationSet").filter(|set| cascades(set)) {
        let Some(before) = change.object_before(after) else { continue };
        let template = ["spec", "template", "metadata", "name"];
        let is_renamed = before.text(&template) != after.text(&template);
        let lost = match (names(before), names(after)) {
            (Some(was), Some(is)) => {
                let lost: Vec<String> = was.difference(&is).map(|name| kube_model::shown(name)).collect();
                if lost.is_empty() {
                    continue;
                }
                let plural = if lost.len() == 1 { "" } else { "s" };
                format!("the Application{plural} {}", shown_list(&lost, 3))
            }
            _ if is_renamed => "the Applications by their old names".to_owned(),
            _ => continue,
        };
        let message = format!(
            "It generates {lost} no more: Argo CD deletes what is generated no more, with everything that it deployed."
        );
        let keys: &[&str] = if is_renamed { &template } else { &["spec", "generators"] };
        let path = Path::keys(keys);
        hits.push(Hit::new(Disaster.likely(), after, path, message).values(before.at(keys), after.at(keys)));
    }
    hits
}

/// Where the deployers say whether they prune.
const PRUNING: [(&str, &str, &[&str]); 3] = [
    (ARGO, "Application", &["spec", "syncPolicy", "automated", "prune"]),
    (ARGO, "ApplicationSet", &["spec", "template", "spec", "syncPolicy", "automated", "prune"]),
    ("kustomize.toolkit.fluxcd.io", "Kustomization", &["spec", "prune"]),
];

fn pruning_on(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (group, kind, keys) in PRUNING {
        for after in change.after.custom(group, kind) {
            let Some(before) = change.object_before(after) else { continue };
            let prunes = |object: &Object| object.at(keys) == Some(&Value::Bool(true));
            if prunes(before) || !prunes(after) {
                continue;
            }
            let message = "What its files do not have any more is deleted from the cluster from the next sync on, claims \
                           and their data too.";
            let path = Path::keys(keys);
            let hit = Hit::new(Safeguard.certain(), after, path, message.to_owned());
            hits.push(hit.values(before.at(keys), after.at(keys)));
        }
    }
    hits
}
