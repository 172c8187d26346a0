//! Manifests that need no rendering: the order is that of the files.

use kube_model::yaml::{Document, Limits, Node, is_merge_key};
use kube_model::{ManifestFile, Object};
use serde_json::Value;
use source::{Resolved, SourceError, SourceTree};

use super::{Field, Rendered};
use crate::failure::Failure;

pub(super) fn render(resolved: Resolved, limits: &Limits) -> Result<Vec<Rendered>, Failure> {
    let tree = &resolved.tree;
    let mut rendered = Vec::new();
    for source in &tree.files {
        let in_manifest = |error| Failure::in_manifest(&error, tree);
        let file = ManifestFile::read(&source.path, &source.bytes, limits).map_err(in_manifest)?;
        let objects = file.objects(limits).map_err(in_manifest)?;
        rendered.extend(
            objects.into_iter().map(|object| Rendered { fields: fields(tree, &file, &object), object }),
        );
    }
    if rendered.is_empty() {
        return Err(SourceError::Empty { description: tree.description.clone() }.into());
    }
    Ok(rendered)
}

fn fields(tree: &SourceTree, file: &ManifestFile, object: &Object) -> Vec<Field> {
    let shown = tree.show(&object.origin.file);
    let layer = shown.rsplit_once('/').map_or(".", |(directory, _)| directory).to_owned();
    let mut fields = Vec::new();
    if let Some((document, node)) = file.node(&object.origin) {
        let mut see = |pointer: &str, line| {
            let field = Field {
                pointer: pointer.to_owned(),
                file: shown.clone(),
                line,
                layer: layer.clone(),
                by: None,
            };
            fields.push(field);
        };
        walk(document, node, &object.value, &mut String::new(), &mut see);
    }
    fields
}

/// Shows the line of every leaf of the value.
fn walk(
    document: &Document,
    node: &Node,
    value: &Value,
    pointer: &mut String,
    see: &mut dyn FnMut(&str, usize),
) {
    let target = document.resolve(node);
    let length = pointer.len();
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                let child = entry(document, target, key).unwrap_or(node);
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                walk(document, child, value, pointer, see);
                pointer.truncate(length);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for (index, value) in list.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                walk(document, target.items().get(index).unwrap_or(node), value, pointer, see);
                pointer.truncate(length);
            }
        }
        _ => see(pointer, node.line),
    }
}

/// What stands under a key of a mapping, or of one that is merged into it by `<<`.
fn entry<'a>(document: &'a Document, mapping: &'a Node, key: &str) -> Option<&'a Node> {
    mapping.get(key).or_else(|| {
        let merged = mapping.entries().iter().filter(|(key, _)| is_merge_key(key));
        merged.map(|(_, value)| document.resolve(value)).find_map(|merged| {
            let several = merged.items().iter().map(|item| document.resolve(item));
            several.chain([merged]).find_map(|mapping| mapping.get(key))
        })
    })
}
