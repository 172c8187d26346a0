//! The objects of a repository that say what is deployed.

use memchr::memmem;

use crate::field::{Field, documents};
use crate::note::{Note, Problem};
use crate::place::Location;
use crate::repository::{Index, is_yaml};

/// The groups of those objects.
const GROUPS: [&str; 4] =
    ["argoproj.io/", "toolkit.fluxcd.io/", "kargo.akuity.io/", "argocd-image-updater.argoproj.io/"];

/// An object, with the place of everything that it says.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) group: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    pub(crate) root: Field,
}

impl Object {
    /// An object, if it has a kind and a name.
    pub(crate) fn of(root: Field) -> Option<Self> {
        let version = root.text_of("apiVersion")?;
        Some(Self {
            group: version.split_once('/').map_or_else(String::new, |(group, _)| group.to_owned()),
            kind: root.text_of("kind")?,
            name: root.text_of("metadata.name")?,
            namespace: root.text_of("metadata.namespace"),
            root,
        })
    }

    pub(crate) fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }

    /// `argocd/shop-staging`, as messages name it.
    pub(crate) fn full_name(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.clone(),
        }
    }

    pub(crate) fn at(&self) -> &Location {
        &self.root.at
    }

    /// A value of `metadata.annotations` or `metadata.labels`; their keys hold dots.
    pub(crate) fn metadata(&self, map: &str, key: &str) -> Option<&Field> {
        self.root.get("metadata")?.get(map)?.get(key)
    }
}

/// All objects of these groups in the repository, in the order of their files.
pub(crate) fn objects(index: &Index<'_>, notes: &mut Vec<Note>) -> Vec<Object> {
    let mut objects = Vec::new();
    for (path, bytes) in index.files.files() {
        let read = is_yaml(path) || path.ends_with(".json");
        if read && (names_a_group(bytes) || is_cluster_secret(bytes)) {
            add(path, bytes, &mut objects, notes);
        }
    }
    objects
}

fn add(path: &str, bytes: &[u8], objects: &mut Vec<Object>, notes: &mut Vec<Note>) {
    match documents(path, bytes) {
        Ok(documents) => {
            let whole = documents.into_iter().flat_map(|field| match field.text_of("kind").as_deref() {
                Some("List") => field.list("items").to_vec(),
                _ => vec![field],
            });
            objects.extend(whole.filter_map(Object::of));
        }
        Err(_) if memmem::find(bytes, b"{{").is_some() => notes.push(Note {
            problem: Problem::Template,
            at: Location::of_file(path),
            message: "this is a template; the objects that it makes are not read".to_owned(),
        }),
        Err(error) => notes.push(Note {
            problem: Problem::Unreadable,
            at: Location { line: error.line, ..Location::of_file(path) },
            message: error.to_string(),
        }),
    }
}

/// Whether some line gives one of the groups as an `apiVersion`. Definitions of these kinds do not, and are large.
fn names_a_group(bytes: &[u8]) -> bool {
    GROUPS.iter().any(|group| {
        memmem::find_iter(bytes, group).any(|at| {
            let line = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1);
            memmem::find(&bytes[line..at], b"apiVersion").is_some()
        })
    })
}

/// Argo CD keeps what it knows of a cluster in a Secret with this label.
fn is_cluster_secret(bytes: &[u8]) -> bool {
    memmem::find(bytes, b"argocd.argoproj.io/secret-type").is_some()
}
