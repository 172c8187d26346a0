//! Settings that containers lose, or that are switched.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use kube_model::{Object, Path, Segment, shown, shown_list, shown_value};
use serde_json::Value;

use crate::Impact::{Harm, Notice, Safeguard};
use crate::Level;
use crate::level::Risk;
use crate::model::{Change, Container, Wholes, Workload, items, references, same_namespace, wholes};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "variable-dropped",
        group: Group::Configuration,
        title: "A container loses an environment variable",
        levels: [Level::Low, Level::Medium],
        source: "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
        remedy: "Keep the variable, or make sure that the version that runs does not read it any more.",
        fires: "`env` loses `TIMEOUT`, and the image stays",
        near_miss: "the variable moves into a ConfigMap that `envFrom` reads, or has read before",
        equivalents: &[],
        check: Check::States(variable_dropped),
    },
    Rule {
        id: "variable-reference-broken",
        group: Group::Configuration,
        title: "A value refers to a variable that is not there",
        levels: [Level::High, Level::High],
        source: "https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/",
        remedy: "Define the variable before those that refer to it, or write $$(NAME) for the text itself.",
        fires: "`args: [--host=$(HOST)]` stays, and `HOST` is removed",
        near_miss: "`$$(HOST)`; a ConfigMap of `envFrom` may have it; `sh -c 'echo $(hostname)'`",
        equivalents: &[],
        check: Check::States(reference_broken),
    },
    Rule {
        id: "config-key-dropped",
        group: Group::Configuration,
        title: "A ConfigMap or Secret that pods read as a whole loses a key",
        levels: [Level::Low, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/configuration/configmap/#using-configmaps",
        remedy: "Keep the key, or make sure that the version that runs does not read it any more.",
        fires: "a key goes that a container gets by `envFrom`, and its image stays",
        near_miss: "nobody reads the whole; a key that is referred to has a rule of its own",
        equivalents: &[],
        check: Check::States(key_dropped),
    },
    Rule {
        id: "feature-switched",
        group: Group::Configuration,
        title: "A feature is switched on or off",
        levels: [Level::Low, Level::Low],
        source: "https://martinfowler.com/articles/feature-toggles.html",
        remedy: "Make sure that the feature is meant to be switched in the target, by this change.",
        fires: "`FEATURE_CHECKOUT: \"false\"` becomes `\"true\"`",
        near_miss: "a value that is no switch changes",
        equivalents: &[],
        check: Check::States(feature_switched),
    },
];

fn variables<'a>(container: &Container<'a>) -> Vec<(&'a str, &'a Value)> {
    let named = |variable: &'a Value| Some((variable.get("name")?.as_str()?, variable));
    items(container.value.get("env")).filter_map(named).collect()
}

/// With a new image it is often meant.
fn risk_of(same_image: bool) -> Risk {
    if same_image { Safeguard.likely() } else { Safeguard.possible() }
}

fn variable_dropped(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers() {
        let kept: BTreeSet<&str> = variables(after).into_iter().map(|(name, _)| name).collect();
        let gone: Vec<&str> =
            variables(before).into_iter().map(|(name, _)| name).filter(|name| !kept.contains(name)).collect();
        if gone.is_empty() {
            continue;
        }
        let wholes = wholes(&change.after, workload, after);
        let lost: Vec<String> = gone.into_iter().filter(|name| !wholes.has(name)).map(shown).collect();
        // It may have moved there under another name.
        let may_be_elsewhere =
            after.at(&["envFrom"]).is_some() && after.at(&["envFrom"]) != before.at(&["envFrom"]);
        if lost.is_empty() || may_be_elsewhere {
            continue;
        }
        let same_image = before.image() == after.image();
        let image = if same_image { "while its image stays" } else { "with its new image" };
        let message = format!("The {} loses {} {image}.", after.named(), shown_list(&lost, 5));
        let hit = Hit::new(risk_of(same_image), workload.object, after.path_of(&["env"]), message);
        hits.push(hit.before(Some(lost.join(", "))));
    }
    hits
}

/// The names in `$(NAME)`; `$$(NAME)` is the text itself.
fn referred(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        rest = &rest[start + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            rest = after;
            continue;
        }
        let Some(inner) = rest.strip_prefix('(') else { continue };
        // What is never closed is no reference, nor is anything after it.
        let Some((name, after)) = inner.split_once(')') else { break };
        let is_name =
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
        names.extend(is_name.then_some(name));
        rest = after;
    }
    names
}

/// A reference that nothing defines.
struct Broken<'a> {
    path: Path,
    text: &'a str,
    name: &'a str,
    /// The variable is there, and is defined only after the one that refers to it.
    is_later: bool,
    /// In a script, what is no variable of the container is a command to the shell: `$(hostname)`.
    is_in_script: bool,
}

/// Every reference that nothing defines, or only what comes after it (API reference, "EnvVar": "previously defined"
/// variables are expanded). Service links define some names too, and so does what `envFrom` reads.
fn broken<'a>(container: &Container<'a>, wholes: &Wholes<'_>) -> Vec<Broken<'a>> {
    let variables = variables(container);
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut texts: Vec<(Path, &str, usize)> = Vec::new();
    for (index, (name, variable)) in variables.iter().enumerate() {
        first.entry(name).or_insert(index);
        let item = Segment::Item(vec![("name".to_owned(), (*name).to_owned())]);
        let path = container.path.key("env").join(item).key("value");
        texts.extend(variable.get("value").and_then(Value::as_str).map(|text| (path, text, index)));
    }
    let words = ["command", "args"].iter().flat_map(|field| {
        let words = items(container.value.get(*field)).filter_map(Value::as_str);
        words.map(|word| (container.path.key(field), word))
    });
    let words: Vec<(Path, &str)> = words.collect();
    let script = script_after(words.iter().map(|(_, word)| *word));
    let texts = texts.into_iter().map(|(path, text, defined)| (path, text, defined, false));
    let words =
        words.into_iter().enumerate().map(|(at, (path, word))| (path, word, usize::MAX, at >= script));
    let is_link = |name: &str| {
        name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || name.contains("_PORT_")
    };
    texts
        .chain(words)
        .flat_map(|(path, text, defined, is_in_script)| {
            let first = &first;
            referred(text).into_iter().filter_map(move |name| {
                let at = first.get(name);
                let is_later = at.is_some();
                let is_there = at.is_some_and(|at| *at < defined);
                (!is_there).then(|| Broken { path: path.clone(), text, name, is_later, is_in_script })
            })
        })
        .filter(|broken| !wholes.has(broken.name) && !is_link(broken.name))
        .filter(|_| !wholes.is_open)
        .collect()
}

/// Where the script of a shell begins: behind `sh -c`, `/bin/bash -euc` and the like. Behind all words without one.
fn script_after<'a>(words: impl Iterator<Item = &'a str>) -> usize {
    const SHELLS: [&str; 7] = ["sh", "bash", "ash", "dash", "ksh", "zsh", "busybox"];
    let mut is_shell = false;
    for (index, word) in words.enumerate() {
        is_shell |= SHELLS.contains(&word.rsplit('/').next().unwrap_or_default());
        let flags = word.strip_prefix('-').filter(|flags| !flags.starts_with('-'));
        if is_shell && flags.is_some_and(|flags| flags.contains('c')) {
            return index + 1;
        }
    }
    usize::MAX
}

/// Whether a container refers to any variable.
fn refers(container: &Container<'_>) -> bool {
    let values = items(container.value.get("env")).filter_map(|variable| variable.get("value"));
    let words = ["command", "args"].into_iter().flat_map(|field| items(container.value.get(field)));
    values.chain(words).filter_map(Value::as_str).any(|text| text.contains("$("))
}

fn reference_broken(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers_after() {
        if !refers(after) {
            continue;
        }
        let earlier = before
            .map(|(workload, container)| broken(container, &wholes(&change.before, workload, container)));
        let earlier = earlier.unwrap_or_default();
        let earlier: BTreeSet<&str> = earlier.iter().map(|broken| broken.name).collect();
        let had = before.map(|(_, container)| variables(container)).unwrap_or_default();
        let had: BTreeSet<&str> = had.iter().map(|(name, _)| *name).collect();
        for Broken { path, text, name, is_later, is_in_script } in
            broken(after, &wholes(&change.after, workload, after))
        {
            if earlier.contains(name) || (is_in_script && !had.contains(name)) {
                continue;
            }
            let why =
                if is_later { "the variable is defined only after it" } else { "it has no such variable" };
            let message =
                format!("The {} gets the text $({}) as it stands: {why}.", after.named(), shown(name));
            hits.push(Hit::new(Harm.likely(), workload.object, path, message).after(Some(text)));
        }
    }
    hits
}

fn key_dropped(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let by_what = LazyCell::new(|| readers_of_wholes(change));
    for kind in ["ConfigMap", "Secret"] {
        for (before, after) in change.kept(kind) {
            let lost = lost_keys(before, after);
            if lost.is_empty() {
                continue;
            }
            let readers = by_what.get(&(kind, after.key.name.as_str())).into_iter().flatten();
            let readers: Vec<&Reader<'_, '_>> =
                readers.filter(|(_, workload)| same_namespace(workload.object, after)).collect();
            if readers.is_empty() {
                continue;
            }
            let same_image = readers.iter().any(|(before, workload)| images(before) == images(workload));
            let names: Vec<String> = readers.iter().map(|(_, workload)| workload.named()).collect();
            let keys: Vec<String> = lost.iter().map(|key| shown(key)).collect();
            let message =
                format!("{} is gone, and {} reads the whole.", shown_list(&keys, 5), shown_list(&names, 3));
            let hit = Hit::new(risk_of(same_image), after, Path::root().key("data"), message);
            hits.push(hit.before(Some(lost.join(", "))));
        }
    }
    hits
}

fn images(workload: &Workload<'_>) -> Vec<Option<String>> {
    workload.containers.iter().map(|container| container.image().map(str::to_owned)).collect()
}

/// A workload that reads something as a whole: before and after.
type Reader<'c, 'a> = (&'c Workload<'a>, &'c Workload<'a>);

fn readers_of_wholes<'c, 'a>(
    change: &'c Change<'a>,
) -> HashMap<(&'static str, &'a str), Vec<Reader<'c, 'a>>> {
    let mut readers: HashMap<_, Vec<_>> = HashMap::new();
    for (before, after) in change.workloads() {
        let wholes = references(after).into_iter().filter(|reference| reference.key.is_none());
        let wholes: BTreeSet<_> = wholes.map(|reference| (reference.kind, reference.name)).collect();
        wholes.into_iter().for_each(|whole| readers.entry(whole).or_default().push((before, after)));
    }
    readers
}

fn lost_keys<'a>(before: &'a Object, after: &Object) -> Vec<&'a str> {
    let fields = ["data", "stringData", "binaryData"];
    let has = |key: &str| fields.iter().any(|field| after.at(&[field, key]).is_some());
    let keys = fields.iter().filter_map(|field| before.at(&[field])?.as_object());
    keys.flat_map(serde_json::Map::keys).map(String::as_str).filter(|key| !has(key)).collect()
}

/// `true`, `"off"`, `1`.
fn switch(value: &Value) -> Option<bool> {
    let text = match value {
        Value::Bool(is) => return Some(*is),
        Value::String(text) => text.to_ascii_lowercase(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    match text.as_str() {
        "true" | "on" | "yes" | "enabled" | "1" => Some(true),
        "false" | "off" | "no" | "disabled" | "0" => Some(false),
        _ => None,
    }
}

fn names_a_feature(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["feature", "flag", "toggle", "enable", "disable"].iter().any(|word| key.contains(word))
}

fn feature_switched(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (before, after) in change.kept("ConfigMap") {
        let data = after.at(&["data"]).and_then(Value::as_object);
        for (key, is) in data.into_iter().flatten() {
            let was = before.at(&["data", key]);
            hits.extend(switched(after, Path::root().key("data").key(key), key, (was, Some(is))));
        }
    }
    for (workload, before, after) in change.containers() {
        let earlier: HashMap<&str, &Value> = variables(before).into_iter().collect();
        for (name, variable) in variables(after) {
            let was = earlier.get(name).and_then(|variable| variable.get("value"));
            let item = Segment::Item(vec![("name".to_owned(), name.to_owned())]);
            let path = after.path_of(&["env"]).join(item).key("value");
            hits.extend(switched(workload.object, path, name, (was, variable.get("value"))));
        }
    }
    hits
}

fn switched(
    object: &Object,
    path: Path,
    key: &str,
    (was, is): (Option<&Value>, Option<&Value>),
) -> Option<Hit> {
    let (Some(was), Some(is)) = (was, is) else { return None };
    let differs = switch(was)? != switch(is)?;
    let message = format!("{} goes from {} to {}.", shown(key), shown_value(was), shown_value(is));
    (differs && names_a_feature(key))
        .then(|| Hit::new(Notice.certain(), object, path, message).values(Some(was), Some(is)))
}
