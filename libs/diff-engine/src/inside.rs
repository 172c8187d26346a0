//! What differs inside a text: a ConfigMap's file, a JSON literal of an annotation, a list of settings.
//!
//! The text itself stays the value of the change; this says where in it. Texts come in redacted, so that what is shown of
//! them is redacted too. Nothing is equal here but what is written alike: a file's reader is not known.

use std::collections::BTreeMap;

use kube_model::schema::Schemas;
use kube_model::yaml::{self, Limits};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::compare::compare;
use crate::lines;

/// What differs inside a text, or inside a list whose items have no key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inside {
    /// What the value is read as, on both sides.
    pub format: TextFormat,
    /// Where it differs, in the order of the text.
    pub changes: Vec<InnerChange>,
}

/// What a value is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextFormat {
    /// A JSON object or list.
    Json,
    /// A YAML document that is a mapping or a list, or several: then a place starts with the document's number, from 1, and a
    /// slash.
    Yaml,
    /// Lines of `key=value`, with `[sections]` or without (`.properties`, `.env`, `.ini`).
    Properties,
    /// `key=value,key=value`. Settings that spaces separate are words of a shell, whose quotes are not read: a text as it is.
    List,
    /// Lines.
    Lines,
    /// No text: the items of a list. A place starts with the item, by its name or its position from 0 on the side that has it.
    Items,
}

/// One change inside a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InnerChange {
    /// Where: a path as in an object, an item (`[host=a].http`, `[2].verbs`), or the lines of the text before (`lines 3-5`, `after line 7`).
    pub place: String,
    /// What stands there before; none if nothing does.
    pub before: Option<Value>,
    /// What stands there after; none if nothing does.
    pub after: Option<Value>,
}

/// Reads a text; none if it is no such text.
type Reader = fn(&str) -> Option<Value>;

/// What differs inside two texts; none where a text is better shown whole.
pub(crate) fn inside(before: &str, after: &str) -> Option<Inside> {
    let readers: [(TextFormat, Reader); 4] = [
        (TextFormat::Json, json),
        (TextFormat::Yaml, yaml),
        (TextFormat::Properties, properties),
        (TextFormat::List, list),
    ];
    for (format, read) in readers {
        let Some((one, other)) = read(before).zip(read(after)) else { continue };
        let changes = structural(&one, &other);
        // What is left then is in comments and layout, which lines show.
        if changes.is_empty() {
            break;
        }
        return Some(Inside { format, changes });
    }
    if let Some(changes) =
        documents(before).zip(documents(after)).and_then(|(one, other)| by_document(&one, &other))
    {
        return Some(Inside { format: TextFormat::Yaml, changes });
    }
    let several = |text: &str| text.trim_end().contains('\n');
    (several(before) || several(after))
        .then(|| Inside { format: TextFormat::Lines, changes: lines::changes(before, after) })
}

fn structural(before: &Value, after: &Value) -> Vec<InnerChange> {
    if std::mem::discriminant(before) != std::mem::discriminant(after) {
        return Vec::new();
    }
    let nobody = Schemas::built_in().of("", "");
    let (mut all, the_same) = compare(nobody, before, after).reasoned();
    all.extend(the_same.into_iter().map(|(one, _)| one));
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all.into_iter()
        .map(|one| InnerChange { place: one.path.to_string(), before: one.before, after: one.after })
        .collect()
}

fn json(text: &str) -> Option<Value> {
    let text = text.trim();
    text.starts_with(['{', '[']).then(|| serde_json::from_str(text).ok())?
}

fn yaml(text: &str) -> Option<Value> {
    match documents(text)?.as_mut_slice() {
        [only] => Some(only.take()),
        _ => None,
    }
}

/// The documents of a text, each a mapping or a list. Text of one line is more often prose with a colon than YAML.
fn documents(text: &str) -> Option<Vec<Value>> {
    if !text.trim_end().contains('\n') {
        return None;
    }
    let limits = Limits::default();
    let documents = yaml::parse(text, &limits).ok()?;
    let values = documents.iter().map(|document| yaml::to_value(document, &document.root, &limits).ok());
    let values: Vec<Value> = values.collect::<Option<_>>()?;
    let structured = values.iter().all(|value| value.is_object() || value.is_array());
    (structured && !values.is_empty()).then_some(values)
}

/// What differs in several documents, in their order: whoever reads the file may know them by it. None where lines show more.
fn by_document(before: &[Value], after: &[Value]) -> Option<Vec<InnerChange>> {
    let mut changes = Vec::new();
    for index in 0..before.len().max(after.len()) {
        let number = index + 1;
        match (before.get(index), after.get(index)) {
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) => {
                let inside = structural(one, other);
                if inside.is_empty() {
                    return None;
                }
                let of_document =
                    |one: InnerChange| InnerChange { place: format!("{number}/{}", one.place), ..one };
                changes.extend(inside.into_iter().map(of_document));
            }
            (before, after) => changes.push(InnerChange {
                place: format!("{number}/"),
                before: before.cloned(),
                after: after.cloned(),
            }),
        }
    }
    (!changes.is_empty()).then_some(changes)
}

fn properties(text: &str) -> Option<Value> {
    let mut sections: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut section = "";
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', '!', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
            sections.entry(section).or_default();
            continue;
        }
        let (key, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let key = key.trim();
        let is_key = !key.is_empty() && !key.contains(char::is_whitespace);
        let is_new =
            sections.entry(section).or_default().insert(key.to_owned(), value.trim().into()).is_none();
        if !is_key || !is_new || value.ends_with('\\') {
            return None;
        }
    }
    let mut all = sections.remove("").unwrap_or_default();
    for (name, entries) in sections {
        if all.insert(name.to_owned(), entries.into()).is_some() {
            return None;
        }
    }
    (text.trim_end().contains('\n') && !all.is_empty()).then_some(Value::Object(all))
}

fn list(text: &str) -> Option<Value> {
    let mut entries = Map::new();
    for entry in text.split(',') {
        let (key, value) = entry.split_once('=')?;
        let is_word = !key.is_empty() && !entry.contains(char::is_whitespace);
        if !is_word || entries.insert(key.to_owned(), value.into()).is_some() {
            return None;
        }
    }
    (entries.len() > 1).then_some(Value::Object(entries))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: &str, after: &str) -> Option<(TextFormat, Vec<String>)> {
        let inside = inside(before, after)?;
        let value = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), ToString::to_string);
        let told =
            inside.changes.iter().map(|c| format!("{}: {} {}", c.place, value(&c.before), value(&c.after)));
        Some((inside.format, told.collect()))
    }

    fn some(format: TextFormat, changes: &[&str]) -> Option<(TextFormat, Vec<String>)> {
        Some((format, changes.iter().map(|change| (*change).to_owned()).collect()))
    }

    #[test]
    fn a_document_is_compared_by_its_structure() {
        assert_eq!(
            told(r#"{"a": {"b": 1}, "c": [1]}"#, r#"{"c": [1], "a": {"b": 2}}"#),
            some(TextFormat::Json, &["a.b: 1 2"])
        );
        let before = "server:\n  port: 80 # the port\n  hosts: [{name: a, weight: 1}]\nold: true\n";
        let after = "server:\n  port: 81\n  hosts: [{name: a, weight: 2}]\n";
        assert_eq!(
            told(before, after),
            some(
                TextFormat::Yaml,
                &["old: true nothing", "server.hosts[name=a].weight: 1 2", "server.port: 80 81"]
            )
        );
        assert_eq!(
            told("# all\nA=1\nB = x=y\n[db]\nhost=a\n", "B = x=y\nA=2\n[db]\nhost=b\nport=1\n"),
            some(
                TextFormat::Properties,
                &["A: \"1\" \"2\"", "db.host: \"a\" \"b\"", "db.port: nothing \"1\""]
            )
        );
        assert_eq!(
            told("a=1,b=2", "a=1,b=3,c=4"),
            some(TextFormat::List, &["b: \"2\" \"3\"", "c: nothing \"4\""])
        );
    }

    #[test]
    fn a_file_of_several_documents_is_compared_by_document() {
        let found = told("a: 1\nb: 1\n---\nc: 1\n", "a: 1\nb: 2\n---\nc: 1\n---\nd: 1\n");
        assert_eq!(found, some(TextFormat::Yaml, &["1/b: 1 2", "3/: nothing {\"d\":1}"]));
        // A mapping that becomes a list, and a document that is but a word, are shown by lines.
        for after in ["- a\n---\nc: 1\n", "word\n---\nc: 1\n"] {
            assert_eq!(told("a: 1\n---\nc: 1\n", after).unwrap().0, TextFormat::Lines, "{after}");
        }
        assert_eq!(told("a=1 b=2", "a=1 b=3"), None, "a shell's words");
    }

    #[test]
    fn a_quantity_in_somebodys_file_is_a_text() {
        let found = told("limits:\n  cpu: 1000m\nx: 1\n", "limits:\n  cpu: 1\nx: 1\n");
        assert_eq!(found, some(TextFormat::Yaml, &["limits.cpu: \"1000m\" 1"]));
    }

    #[test]
    fn what_has_no_structure_or_differs_in_layout_alone_is_shown_by_lines() {
        assert_eq!(
            told("server {\n  listen 80;\n}\n", "server {\n  listen 81;\n}\n"),
            some(TextFormat::Lines, &["line 2: \"  listen 80;\" \"  listen 81;\""])
        );
        assert_eq!(
            told("a: 1\nb: 2\n", "a: 1\n# why\nb: 2\n"),
            some(TextFormat::Lines, &["after line 1: nothing \"# why\""])
        );
        assert_eq!(told("a: 1\nb: 2\n", "a: 1\na: 2\n").unwrap().0, TextFormat::Lines, "no YAML after");
    }

    #[test]
    fn a_word_is_shown_whole() {
        for (before, after) in
            [("info", "debug"), ("a: b", "a: c"), ("a=1", "a=2"), ("x, y=1", "x, y=2"), ("{", "}")]
        {
            assert_eq!(told(before, after), None, "{before}");
        }
        assert_eq!(inside("[1]", "{\"a\": 1}"), None);
        assert_eq!(json("{\"a\": 1}"), Some(json!({"a": 1})));
    }
}
