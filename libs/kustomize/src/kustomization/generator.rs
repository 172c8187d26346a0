//! `configMapGenerator`, `secretGenerator` and their options.

use super::decode::{Decode, Fault, Fields, Unknown, located};
use super::{Located, Pairs};
use crate::node::Node;
use crate::resource::Behavior;

/// The type of a generated Secret, as it is written.
pub type SecretType = Option<Located<String>>;

/// An entry of `configMapGenerator` or `secretGenerator`.
#[derive(Debug, Clone)]
pub struct Generator {
    /// The entry itself.
    pub at: Located<()>,
    /// `name`.
    pub name: Located<String>,
    /// `namespace`.
    pub namespace: Option<Located<String>>,
    /// `behavior`; none where nothing is said (or something that kustomize does not know).
    pub behavior: Option<Behavior>,
    /// `type`, of a Secret.
    pub secret_type: SecretType,
    /// `literals`: `key=value`.
    pub literals: Vec<Located<String>>,
    /// `files`: `path` or `key=path`.
    pub files: Vec<Located<String>>,
    /// `envs`: files of lines `key=value`.
    pub envs: Vec<Located<String>>,
    /// `options`.
    pub options: Option<GeneratorOptions>,
}

const FIELDS: [&str; 8] = ["namespace", "name", "behavior", "literals", "files", "envs", "env", "options"];

impl Generator {
    pub(crate) fn config_map(node: &Node) -> Result<Self, Fault> {
        Self::read(node, &Fields::of(node, Unknown::Refused, &FIELDS)?)
    }

    pub(crate) fn secret(node: &Node) -> Result<Self, Fault> {
        let known: Vec<&str> = FIELDS.into_iter().chain(["type"]).collect();
        Self::read(node, &Fields::of(node, Unknown::Refused, &known)?)
    }

    /// A generator that is an object of its own: its name and namespace may be in `metadata`.
    pub(crate) fn object(node: &Node) -> Result<Self, Fault> {
        let mut generator = Self::read(node, &Fields::any(node, Unknown::Ignored)?)?;
        if let Some(metadata) = node.get("metadata") {
            let metadata = Fields::any(metadata, Unknown::Ignored)?;
            if generator.name.value.is_empty() {
                generator.name = metadata.get("name")?.unwrap_or(generator.name);
            }
            if generator.namespace.is_none() {
                generator.namespace = metadata.get("namespace")?;
            }
        }
        Ok(generator)
    }

    fn read(node: &Node, fields: &Fields<'_>) -> Result<Self, Fault> {
        let mut envs: Vec<Located<String>> = fields.list("envs")?;
        envs.extend(fields.get::<Located<String>>("env")?.filter(|env| !env.value.is_empty()));
        let behavior = match fields.text("behavior")?.as_str() {
            "create" => Some(Behavior::Create),
            "replace" => Some(Behavior::Replace),
            "merge" => Some(Behavior::Merge),
            _ => None,
        };
        let text = |name: &str| -> Result<Option<Located<String>>, Fault> {
            Ok(fields.get::<Located<String>>(name)?.filter(|text| !text.value.is_empty()))
        };
        Ok(Self {
            at: located(node, ()),
            name: fields.get("name")?.unwrap_or_else(|| located(node, String::new())),
            namespace: text("namespace")?,
            behavior,
            secret_type: text("type")?,
            literals: fields.list("literals")?,
            files: fields.list("files")?,
            envs,
            options: fields.get("options")?,
        })
    }
}

/// `generatorOptions`, and the `options` of a generator.
#[derive(Debug, Clone, Default)]
pub struct GeneratorOptions {
    /// `labels`.
    pub labels: Pairs,
    /// `annotations`.
    pub annotations: Pairs,
    /// `disableNameSuffixHash`.
    pub disable_name_suffix_hash: bool,
    /// `immutable`.
    pub immutable: bool,
}

impl Decode for GeneratorOptions {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields =
            Fields::of(node, unknown, &["labels", "annotations", "disableNameSuffixHash", "immutable"])?;
        Ok(Self {
            labels: fields.get("labels")?.unwrap_or_default(),
            annotations: fields.get("annotations")?.unwrap_or_default(),
            disable_name_suffix_hash: fields.flag("disableNameSuffixHash")?,
            immutable: fields.flag("immutable")?,
        })
    }
}
