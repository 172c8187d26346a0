//! Which lists are merged by which keys, as the OpenAPI inside kustomize says, and that of a kustomization's `openapi`.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::error::Problem;

/// What is known of a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// An object of a named type.
    Named(String),
    /// An object with these fields, and others of one shape.
    Object(HashMap<String, Shape>, Option<Box<Shape>>),
    /// A list that is merged by keys (plain values by themselves).
    List(Vec<String>, Option<Box<Shape>>),
    /// Something in which no list is merged.
    Other,
}

/// Types, and the types of kinds.
#[derive(Debug, Default)]
pub(crate) struct Table {
    kinds: HashMap<(String, String), Shape>,
    types: HashMap<String, Shape>,
}

impl Table {
    fn built_in() -> Arc<Self> {
        static TABLE: OnceLock<Arc<Table>> = OnceLock::new();
        Arc::clone(TABLE.get_or_init(|| Arc::new(parse_table(include_str!("../data/openapi.txt")))))
    }

    /// The definitions of an OpenAPI v2 document.
    fn of_document(document: &Value) -> Self {
        let mut table = Self::default();
        let definitions = document.get("definitions").and_then(Value::as_object);
        for (name, definition) in definitions.into_iter().flatten() {
            let shape = shape_of(definition);
            let kinds = definition.get("x-kubernetes-group-version-kind").and_then(Value::as_array);
            for kind in kinds.into_iter().flatten() {
                let text = |key: &str| kind.get(key).and_then(Value::as_str).unwrap_or_default();
                let version = match text("group") {
                    "" => text("version").to_owned(),
                    group => format!("{group}/{}", text("version")),
                };
                table.kinds.insert((version, text("kind").to_owned()), shape.clone());
            }
            table.types.insert(short(name).to_owned(), shape);
        }
        table
    }
}

fn short(name: &str) -> &str {
    ["io.k8s.api.", "io.k8s.apimachinery.pkg.apis.", "io.k8s.kube-aggregator.pkg.apis."]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

fn shape_of(schema: &Value) -> Shape {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return Shape::Named(short(name.trim_start_matches("#/definitions/")).to_owned());
    }
    let strategy = schema.get("x-kubernetes-patch-strategy").and_then(Value::as_str).unwrap_or_default();
    if strategy.split(',').any(|part| part == "merge") {
        let listed = schema
            .get("x-kubernetes-list-map-keys")
            .and_then(Value::as_array)
            .map(|keys| keys.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>());
        let single = || schema.get("x-kubernetes-patch-merge-key").and_then(Value::as_str).map(str::to_owned);
        let keys = listed.unwrap_or_else(|| single().into_iter().collect());
        return Shape::List(keys, schema.get("items").map(|items| Box::new(shape_of(items))));
    }
    let rest = schema.get("additionalProperties").filter(|rest| rest.is_object());
    let fields = schema.get("properties").and_then(Value::as_object);
    if fields.is_none() && rest.is_none() {
        return Shape::Other;
    }
    let fields = fields.into_iter().flatten().map(|(name, field)| (name.clone(), shape_of(field))).collect();
    Shape::Object(fields, rest.map(|rest| Box::new(shape_of(rest))))
}

fn parse_table(text: &str) -> Table {
    let mut table = Table::default();
    let mut current: Option<(String, HashMap<String, Shape>)> = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let mut next = || words.next().unwrap_or_default();
        if line.starts_with(' ') {
            let (name, expression) = (next(), next());
            if let Some((_, fields)) = &mut current {
                fields.insert(name.to_owned(), parse_shape(expression));
            }
            continue;
        }
        match next() {
            "kind" => {
                let (version, kind, of) = (next(), next(), next());
                let shape = if of == "-" { Shape::Other } else { Shape::Named(of.to_owned()) };
                table.kinds.insert((version.to_owned(), kind.to_owned()), shape);
            }
            _ => {
                let done = current.replace((next().to_owned(), HashMap::new()));
                table.types.extend(done.map(|(name, fields)| (name, Shape::Object(fields, None))));
            }
        }
    }
    table.types.extend(current.map(|(name, fields)| (name, Shape::Object(fields, None))));
    table
}

/// `Name`, `{}Shape` (a map), `[keys]Shape` (a merged list).
fn parse_shape(text: &str) -> Shape {
    if let Some(rest) = text.strip_prefix("{}") {
        return Shape::Object(HashMap::new(), Some(Box::new(parse_shape(rest))));
    }
    let Some((keys, item)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return Shape::Named(text.to_owned());
    };
    let keys = keys.split(',').filter(|key| !key.is_empty()).map(str::to_owned).collect();
    Shape::List(keys, (!item.is_empty()).then(|| Box::new(parse_shape(item))))
}

/// The schemas of a build: kustomize keeps one set for the whole of it.
#[derive(Debug, Default)]
pub(crate) struct Schemas {
    custom: Option<Arc<Table>>,
    is_set: bool,
    is_ready: bool,
    /// An object of a kind was met whose scope kustomize does not know by heart: it reads its own schema later on,
    /// besides one of the kustomization.
    met_unknown: bool,
    tables: Vec<Arc<Table>>,
}

impl Schemas {
    /// Takes the `openapi` of a kustomization: the first one of a build counts, which is the root's if it has one.
    pub(crate) fn take(&mut self, version: Option<&str>, document: Option<&Value>) -> Result<(), Problem> {
        if self.is_set {
            return Ok(());
        }
        match (version, document) {
            (Some(_), Some(_)) => {
                return Err(Problem::Field("`openapi` takes a version or a path, not both".to_owned()));
            }
            (Some("v1.21.2"), None) => self.is_set = true,
            (Some(version), None) => {
                return Err(Problem::Field(format!(
                    "`openapi.version` is v1.21.2 or is not given; {version:?} is not built in"
                )));
            }
            (None, Some(document)) => {
                self.custom = Some(Arc::new(Table::of_document(document)));
                self.is_set = true;
            }
            (None, None) => return Ok(()),
        }
        self.is_ready = false;
        Ok(())
    }

    /// Notes that the scope of a kind is asked for.
    pub(crate) fn meet(&mut self, is_known: bool) {
        if is_known || self.is_ready {
            return;
        }
        if self.custom.is_some() {
            self.prepare();
        } else {
            self.met_unknown = true;
        }
    }

    /// Reads what is to be read, before the first merge.
    pub(crate) fn prepare(&mut self) {
        if self.is_ready {
            return;
        }
        self.is_ready = true;
        if let Some(custom) = &self.custom {
            self.tables.push(Arc::clone(custom));
        }
        let built_in = Table::built_in();
        let is_there = self.tables.iter().any(|table| Arc::ptr_eq(table, &built_in));
        if (self.custom.is_none() || self.met_unknown) && !is_there {
            self.tables.insert(0, built_in);
        }
    }

    /// The shape of a kind.
    pub(crate) fn of_kind(&self, api_version: &str, kind: &str) -> Option<&Shape> {
        let key = (api_version.to_owned(), kind.to_owned());
        self.tables.iter().rev().find_map(|table| table.kinds.get(&key))
    }

    /// The shape of a field.
    pub(crate) fn field<'a>(&'a self, of: &'a Shape, name: &str) -> Option<&'a Shape> {
        match self.resolve(of)? {
            Shape::Object(fields, rest) => fields.get(name).or(rest.as_deref()),
            _ => None,
        }
    }

    /// What a named shape is.
    pub(crate) fn resolve<'a>(&'a self, mut shape: &'a Shape) -> Option<&'a Shape> {
        for _ in 0..16 {
            let Shape::Named(name) = shape else { return Some(shape) };
            shape = self.tables.iter().rev().find_map(|table| table.types.get(name))?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_merged_by_name_and_ports_by_port_and_protocol() {
        let mut schemas = Schemas::default();
        schemas.prepare();
        let kind = schemas.of_kind("apps/v1", "Deployment").unwrap();
        let path = ["spec", "template", "spec", "containers"];
        let containers = path.iter().try_fold(kind, |shape, key| schemas.field(shape, key)).unwrap();
        let Shape::List(keys, Some(item)) = containers else { panic!("{containers:?}") };
        assert_eq!(keys, &["name"]);
        let Some(Shape::List(keys, _)) = schemas.field(item, "ports") else { panic!("no ports") };
        assert_eq!(keys, &["containerPort", "protocol"]);
    }
}
