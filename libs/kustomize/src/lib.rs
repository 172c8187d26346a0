//! Kustomize without the command.
//!
//! [`build`] renders a directory of a tree of files as `kustomize build` 5.7.1 does, and knows for every field of the
//! result which file, line and kustomization set it ([`Resource::origin`]). The crate does no I/O: what needs the
//! network or another program is refused and named.
//!
//! Where kustomize has habits that are hardly meant (a number that replaces a quoted text becomes a text, a label that
//! was set everywhere changes everywhere), they are kept: what is shown is what will be applied.

mod build;
mod config;
mod crds;
mod error;
mod fieldspec;
mod files;
mod generate;
mod hash;
mod id;
mod json_patch;
pub mod kustomization;
mod layer;
mod location;
mod merge;
mod metadata;
mod node;
mod order;
mod origin;
mod path;
mod read;
mod references;
mod resource;
mod resources;
mod scalar;
mod schema;
mod selector;
mod shared;
mod size;
mod time;
mod transform;
mod vars;

pub use build::Limits;
pub use error::{KustomizeError, Problem};
pub use files::Files;
pub use kustomization::Kustomization;
pub use origin::{By, FieldOrigin, GeneratorKind};
pub use resource::{Behavior, Resource};

use build::{Layer, Run};
use layer::Together;
use node::Node;
use origin::{Origin, Source};
use scalar::{Scalar, Tag};

/// The version of the command that this follows.
pub const FOLLOWS: &str = "v5.7.1";

/// What a directory renders to.
#[derive(Debug, Clone)]
pub struct Build {
    /// The objects, in the order in which they are printed.
    pub resources: Vec<Resource>,
    /// Every file that was read, sorted.
    pub read: Vec<String>,
}

impl Build {
    /// The objects as the command prints them: documents with `---` between them.
    #[must_use]
    pub fn yaml(&self) -> String {
        let documents = self.resources.iter().map(|resource| kube_model::yaml::write(&resource.value()));
        documents.collect::<Vec<_>>().join("---\n")
    }
}

/// Renders a directory, given from the root of the tree (empty for the root itself).
///
/// # Errors
/// When the tree is none that kustomize builds, needs the network or another program, or reaches a limit.
pub fn build(files: &dyn Files, directory: &str, limits: &Limits) -> Result<Build, KustomizeError> {
    let mut run = Run::new(files, limits);
    let directory = location::join("", directory).map_err(|problem| problem.in_file(directory))?;
    let layer = layer::open(&mut run, &directory, String::new())?;
    run.tracks = !layer.kustomization.build_metadata.is_empty();
    let together = layer::build(&mut run, &layer, &mut vec![directory], Together::default())?;
    let resources = finish(&layer, together)?;
    Ok(Build { resources, read: run.read.into_iter().collect() })
}

/// What is done once, at the end: hashes, references, variables, order and `buildMetadata`.
fn finish(layer: &Layer<'_>, together: Together) -> Result<Vec<Resource>, KustomizeError> {
    let Together { mut resources, config, vars } = together;
    let refuse = |problem: Problem| layer.refuse(problem, 1);
    resources.iter_mut().try_for_each(add_hash).map_err(refuse)?;
    references::follow(&mut resources, &config.name_reference).map_err(refuse)?;
    vars::resolve(&mut resources, &vars, &config.var_reference).map_err(refuse)?;
    if let Some(resource) =
        resources.iter().find(|resource| resource.kind().is_empty() || resource.name().is_empty())
    {
        let why = format!("{}: a patch took its kind or its name", resource.original);
        return Err(refuse(Problem::Resource(why)));
    }
    resources.retain(is_applied);
    size::printable(&resources).map_err(refuse)?;
    order::sort(&mut resources, layer.kustomization.sort_options.as_ref()).map_err(refuse)?;
    let has = |option: &str| layer.kustomization.build_metadata.iter().find(|entry| entry.value == option);
    if let Some(entry) = has("managedByLabel") {
        label_managed(layer, &mut resources, entry);
    }
    for resource in &mut resources {
        metadata::finish(
            resource,
            has("originAnnotations").is_some(),
            has("transformerAnnotations").is_some(),
        );
        let annotations = resource.metadata_strings("annotations");
        if let Some((key, value)) = annotations.iter().find(|(key, _)| !node::is_key(key)) {
            let why = format!("the annotation {key:?} is printed without quotes, and is then no string");
            return Err(Problem::Value(why).at(&value.origin.source.file, value.origin.line()));
        }
        if let Some((problem, origin)) = resource.unprintable() {
            return Err(problem.at(&origin.source.file, origin.line()));
        }
    }
    Ok(resources)
}

fn add_hash(resource: &mut Resource) -> Result<(), Problem> {
    if !resource.needs_hash {
        return Ok(());
    }
    let name = format!("{}-{}", resource.name(), hash::suffix(resource)?);
    resource.remember_id();
    let old = resource.node.at(&["metadata", "name"]).unwrap_or(&resource.node).origin.clone();
    let source = Source { file: old.source.file.clone(), layer: old.source.layer.clone(), by: By::Hash };
    resource.set_metadata("name", &name, &Origin::new(&source.into(), old.line(), None));
    Ok(())
}

/// Whether an object is no note to tools alone.
fn is_applied(resource: &Resource) -> bool {
    resource.annotation("config.kubernetes.io/local-config").is_none_or(|local| local == "false")
}

fn label_managed(layer: &Layer<'_>, resources: &mut [Resource], entry: &kustomization::Located<String>) {
    let origin = layer.origin(By::BuildMetadata, entry);
    for resource in resources {
        let Some(metadata) = resource.metadata_mut(&origin) else { continue };
        if metadata.get("labels").is_none_or(Node::is_null) {
            metadata.remove("labels");
            metadata.set("labels", Node::mapping(&origin));
        }
        if let Some(labels) = metadata.get_mut("labels") {
            let value = Scalar::plain(&format!("kustomize-{FOLLOWS}"), Tag::Str);
            labels.set("app.kubernetes.io/managed-by", Node::scalar(value, &origin));
        }
    }
}
