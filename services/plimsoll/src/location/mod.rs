//! Where findings stand in the files of a side, with the lines of what they are about.
//!
//! Of manifests that are read as they stand it is the field, or what holds it where there is no such field. Of an overlay
//! it is what set the field; of a chart the value that it comes from where that is known, else the template that makes the
//! object.

mod chart;
mod manifest;
mod overlay;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use discovery::Recipe;
use file_tree::FileTree;
use kube_model::{ManifestFile, Object, ObjectKey, Origin};
use rayon::prelude::*;
use risk_rules::{Finding, Location, RiskReport};

use crate::given::Given;
use crate::session::Session;
use overlay::Overlay;

/// Files by their paths, each read by who asks first; none for what cannot be read as YAML.
type ReadFiles = HashMap<String, Arc<OnceLock<Option<ManifestFile>>>>;

/// A side in which findings are looked for.
pub(crate) struct Side<'a> {
    session: &'a Session,
    given: &'a Given,
    objects: HashMap<ObjectKey, &'a Origin>,
    /// The files that are other than they were read, by their paths as patches name them; none for those that go.
    edited: HashMap<String, Option<Vec<u8>>>,
    /// The files whose lines on disk are not those of this side.
    elsewhere: HashSet<String>,
    read: Mutex<ReadFiles>,
    overlay: Option<Overlay>,
    /// Of what is rendered: the files as they are on this side.
    tree: OnceLock<FileTree>,
    /// Of what is rendered: what each chart is given, by the parts of the recipe; none where that cannot be read.
    values: Vec<OnceLock<Option<helm::Values>>>,
    /// The root of the manifests, and that of the repository that it lies in.
    roots: Option<(PathBuf, PathBuf)>,
}

impl<'a> Side<'a> {
    pub(crate) fn of(session: &'a Session, given: &'a Given, objects: &'a [Object]) -> Self {
        Self::edited(session, given, objects, HashMap::new())
    }

    /// A side whose files are others than were read.
    pub(crate) fn edited(
        session: &'a Session,
        given: &'a Given,
        objects: &'a [Object],
        edited: HashMap<String, Option<Vec<u8>>>,
    ) -> Self {
        let overlay = match given {
            Given::Rendered { files, found, .. } => Overlay::of(files.tree(), &edited, &found.recipe),
            Given::Manifests(_) => None,
        };
        let objects = objects.iter().map(|object| (object.key.clone(), &object.origin)).collect();
        let (elsewhere, read) = (HashSet::new(), Mutex::default());
        let values = match given {
            Given::Rendered { found, .. } => found.recipe.parts().iter().map(|_| OnceLock::new()).collect(),
            Given::Manifests(_) => Vec::new(),
        };
        Self {
            session,
            given,
            objects,
            edited,
            elsewhere,
            read,
            overlay,
            tree: OnceLock::new(),
            values,
            roots: roots(given),
        }
    }

    /// The same, where files on disk have other lines.
    pub(crate) fn but_for(self, elsewhere: HashSet<String>) -> Self {
        Self { elsewhere, ..self }
    }

    fn bytes(&self, path: &str) -> Option<&[u8]> {
        match self.edited.get(path) {
            Some(edited) => edited.as_deref(),
            None => self.given.bytes(path),
        }
    }

    fn path_of(&self, origin: &Origin) -> String {
        match self.given {
            Given::Manifests(resolved) => resolved.tree.patch_path(&origin.file),
            Given::Rendered { .. } => origin.file.to_string(),
        }
    }

    fn location(&self, finding: &Finding) -> Option<Location> {
        let key = finding.object.key();
        let origin = self.objects.get(&key)?;
        if let Some(at) = self.overlay.as_ref().and_then(|overlay| overlay.at(&key, &finding.path)) {
            let exists = !self.elsewhere.contains(&at.file);
            return Some(Location { file: self.in_repository(&at.file), exists, ..at });
        }
        let path = self.path_of(origin);
        let in_file = self.with_file(&path, |file| manifest::at(file, origin, &finding.path));
        let at = in_file.or_else(|| self.in_chart(finding))?;
        let file = if at.file.is_empty() { path } else { at.file };
        let exists = !self.elsewhere.contains(&file);
        Some(Location { file: self.in_repository(&file), exists, ..at })
    }

    /// The files that its objects are read from, from the root of the repository.
    pub(crate) fn files(&self) -> Vec<String> {
        let paths: BTreeSet<String> = self.objects.values().map(|origin| self.path_of(origin)).collect();
        let known = paths.iter().filter(|path| self.bytes(path).is_some());
        known.map(|path| self.in_repository(path)).collect()
    }

    /// What a chart is given for a field, or makes it from.
    fn in_chart(&self, finding: &Finding) -> Option<Location> {
        let Given::Rendered { files, found, .. } = self.given else { return None };
        let in_file: chart::InFile<'_> = &|path, find| self.with_file(path, |file| find(file));
        found.recipe.parts().iter().zip(&self.values).find_map(|(part, values)| match part {
            Recipe::Helm(helm) => {
                let tree = self.tree.get_or_init(|| with_edits(files.tree(), &self.edited));
                let values = || values.get_or_init(|| render::chart_values(tree, helm).ok()).as_ref();
                chart::at(&chart::Given { helm, tree, values: &values }, finding, in_file)
            }
            _ => None,
        })
    }

    /// What is found in a file, if it can be read as YAML.
    fn with_file<T>(&self, path: &str, find: impl FnOnce(&ManifestFile) -> Option<T>) -> Option<T> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let file = Arc::clone(read.entry(path.to_owned()).or_default());
        drop(read);
        let file = file.get_or_init(|| {
            let bytes = self.bytes(path)?;
            ManifestFile::read(path, bytes, &self.session.limits).ok()
        });
        file.as_ref().and_then(find)
    }

    /// A file that is named as patches name it, from the root of its repository.
    fn in_repository(&self, path: &str) -> String {
        let Given::Manifests(resolved) = self.given else { return path.to_owned() };
        let below = || {
            let (root, repository) = self.roots.as_ref()?;
            let file = root.join(resolved.tree.relative(path));
            file.strip_prefix(repository).ok().and_then(FilePath::to_str).map(str::to_owned)
        };
        below().unwrap_or_else(|| path.trim_start_matches("./").to_owned())
    }
}

fn with_edits(tree: &FileTree, edited: &HashMap<String, Option<Vec<u8>>>) -> FileTree {
    let mut tree = tree.clone();
    for (path, bytes) in edited {
        match bytes {
            Some(bytes) => tree.put(path.clone(), bytes.clone()),
            None => tree.remove(path.clone()),
        }
    }
    tree
}

fn roots(given: &Given) -> Option<(PathBuf, PathBuf)> {
    let Given::Manifests(resolved) = given else { return None };
    let root = resolved.tree.root.as_deref()?.canonicalize().ok()?;
    let repository = root.ancestors().find(|directory| directory.join(".git").exists())?.to_owned();
    Some((root, repository))
}

/// Puts in where each finding stands: in the first of these sides that has its object.
pub(crate) fn locate(report: &mut RiskReport, sides: &[Side<'_>]) {
    let waived = report.waived.iter_mut().map(|waived| &mut waived.finding);
    let findings: Vec<&mut Finding> = report.findings.iter_mut().chain(waived).collect();
    findings.into_par_iter().for_each(|finding| {
        finding.location = sides.iter().find_map(|side| side.location(finding));
    });
}
