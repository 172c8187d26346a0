//! Names that follow the names of the objects that they refer to.

use std::collections::HashMap;

use crate::config::BackReference;
use crate::error::Problem;
use crate::fieldspec::{Create, FieldSpec, apply, overwrite};
use crate::id::{Gvk, NO_NAMESPACE};
use crate::node::{Body, Node};
use crate::origin::{By, Origin, Source};
use crate::resource::Resource;
use crate::scalar::{Scalar, Tag};

/// Renames every reference to an object that was renamed.
pub(crate) fn follow(resources: &mut [Resource], table: &[BackReference]) -> Result<(), Problem> {
    resources.iter().try_for_each(check_subjects)?;
    if resources.iter().all(|resource| resource.previous.is_empty()) {
        return Ok(());
    }
    let names = Names::of(resources);
    for at in 0..resources.len() {
        let mut referrer = resources[at].clone();
        let first = referrer.first_id();
        let (group, version, kind) =
            (first.group.to_owned(), first.version.to_owned(), first.kind.to_owned());
        for reference in table {
            let of_kind = |spec: &&FieldSpec| spec.gvk.selects(&group, &version, &kind);
            for spec in reference.referrers.iter().filter(of_kind) {
                let target = &reference.target;
                let follow = Follow { all: resources, names: &names, referrer: &resources[at], target, spec };
                let spec = FieldSpec { gvk: Gvk::default(), ..spec.clone() };
                apply(&mut referrer, &spec, Create::Nothing, &mut |node| follow.set(node))?;
            }
        }
        resources[at].node = referrer.node;
    }
    Ok(())
}

/// The objects by each name that they had.
struct Names(HashMap<String, Vec<usize>>);

impl Names {
    fn of(resources: &[Resource]) -> Self {
        let mut names: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, resource) in resources.iter().enumerate() {
            for id in resource.previous_ids() {
                let had = names.entry(id.name.to_owned()).or_default();
                if had.last() != Some(&at) {
                    had.push(at);
                }
            }
        }
        Self(names)
    }
}

/// kustomize refuses a role binding to a service account whose namespace is no text.
fn check_subjects(resource: &Resource) -> Result<(), Problem> {
    let subjects = resource.node.get("subjects").map_or(&[][..], Node::items);
    let is_text = |node: &Node| node.value().is_some_and(|value| value.is_string());
    let is_blank =
        |subject: &Node| is_account(subject) && subject.get("namespace").is_some_and(|node| !is_text(node));
    match resource.kind() == "RoleBinding" && subjects.iter().any(is_blank) {
        true => Err(Problem::Reference(format!("{}: a subject has a blank namespace", resource.id()))),
        false => Ok(()),
    }
}

fn is_account(subject: &Node) -> bool {
    subject.get("kind").is_some_and(|kind| kind.text() == "ServiceAccount")
}

/// Whether an object could mean another by a name: one of its namespace or of none, or of the namespace of one of a
/// role binding's service accounts.
fn could_mean(referrer: &Resource, resource: &Resource) -> bool {
    let (id, other) = (referrer.id(), resource.id());
    let is_bound = || {
        let subjects = referrer.node.get("subjects").map_or(&[][..], Node::items).iter();
        let mut accounts = subjects.filter(|subject| is_account(subject));
        referrer.kind() == "RoleBinding"
            && accounts.any(|account| {
                account.get("namespace").is_some_and(|namespace| namespace.text() == resource.namespace())
            })
    };
    id.is_cluster || other.is_cluster || other.effective_namespace() == id.effective_namespace() || is_bound()
}

struct Follow<'a> {
    all: &'a [Resource],
    names: &'a Names,
    referrer: &'a Resource,
    target: &'a Gvk,
    spec: &'a FieldSpec,
}

impl<'a> Follow<'a> {
    fn set(&self, node: &mut Node) -> Result<(), Problem> {
        match &node.body {
            _ if node.is_null() => Ok(()),
            Body::Scalar(_) => self.set_name(node),
            Body::Mapping(_) => self.set_mapping(node),
            Body::Sequence(_) => {
                node.items_mut().into_iter().flatten().try_for_each(|item| match &item.body {
                    _ if item.is_null() => Ok(()),
                    Body::Scalar(_) => self.set_name(item),
                    Body::Mapping(_) => self.set_mapping(item),
                    Body::Sequence(_) => Err(Problem::Transformer(
                        "a list of names, or of mappings with names, was expected".to_owned(),
                    )),
                })
            }
        }
    }

    fn set_name(&self, node: &mut Node) -> Result<(), Problem> {
        let old = node.text();
        let same = |one: &Resource, other: &Resource| one.name() == other.name();
        match self.referral(old, self.candidates(old), same)? {
            Some(referral) if referral.name() != old => overwrite(node, self.text("name", referral)),
            _ => Ok(()),
        }
    }

    fn set_mapping(&self, node: &mut Node) -> Result<(), Problem> {
        let unnamed = || Problem::Transformer("a reference without `name`".to_owned());
        let old = node.get("name").ok_or_else(unnamed)?.text().to_owned();
        let candidates = self.candidates_of_namespace(node, &old);
        let same = |one: &Resource, other: &Resource| {
            one.name() == other.name() && one.namespace() == other.namespace()
        };
        let Some(referral) = self.referral(&old, candidates, same)? else { return Ok(()) };
        if referral.name() != old {
            node.set("name", self.text("name", referral));
        }
        let is_there =
            node.get("namespace").is_some_and(|namespace| namespace.text() == referral.namespace());
        if !referral.namespace().is_empty() && !is_there {
            node.set("namespace", self.text("namespace", referral));
        }
        Ok(())
    }

    /// The name or the namespace of an object, as a reference has it: it comes from where the object was renamed last.
    fn text(&self, key: &str, referral: &Resource) -> Node {
        let named = referral.node.at(&["metadata", key]).unwrap_or(&referral.node);
        let source = Source {
            file: named.origin.source.file.clone(),
            layer: named.origin.source.layer.clone(),
            by: By::NameReference,
        };
        let origin = Origin::new(&source.into(), named.origin.line(), None);
        let text = named.as_scalar().map(|scalar| scalar.text.clone()).unwrap_or_default();
        Node::scalar(Scalar { text, ..Scalar::plain("", Tag::Unset) }, &origin)
    }

    /// The objects that had a name and could be meant.
    fn candidates(&self, name: &str) -> Vec<&'a Resource> {
        let named = self.names.0.get(name).map_or(&[][..], Vec::as_slice);
        named.iter().map(|at| &self.all[*at]).filter(|resource| could_mean(self.referrer, resource)).collect()
    }

    /// Of those the ones of the namespace that a reference names: as it was first, or else as it is.
    fn candidates_of_namespace(&self, node: &Node, name: &str) -> Vec<&'a Resource> {
        let candidates = self.candidates(name);
        let Some(namespace) = node.get("namespace").map(Node::text) else { return candidates };
        if namespace == NO_NAMESPACE {
            return Vec::new();
        }
        // Of any name: where one object began in the namespace, those that came into it later do not count.
        let began = |resource: &Resource| resource.first_id().effective_namespace() == namespace;
        let is_first = self.all.iter().any(|resource| could_mean(self.referrer, resource) && began(resource));
        let is_wanted = |resource: &&Resource| match is_first {
            true => began(resource),
            false => resource.id().effective_namespace() == namespace,
        };
        candidates.into_iter().filter(is_wanted).collect()
    }

    /// The object that a name means: by its former names and kinds, then by what was put before and behind names.
    fn referral(
        &self,
        name: &str,
        candidates: Vec<&'a Resource>,
        same: impl Fn(&Resource, &Resource) -> bool,
    ) -> Result<Option<&'a Resource>, Problem> {
        let role = self.role();
        let mut left: Vec<&Resource> = candidates
            .into_iter()
            .filter(|resource| resource.previous_ids().any(|id| self.target.selects_id(&id)))
            .filter(|resource| {
                role.as_ref().is_none_or(|role| resource.previous_ids().any(|id| role.selects_id(&id)))
            })
            .filter(|resource| self.is_near(resource))
            .collect();
        if left.len() != 1 {
            left.retain(|resource| same_affixes(resource, self.referrer, true));
            if left.len() > 1 {
                left.retain(|resource| same_affixes(resource, self.referrer, false));
            }
        }
        match left.as_slice() {
            [] => Ok(None),
            [first, rest @ ..] if rest.iter().all(|other| same(first, other)) => Ok(Some(first)),
            several => {
                let ids: Vec<String> = several.iter().map(|resource| resource.id().to_string()).collect();
                let why = format!(
                    "{}, field {}: {name:?} could be any of {}",
                    self.referrer.id(),
                    self.spec.path,
                    ids.join(", ")
                );
                Err(Problem::Reference(why))
            }
        }
    }

    /// The kind that `roleRef` names.
    fn role(&self) -> Option<Gvk> {
        if !self.spec.path.ends_with("roleRef/name") {
            return None;
        }
        let text = |key: &str| self.referrer.node.at(&["roleRef", key]).map(|node| node.text().to_owned());
        Some(Gvk { group: text("apiGroup")?, version: String::new(), kind: text("kind")? })
    }

    fn is_near(&self, resource: &Resource) -> bool {
        let (id, other) = (self.referrer.id(), resource.id());
        id.is_cluster
            || other.is_cluster
            || resource.kind() == "ServiceAccount"
            || id.effective_namespace() == other.effective_namespace()
    }
}

/// Whether the names of two objects got the same last prefixes and suffixes.
fn same_affixes(one: &Resource, other: &Resource, empty_fits: bool) -> bool {
    let fits = |a: &[std::sync::Arc<str>], b: &[std::sync::Arc<str>]| {
        if a.is_empty() || b.is_empty() {
            return empty_fits || a.len() == b.len();
        }
        a.iter().rev().zip(b.iter().rev()).all(|(a, b)| a == b)
    };
    fits(&one.prefixes, &other.prefixes) && fits(&one.suffixes, &other.suffixes)
}
