//! The suffix of a generated object's name: a hash of its content.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::error::Problem;
use crate::node::Node;
use crate::resource::Resource;

/// The ten characters that kustomize appends.
///
/// SHA-256 of `{"data", "kind", "name": ""}` (of a Secret with its type) as Go writes JSON, the first ten hexadecimal
/// digits, with some letters in the place of digits and vowels (`hasher.go`).
pub(crate) fn suffix(resource: &Resource) -> Result<String, Problem> {
    let node = &resource.node;
    let mut content = Map::new();
    match resource.kind() {
        "ConfigMap" => {
            content.insert("data".into(), field(node, "data"));
            content.extend(mapping(node, "binaryData"));
        }
        "Secret" => {
            content.insert("data".into(), field(node, "data"));
            content.extend(mapping(node, "stringData"));
            content.insert("type".into(), json!(node.get("type").map_or("", Node::text)));
        }
        kind => {
            let why = format!("a generated object became a {kind}: its hash cannot be computed");
            return Err(Problem::Generator(why));
        }
    }
    content.insert("kind".into(), json!(resource.kind()));
    content.insert("name".into(), json!(""));
    let mut text = String::new();
    write_go(&Value::Object(content), &mut text);
    let digest = Sha256::digest(text.as_bytes());
    let hexadecimal: String = digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    Ok(hexadecimal.chars().map(letter).collect())
}

fn letter(digit: char) -> char {
    match digit {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        other => other,
    }
}

fn field(node: &Node, key: &str) -> Value {
    match node.get(key) {
        None => json!(""),
        Some(field) if field.as_scalar().is_some() => json!(field.text()),
        Some(field) => field.value().unwrap_or_default(),
    }
}

fn mapping(node: &Node, key: &str) -> Option<(String, Value)> {
    let field = node.get(key).filter(|field| field.is_mapping())?;
    Some((key.to_owned(), field.value()?))
}

/// JSON as Go's `encoding/json` writes it: keys sorted, `<`, `>`, `&` and two line separators escaped.
fn write_go(value: &Value, into: &mut String) {
    match value {
        Value::Object(map) => {
            into.push('{');
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|one, other| one.0.cmp(other.0));
            for (at, (key, value)) in entries.into_iter().enumerate() {
                if at > 0 {
                    into.push(',');
                }
                write_text(key, into);
                into.push(':');
                write_go(value, into);
            }
            into.push('}');
        }
        Value::Array(items) => {
            into.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    into.push(',');
                }
                write_go(item, into);
            }
            into.push(']');
        }
        Value::String(text) => write_text(text, into),
        other => into.push_str(&other.to_string()),
    }
}

fn write_text(text: &str, into: &mut String) {
    into.push('"');
    for character in text.chars() {
        match character {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '\u{8}' => into.push_str("\\b"),
            '\u{c}' => into.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                into.push_str(&format!("\\u{:04x}", character as u32));
            }
            other => into.push(other),
        }
    }
    into.push('"');
}
