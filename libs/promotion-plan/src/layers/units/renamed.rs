//! Values that the source has renamed since the base, as a new version of a chart asks: the target's own go with it,
//! under the new names.

use kube_model::yaml::Limits;
use serde_json::Value;

use crate::layers::helm::{at, differing, with};
use crate::layers::{Documents, Draft, Inputs, Layer, Layers};

/// The draft in which the target's own values have the names that the source's have now.
pub(super) fn with_new_names<'a>(
    layers: &Layers<'a>,
    base: Option<&Layer<'_>>,
    draft: Draft<'a>,
    limits: &Limits,
) -> Draft<'a> {
    let Some(base) = base else { return draft };
    let (was, now) = (own_values(base, limits), own_values(&layers.source, limits));
    let mut draft = draft;
    for (from, to) in renames(&was, &now) {
        for path in files(&layers.target).into_iter().filter(|path| !layers.shared.contains(path)) {
            let value = draft.documents(&path).and_then(|documents| documents.values.into_iter().next());
            let renamed = value.as_ref().and_then(|value| {
                let own = at(value, &from).filter(|_| at(value, &to).is_none())?;
                with(&with(value, &from, None)?, &to, Some(own.clone()))
            });
            if let Some(edited) = renamed.and_then(|new| draft.clone().with_document(&path, 0, new, None)) {
                draft = edited;
            }
        }
    }
    draft
}

/// The values files of a side alone; where it has none, the chart's own values.
fn files(layer: &Layer<'_>) -> Vec<String> {
    match layer.inputs {
        Inputs::Helm { chart, values } if values.is_empty() => {
            file_tree::join(chart, "values.yaml").into_iter().collect()
        }
        Inputs::Helm { values, .. } => values.clone(),
        _ => Vec::new(),
    }
}

fn own_values(layer: &Layer<'_>, limits: &Limits) -> Vec<Value> {
    let read = |path: &String| Documents::read(layer.tree, path, limits)?.values.into_iter().next();
    files(layer).iter().filter_map(read).collect()
}

/// The paths that are gone since the base, each with the one path that came with the same value.
fn renames(was: &[Value], now: &[Value]) -> Vec<(Vec<String>, Vec<String>)> {
    let mut renames = Vec::new();
    for (was, now) in was.iter().zip(now) {
        let paths = differing(was, now);
        let new: Vec<&Vec<String>> = paths.iter().filter(|path| at(was, path).is_none()).collect();
        for old in paths.iter().filter(|path| at(now, path).is_none()) {
            let gone = paths.iter().filter(|path| at(now, path).is_none() && at(was, path) == at(was, old));
            let mut same = new.iter().filter(|path| at(now, path) == at(was, old));
            if let (1, Some(to), None) = (gone.count(), same.next(), same.next()) {
                renames.push((old.clone(), (*to).clone()));
            }
        }
    }
    renames
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::renames;

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn a_value_under_another_name_is_renamed() {
        let was = json!({"web": {"replicaCount": 2, "tag": "1", "gone": true}});
        let now = json!({"web": {"replicas": 2, "tag": "2", "new": "x"}});
        assert_eq!(renames(&[was], &[now]), [(path("web.replicaCount"), path("web.replicas"))]);
    }

    #[test]
    fn two_that_could_be_it_are_none() {
        assert_eq!(renames(&[json!({"a": 1})], &[json!({"b": 1, "c": 1})]), []);
        assert_eq!(renames(&[json!({"a": 1, "b": 1})], &[json!({"c": 1})]), []);
    }
}
