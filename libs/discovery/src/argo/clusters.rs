//! The clusters that an Argo CD knows, as far as their Secrets are in the repository.

use crate::argo::generators::{entry, mapping};
use crate::argo::parameters::Language;
use crate::field::{Field, Kind};
use crate::gotemplate::normalised;
use crate::object::Object;

/// The label of the Secrets that are clusters, with the value `cluster`.
const LABEL: &str = "argocd.argoproj.io/secret-type";

/// Whether an object is the Secret of a cluster.
pub(crate) fn is_cluster(object: &Object) -> bool {
    object.is("", "Secret")
        && object.metadata("labels", LABEL).and_then(Field::text).as_deref() == Some("cluster")
}

/// A set of parameters for each cluster that the generator's selector takes. Of a Secret only its labels, annotations,
/// name and server are read, never its credentials.
pub(crate) fn sets(generator: &Field, clusters: &[Object], language: Language) -> Vec<Field> {
    let taken = clusters.iter().filter(|cluster| match generator.get("selector") {
        Some(selector) => selects(selector, &|key| cluster.metadata("labels", key).and_then(Field::text)),
        None => true,
    });
    taken.map(|cluster| parameters(cluster, language)).collect()
}

fn parameters(cluster: &Object, language: Language) -> Field {
    let at = &cluster.root;
    let text = |value: &str| Field::text_at(value, at.at.clone());
    let data = |key: &str| at.at_path("stringData").and_then(|data| data.get(key)).cloned();
    let name = data("name").unwrap_or_else(|| text(&cluster.name));
    let normal = text(&normalised(&name.text().unwrap_or_default()));
    let mut entries = vec![
        entry("name", name),
        entry("nameNormalized", normal),
        entry("server", data("server").unwrap_or_else(|| text(""))),
        entry("project", data("project").unwrap_or_else(|| text(""))),
    ];
    let maps = ["labels", "annotations"].map(|map| (map, cluster.root.at_path(&format!("metadata.{map}"))));
    match language {
        Language::Go(_) => {
            let maps = maps.map(|(map, field)| {
                entry(map, field.cloned().unwrap_or_else(|| Field::new(Kind::Map(Vec::new()), at.at.clone())))
            });
            entries.push(entry("metadata", mapping(maps.to_vec(), at)));
        }
        Language::Fast => {
            for (map, field) in maps {
                let pairs = field.map_or(&[][..], Field::entries);
                entries.extend(
                    pairs.iter().map(|(key, value)| entry(format!("metadata.{map}.{key}"), value.clone())),
                );
            }
        }
    }
    mapping(entries, at)
}

/// Whether a selector of labels (`matchLabels`, `matchExpressions`) takes what has these.
pub(crate) fn selects(selector: &Field, label: &dyn Fn(&str) -> Option<String>) -> bool {
    let wanted = selector.get("matchLabels").map_or(&[][..], Field::entries);
    let equal = wanted.iter().all(|(key, value)| label(key) == value.text());
    equal && selector.list("matchExpressions").iter().all(|expression| holds(expression, label))
}

fn holds(expression: &Field, label: &dyn Fn(&str) -> Option<String>) -> bool {
    let found = label(&expression.text_of("key").unwrap_or_default());
    let listed = |value: &String| expression.texts("values").contains(value);
    match expression.text_of("operator").as_deref() {
        Some("In") => found.as_ref().is_some_and(listed),
        Some("NotIn") => !found.as_ref().is_some_and(listed),
        Some("Exists") => found.is_some(),
        Some("DoesNotExist") => found.is_none(),
        _ => false,
    }
}
