//! Which object before is which object after.
//!
//! An object is known by group, kind, namespace and name, whatever its version. Kinds that moved to another group stay
//! one object, ConfigMaps and Secrets whose name ends in Kustomize's hash are known by what comes before it, and of
//! objects that the API server names (`generateName`) equal ones are the same. What is left is looked at by content
//! ([`crate::alike`]).

use std::collections::BTreeMap;

use kube_model::schema::{Schema, Schemas, group_today};
use kube_model::{Object, ObjectKey, Path, scope};
use serde_json::Value;

use crate::compare::Difference;
use crate::reason::Reason;

/// The characters of Kustomize's name suffix: a hash in hexadecimal digits, of which `0 1 3 a e` are written `g h k m t`
/// (`encode` in sigs.k8s.io/kustomize/api/hasher), so that no word comes out of it.
const HASH_CHARACTERS: &str = "bcdfghkmt2456789";
const HASH_LENGTH: usize = 10;

/// What an object is known by. Identities sort as the objects of a state do: by kind, namespace, name, group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Identity<'a> {
    pub(crate) kind: &'a str,
    pub(crate) namespace: Option<&'a str>,
    pub(crate) name: &'a str,
    pub(crate) group: &'a str,
}

/// One object before, after, or both.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) identity: Identity<'a>,
    pub(crate) before: Option<&'a Object>,
    pub(crate) after: Option<&'a Object>,
}

/// What decides about an identity beside the manifest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The namespace of what names none.
    pub(crate) namespace: Option<&'a str>,
    /// What is known of the kinds.
    pub(crate) schemas: &'a Schemas,
}

impl<'a> Context<'a> {
    /// What an object is known by.
    pub(crate) fn identity(&self, object: &'a Object) -> Identity<'a> {
        let key = &object.key;
        let namespace = key.namespace.as_deref().or(self.namespace).filter(|_| !self.is_of_cluster(key));
        Identity { kind: &key.kind, namespace, name: &key.name, group: group_today(&key.group, &key.kind) }
    }

    /// Whether objects of the kind belong to no namespace.
    pub(crate) fn is_of_cluster(&self, key: &ObjectKey) -> bool {
        match self.schemas.of(&key.group, &key.kind).is_namespaced() {
            Some(namespaced) => !namespaced,
            None => scope::belongs_to_cluster(&key.group, &key.kind),
        }
    }

    /// The schema of an object's kind.
    pub(crate) fn schema(&self, key: &'a ObjectKey) -> Schema<'a> {
        self.schemas.of(&key.group, &key.kind)
    }

    /// Why what an object says of its namespace is no change.
    pub(crate) fn of_namespace(&self, key: &ObjectKey, difference: &Difference) -> Option<Reason> {
        if difference.path != Path::root().key("metadata").key("namespace") {
            return None;
        }
        if self.is_of_cluster(key) {
            return Some(Reason::CLUSTER_SCOPED);
        }
        let written = difference.before.as_ref().or(difference.after.as_ref()).and_then(Value::as_str);
        let one_side = difference.before.is_none() != difference.after.is_none();
        (one_side && self.namespace.is_some() && written == self.namespace).then_some(Reason::GIVEN_NAMESPACE)
    }
}

/// The objects of both states, each with the one that it is on the other side, sorted by identity.
pub(crate) fn pairs<'a>(before: &'a [Object], after: &'a [Object], context: Context<'a>) -> Vec<Pair<'a>> {
    let mut groups: BTreeMap<Identity<'a>, [Vec<&'a Object>; 2]> = BTreeMap::new();
    for object in before {
        groups.entry(context.identity(object)).or_default()[0].push(object);
    }
    for object in after {
        groups.entry(context.identity(object)).or_default()[1].push(object);
    }
    let mut pairs = Vec::with_capacity(groups.len());
    for (identity, [befores, afters]) in groups {
        of_one_name(identity, befores, afters, &mut pairs);
    }
    by_stem(&mut pairs);
    pairs
}

/// Several objects share an identity where the server names them: equal ones are the same, the others are compared in the
/// order of what they say, so that the order of the documents means nothing.
fn of_one_name<'a>(
    identity: Identity<'a>,
    mut befores: Vec<&'a Object>,
    mut afters: Vec<&'a Object>,
    pairs: &mut Vec<Pair<'a>>,
) {
    if befores.len() > 1 || afters.len() > 1 {
        befores.sort_by_cached_key(|object| object.value.to_string());
        afters.sort_by_cached_key(|object| object.value.to_string());
        befores.retain(|before| match afters.iter().position(|after| after.value == before.value) {
            Some(position) => {
                let after = afters.remove(position);
                pairs.push(Pair { identity, before: Some(before), after: Some(after) });
                false
            }
            None => true,
        });
    }
    let count = befores.len().max(afters.len());
    pairs.extend((0..count).map(|index| Pair {
        identity,
        before: befores.get(index).copied(),
        after: afters.get(index).copied(),
    }));
}

/// Joins what differs in Kustomize's hash alone, where one object before and one after have the stem.
fn by_stem(pairs: &mut Vec<Pair<'_>>) {
    let mut stems: BTreeMap<Identity<'_>, [Vec<usize>; 2]> = BTreeMap::new();
    for (index, pair) in pairs.iter().enumerate() {
        if !matches!((pair.identity.group, pair.identity.kind), ("", "ConfigMap" | "Secret")) {
            continue;
        }
        let side = match (pair.before, pair.after) {
            (Some(_), None) => 0,
            (None, Some(_)) => 1,
            _ => continue,
        };
        let name = stem(pair.identity.name).unwrap_or(pair.identity.name);
        stems.entry(Identity { name, ..pair.identity }).or_default()[side].push(index);
    }
    let mut joined = Vec::new();
    for sides in stems.values() {
        if let [[old], [new]] = [&sides[0][..], &sides[1][..]] {
            pairs[*new].before = pairs[*old].before;
            joined.push(*old);
        }
    }
    joined.sort_unstable();
    let mut index = 0;
    pairs.retain(|_| {
        index += 1;
        joined.binary_search(&(index - 1)).is_err()
    });
}

/// What comes before Kustomize's hash in a name; none if the name ends in no hash.
pub(crate) fn stem(name: &str) -> Option<&str> {
    let (stem, hash) = name.rsplit_once('-')?;
    let is_hash = hash.len() == HASH_LENGTH && hash.chars().all(|c| HASH_CHARACTERS.contains(c));
    (is_hash && !stem.is_empty()).then_some(stem)
}

#[cfg(test)]
mod tests {
    use kube_model::{State, yaml::Limits};

    use super::*;

    fn objects(texts: &[&str]) -> Vec<Object> {
        State::read([("a.yaml", texts.join("\n---\n"))], &Limits::default()).unwrap().objects
    }

    /// The names of the objects of each pair, with their versions.
    fn paired(before: &[&str], after: &[&str], namespace: Option<&str>) -> Vec<String> {
        let (before, after) = (objects(before), objects(after));
        let schemas = Schemas::built_in().with_crds(before.iter().chain(&after));
        let told = |object: Option<&Object>| {
            object.map_or("-".to_owned(), |object| format!("{}/{}", object.api_version, object.key.name))
        };
        let pairs = pairs(&before, &after, Context { namespace, schemas: &schemas });
        pairs.iter().map(|pair| format!("{} {}", told(pair.before), told(pair.after))).collect()
    }

    #[test]
    fn a_name_ends_in_a_hash_or_not() {
        assert_eq!(stem("settings-6f7d5g2h9k"), Some("settings"));
        for name in ["settings", "settings-6f7d5g2h9", "settings-6f7d5a2h9k", "-6f7d5g2h9k", "web-production"]
        {
            assert_eq!(stem(name), None, "{name}");
        }
    }

    #[test]
    fn another_version_and_another_group_are_the_same_object() {
        let scaler = |version: &str| {
            format!(
                "{{apiVersion: autoscaling/{version}, kind: HorizontalPodAutoscaler, metadata: {{name: web}}}}"
            )
        };
        assert_eq!(
            paired(&[&scaler("v2beta2")], &[&scaler("v2")], None),
            ["autoscaling/v2beta2/web autoscaling/v2/web"]
        );
        assert_eq!(
            paired(
                &["{apiVersion: extensions/v1beta1, kind: Ingress, metadata: {name: web}}"],
                &["{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}}"],
                None
            ),
            ["extensions/v1beta1/web networking.k8s.io/v1/web"]
        );
        assert_eq!(
            paired(
                &["{apiVersion: v1, kind: Service, metadata: {name: web}}"],
                &["{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: web}}"],
                None
            ),
            ["v1/web -", "- serving.knative.dev/v1/web"]
        );
    }

    #[test]
    fn a_namespace_from_outside_is_that_of_what_names_none() {
        let named = "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}}";
        let unnamed = "{apiVersion: v1, kind: Service, metadata: {name: web}}";
        assert_eq!(paired(&[unnamed], &[named], Some("shop")), ["v1/web v1/web"]);
        assert_eq!(paired(&[unnamed], &[named], None).len(), 2);
        assert_eq!(paired(&[unnamed], &[named], Some("other")).len(), 2);
    }

    #[test]
    fn a_kind_of_the_whole_cluster_has_no_namespace() {
        let crd = "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: zones.example.com}, spec: {group: example.com, scope: Cluster, names: {kind: Zone}}}";
        let zone =
            |more: &str| format!("{{apiVersion: example.com/v1, kind: Zone, metadata: {{name: a{more}}}}}");
        let (before, after) = (zone(""), zone(", namespace: x"));
        assert_eq!(paired(&[&before], &[&after], None).len(), 2, "nobody says what a zone is");
        assert_eq!(paired(&[&before, crd], &[&after, crd], None).len(), 2, "the definition, and one zone");
    }

    #[test]
    fn a_hash_at_the_end_of_a_name_is_no_part_of_it() {
        let map = |name: &str| format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}}}");
        let (one, other) = (map("a-6f7d5g2h9k"), map("a-c4d4f4g4h4"));
        assert_eq!(paired(&[&one], &[&other], None), ["v1/a-6f7d5g2h9k v1/a-c4d4f4g4h4"]);
        assert_eq!(paired(&[&one], &[&map("a")], None), ["v1/a-6f7d5g2h9k v1/a"]);
        assert_eq!(paired(&[&one], &[&other, &map("a-k2k2k2k2k2")], None).len(), 3, "either could be it");
        let service = one.replace("ConfigMap", "Service");
        assert_eq!(paired(&[&service], &[&other.replace("ConfigMap", "Service")], None).len(), 2);
    }

    #[test]
    fn of_objects_that_the_server_names_equal_ones_are_the_same() {
        let job = |image: &str| {
            format!(
                "{{apiVersion: batch/v1, kind: Job, metadata: {{generateName: j-}}, spec: {{image: {image}}}}}"
            )
        };
        let (before, after) = (objects(&[&job("a"), &job("b")]), objects(&[&job("c"), &job("a")]));
        let context = Context { namespace: None, schemas: Schemas::built_in() };
        let found = pairs(&before, &after, context);
        let images = |object: Option<&Object>| object.unwrap().text(&["spec", "image"]).unwrap().to_owned();
        let told: Vec<_> = found.iter().map(|pair| (images(pair.before), images(pair.after))).collect();
        assert_eq!(told, [("a".to_owned(), "a".to_owned()), ("b".to_owned(), "c".to_owned())]);
    }
}
