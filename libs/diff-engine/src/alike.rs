//! Objects that were renamed or moved, found by what they say.
//!
//! Likeness is the Sørensen–Dice coefficient over the fields of two objects of one kind: twice the number of fields that
//! both have with the same value, over the number of fields of both. A field is a path without positions and keys in
//! lists, with its value; the fields of the identity do not count. The object's own name as a value is read in both ways,
//! as itself and as "the name", so that labels and selectors are alike whether they follow the new name or keep the old
//! one; the better reading counts. Workloads that run no image in common are two
//! workloads, however much alike the rest is: teams copy manifests.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use kube_model::image::ImageRef;
use kube_model::{Object, pod};
use serde_json::Value;

use crate::identity::Pair;

/// Objects this much alike may be one that was renamed.
pub(crate) const THRESHOLD: f64 = 0.7;
/// So much less alike has to be every other object that could be it.
const MARGIN: f64 = 0.1;
/// Objects that say less than this are alike by chance.
const LEAST_FIELDS: usize = 3;
/// A field that more objects than this have tells none of them.
const TELLING: usize = 16;

/// An object that is gone, one that came, and how much alike they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alike<'a> {
    pub(crate) before: &'a Object,
    pub(crate) after: &'a Object,
    pub(crate) likeness: f64,
}

impl Alike<'_> {
    /// The likeness in whole percent, rounded down.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 0 and 1")]
    pub(crate) fn percent(&self) -> u8 {
        (self.likeness * 100.0) as u8
    }
}

/// The objects that have gone and come again under another name or in another namespace: each the other's best match,
/// with no second one near it.
pub(crate) fn find<'a>(pairs: &[Pair<'a>]) -> Vec<Alike<'a>> {
    let mut kinds: BTreeMap<(&str, &str), [Vec<Candidate<'a>>; 2]> = BTreeMap::new();
    for pair in pairs {
        let (side, object) = match (pair.before, pair.after) {
            (Some(object), None) => (0, object),
            (None, Some(object)) => (1, object),
            _ => continue,
        };
        let sides = kinds.entry((pair.identity.kind, pair.identity.group)).or_default();
        sides[side].extend(Candidate::of(object));
    }
    kinds.into_values().flat_map(|[gone, come]| of_one_kind(&gone, &come)).collect()
}

struct Candidate<'a> {
    object: &'a Object,
    /// One hash for each field, sorted, with the object's own name as such.
    fields: Vec<u64>,
    /// The same with every value as it is written.
    as_written: Vec<u64>,
    /// The repositories of the images that it runs.
    images: BTreeSet<&'a str>,
}

impl<'a> Candidate<'a> {
    /// None for what the server names, and for what says too little.
    fn of(object: &'a Object) -> Option<Self> {
        let fields = fields(object, Some(&object.key.name))?;
        let as_written = self::fields(object, None)?;
        (fields.len() >= LEAST_FIELDS && !object.key.name.ends_with('*')).then(|| Self {
            object,
            fields,
            as_written,
            images: images(object),
        })
    }
}

fn images(object: &Object) -> BTreeSet<&str> {
    let Some((_, spec)) = pod::spec(object) else { return BTreeSet::new() };
    let lists = pod::CONTAINER_LISTS.iter().filter_map(|list| spec.get(*list)?.as_array());
    let images = lists.flatten().filter_map(|container| container.get("image")?.as_str());
    images.map(|image| ImageRef::parse(image).repository).collect()
}

impl Candidate<'_> {
    fn may_be(&self, other: &Self) -> bool {
        self.images == other.images || !self.images.is_disjoint(&other.images)
    }
}

fn is_identity(above: &[&str], key: &str) -> bool {
    match above {
        [] => matches!(key, "apiVersion" | "kind"),
        ["metadata"] => matches!(key, "name" | "namespace"),
        _ => false,
    }
}

/// Sorted.
fn fields(object: &Object, own_name: Option<&str>) -> Option<Vec<u64>> {
    let mut fields = Vec::new();
    for (key, value) in object.value.as_object()?.iter().filter(|(key, _)| !is_identity(&[], key)) {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        collect(own_name, &[key], value, &hasher, &mut fields);
    }
    fields.sort_unstable();
    Some(fields)
}

fn collect(
    own_name: Option<&str>,
    above: &[&str],
    value: &Value,
    path: &DefaultHasher,
    fields: &mut Vec<u64>,
) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, _)| !is_identity(above, key)) {
                let mut path = path.clone();
                key.hash(&mut path);
                collect(own_name, &["", ""], value, &path, fields);
            }
        }
        Value::Array(items) => {
            items.iter().for_each(|item| collect(own_name, &["", ""], item, path, fields));
        }
        plain => {
            let mut path = path.clone();
            match plain.as_str() {
                Some(text) if Some(text) == own_name => 0_u8.hash(&mut path),
                _ => (1_u8, plain.to_string()).hash(&mut path),
            }
            fields.push(path.finish());
        }
    }
}

fn of_one_kind<'a>(gone: &[Candidate<'a>], come: &[Candidate<'a>]) -> Vec<Alike<'a>> {
    let mut having: HashMap<u64, Vec<usize>> = HashMap::new();
    for (index, candidate) in come.iter().enumerate() {
        let mut last = None;
        for field in candidate.fields.iter().filter(|field| last.replace(**field) != Some(**field)) {
            having.entry(*field).or_default().push(index);
        }
    }
    let mut of_gone = vec![Best::default(); gone.len()];
    let mut of_come = vec![Best::default(); come.len()];
    for (old, candidate) in gone.iter().enumerate() {
        let telling =
            candidate.fields.iter().filter_map(|field| having.get(field)).filter(|all| all.len() <= TELLING);
        let mut others: Vec<usize> = telling.flatten().copied().collect();
        others.sort_unstable();
        others.dedup();
        for new in others.into_iter().filter(|new| candidate.may_be(&come[*new])) {
            let other = &come[new];
            let named = likeness(&candidate.fields, &other.fields);
            let likeness = named.max(likeness(&candidate.as_written, &other.as_written));
            of_gone[old].offer(new, likeness);
            of_come[new].offer(old, likeness);
        }
    }
    let sure = of_gone.iter().enumerate().filter_map(|(old, best)| {
        let new = best.sure()?;
        let mutual = of_come[new].sure() == Some(old);
        mutual.then(|| Alike { before: gone[old].object, after: come[new].object, likeness: best.first })
    });
    sure.collect()
}

/// The best match so far, and how good the second is.
#[derive(Debug, Clone, Copy, Default)]
struct Best {
    index: usize,
    first: f64,
    second: f64,
}

impl Best {
    fn offer(&mut self, index: usize, likeness: f64) {
        if likeness > self.first {
            *self = Self { index, first: likeness, second: self.first };
        } else if likeness > self.second {
            self.second = likeness;
        }
    }

    fn sure(&self) -> Option<usize> {
        (self.first >= THRESHOLD && self.first - self.second >= MARGIN).then_some(self.index)
    }
}

/// Sørensen–Dice over two sorted lists.
#[expect(clippy::cast_precision_loss, reason = "an object has far fewer fields than 2^52")]
fn likeness(one: &[u64], other: &[u64]) -> f64 {
    let (mut left, mut right, mut common) = (0, 0, 0_usize);
    while let (Some(a), Some(b)) = (one.get(left), other.get(right)) {
        left += usize::from(a <= b);
        right += usize::from(b <= a);
        common += usize::from(a == b);
    }
    2.0 * common as f64 / (one.len() + other.len()) as f64
}

#[cfg(test)]
mod tests {
    use kube_model::schema::Schemas;
    use kube_model::{State, yaml::Limits};

    use super::*;
    use crate::identity::{Context, pairs};

    /// A Service with six fields: `spec.type`, two of the port, and three of the selector.
    fn service(name: &str, kind: &str, port: u16, tier: &str) -> String {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, spec: {{type: {kind}, ports: [{{port: {port}, targetPort: http}}], selector: {{app: {name}, tier: {tier}, part-of: shop}}}}}}"
        )
    }

    fn found(before: &[String], after: &[String]) -> Vec<String> {
        let objects = |texts: &[String]| {
            State::read([("a.yaml", texts.join("\n---\n"))], &Limits::default()).unwrap().objects
        };
        let (before, after) = (objects(before), objects(after));
        let context = Context { namespace: None, schemas: Schemas::built_in() };
        let told = find(&pairs(&before, &after, context));
        told.iter().map(|one| format!("{} {} {:.3}", one.before.key, one.after.key, one.likeness)).collect()
    }

    /// By hand: six fields each. The selector's `app` is the name on both sides and counts as the same.
    #[test]
    fn a_rename_is_found_at_the_threshold_and_above() {
        let old = service("web", "ClusterIP", 80, "front");
        // 6 of 6: 2·6/12 = 1. One differs: 2·5/12 = 0.833. Two differ: 2·4/12 = 0.667, below 0.7.
        let renamed =
            |kind, port, tier| found(std::slice::from_ref(&old), &[service("store", kind, port, tier)]);
        assert_eq!(renamed("ClusterIP", 80, "front"), ["Service/web Service/store 1.000"]);
        assert_eq!(renamed("NodePort", 80, "front"), ["Service/web Service/store 0.833"]);
        assert!(renamed("NodePort", 81, "front").is_empty());
    }

    #[test]
    fn a_selector_that_keeps_the_old_name_is_alike() {
        let old = service("web", "ClusterIP", 80, "front");
        let renamed = old.replace("name: web}", "name: store}");
        assert_eq!(found(&[old], &[renamed]), ["Service/web Service/store 1.000"]);
    }

    #[test]
    fn two_that_could_be_it_are_none() {
        let old = service("web", "ClusterIP", 80, "front");
        let same = service("a", "ClusterIP", 80, "front");
        // 1 and 0.833: more than 0.1 apart. 0.833 and 0.833: not.
        let other = service("b", "NodePort", 80, "front");
        assert_eq!(
            found(std::slice::from_ref(&old), &[same, other.clone()]),
            ["Service/web Service/a 1.000"]
        );
        assert!(found(&[old], &[service("a", "ClusterIP", 81, "front"), other]).is_empty());
    }

    #[test]
    fn what_says_too_little_and_what_is_of_another_kind_is_not_compared() {
        let account =
            |name: &str| format!("{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: {name}}}}}");
        assert!(found(&[account("a")], &[account("b")]).is_empty());
        let old = service("web", "ClusterIP", 80, "front");
        let custom =
            service("shop", "ClusterIP", 80, "front").replace("apiVersion: v1", "apiVersion: a.b/v1");
        assert!(found(&[old], &[custom]).is_empty());
    }

    #[test]
    fn workloads_without_an_image_in_common_are_two() {
        let pod = |name: &str, image: &str| {
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{containers: [{{name: {name}, image: '{image}', args: [a, b, c, d]}}]}}}}"
            )
        };
        // Six fields; the image alone differs: 2·5/12.
        let renamed = |image: &str| found(&[pod("one", "shop/web:1")], &[pod("two", image)]);
        assert_eq!(renamed("shop/web:2"), ["Pod/one Pod/two 0.833"]);
        assert!(renamed("shop/other:1").is_empty());
    }

    #[test]
    fn a_move_to_another_namespace_is_found() {
        let old = service("web", "ClusterIP", 80, "front");
        let moved = old.replace("name: web}, spec", "name: web, namespace: shop}, spec");
        assert_eq!(found(&[old], &[moved]), ["Service/web Service/shop/web 1.000"]);
    }
}
