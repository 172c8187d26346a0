//! `crds` and `configurations`: files that add field specs.

use serde_json::Value;

use crate::config::{BackReference, Config};
use crate::error::Problem;
use crate::fieldspec::FieldSpec;
use crate::id::Gvk;
use crate::kustomization::{Decode, Fault, Fields, Unknown};
use crate::node::Node;

/// The field specs of a file of `configurations`.
pub(crate) fn configuration(node: &Node) -> Result<Config, Fault> {
    const SECTIONS: [&str; 11] = [
        "namePrefix",
        "nameSuffix",
        "namespace",
        "commonLabels",
        "labels",
        "templateLabels",
        "commonAnnotations",
        "nameReference",
        "varReference",
        "images",
        "replicas",
    ];
    let fields = Fields::of(node, Unknown::Refused, &SECTIONS)?;
    let mut config = Config { name_reference: fields.list("nameReference")?, ..Config::default() };
    for name in SECTIONS {
        if let Some(section) = config.section(name) {
            *section = fields.list(name)?;
        }
    }
    Ok(config)
}

impl Decode for BackReference {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let fields = Fields::of(node, unknown, &["group", "version", "kind", "fieldSpecs"])?;
        let target = Gvk {
            group: fields.text("group")?,
            version: fields.text("version")?,
            kind: fields.text("kind")?,
        };
        Ok(Self { target, referrers: fields.list("fieldSpecs")? })
    }
}

/// The field specs that the OpenAPI definitions of a file of `crds` ask for.
pub(crate) fn definitions(document: &Value) -> Result<Config, Problem> {
    let mut config = Config::default();
    let entries = document.as_object().into_iter().flatten();
    for (name, definition) in entries {
        let properties =
            definition.pointer("/Schema/properties").or_else(|| definition.pointer("/schema/properties"));
        let is_object = |properties: &Value| {
            ["kind", "apiVersion", "metadata"].iter().all(|key| properties.get(key).is_some())
        };
        if properties.is_some_and(is_object) {
            let kind = name.rsplit('.').next().unwrap_or_default();
            let walk = Walk { document, kind: Gvk::of_kind(kind) };
            walk.definition(&mut config, name, &mut Vec::new())?;
        }
    }
    Ok(config)
}

struct Walk<'a> {
    document: &'a Value,
    kind: Gvk,
}

/// Definitions that refer to themselves end here.
const DEEPEST: usize = 32;

impl Walk<'_> {
    fn definition(&self, config: &mut Config, name: &str, path: &mut Vec<String>) -> Result<(), Problem> {
        let definition = self.document.get(name);
        let schema =
            definition.and_then(|definition| definition.get("Schema").or_else(|| definition.get("schema")));
        let properties = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
        if path.len() > DEEPEST {
            return Err(Problem::Limit { what: "levels of definitions in `crds`", limit: DEEPEST });
        }
        for (key, property) in properties.into_iter().flatten() {
            path.push(key.clone());
            self.property(config, property, path)?;
            path.pop();
        }
        Ok(())
    }

    fn property(&self, config: &mut Config, property: &Value, path: &mut Vec<String>) -> Result<(), Problem> {
        let text = |key: &str| property.get(key).and_then(Value::as_str);
        let spec = |path: &[String]| FieldSpec::new(self.kind.clone(), &path.join("/"), false);
        for (mark, section) in [
            ("x-kubernetes-annotation", "commonAnnotations"),
            ("x-kubernetes-label-selector", "commonLabels"),
            ("x-kubernetes-identity", "namePrefix"),
        ] {
            if text(mark).is_some()
                && let Some(specs) = config.section(section)
            {
                crate::fieldspec::merge_specs(specs, &[spec(path)])?;
            }
        }
        let kind = text("x-kubernetes-object-ref-kind");
        if let (Some(version), Some(kind)) = (text("x-kubernetes-object-ref-api-version"), kind) {
            let mut path = path.clone();
            path.push(text("x-kubernetes-object-ref-name-key").unwrap_or("name").to_owned());
            let target = Gvk { version: version.to_owned(), ..Gvk::of_kind(kind) };
            config.add_reference(&BackReference { target, referrers: vec![spec(&path)] })?;
        }
        match text("$ref") {
            Some(reference) => self.definition(config, reference, path),
            None => Ok(()),
        }
    }
}
