//! One build: what it has read, and its limits.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use kube_model::yaml;
use serde_json::Value;

use crate::error::{KustomizeError, Problem};
use crate::files::Files;
use crate::kustomization::{self, FILE_NAMES, Kustomization, Located, Text};
use crate::location::{is_remote, is_within, join, without_credentials};
use crate::node::Node;
use crate::origin::{By, Origin, Source};
use crate::resource::Resource;
use crate::resources::objects;
use crate::schema::Schemas;

/// What a build may ask for before it is refused.
#[derive(Debug, Clone)]
pub struct Limits {
    /// What one file may ask of the reader.
    pub yaml: yaml::Limits,
    /// How deep bases may lie in one another.
    pub depth: usize,
    /// How many bytes may be read; a file that is read twice counts twice.
    pub bytes: usize,
    /// How many objects there may be in a layer.
    pub objects: usize,
}

impl Default for Limits {
    /// 64 bases deep, 64 MiB, 20,000 objects.
    fn default() -> Self {
        Self { yaml: yaml::Limits::default(), depth: 64, bytes: 64 << 20, objects: 20_000 }
    }
}

/// The state of a build.
pub(crate) struct Run<'f> {
    pub(crate) files: &'f dyn Files,
    pub(crate) limits: Limits,
    pub(crate) read: BTreeSet<String>,
    pub(crate) schemas: Schemas,
    /// Counts the nodes that are one (see [`crate::shared`]).
    pub(crate) shared: u32,
    /// Whether the annotations of `buildMetadata` are kept.
    pub(crate) tracks: bool,
    bytes: usize,
}

/// A file of a kustomization.
pub(crate) struct File<'f> {
    pub(crate) path: String,
    pub(crate) bytes: &'f [u8],
}

impl<'f> Run<'f> {
    pub(crate) fn new(files: &'f dyn Files, limits: &Limits) -> Self {
        Self {
            files,
            limits: limits.clone(),
            read: BTreeSet::new(),
            schemas: Schemas::default(),
            shared: 0,
            tracks: false,
            bytes: 0,
        }
    }

    /// The kustomization of a directory, and its file.
    pub(crate) fn kustomization(
        &mut self,
        directory: &str,
    ) -> Result<(Kustomization, File<'f>), KustomizeError> {
        let mut found = FILE_NAMES.iter().filter_map(|name| {
            let path = if directory.is_empty() { (*name).to_owned() } else { format!("{directory}/{name}") };
            self.files.read(&path).map(|bytes| File { path, bytes })
        });
        let first =
            found.next().ok_or_else(|| Problem::NoKustomization(directory.to_owned()).in_file(directory))?;
        if found.next().is_some() {
            return Err(Problem::SeveralKustomizations(directory.to_owned()).in_file(directory));
        }
        self.count(&first).map_err(|problem| problem.in_file(&first.path))?;
        let kustomization = kustomization::read(&first.path, first.bytes, &self.limits.yaml)?;
        Ok((kustomization, first))
    }

    fn count(&mut self, file: &File<'_>) -> Result<(), Problem> {
        self.bytes += file.bytes.len();
        if self.bytes > self.limits.bytes {
            return Err(Problem::Limit { what: "bytes", limit: self.limits.bytes });
        }
        self.read.insert(file.path.clone());
        Ok(())
    }

    /// A file that a kustomization in `directory` names. It has to be there or below.
    pub(crate) fn file(&mut self, directory: &str, name: &str) -> Result<File<'f>, Problem> {
        if is_remote(name) {
            return Err(Problem::Remote(without_credentials(name)));
        }
        let path = join(directory, name)?;
        let Some(bytes) = self.files.read(&path) else {
            return Err(if self.files.is_link(&path) { Problem::Link(path) } else { Problem::Missing(path) });
        };
        if !is_within(&path, directory) {
            return Err(Problem::AboveKustomization(name.to_owned()));
        }
        let file = File { path, bytes };
        self.count(&file)?;
        Ok(file)
    }

    /// The objects of documents.
    pub(crate) fn objects(&mut self, documents: Vec<Node>) -> Result<Vec<Resource>, KustomizeError> {
        let found =
            objects(documents).map_err(|(problem, origin)| problem.at(&origin.source.file, origin.line()))?;
        for resource in &found {
            let (group, version) = resource.group_version();
            self.schemas.meet(crate::id::is_scope_known(group, version, resource.kind()));
        }
        Ok(found)
    }

    /// The value of a file, as Kubernetes reads YAML.
    pub(crate) fn value(&self, file: &File<'_>) -> Result<Value, KustomizeError> {
        let read = || -> Result<Value, yaml::YamlError> {
            let text = yaml::text_of(file.bytes, &self.limits.yaml)?;
            let documents = yaml::parse(text, &self.limits.yaml)?;
            let first = documents.first();
            first.map_or(Ok(Value::Null), |document| {
                yaml::to_value(document, &document.root, &self.limits.yaml)
            })
        };
        read().map_err(|error| {
            let line = error.line;
            Problem::Yaml(error).at(&file.path, line)
        })
    }
}

/// A kustomization in its place.
pub(crate) struct Layer<'f> {
    pub(crate) directory: Arc<str>,
    pub(crate) kustomization: Kustomization,
    pub(crate) file: File<'f>,
    /// Where it is from where the build began, for `buildMetadata`.
    pub(crate) path: String,
}

impl<'f> Layer<'f> {
    pub(crate) fn source(&self, file: &str, by: By) -> Arc<Source> {
        Arc::new(Source { file: file.into(), layer: Arc::clone(&self.directory), by })
    }

    /// The origin of something in the kustomization itself.
    pub(crate) fn here(&self, by: By, line: usize, span: &Range<usize>) -> Origin {
        Origin::new(&self.source(&self.file.path, by), line, Some(span))
    }

    pub(crate) fn origin<T>(&self, by: By, at: &Located<T>) -> Origin {
        self.here(by, at.line, &at.span)
    }

    pub(crate) fn refuse(&self, problem: Problem, line: usize) -> KustomizeError {
        problem.at(&self.file.path, line)
    }

    /// The documents of a file that the kustomization names.
    pub(crate) fn documents(
        &self,
        run: &mut Run<'f>,
        name: &Located<String>,
        by: By,
    ) -> Result<Vec<Node>, KustomizeError> {
        let file =
            run.file(&self.directory, &name.value).map_err(|problem| self.refuse(problem, name.line))?;
        let text = Text::of(file.bytes, &file.path, &run.limits.yaml)?;
        text.documents(&self.source(&file.path, by), &run.limits.yaml)
    }

    /// The documents of a text that stands in the kustomization.
    pub(crate) fn inline(
        &self,
        run: &Run<'f>,
        text: &Located<String>,
        by: By,
    ) -> Result<Vec<Node>, yaml::YamlError> {
        let trimmed = text.value.trim_start();
        // Cut at the start, the first line would stand apart from the others, and so does kustomize read it.
        let starts_late = text.value.len() - trimmed.len() > 0 && !text.value.starts_with('\n');
        let standing = match (Text::of(self.file.bytes, &self.file.path, &run.limits.yaml), starts_late) {
            (Ok(file), false) => crate::read::Standing::of_text(&file, &text.span, text.line, &text.value),
            _ => crate::read::Standing::Line(text.line),
        };
        let whole = if starts_late { trimmed } else { &text.value };
        crate::read::documents(whole, &run.limits.yaml, &self.source(&self.file.path, by), &standing)
    }
}
