//! `replacements`.

use super::Located;
use super::decode::{Decode, Fault, Fields, Unknown, located};
use super::parts::gvk;
use crate::id::Gvk;
use crate::node::Node;
use crate::selector::Selector;

/// An entry of `replacements`.
#[derive(Debug, Clone)]
pub struct Replacements {
    /// The entry itself.
    pub at: Located<()>,
    /// `path`: a file with one replacement, or a list of them.
    pub path: Option<Located<String>>,
    /// The replacement, where it stands in the entry.
    pub inline: Replacement,
}

/// A value that is copied into fields.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// Where it stands.
    pub at: Located<()>,
    /// `source`.
    pub source: Option<ReplacementSource>,
    /// `sourceValue`.
    pub source_value: Option<Located<String>>,
    /// `targets`; none where the field is not given.
    pub targets: Option<Vec<ReplacementTarget>>,
}

/// Where the value comes from.
#[derive(Debug, Clone)]
pub struct ReplacementSource {
    /// `fieldPath`; `metadata.name` where none is given.
    pub field_path: String,
    /// `options`.
    pub options: Option<FieldOptions>,
    pub(crate) gvk: Gvk,
    pub(crate) name: String,
    pub(crate) namespace: String,
}

/// Where the value goes.
#[derive(Debug, Clone)]
pub struct ReplacementTarget {
    /// `select`.
    pub select: Option<Selector>,
    /// `reject`.
    pub reject: Vec<Selector>,
    /// `fieldPaths`; `metadata.name` where none is given.
    pub field_paths: Vec<String>,
    /// `options`.
    pub options: Option<FieldOptions>,
}

/// Which part of a field is meant, and whether it is created.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldOptions {
    /// `delimiter`: the text is taken apart by it.
    pub delimiter: String,
    /// `index`: which part.
    pub index: i64,
    /// `create`.
    pub create: bool,
}

impl Decode for Replacements {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::of(node, unknown, &["path", "source", "sourceValue", "targets"])?;
        let path = fields.get::<Located<String>>("path")?.filter(|path| !path.value.is_empty());
        Ok(Self { at: located(node, ()), path, inline: Replacement::read(node, &fields)? })
    }
}

impl Decode for Replacement {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        Self::read(node, &Fields::any(node, unknown)?)
    }
}

impl Replacement {
    fn read(node: &Node, fields: &Fields<'_>) -> Result<Self, Fault> {
        Ok(Self {
            at: located(node, ()),
            source: fields.get("source")?,
            source_value: fields.get("sourceValue")?,
            targets: fields.get("targets")?,
        })
    }
}

impl Decode for ReplacementSource {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let known = ["group", "version", "kind", "name", "namespace", "fieldPath", "options"];
        let fields = Fields::of(node, unknown, &known)?;
        let mut field_path = fields.text("fieldPath")?;
        if field_path.is_empty() {
            "metadata.name".clone_into(&mut field_path);
        }
        Ok(Self {
            field_path,
            options: fields.get("options")?,
            gvk: gvk(&fields)?,
            name: fields.text("name")?,
            namespace: fields.text("namespace")?,
        })
    }
}

impl Decode for ReplacementTarget {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::of(node, unknown, &["select", "reject", "fieldPaths", "options"])?;
        let mut field_paths: Vec<String> =
            fields.list::<Located<String>>("fieldPaths")?.into_iter().map(|path| path.value).collect();
        if field_paths.is_empty() {
            field_paths.push("metadata.name".to_owned());
        }
        Ok(Self {
            select: fields.get("select")?,
            reject: fields.list("reject")?,
            field_paths,
            options: fields.get("options")?,
        })
    }
}

impl Decode for FieldOptions {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::of(node, unknown, &["delimiter", "index", "encoding", "create"])?;
        Ok(Self {
            delimiter: fields.text("delimiter")?,
            index: fields.get("index")?.unwrap_or_default(),
            create: fields.flag("create")?,
        })
    }
}
