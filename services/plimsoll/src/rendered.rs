//! Objects as YAML that Kubernetes reads as the same objects.

use kube_model::Object;
use kube_model::yaml::{self, Limits};
use serde_json::{Map, Value};

/// The objects as a stream of documents.
pub(crate) fn stream<'a>(objects: impl IntoIterator<Item = &'a Object>) -> String {
    objects.into_iter().map(|object| format!("---\n{}", document(&object.value))).collect()
}

/// A value as a document.
pub(crate) fn document(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => {
            // What an object is comes first, as people write it.
            const FIRST: [&str; 3] = ["apiVersion", "kind", "metadata"];
            let first = FIRST.iter().filter_map(|key| map.get_key_value(*key));
            let rest = map.iter().filter(|(key, _)| !FIRST.contains(&key.as_str()));
            entries(first.chain(rest), 0, &mut text);
        }
        other => {
            text.push_str(&leaf(other, 0));
            text.push('\n');
        }
    }
    text
}

fn entries<'a>(entries: impl Iterator<Item = (&'a String, &'a Value)>, indent: usize, text: &mut String) {
    for (index, (key, value)) in entries.enumerate() {
        // The first entry of a list's item stands behind its dash.
        if index > 0 || text.is_empty() || text.ends_with('\n') {
            text.push_str(&" ".repeat(indent));
        }
        text.push_str(&scalar(key));
        text.push(':');
        below(value, indent, text);
    }
}

/// What follows a key: a leaf on the same line, a collection on the next ones. Lists are not indented, as kubectl
/// prints them.
fn below(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            text.push('\n');
            mapping(map, indent + 2, text);
        }
        Value::Array(list) if !list.is_empty() => {
            text.push('\n');
            items(list, indent, text);
        }
        leaf_value => {
            text.push(' ');
            text.push_str(&leaf(leaf_value, indent + 2));
            text.push('\n');
        }
    }
}

fn mapping(map: &Map<String, Value>, indent: usize, text: &mut String) {
    entries(map.iter(), indent, text);
}

fn items(list: &[Value], indent: usize, text: &mut String) {
    for item in list {
        text.push_str(&" ".repeat(indent));
        text.push('-');
        match item {
            Value::Object(map) if !map.is_empty() => {
                text.push(' ');
                mapping(map, indent + 2, text);
            }
            Value::Array(inner) if !inner.is_empty() => {
                text.push('\n');
                items(inner, indent + 2, text);
            }
            leaf_value => {
                text.push(' ');
                text.push_str(&leaf(leaf_value, indent + 2));
                text.push('\n');
            }
        }
    }
}

fn leaf(value: &Value, indent: usize) -> String {
    match value {
        Value::String(found) => block(found, indent).unwrap_or_else(|| scalar(found)),
        other => other.to_string(),
    }
}

/// A text of several lines as a literal block, where one can hold it.
fn block(text: &str, indent: usize) -> Option<String> {
    let body = text.trim_end_matches('\n');
    let plain = |line: &str| !line.ends_with([' ', '\t']) && !line.chars().any(must_be_escaped);
    let fits = body.contains('\n') && !body.starts_with([' ', '\t', '\n']) && body.split('\n').all(plain);
    if !fits {
        return None;
    }
    let keep = match text.len() - body.len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    };
    let lines = text[..text.len() - usize::from(text.ends_with('\n'))].split('\n').map(|line| match line {
        "" => String::new(),
        line => format!("{:indent$}{line}", ""),
    });
    Some(format!("{keep}\n{}", lines.collect::<Vec<_>>().join("\n")))
}

/// A text on one line: as it is where it is read as the same text, else in double quotes.
fn scalar(text: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "._-/:@+=,() ".contains(c);
    let plain = text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '('))
        && text.chars().all(harmless)
        && !text.contains(": ")
        && !text.ends_with([' ', ':'])
        && (is_word(text) || is_read_as(text));
    match plain {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// Most texts are words that nothing else could be, and need not be read to know it.
fn is_word(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    text.len() > 5 && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(word)
}

fn is_read_as(text: &str) -> bool {
    let limits = Limits::default();
    let Ok(documents) = yaml::parse(text, &limits) else { return false };
    let [document] = documents.as_slice() else { return false };
    yaml::to_value(document, &document.root, &limits).is_ok_and(|value| value.as_str() == Some(text))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if must_be_escaped(c) => quoted.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// What YAML does not take as it is (YAML 1.2, c-printable), and what a terminal should not get.
fn must_be_escaped(c: char) -> bool {
    c.is_control() || crate::escape::is_invisible(c) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube_model::State;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(text: &str) -> Value {
        let documents = yaml::parse(text, &Limits::default()).unwrap();
        yaml::to_value(&documents[0], &documents[0].root, &Limits::default()).unwrap()
    }

    #[test]
    fn an_object_reads_as_people_write_it() {
        let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  paused: false\n  template:\n    spec:\n      containers:\n      - args:\n        - --level=info\n        image: shop/web:1.2\n        name: web\n      volumes: []\n";
        let state = State::read([("a.yaml", text)], &Limits::default()).unwrap();
        let expected = text.replace("- --level=info", "- \"--level=info\"");
        assert_eq!(stream(&state.objects), format!("---\n{expected}"));
    }

    #[test]
    fn texts_that_look_like_something_else_are_quoted() {
        for text in [
            "true", "on", "08", "1e3", "null", "~", "", "a: b", "a #b", "- a", "1_000", "0x1f", "12:30:45",
            "<<", "=", "a\u{1b}b", "a:", " a",
        ] {
            let shown = document(&json!({ "k": text }));
            assert_eq!(read(&shown), json!({ "k": text }), "{shown}");
            assert!(!shown.contains('\u{1b}'));
        }
    }

    #[test]
    fn lines_stay_lines() {
        for text in ["a\nb", "a\nb\n", "a\n\nb\n\n\n", "\na\n", "a \nb", "a\r\nb", " a\nb", "# a\nb"] {
            let shown = document(&json!({"k": {"l": [text]}}));
            assert_eq!(read(&shown), json!({"k": {"l": [text]}}), "{shown}");
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e9..1e9_f64).prop_map(Value::from),
            Just(Value::Null),
            ".{0,12}".prop_map(Value::from),
            "[ -~\n]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".{1,6}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same_value(value in any_value()) {
            let value = json!({ "k": value });
            let shown = document(&value);
            prop_assert_eq!(read(&shown), value, "{}", shown);
        }
    }
}
