//! What a Role or a ClusterRole allows.
//!
//! A rule stands for the product of its verbs, groups, resources and names. It is never written out: a few kilobytes of
//! YAML may stand for a million million permissions.

mod widened;

use std::collections::HashSet;

use kube_model::{Object, shown};
use serde_json::Value;

pub(crate) use widened::{Widened, widened};

/// What permissions are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum On {
    /// Objects of the API.
    Resources,
    /// URLs that are no objects.
    Urls,
}

/// A part of a permission: a text; none for every object, and where a permission on URLs has no such part.
type Part<'a> = Option<&'a str>;

/// Every verb on every resource (or URL) of every group with every name: one rule of a role, or what is left of one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Permissions<'a> {
    pub(crate) on: On,
    /// Verbs, groups, resources or URLs, names; none of them is empty.
    factors: [Vec<Part<'a>>; 4],
}

const VERBS: usize = 0;
const GROUPS: usize = 1;
const TARGETS: usize = 2;
const NAMES: usize = 3;

/// Everything that a role allows.
pub(crate) fn permissions(role: &Object) -> Vec<Permissions<'_>> {
    let rules = role.value.get("rules").and_then(Value::as_array).into_iter().flatten();
    rules.flat_map(of_rule).filter(|allowed| !allowed.factors.iter().any(Vec::is_empty)).collect()
}

fn of_rule(rule: &Value) -> [Permissions<'_>; 2] {
    let all = || vec![None];
    let names = Some(texts(rule, "resourceNames")).filter(|names| !names.is_empty()).unwrap_or_else(all);
    let verbs = texts(rule, "verbs");
    let of_resources = [verbs.clone(), texts(rule, "apiGroups"), texts(rule, "resources"), names];
    let of_urls = [verbs, all(), texts(rule, "nonResourceURLs"), all()];
    [Permissions { on: On::Resources, factors: of_resources }, Permissions { on: On::Urls, factors: of_urls }]
}

fn texts<'a>(rule: &'a Value, key: &str) -> Vec<Part<'a>> {
    let texts = rule.get(key).and_then(Value::as_array).into_iter().flatten();
    let mut seen = HashSet::new();
    texts.filter_map(Value::as_str).filter(|text| seen.insert(*text)).map(Some).collect()
}

impl<'a> Permissions<'a> {
    pub(crate) fn verbs(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.factors[VERBS].iter().flatten().copied()
    }

    /// The API groups; `""` is the core group.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.factors[GROUPS].iter().flatten().copied()
    }

    /// The resources, or the URLs.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.factors[TARGETS].iter().flatten().copied()
    }

    /// The only objects that it is for; none for every object.
    pub(crate) fn names(&self) -> impl Iterator<Item = Option<&'a str>> + '_ {
        self.factors[NAMES].iter().copied()
    }

    /// Whether it only looks, and not at secrets.
    pub(crate) fn is_harmless_reading(&self) -> bool {
        self.on == On::Resources
            && self.verbs().all(|verb| matches!(verb, "get" | "list" | "watch"))
            && self.targets().all(|target| !matches!(target, "secrets" | "*") && !target.contains('/'))
    }

    /// Whether it allows everything.
    pub(crate) fn is_everything(&self) -> bool {
        let has_all = |factor: usize| self.factors[factor].contains(&Some("*"));
        self.on == On::Resources
            && [VERBS, GROUPS, TARGETS].into_iter().all(has_all)
            && self.factors[NAMES].contains(&None)
    }
}

/// Who a binding gives its role to: `ServiceAccount shop/web`, `Group system:authenticated`.
pub(crate) fn subjects(binding: &Object) -> Vec<String> {
    let subjects = binding.value.get("subjects").and_then(Value::as_array);
    subjects
        .into_iter()
        .flatten()
        .map(|subject| {
            let text = |key: &str| subject.get(key).and_then(Value::as_str);
            let namespace = text("namespace").map(|namespace| format!("{namespace}/")).unwrap_or_default();
            let name = format!("{namespace}{}", text("name").unwrap_or_default());
            format!("{} {}", shown(text("kind").unwrap_or("subject")), shown(&name))
        })
        .collect()
}
