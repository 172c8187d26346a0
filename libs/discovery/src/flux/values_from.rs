//! Values and variables that stand in ConfigMaps of the repository. Secrets are named, never read.

use memchr::memmem;

use crate::field::{Field, documents};
use crate::flux::Sources;
use crate::note::{Note, Problem};
use crate::object::Object;
use crate::repository::is_yaml;

impl Sources<'_, '_> {
    fn maps(&self) -> &[Object] {
        self.maps.get_or_init(|| {
            let files = self.index.files.files();
            let holding =
                files.filter(|(path, bytes)| is_yaml(path) && memmem::find(bytes, b"ConfigMap").is_some());
            let read = holding.filter_map(|(path, bytes)| documents(path, bytes).ok());
            read.flatten().filter_map(Object::of).filter(|object| object.is("", "ConfigMap")).collect()
        })
    }

    /// The data of the ConfigMap that a reference names; a note where it is not in the repository, is a Secret, or
    /// several could be meant. What may be missing is passed over.
    pub(crate) fn data(&self, reference: &Field, namespace: Option<&str>) -> Result<Option<&Field>, Note> {
        let kind = reference.text_of("kind").unwrap_or_default();
        let name = reference.text_of("name").unwrap_or_default();
        let elsewhere = |message| Note { problem: Problem::Elsewhere, at: reference.at.clone(), message };
        if kind != "ConfigMap" {
            return Err(elsewhere(format!("what the {kind} {name} holds is not read")));
        }
        let in_namespace = |map: &&&Object| {
            map.namespace.is_none() || namespace.is_none() || map.namespace.as_deref() == namespace
        };
        let found: Vec<&Object> = self.maps().iter().filter(|map| map.name == name).collect();
        let found: Vec<&&Object> = found.iter().filter(in_namespace).collect();
        match found.as_slice() {
            [map] => Ok(map.root.get("data")),
            [] if reference.is_set("optional") => Ok(None),
            [] => Err(elsewhere(format!("the ConfigMap {name} is not in this repository"))),
            _ => Err(elsewhere(format!("several ConfigMaps of this repository are called {name}"))),
        }
    }
}
