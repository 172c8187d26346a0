//! What a build says of where its fields come from.

use kube_model::yaml::{self, Limits};
use kustomize::{By, FieldOrigin};
use serde_json::Value;

use crate::tree::{Tree, all};

/// Every field of every tree has one, in a file of the tree, at a line that it has; and where that is a node of a
/// resource's own file, the bytes there say what is rendered.
#[test]
fn every_field_comes_from_where_it_is_said_to() {
    let mut wrong = Vec::new();
    let mut of_resources = 0;
    for tree in all() {
        let Ok(build) = tree.build() else { continue };
        for resource in &build.resources {
            let value = resource.value();
            let mut seen = 0;
            resource.origins(&mut |pointer, origin| {
                seen += 1;
                of_resources += usize::from(origin.by == By::Resource && origin.span.is_some());
                let rendered = value.pointer(pointer);
                if let Some(why) = fault(&tree, rendered, origin) {
                    wrong.push(format!("{} {} {pointer}: {why}: {origin:?}", tree.name, resource.key()));
                }
            });
            assert_eq!(seen, leaves(&value), "{} {}", tree.name, resource.key());
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(of_resources > 2000, "{of_resources}");
}

fn fault(tree: &Tree, rendered: Option<&Value>, origin: &FieldOrigin) -> Option<String> {
    let Some(rendered) = rendered else { return Some("there is no such field".to_owned()) };
    let Some(bytes) = tree.files.get(&origin.file) else { return Some("there is no such file".to_owned()) };
    let text = String::from_utf8_lossy(bytes);
    if origin.line == 0 || origin.line > text.lines().count().max(1) {
        return Some(format!("the file has {} lines", text.lines().count()));
    }
    let is_kustomization = |path: &String| {
        path.to_lowercase()
            .starts_with(&format!("{}/kustomization", origin.layer).trim_start_matches('/').to_lowercase())
    };
    if !tree.files.keys().any(is_kustomization) {
        return Some("there is no such layer".to_owned());
    }
    let span = origin.span.clone().filter(|_| origin.by == By::Resource)?;
    let Some(said) = bytes.get(span.clone()).and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
        return Some("there are no such bytes".to_owned());
    };
    let line = 1 + bytes[..span.start].iter().filter(|byte| **byte == b'\n').count();
    // An alias, a number in another form and a block's indentation are not read alone as what they are in their file.
    let plain = |value: &Value| value.as_str().is_some_and(|text| !text.contains('\n'));
    let read = plain(rendered).then(|| read(said)).flatten();
    match read {
        _ if line != origin.line => Some(format!("the bytes are on line {line}")),
        // A date is printed with a time.
        Some(Value::String(text))
            if !rendered.as_str().is_some_and(|rendered| rendered.starts_with(&text)) =>
        {
            Some(format!("the bytes say {text:?}, rendered is {rendered}"))
        }
        _ => None,
    }
}

fn read(text: &str) -> Option<Value> {
    let limits = Limits::default();
    let documents = yaml::parse(text, &limits).ok()?;
    let document = documents.first()?;
    yaml::to_value(document, &document.root, &limits).ok()
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(map) if !map.is_empty() => map.values().map(leaves).sum(),
        Value::Array(list) if !list.is_empty() => list.iter().map(leaves).sum(),
        _ => 1,
    }
}
