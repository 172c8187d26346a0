//! The objects that Flux takes its files from.

use crate::field::Field;
use crate::object::Object;
use crate::repository::{Index, shown_url};

pub(crate) const GROUP: &str = "source.toolkit.fluxcd.io";

/// All sources of the repository, and the other objects that releases and Kustomizations refer to.
pub(crate) struct Sources<'a, 't> {
    pub(crate) index: &'a Index<'t>,
    pub(crate) objects: &'a [Object],
    /// ConfigMaps, which are read only if something refers to one.
    pub(crate) maps: std::cell::OnceCell<Vec<Object>>,
}

/// Where a source's files are.
pub(crate) enum Place {
    /// In this repository.
    Here,
    /// Elsewhere, at this URL or under this name.
    Elsewhere(String),
}

impl Sources<'_, '_> {
    /// The object that a reference (`kind`, `name`, `namespace`) names; in the namespace of who refers where none is
    /// named.
    pub(crate) fn referred(&self, reference: &Field, namespace: Option<&str>) -> Option<&Object> {
        let (kind, name) = (reference.text_of("kind")?, reference.text_of("name")?);
        let wanted = reference.text_of("namespace").or_else(|| namespace.map(str::to_owned));
        let same = |object: &&Object| object.group == GROUP && object.kind == kind && object.name == name;
        let in_namespace =
            |object: &&Object| wanted.is_none() || object.namespace.is_none() || object.namespace == wanted;
        self.objects.iter().filter(same).find(in_namespace)
    }

    /// Where the files of a source are. `flux bootstrap` makes a source of this repository, named `flux-system`, which a
    /// repository may hold with its URL or not at all.
    pub(crate) fn place(&self, reference: &Field, namespace: Option<&str>) -> Place {
        let kind = reference.text_of("kind").unwrap_or_default();
        let name = reference.text_of("name").unwrap_or_default();
        let found = self.referred(reference, namespace);
        let url = found.and_then(|object| object.root.text_of("spec.url"));
        match (kind.as_str(), url) {
            ("GitRepository", Some(url)) if self.index.is_here(&url) => Place::Here,
            ("GitRepository", None) if name == "flux-system" || !self.index.is_known() => Place::Here,
            (_, Some(url)) => Place::Elsewhere(shown_url(&url)),
            (kind, None) => Place::Elsewhere(format!("{kind} {name}")),
        }
    }

    /// The branch, tag or commit that a source follows.
    pub(crate) fn revision(&self, reference: &Field, namespace: Option<&str>) -> Option<String> {
        let spec = self.referred(reference, namespace)?.root.get("spec")?;
        ["ref.commit", "ref.tag", "ref.semver", "ref.branch"].iter().find_map(|path| spec.text_of(path))
    }
}
