//! `generators`, `transformers` and `validators`: what is built into kustomize, configured as objects.

use std::ops::Range;
use std::sync::Arc;

use crate::build::{File, Layer, Run};
use crate::error::{KustomizeError, Problem};
use crate::generate::{Sources, generate};
use crate::kustomization::{Fault, Fields, Generator, Kustomization, Located, Unknown};
use crate::layer::load::Reading;
use crate::layer::{Stack, Together, add_resource, builtin};
use crate::metadata;
use crate::node::Node;
use crate::origin::{By, GeneratorKind, Origin};
use crate::resource::Resource;
use crate::resources::absorb;

/// A plugin: its object, and the kustomization as if it stood in the plugin's file.
pub(super) struct Plugin<'f> {
    pub(super) object: Resource,
    pub(super) layer: Layer<'f>,
    /// How `buildMetadata` names it.
    note: Option<String>,
}

impl Plugin<'_> {
    pub(super) fn by(&self) -> By {
        By::Transformer(self.object.kind().to_owned())
    }

    pub(super) fn refuse(&self, problem: Problem) -> KustomizeError {
        self.layer.refuse(problem, self.object.node.origin.line())
    }
}

/// The plugins of a field: objects that stand in the entry, or in the file or directory that it names.
fn plugins<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    stack: &mut Stack,
    field: &str,
    entries: &[Located<String>],
) -> Result<Vec<Plugin<'f>>, KustomizeError> {
    let mut together = Together::default();
    let mut paths = Vec::new();
    for entry in entries {
        let inline = layer.inline(run, entry, By::Resource);
        match inline.ok().and_then(|documents| run.objects(documents).ok()) {
            Some(mut objects) => {
                if run.tracks {
                    let file = metadata::below(&layer.path, crate::location::base_name(&layer.file.path));
                    objects.iter_mut().for_each(|object| metadata::note_file(object, &file));
                }
                together.append(run, objects)?;
            }
            None => paths.push(entry),
        }
    }
    for entry in paths {
        together = add_resource(run, layer, stack, together, entry, By::Resource)?;
    }
    together.distinct()?;
    together.resources.into_iter().map(|object| plugin(run, layer, field, object)).collect()
}

fn plugin<'f>(
    run: &Run<'f>,
    layer: &Layer<'f>,
    field: &str,
    mut object: Resource,
) -> Result<Plugin<'f>, KustomizeError> {
    let note = metadata::configured(&object);
    let path = object.node.origin.source.file.to_string();
    let bytes = run.files.read(&path).unwrap_or_default();
    let layer = Layer {
        directory: Arc::clone(&layer.directory),
        kustomization: Kustomization::default(),
        file: File { path, bytes },
        path: layer.path.clone(),
    };
    let line = object.node.origin.line();
    if object.api_version() != "builtin" {
        return Err(layer.refuse(Problem::OutsideTool(format!("{field}: {}", object.kind())), line));
    }
    if let Some((problem, origin)) = object.unprintable() {
        return Err(problem.at(&origin.source.file, origin.line()));
    }
    object.node.settle();
    Ok(Plugin { object, layer, note })
}

/// Runs the generators that are objects.
pub(super) fn generators<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    stack: &mut Stack,
    together: &mut Together,
) -> Result<(), KustomizeError> {
    let entries = &layer.kustomization.generators;
    for plugin in plugins(run, layer, stack, "generators", entries)? {
        let mut new = generated(run, &plugin)?;
        if let Some(note) = &plugin.note {
            metadata::note_generator(&mut new, note);
        }
        absorb(&mut together.resources, new).map_err(|problem| plugin.refuse(problem))?;
    }
    Ok(())
}

fn generated<'f>(run: &mut Run<'f>, plugin: &Plugin<'f>) -> Result<Resource, KustomizeError> {
    let fault = |fault: Fault| plugin.layer.refuse(Problem::Field(fault.why), fault.line);
    let node = &plugin.object.node;
    let kind = match plugin.object.kind() {
        "ConfigMapGenerator" => GeneratorKind::ConfigMap,
        "SecretGenerator" => GeneratorKind::Secret,
        "IAMPolicyGenerator" => {
            return service_account(
                node,
                &Origin::new(
                    &plugin.layer.source(&plugin.layer.file.path, plugin.by()),
                    node.origin.line(),
                    None,
                ),
            )
            .map_err(fault);
        }
        "HelmChartInflationGenerator" => {
            return Err(
                plugin.refuse(Problem::OutsideTool("generators: HelmChartInflationGenerator".to_owned()))
            );
        }
        other => {
            return Err(plugin.refuse(Problem::Field(format!("{other} is no generator that is built in"))));
        }
    };
    let args = Generator::object(node).map_err(fault)?;
    let mut sources = Renamed { reading: Reading { run, layer: &plugin.layer }, by: plugin.by() };
    generate(&mut sources, kind, 0, &args, args.options.as_ref())
}

/// The service account that stands for one of Google's, as the `IAMPolicyGenerator` makes it.
fn service_account(node: &Node, origin: &Origin) -> Result<Resource, Fault> {
    let fields = Fields::any(node, Unknown::Ignored)?;
    if fields.text("cloud")? != "gke" {
        return Err(Fault::at(&node.origin, "`cloud` is gke"));
    }
    let text = |part: &str, field: &str| -> Result<String, Fault> {
        match fields.node(part) {
            Some(node) => Fields::any(node, Unknown::Ignored)?.text(field),
            None => Ok(String::new()),
        }
    };
    let account = text("serviceAccount", "name")?;
    let email = format!("{account}@{}.iam.gserviceaccount.com", text("serviceAccount", "projectId")?);
    let mut annotations = Node::mapping(origin);
    annotations.set("iam.gke.io/gcp-service-account", Node::string(&email, origin));
    let mut metadata = Node::mapping(origin);
    metadata.set("annotations", annotations);
    metadata.set("name", Node::string(&text("kubernetesService", "name")?, origin));
    let namespace = text("kubernetesService", "namespace")?;
    if !namespace.is_empty() {
        metadata.set("namespace", Node::string(&namespace, origin));
    }
    let mut made = Node::mapping(origin);
    made.set("apiVersion", Node::string("v1", origin));
    made.set("kind", Node::string("ServiceAccount", origin));
    made.set("metadata", metadata);
    Ok(Resource::new(made))
}

/// Runs the transformers that are objects.
pub(super) fn transformers<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    stack: &mut Stack,
    resources: &mut Vec<Resource>,
) -> Result<(), KustomizeError> {
    let entries = &layer.kustomization.transformers;
    for plugin in plugins(run, layer, stack, "transformers", entries)? {
        builtin::run(run, &plugin, resources)?;
        if let Some(note) = &plugin.note {
            resources.iter_mut().for_each(|resource| metadata::note_transformer(resource, note));
        }
        resources.retain(|resource| !resource.node.is_empty());
    }
    Ok(())
}

/// Runs the validators: transformers that may change nothing.
pub(super) fn validators<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    stack: &mut Stack,
    resources: &[Resource],
) -> Result<(), KustomizeError> {
    let entries = &layer.kustomization.validators;
    for plugin in plugins(run, layer, stack, "validators", entries)? {
        let mut changed = resources.to_vec();
        builtin::run(run, &plugin, &mut changed)?;
        let is_same = changed.len() == resources.len()
            && changed.iter().zip(resources).all(|(one, other)| one.value() == other.value());
        if !is_same {
            return Err(plugin.refuse(Problem::Transformer("a validator changed the objects".to_owned())));
        }
    }
    Ok(())
}

/// A generator's view of the tree, in which the generator is an object of its own.
struct Renamed<'r, 'f> {
    reading: Reading<'r, 'f>,
    by: By,
}

impl Sources for Renamed<'_, '_> {
    fn file(&mut self, path: &Located<String>) -> Result<(String, Vec<u8>), KustomizeError> {
        self.reading.file(path)
    }

    fn here(&self, _by: By, line: usize, span: &Range<usize>) -> Origin {
        self.reading.here(self.by.clone(), line, span)
    }

    fn there(&self, _by: By, file: &str, line: usize) -> Origin {
        self.reading.there(self.by.clone(), file, line)
    }

    fn limited(&self, line: usize, problem: Problem) -> KustomizeError {
        self.reading.limited(line, problem)
    }

    fn refuse(&self, line: usize, why: String) -> KustomizeError {
        self.reading.refuse(line, why)
    }
}
