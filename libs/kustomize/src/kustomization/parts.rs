//! The entries of a kustomization.

use super::decode::{Decode, Fault, Fields, Unknown, located};
use super::{Located, Pairs};
use crate::fieldspec::FieldSpec;
use crate::id::Gvk;
use crate::node::Node;
use crate::selector::Selector;

/// An entry of `images`.
#[derive(Debug, Clone)]
pub struct Image {
    /// The entry itself.
    pub at: Located<()>,
    /// `name`: which images it changes.
    pub name: Located<String>,
    /// `newName`.
    pub new_name: Option<Located<String>>,
    /// `newTag`.
    pub new_tag: Option<Located<String>>,
    /// `digest`.
    pub digest: Option<Located<String>>,
    /// `tagSuffix`.
    pub tag_suffix: Option<Located<String>>,
}

impl Decode for Image {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::of(node, unknown, &["name", "newName", "tagSuffix", "newTag", "digest"])?;
        let text = |name: &str| -> Result<Option<Located<String>>, Fault> {
            Ok(fields.get::<Located<String>>(name)?.filter(|text| !text.value.is_empty()))
        };
        Ok(Self {
            at: located(node, ()),
            name: fields.get("name")?.unwrap_or_else(|| located(node, String::new())),
            new_name: text("newName")?,
            new_tag: text("newTag")?,
            digest: text("digest")?,
            tag_suffix: text("tagSuffix")?,
        })
    }
}

/// An entry of `replicas`.
#[derive(Debug, Clone)]
pub struct Replica {
    /// The entry itself.
    pub at: Located<()>,
    /// `name`: the object, by a name that it has or had.
    pub name: Located<String>,
    /// `count`.
    pub count: Located<i64>,
}

impl Decode for Replica {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::of(node, unknown, &["name", "count"])?;
        let count = fields.node("count").unwrap_or(node);
        Ok(Self {
            at: located(node, ()),
            name: fields.get("name")?.unwrap_or_else(|| located(node, String::new())),
            count: located(count, fields.get("count")?.unwrap_or_default()),
        })
    }
}

/// An entry of `labels`.
#[derive(Debug, Clone)]
pub struct Label {
    /// The entry itself.
    pub at: Located<()>,
    /// `pairs`.
    pub pairs: Pairs,
    /// `includeSelectors`.
    pub include_selectors: bool,
    /// `includeTemplates`.
    pub include_templates: bool,
    pub(crate) fields: Vec<FieldSpec>,
}

impl Decode for Label {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::of(node, unknown, &["pairs", "includeSelectors", "includeTemplates", "fields"])?;
        Ok(Self {
            at: located(node, ()),
            pairs: fields.get("pairs")?.unwrap_or_default(),
            include_selectors: fields.flag("includeSelectors")?,
            include_templates: fields.flag("includeTemplates")?,
            fields: fields.list("fields")?,
        })
    }
}

impl Decode for FieldSpec {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::of(node, unknown, &["group", "version", "kind", "path", "create"])?;
        Ok(Self::new(gvk(&fields)?, &fields.text("path")?, fields.flag("create")?))
    }
}

pub(super) fn gvk(fields: &Fields<'_>) -> Result<Gvk, Fault> {
    Ok(Gvk { group: fields.text("group")?, version: fields.text("version")?, kind: fields.text("kind")? })
}

/// An entry of `patches` or `patchesJson6902`.
#[derive(Debug, Clone)]
pub struct Patch {
    /// The entry itself.
    pub at: Located<()>,
    /// `path`: the file.
    pub path: Option<Located<String>>,
    /// `patch`: the patch itself.
    pub patch: Option<Located<String>>,
    /// `target`: which objects it is for.
    pub target: Option<Selector>,
    /// `options`.
    pub options: PatchOptions,
}

/// What a patch may change that patches may not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PatchOptions {
    /// `allowNameChange`.
    pub allow_name_change: bool,
    /// `allowKindChange`.
    pub allow_kind_change: bool,
}

impl Decode for PatchOptions {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::any(node, unknown)?;
        for (_, value) in node.entries() {
            bool::decode(value, unknown)?;
        }
        Ok(Self {
            allow_name_change: fields.flag("allowNameChange")?,
            allow_kind_change: fields.flag("allowKindChange")?,
        })
    }
}

impl Decode for Patch {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::of(node, unknown, &["path", "patch", "target", "options"])?;
        let text = |name: &str| -> Result<Option<Located<String>>, Fault> {
            Ok(fields.get::<Located<String>>(name)?.filter(|text| !text.value.is_empty()))
        };
        Ok(Self {
            at: located(node, ()),
            path: text("path")?,
            patch: text("patch")?,
            target: fields.get("target")?,
            options: fields.get("options")?.unwrap_or_default(),
        })
    }
}

/// `sortOptions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortOptions {
    /// `order`: `legacy` or `fifo`.
    pub order: Located<String>,
    /// `legacySortOptions`: the kinds that go first, and those that go last.
    pub legacy: Option<(Vec<String>, Vec<String>)>,
}

impl Decode for SortOptions {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::of(node, unknown, &["order", "legacySortOptions"])?;
        let order = fields.get("order")?.unwrap_or_else(|| located(node, String::new()));
        let mut legacy = None;
        if let Some(node) = fields.node("legacySortOptions") {
            let fields = Fields::of(node, unknown, &["orderFirst", "orderLast"])?;
            let names = |field: &str| -> Result<Vec<String>, Fault> {
                Ok(fields.list::<Located<String>>(field)?.into_iter().map(|name| name.value).collect())
            };
            legacy = Some((names("orderFirst")?, names("orderLast")?));
        }
        Ok(Self { order, legacy })
    }
}

/// An entry of `vars`.
#[derive(Debug, Clone)]
pub struct Variable {
    /// The entry itself.
    pub at: Located<()>,
    /// `name`.
    pub name: String,
    /// `fieldref.fieldPath`; `metadata.name` where none is given.
    pub field_path: String,
    pub(crate) object: (Gvk, String, String),
}

impl Decode for Variable {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::of(node, unknown, &["name", "objref", "fieldref"])?;
        let mut object = (Gvk::default(), String::new(), String::new());
        if let Some(node) = fields.node("objref") {
            let known = ["apiVersion", "group", "version", "kind", "name", "namespace"];
            let fields = Fields::of(node, unknown, &known)?;
            let mut kind = gvk(&fields)?;
            let api_version = fields.text("apiVersion")?;
            match *api_version.split('/').collect::<Vec<_>>() {
                [""] => {}
                [version] => kind.version = version.to_owned(),
                [group, version] => (kind.group, kind.version) = (group.to_owned(), version.to_owned()),
                _ => {}
            }
            object = (kind, fields.text("name")?, fields.text("namespace")?);
        }
        let mut field_path = String::new();
        if let Some(node) = fields.node("fieldref") {
            field_path = Fields::of(node, unknown, &["fieldPath"])?.text("fieldPath")?;
        }
        if field_path.is_empty() {
            "metadata.name".clone_into(&mut field_path);
        }
        Ok(Self { at: located(node, ()), name: fields.text("name")?, field_path, object })
    }
}
