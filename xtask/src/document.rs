//! What one version of Kubernetes publishes about its API.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

/// The types and kinds of one version.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Type id to field to what the table says of the field.
    pub(crate) types: BTreeMap<String, BTreeMap<String, String>>,
    /// The kinds that have a path.
    pub(crate) kinds: Vec<Kind>,
}

/// A kind at one version of its group.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) group: String,
    pub(crate) kind: String,
    pub(crate) version: String,
    pub(crate) namespaced: bool,
    pub(crate) type_id: String,
}

impl Document {
    /// Reads `swagger.json` (OpenAPI v2), and the defaults that only the OpenAPI v3 documents beside it have.
    pub(crate) fn read(directory: &Path) -> Result<Self, Box<dyn Error>> {
        let swagger = read_json(&directory.join("swagger.json"))?;
        let mut defaults = Defaults::default();
        for entry in fs::read_dir(directory.join("v3"))? {
            let document = read_json(&entry?.path())?;
            defaults.collect(&document["components"]["schemas"]);
        }
        Ok(Self::of(&swagger, &defaults))
    }

    pub(crate) fn of(swagger: &Value, defaults: &Defaults) -> Self {
        let definitions = entries(&swagger["definitions"]);
        let types = definitions
            .iter()
            .filter(|(_, definition)| definition["properties"].is_object())
            .map(|(name, definition)| (short(name), fields(&definitions, defaults, name, definition)))
            .collect();
        Self { types, kinds: kinds(swagger, &definitions) }
    }
}

/// The published default of each field, by definition and name.
#[derive(Debug, Default)]
pub(crate) struct Defaults(BTreeMap<(String, String), Value>);

impl Defaults {
    /// Collects the defaults that say something: the zero value of a Go type is published for every required field.
    pub(crate) fn collect(&mut self, schemas: &Value) {
        for (name, schema) in &entries(schemas) {
            for (field, property) in &entries(&schema["properties"]) {
                let default = &property["default"];
                let is_zero = matches!(default.as_str(), Some("")) || default.as_f64() == Some(0.0);
                if !(is_zero || matches!(default, Value::Null | Value::Bool(false) | Value::Object(_))) {
                    self.0.insert((name.clone(), field.clone()), default.clone());
                }
            }
        }
    }

    fn of(&self, definition: &str, field: &str) -> Option<&Value> {
        self.0.get(&(definition.to_owned(), field.to_owned()))
    }
}

fn read_json(path: &Path) -> Result<Value, Box<dyn Error>> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn entries(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn fields(
    definitions: &Map<String, Value>,
    defaults: &Defaults,
    name: &str,
    definition: &Value,
) -> BTreeMap<String, String> {
    let written = |(field, property): (String, Value)| {
        let mut text = expression(definitions, defaults, &property);
        if let Some(default) = defaults.of(name, &field) {
            text.push_str(&format!(" = {default}"));
        }
        (field, text)
    };
    entries(&definition["properties"]).into_iter().map(written).collect()
}

/// What the table says of a type: its grammar is explained on top of the table.
fn expression(definitions: &Map<String, Value>, defaults: &Defaults, property: &Value) -> String {
    if let Some(name) = referenced(property) {
        let definition = &definitions[name];
        return match definition["properties"].is_object() {
            true => short(name),
            false => scalar(name, definition).to_owned(),
        };
    }
    match property["type"].as_str() {
        Some("array") => {
            let items = &property["items"];
            let marker = list_marker(defaults, property, items);
            format!("[{marker}]{}", expression(definitions, defaults, items))
        }
        Some("object") if property["additionalProperties"].is_object() => {
            format!("{{{}}}", expression(definitions, defaults, &property["additionalProperties"]))
        }
        _ => scalar("", property).to_owned(),
    }
}

fn referenced(property: &Value) -> Option<&str> {
    property["$ref"].as_str()?.strip_prefix("#/definitions/")
}

fn scalar(name: &str, schema: &Value) -> &'static str {
    match (name.rsplit('.').next(), schema["type"].as_str(), schema["format"].as_str()) {
        (Some("Quantity"), ..) => "quantity",
        (_, _, Some("int-or-string")) => "int-or-string",
        (_, _, Some("date-time")) => "time",
        (_, _, Some("byte")) => "byte",
        (_, Some("string"), _) => "string",
        (_, Some("integer"), _) => "integer",
        (_, Some("number"), _) => "number",
        (_, Some("boolean"), _) => "boolean",
        _ => "any",
    }
}

/// `*` for a set, the keys of a list that is merged by keys, nothing for an atomic list.
fn list_marker(defaults: &Defaults, list: &Value, items: &Value) -> String {
    let keys: Vec<&str> = match &list["x-kubernetes-list-map-keys"] {
        Value::Array(keys) => keys.iter().filter_map(Value::as_str).collect(),
        _ => list["x-kubernetes-patch-merge-key"].as_str().into_iter().collect(),
    };
    let merged =
        list["x-kubernetes-patch-strategy"].as_str().is_some_and(|strategy| strategy.starts_with("merge"));
    match list["x-kubernetes-list-type"].as_str() {
        Some("set") => return "*".to_owned(),
        Some("atomic") => return String::new(),
        None if keys.is_empty() && merged => return "*".to_owned(),
        _ => {}
    }
    let item = referenced(items).unwrap_or_default();
    let with_default = |key: &str| match defaults.of(item, key).and_then(Value::as_str) {
        Some(default) => format!("{key}={default}"),
        None => key.to_owned(),
    };
    keys.into_iter().map(with_default).collect::<Vec<_>>().join(",")
}

fn kinds(swagger: &Value, definitions: &Map<String, Value>) -> Vec<Kind> {
    let mut named = BTreeMap::new();
    let mut namespaced = BTreeSet::new();
    for (path, operations) in &entries(&swagger["paths"]) {
        for operation in entries(operations).values() {
            let Some(id) = identity(&operation["x-kubernetes-group-version-kind"]) else { continue };
            if path.contains("/namespaces/{namespace}/") {
                namespaced.insert(id.clone());
            }
            named.insert(id, ());
        }
    }
    let mut kinds = Vec::new();
    for (name, definition) in definitions {
        let ids = definition["x-kubernetes-group-version-kind"].as_array().into_iter().flatten();
        for id in ids.filter_map(identity).filter(|id| named.contains_key(id)) {
            let is_namespaced = namespaced.contains(&id);
            let (group, version, kind) = id;
            kinds.push(Kind { group, version, kind, namespaced: is_namespaced, type_id: short(name) });
        }
    }
    kinds
}

fn identity(id: &Value) -> Option<(String, String, String)> {
    let text = |key: &str| id[key].as_str().map(str::to_owned);
    Some((text("group")?, text("version")?, text("kind")?))
}

/// `core.v1.PodSpec` of `io.k8s.api.core.v1.PodSpec`.
fn short(definition: &str) -> String {
    let parts: Vec<&str> = definition.split('.').collect();
    parts[parts.len().saturating_sub(3)..].join(".")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Document {
        let list = |markers: Value, items: Value| {
            let mut list = markers;
            list["type"] = json!("array");
            list["items"] = items;
            list
        };
        let port = json!({"$ref": "#/definitions/io.k8s.api.core.v1.Port"});
        let quantity = json!({"$ref": "#/definitions/io.k8s.apimachinery.pkg.api.resource.Quantity"});
        let swagger = json!({
            "paths": {
                "/api/v1/pods": {"get": {"x-kubernetes-group-version-kind": {"group": "", "version": "v1", "kind": "Pod"}}},
                "/api/v1/namespaces/{namespace}/pods": {"post": {"x-kubernetes-group-version-kind": {"group": "", "version": "v1", "kind": "Pod"}}},
                "/api/v1/namespaces/{name}": {"get": {"x-kubernetes-group-version-kind": {"group": "", "version": "v1", "kind": "Namespace"}}}
            },
            "definitions": {
                "io.k8s.api.core.v1.Pod": {
                    "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Pod"}],
                    "properties": {
                        "ports": list(json!({"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port", "protocol"]}), port.clone()),
                        "old": list(json!({"x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "port"}), port),
                        "words": list(json!({"x-kubernetes-patch-strategy": "merge"}), json!({"type": "string"})),
                        "rules": list(json!({"x-kubernetes-list-type": "atomic", "x-kubernetes-patch-strategy": "merge"}), json!({"type": "string"})),
                        "limits": {"type": "object", "additionalProperties": quantity}
                    }
                },
                "io.k8s.api.core.v1.Namespace": {
                    "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Namespace"}],
                    "properties": {}
                },
                "io.k8s.api.core.v1.Options": {
                    "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Options"}],
                    "properties": {}
                },
                "io.k8s.api.core.v1.Port": {"properties": {"port": {"type": "integer"}, "protocol": {"type": "string"}}},
                "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": "string"}
            }
        });
        let mut defaults = Defaults::default();
        defaults.collect(&json!({"io.k8s.api.core.v1.Port": {"properties": {
            "port": {"default": 0}, "protocol": {"default": "TCP"}}}}));
        Document::of(&swagger, &defaults)
    }

    #[test]
    fn a_field_says_its_type_its_keys_and_its_default() {
        let document = document();
        let pod = &document.types["core.v1.Pod"];
        assert_eq!(pod["ports"], "[port,protocol=TCP]core.v1.Port");
        assert_eq!(pod["old"], "[port]core.v1.Port");
        assert_eq!(pod["words"], "[*]string");
        assert_eq!(pod["rules"], "[]string");
        assert_eq!(pod["limits"], "{quantity}");
        let port = &document.types["core.v1.Port"];
        assert_eq!(port["port"], "integer");
        assert_eq!(port["protocol"], "string = \"TCP\"");
    }

    #[test]
    fn paths_say_which_kinds_there_are_and_which_have_a_namespace() {
        let kinds: Vec<_> =
            document().kinds.into_iter().map(|kind| (kind.kind, kind.namespaced, kind.type_id)).collect();
        let of = |kind: &str, namespaced| (kind.to_owned(), namespaced, format!("core.v1.{kind}"));
        assert_eq!(kinds, [of("Namespace", false), of("Pod", true)]);
    }
}
