//! The configuration of the transformers: the default field specs, and those that a kustomization adds.

use std::sync::{Arc, OnceLock};

use crate::error::Problem;
use crate::fieldspec::{FieldSpec, merge_specs};
use crate::id::Gvk;

/// The objects of a kind, and the fields that refer to them by name.
#[derive(Debug, Clone)]
pub(crate) struct BackReference {
    pub(crate) target: Gvk,
    pub(crate) referrers: Vec<FieldSpec>,
}

/// The field specs of each transformer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config {
    pub(crate) name_prefix: Vec<FieldSpec>,
    pub(crate) name_suffix: Vec<FieldSpec>,
    pub(crate) namespace: Vec<FieldSpec>,
    pub(crate) common_labels: Vec<FieldSpec>,
    pub(crate) labels: Vec<FieldSpec>,
    pub(crate) template_labels: Vec<FieldSpec>,
    pub(crate) common_annotations: Vec<FieldSpec>,
    pub(crate) name_reference: Vec<BackReference>,
    pub(crate) var_reference: Vec<FieldSpec>,
    pub(crate) images: Vec<FieldSpec>,
    pub(crate) replicas: Vec<FieldSpec>,
}

impl Config {
    /// kustomize's own.
    pub(crate) fn defaults() -> Arc<Self> {
        static DEFAULTS: OnceLock<Arc<Config>> = OnceLock::new();
        let read = || {
            let mut merged = Config::default();
            // A table without contradictions: nothing can fail.
            let _ = merged.merge(&parse(include_str!("../data/fields.txt")));
            Arc::new(merged)
        };
        Arc::clone(DEFAULTS.get_or_init(read))
    }

    /// The list of a section by its name in a configuration.
    pub(crate) fn section(&mut self, name: &str) -> Option<&mut Vec<FieldSpec>> {
        Some(match name {
            "namePrefix" => &mut self.name_prefix,
            "nameSuffix" => &mut self.name_suffix,
            "namespace" => &mut self.namespace,
            "commonLabels" => &mut self.common_labels,
            "labels" => &mut self.labels,
            "templateLabels" => &mut self.template_labels,
            "commonAnnotations" => &mut self.common_annotations,
            "varReference" => &mut self.var_reference,
            "images" => &mut self.images,
            "replicas" => &mut self.replicas,
            _ => return None,
        })
    }

    /// Adds the specs of another, and sorts as kustomize does.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), Problem> {
        for (into, incoming) in [
            (&mut self.name_prefix, &other.name_prefix),
            (&mut self.name_suffix, &other.name_suffix),
            (&mut self.namespace, &other.namespace),
            (&mut self.common_labels, &other.common_labels),
            (&mut self.labels, &other.labels),
            (&mut self.template_labels, &other.template_labels),
            (&mut self.common_annotations, &other.common_annotations),
            (&mut self.var_reference, &other.var_reference),
            (&mut self.images, &other.images),
            (&mut self.replicas, &other.replicas),
        ] {
            merge_specs(into, incoming)?;
            into.sort_by_cached_key(|spec| spec.gvk.order());
        }
        for reference in &other.name_reference {
            self.add_reference(reference)?;
        }
        self.name_reference.sort_by_cached_key(|reference| reference.target.order());
        Ok(())
    }

    pub(crate) fn add_reference(&mut self, reference: &BackReference) -> Result<(), Problem> {
        match self.name_reference.iter_mut().find(|known| known.target == reference.target) {
            Some(known) => merge_specs(&mut known.referrers, &reference.referrers),
            None => {
                let mut new = BackReference { target: reference.target.clone(), referrers: Vec::new() };
                new.referrers.extend_from_slice(&reference.referrers);
                self.name_reference.push(new);
                Ok(())
            }
        }
    }
}

/// Merges a configuration into one that may be shared. kustomize's own into nothing, or into itself, is itself; others
/// are not: a spec for one kind hides a spec for all that comes after it.
pub(crate) fn merged(current: &Arc<Config>, incoming: &Arc<Config>) -> Result<Arc<Config>, Problem> {
    let is_own = Arc::ptr_eq(incoming, &Config::defaults());
    if is_own && (Arc::ptr_eq(current, incoming) || current.name_prefix.is_empty()) {
        return Ok(Arc::clone(incoming));
    }
    let mut config = Config::clone(current);
    config.merge(incoming)?;
    Ok(Arc::new(config))
}

fn parse(table: &str) -> Config {
    let mut config = Config::default();
    let mut section = "";
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let Some(spec) = line.strip_prefix(' ') else {
            section = line;
            if let Some(target) = section.strip_prefix("nameReference ") {
                config.name_reference.push(BackReference { target: gvk(target), referrers: Vec::new() });
            }
            continue;
        };
        let (kind, path) = spec.split_once(' ').unwrap_or_default();
        let spec = FieldSpec::new(gvk(kind), path.trim_start_matches('+'), path.starts_with('+'));
        let list = match config.name_reference.last_mut() {
            Some(reference) if section.starts_with("nameReference") => Some(&mut reference.referrers),
            _ => config.section(section),
        };
        if let Some(list) = list {
            list.push(spec);
        }
    }
    config
}

fn gvk(text: &str) -> Gvk {
    let mut parts = text.split('|').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    Gvk { group: next(), version: next(), kind: next() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_whole() {
        let config = Config::defaults();
        // Counted in the table with `grep`: 16 kinds are referred to.
        assert_eq!(config.name_reference.len(), 16);
        assert_eq!(config.replicas.len(), 4);
        assert!(config.name_prefix[0].gvk == Gvk::default() && config.name_prefix[0].path == "metadata/name");
        let ingress = config.name_reference.iter().flat_map(|reference| &reference.referrers);
        let annotation = ingress.filter(|spec| spec.path.contains("fastcgi")).collect::<Vec<_>>();
        assert_eq!(annotation[0].keys[2], "nginx.ingress.kubernetes.io/fastcgi-params-configmap");
    }
}
