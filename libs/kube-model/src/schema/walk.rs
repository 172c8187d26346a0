//! Types as they are walked from the root of an object downwards, rather than asked by path.

use std::sync::Arc;

use serde_json::Value;

use super::table;
use super::types::{Field, TypeRef};
use super::{Root, Schema};

impl Schema<'_> {
    /// The type of a whole object: that of its `apiVersion`, else of the newest version of its kind; none where the kind is
    /// unknown.
    #[must_use]
    pub fn root(self, api_version: &str) -> Option<TypeRef> {
        self.root_of_version(api_version).or_else(|| match self.root {
            Root::BuiltIn(row) => table::index_of(row.types().next()?).map(TypeRef::Table),
            Root::Custom(custom) => Some(TypeRef::Inline(Arc::clone(&custom.roots.first()?.1))),
            Root::Unknown => None,
        })
    }

    /// The type of a whole object of this `apiVersion`; none where this version of the kind is unknown.
    #[must_use]
    pub fn root_of_version(self, api_version: &str) -> Option<TypeRef> {
        let version = api_version.rsplit('/').next().unwrap_or_default();
        match self.root {
            Root::BuiltIn(row) => {
                let name = row.types().find(|name| name.split('.').rev().nth(1) == Some(version))?;
                table::index_of(name).map(TypeRef::Table)
            }
            Root::Custom(custom) => {
                let (_, fields) = custom.roots.iter().find(|(name, _)| name == version)?;
                Some(TypeRef::Inline(Arc::clone(fields)))
            }
            Root::Unknown => None,
        }
    }
}

impl TypeRef {
    /// Its name in the OpenAPI document (`core.v1.PodSpec`); none for a type of a custom resource.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::Table(index) => table::name_of(*index),
            Self::Inline(_) => None,
        }
    }

    /// A field of it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Field<'_>> {
        let declared = self.fields()?.get(name)?;
        Some(Field { field_type: &declared.of, default: declared.default.as_ref() })
    }

    /// The fields that the API server fills in when they are left out, as the schema publishes them.
    pub fn defaults(&self) -> impl Iterator<Item = (&str, &Value)> {
        let fields = self.fields().into_iter().flat_map(|fields| fields.iter());
        fields.filter_map(|(name, declared)| Some((name, declared.default.as_ref()?)))
    }
}
