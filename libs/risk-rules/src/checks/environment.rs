//! Environment variables.

use std::collections::BTreeSet;

use kube_model::{Segment, shown};
use serde_json::Value;

use super::{Check, Look, Profile, Seen, items, text};
use crate::Impact::{Notice, Safeguard};
use crate::model::{Container, Workload};
use crate::{Group, Level};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "variable-twice",
        group: Group::Configuration,
        title: "A container has two variables of one name",
        levels: [Level::Medium, Level::Medium],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy",
        remedy: "Keep one of them: the last counts, and a server-side apply refuses the list.",
        fires: "`PORT` stands twice in `env`",
        near_miss: "`PORT` stands in two containers",
        equivalents: &["kube-linter/duplicate-env-var"],
        seen_by: &[],
        risk: Safeguard.certain(),
        look: Look::Container(twice),
    },
    Check {
        id: "secret-in-plain-variable",
        group: Group::Security,
        title: "A variable that is named a secret has its value in the manifest",
        levels: [Level::Low, Level::Low],
        profile: Profile::Changed,
        source: "https://kubernetes.io/docs/concepts/configuration/secret/",
        remedy: "Put the value into a Secret, and mount it or refer to it by secretKeyRef.",
        fires: "`{name: CLIENT_SECRET, value: ...}`",
        near_miss: "`CLIENT_SECRET` by `secretKeyRef`; `{name: SECRETS_DIR, value: /mnt/secrets}`",
        equivalents: &["kube-linter/env-var-secret"],
        seen_by: &[],
        risk: Safeguard.possible(),
        look: Look::Container(plain_secret),
    },
    Check {
        id: "secret-by-variable",
        group: Group::Security,
        title: "A container reads a Secret by environment variables",
        levels: [Level::Low, Level::Low],
        profile: Profile::All,
        source: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
        remedy: "Mount it as a file: variables show up in dumps, logs and child processes.",
        fires: "a variable by `secretKeyRef`, or `envFrom` with a `secretRef`",
        near_miss: "the Secret is a volume",
        equivalents: &["kube-linter/read-secret-from-env-var"],
        seen_by: &["secret-in-environment"],
        risk: Notice.certain(),
        look: Look::Container(by_variable),
    },
];

fn variable(name: &str) -> Segment {
    Segment::Item(vec![("name".to_owned(), name.to_owned())])
}

fn twice(_: &Workload<'_>, container: &Container<'_>) -> Vec<Seen> {
    let (mut once, mut told) = (BTreeSet::new(), BTreeSet::new());
    let mut found = Vec::new();
    for name in items(container.at(&["env"])).filter_map(|variable| text(variable, "name")) {
        if once.insert(name) || !told.insert(name) {
            continue;
        }
        let message = format!("The variable {} stands twice in {}.", shown(name), container.named());
        found.push(Seen::new(container.path_of(&["env"]).join(variable(name)), message));
    }
    found
}

/// Where the value is a path, it says where the secret is, and not what it is.
fn plain_secret(_: &Workload<'_>, container: &Container<'_>) -> Vec<Seen> {
    let found = items(container.at(&["env"])).filter_map(|entry| {
        let (name, value) = (text(entry, "name")?, text(entry, "value")?);
        let is_secret = name.to_ascii_lowercase().contains("secret") && !value.is_empty();
        let message =
            format!("The value of {} stands in the manifest of {}.", shown(name), container.named());
        let path = container.path_of(&["env"]).join(variable(name)).key("value");
        (is_secret && !value.starts_with('/')).then(|| Seen::new(path, message).value(entry.get("value")))
    });
    found.collect()
}

fn by_variable(_: &Workload<'_>, container: &Container<'_>) -> Vec<Seen> {
    let single = items(container.at(&["env"])).filter_map(|entry| {
        let secret = entry.get("valueFrom")?.get("secretKeyRef")?;
        let name = text(entry, "name")?;
        let message = format!(
            "The variable {} of {} comes from the Secret {}.",
            shown(name),
            container.named(),
            shown(text(secret, "name").unwrap_or_default())
        );
        Some(Seen::new(container.path_of(&["env"]).join(variable(name)), message))
    });
    let whole: Vec<&str> = items(container.at(&["envFrom"]))
        .filter_map(|from| from.get("secretRef")?.get("name").and_then(Value::as_str))
        .collect();
    let whole = (!whole.is_empty()).then(|| {
        let names: Vec<String> = whole.iter().map(|name| shown(name)).collect();
        let message = format!(
            "All of {} becomes variables of {}.",
            kube_model::shown_list(&names, 3),
            container.named()
        );
        Seen::new(container.path_of(&["envFrom"]), message)
    });
    single.chain(whole).collect()
}
