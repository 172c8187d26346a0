//! From the file to the kustomization.

use std::sync::Arc;

use kube_model::yaml::{self, Limits};

use super::decode::{Fault, Fields, Unknown, located};
use super::{Generator, Kustomization, Located};
use crate::error::{KustomizeError, Problem};
use crate::node::Node;
use crate::origin::{By, Source};
use crate::read::{Standing, documents, last_of_each};

/// A file as text: what stands before it, and its documents.
pub(crate) struct Text<'a> {
    pub(crate) text: &'a str,
    pub(crate) bom: usize,
}

impl<'a> Text<'a> {
    pub(crate) fn of(bytes: &'a [u8], file: &str, limits: &Limits) -> Result<Self, KustomizeError> {
        let text = yaml::text_of(bytes, limits).map_err(|error| {
            let line = error.line;
            Problem::Yaml(error).at(file, line)
        })?;
        Ok(Self { text, bom: bytes.len() - text.len() })
    }

    pub(crate) fn documents(
        &self,
        source: &Arc<Source>,
        limits: &Limits,
    ) -> Result<Vec<Node>, KustomizeError> {
        documents(self.text, limits, source, &Standing::File(self.bom)).map_err(|error| {
            let line = error.line;
            Problem::Yaml(error).at(&source.file, line)
        })
    }
}

const FIELDS: [&str; 34] = [
    "apiVersion",
    "kind",
    "metadata",
    "openapi",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "imageTags",
    "replacements",
    "replicas",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "generatorOptions",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];

/// Reads a kustomization.
///
/// # Errors
/// When it is no YAML, is empty, or has a field that kustomize does not know or of a wrong type.
pub fn read(file: &str, bytes: &[u8], limits: &Limits) -> Result<Kustomization, KustomizeError> {
    let text = Text::of(bytes, file, limits)?;
    let layer = file.rsplit_once('/').map_or("", |(directory, _)| directory);
    let source = Arc::new(Source { file: file.into(), layer: layer.into(), by: By::Resource });
    let documents = last_of_each(text.text, limits, &source, &Standing::File(text.bom)).map_err(|error| {
        let line = error.line;
        Problem::Yaml(error).at(file, line)
    })?;
    let empty = || Problem::Field("the kustomization is empty".to_owned()).in_file(file);
    let node = documents.first().ok_or_else(empty)?;
    let fault = |fault: Fault| Problem::Field(fault.why).at(file, fault.line);
    let fields = Fields::of(node, Unknown::Refused, &FIELDS).map_err(fault)?;
    let is_empty = FIELDS.iter().skip(2).all(|name| fields.node(name).is_none());
    if is_empty {
        return Err(empty());
    }
    let is_component = kind(&fields).map_err(fault)?;
    let mut kustomization = Kustomization { file: file.to_owned(), is_component, ..Kustomization::default() };
    fill(&mut kustomization, &fields).map_err(fault)?;
    Ok(kustomization)
}

/// Whether it is a component; kind and version are checked.
fn kind(fields: &Fields<'_>) -> Result<bool, Fault> {
    let line = |name: &str| fields.node(name).map_or(1, |node| node.origin.line());
    let is_component = match fields.text("kind")?.as_str() {
        "" | "Kustomization" => false,
        "Component" => true,
        _ => {
            return Err(Fault { line: line("kind"), why: "`kind` is Kustomization or Component".to_owned() });
        }
    };
    let expected = match is_component {
        true => "kustomize.config.k8s.io/v1alpha1",
        false => "kustomize.config.k8s.io/v1beta1",
    };
    let version = fields.text("apiVersion")?;
    if !version.is_empty() && version != expected {
        return Err(Fault { line: line("apiVersion"), why: format!("`apiVersion` is {expected}") });
    }
    Ok(is_component)
}

fn fill(into: &mut Kustomization, fields: &Fields<'_>) -> Result<(), Fault> {
    let text = |name: &str| -> Result<Option<Located<String>>, Fault> {
        Ok(fields.get::<Located<String>>(name)?.filter(|text| !text.value.is_empty()))
    };
    into.resources = fields.list("resources")?;
    into.resources.extend(fields.list::<Located<String>>("bases")?);
    into.components = fields.list("components")?;
    into.namespace = text("namespace")?;
    into.name_prefix = text("namePrefix")?;
    into.name_suffix = text("nameSuffix")?;
    into.labels = fields.list("labels")?;
    into.common_labels = fields.get("commonLabels")?.unwrap_or_default();
    into.common_annotations = fields.get("commonAnnotations")?.unwrap_or_default();
    into.images = fields.list("images")?;
    into.images.extend(fields.list::<super::Image>("imageTags")?);
    into.replicas = fields.list("replicas")?;
    into.patches = fields.list("patches")?;
    into.patches_strategic_merge = fields.list("patchesStrategicMerge")?;
    into.patches_json6902 = fields.list("patchesJson6902")?;
    into.replacements = fields.list("replacements")?;
    into.vars = fields.list("vars")?;
    into.configurations = fields.list("configurations")?;
    into.crds = fields.list("crds")?;
    into.sort_options = fields.get("sortOptions")?;
    into.generators = fields.list("generators")?;
    into.transformers = fields.list("transformers")?;
    into.validators = fields.list("validators")?;
    into.generator_options = fields.get("generatorOptions")?;
    fill_others(into, fields)
}

fn fill_others(into: &mut Kustomization, fields: &Fields<'_>) -> Result<(), Fault> {
    let generators = |name: &str, read: fn(&Node) -> Result<Generator, Fault>| match fields.node(name) {
        Some(node) if node.is_sequence() => node.items().iter().map(read).collect(),
        Some(node) => Err(Fault::at(&node.origin, "a list is expected here")),
        None => Ok(Vec::new()),
    };
    into.config_map_generator = generators("configMapGenerator", Generator::config_map)?;
    into.secret_generator = generators("secretGenerator", Generator::secret)?;
    if let Some(node) = fields.node("openapi") {
        let openapi = Fields::any(node, Unknown::Refused)?;
        into.openapi_path = openapi.get("path")?;
        into.openapi_version = openapi.get("version")?;
    }
    if let Some(node) = fields.node("metadata") {
        Fields::of(node, Unknown::Refused, &["name", "namespace", "labels", "annotations"])?;
    }
    into.build_metadata = fields.list("buildMetadata")?;
    into.helm = ["helmCharts", "helmChartInflationGenerator"].into_iter().find_map(|name| {
        let node = fields.node(name).filter(|node| !node.is_empty())?;
        Some(located(node, name))
    });
    Ok(())
}
