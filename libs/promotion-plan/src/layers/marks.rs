//! Labels and annotations that an overlay or a chart puts on objects: what is new gets the target's, not the source's.

use std::collections::BTreeMap;
use std::sync::Arc;

use kube_model::yaml::Limits;
use serde_json::{Map, Value};

use super::draft::Draft;
use super::kustomize::Kustomization;
use super::trial::Open;
use super::{Inputs, Layer, Layers, checksums};
use crate::pairing::Pair;

/// The labels and annotations of both overlays.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    source: BTreeMap<String, String>,
    target: BTreeMap<String, String>,
    /// Whether the target is a chart, which marks pods with digests of their configuration.
    has_checksums: bool,
}

/// Where such marks stand in objects.
pub(crate) const HOLDERS: [&str; 4] = ["annotations", "labels", "matchLabels", "selector"];

impl Marks {
    pub(crate) fn of(layers: &Layers<'_>, limits: &Limits) -> Self {
        let has_checksums = matches!(layers.target.inputs, Inputs::Helm { .. });
        Self { source: marks(&layers.source, limits), target: marks(&layers.target, limits), has_checksums }
    }

    /// Gives what the target does not have yet the marks that it will get there, and what it has the digests that it has.
    pub(crate) fn adapt(&self, pairs: &mut [Pair<'_>]) {
        if self.has_checksums {
            checksums::adapt(pairs);
        }
        if self.source.is_empty() {
            return;
        }
        for pair in pairs.iter_mut().filter(|pair| pair.target.is_none()) {
            if let Some(object) = &mut pair.source {
                self.exchange(Arc::make_mut(&mut object.value));
            }
        }
    }

    fn exchange(&self, value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (key, child) in map.iter_mut() {
                    if let (true, Value::Object(marks)) = (HOLDERS.contains(&key.as_str()), &mut *child) {
                        self.exchange_in(marks);
                    }
                    self.exchange(child);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.exchange(item)),
            _ => {}
        }
    }

    fn exchange_in(&self, marks: &mut Map<String, Value>) {
        for (key, value) in &self.source {
            if marks.get(key).and_then(Value::as_str) == Some(value) {
                match self.target.get(key) {
                    Some(own) => drop(marks.insert(key.clone(), Value::from(own.clone()))),
                    None => drop(marks.remove(key)),
                }
            }
        }
    }

    /// Whether what is open is a mark that follows from what is rendered.
    pub(super) fn follows(&self, open: &Open) -> bool {
        self.has_checksums && checksums::follows(open)
    }

    /// Whether the overlay of the target decides about a key of a new object.
    pub(crate) fn decides(&self, key: &str) -> bool {
        self.source.contains_key(key) || self.target.contains_key(key)
    }
}

fn marks(layer: &Layer<'_>, limits: &Limits) -> BTreeMap<String, String> {
    let Inputs::Kustomize { directory } = layer.inputs else { return BTreeMap::new() };
    let draft = Draft::new(layer.tree, limits);
    let Some(overlay) = Kustomization::read(&draft, directory) else { return BTreeMap::new() };
    let common =
        ["commonLabels", "commonAnnotations"].into_iter().filter_map(|field| overlay.value.get(field));
    let labels = overlay.items("labels").iter().filter_map(|entry| entry.get("pairs"));
    let entries = common.chain(labels).filter_map(Value::as_object).flatten();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    entries.map(|(key, value)| (key.clone(), text(value))).collect()
}
