//! Values and objects in a line of text.

use kube_model::{ObjectKey, ObjectRef, Path, Segment};
use serde_json::Value;

use crate::escape;

/// An object in the grammar of places, such that it can be given to `--skip`: `Deployment/shop/web`.
pub(crate) fn object(object: &ObjectRef) -> String {
    named(&object.kind, object.namespace.as_deref(), &object.name)
}

/// An object by its identity.
pub(crate) fn key(key: &ObjectKey) -> String {
    named(&key.kind, key.namespace.as_deref(), &key.name)
}

fn named(kind: &str, namespace: Option<&str>, name: &str) -> String {
    let name = match name.contains(':') {
        true => format!("\"{name}\""),
        false => name.to_owned(),
    };
    escape::line(&match namespace {
        Some(namespace) => format!("{kind}/{namespace}/{name}"),
        None => format!("{kind}/{name}"),
    })
}

/// A value on one line. A text is in quotes where it could be taken for something else: `"true"`, `"8080"`, `""`.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::String(text) if needs_quotes(text) => escape::line(&Value::from(text.as_str()).to_string()),
        Value::String(text) => escape::line(text),
        Value::Array(_) | Value::Object(_) => escape::line(&flow(value)),
        other => other.to_string(),
    }
}

fn needs_quotes(text: &str) -> bool {
    text.is_empty()
        || text.trim() != text
        || text.contains(['\n', '\r', '\t', '→'])
        || text.starts_with(['"', '{', '['])
        || matches!(text, "true" | "false" | "null")
        || text.parse::<f64>().is_ok()
}

/// A collection on one line, as YAML's flow style has it: `{name: LEVEL, value: info}`.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| format!("{}: {}", inner(key), flow(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) => inner(text),
        other => other.to_string(),
    }
}

fn inner(text: &str) -> String {
    match needs_quotes(text) || text.contains(['{', '}', '[', ']', ',', '#', '"']) || text.contains(": ") {
        true => Value::from(text).to_string(),
        false => text.to_owned(),
    }
}

/// The value of a list's item that its place names already (`env[name=LEVEL]`), without that name.
pub(crate) fn without_name(path: &Path, value: &Value) -> Value {
    match (path.segments().last(), value) {
        (Some(Segment::Item(fields)), Value::Object(map)) => {
            let named = |key: &String| fields.iter().any(|(field, _)| field == key);
            map.iter().filter(|(key, _)| !named(key)).map(|(k, v)| (k.clone(), v.clone())).collect()
        }
        _ => value.clone(),
    }
}

/// Two values side by side in `room` characters. Of values that are too long the part that they share is left out
/// first, so that what differs (a tag at the end of an image) is seen.
pub(crate) fn pair(before: &Value, after: &Value, room: usize) -> (String, String) {
    let (one, other) = (value(before), value(after));
    let fits = |one: &str, other: &str| one.chars().count() + other.chars().count() <= room;
    if fits(&one, &other) {
        return (one, other);
    }
    let shorter = match (before, after) {
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => {
            core(&one, &other)
        }
        _ => tails(&one, &other, room),
    };
    if let Some((one, other)) = shorter.filter(|(one, other)| fits(one, other)) {
        return (one, other);
    }
    let (one, other) = near_the_difference(&one, &other);
    let half = room / 2;
    let (a, b) = (one.chars().count(), other.chars().count());
    let (a, b) = match (a <= half, b <= half) {
        (true, _) => (a, room - a),
        (_, true) => (room - b, b),
        _ => (half, half),
    };
    (escape::cut(&one, a), escape::cut(&other, b))
}

/// Two texts without what they share at their start; the first keeps its last name (`…web:1.2`) if there is room.
fn tails(one: &str, other: &str, room: usize) -> Option<(String, String)> {
    let shared = shared_start(one, other, &['/', ':', '@', ',', ' ']);
    let name = shared_start(one, other, &['/']);
    let from = |text: &str, start: usize| match start {
        0 => text.to_owned(),
        _ => format!("…{}", text.chars().skip(start).collect::<String>()),
    };
    let shorter = from(other, shared);
    let fits = |longer: &String| longer.chars().count() + shorter.chars().count() <= room;
    let longer = Some(from(one, name)).filter(|longer| name < shared && fits(longer));
    (shared > 8).then(|| (longer.unwrap_or_else(|| from(one, shared)), shorter))
}

/// Two texts from shortly before the first character in which they differ: what comes after it may be cut, it may not.
fn near_the_difference(one: &str, other: &str) -> (String, String) {
    const BEFORE: usize = 8;
    let shared = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let start = shared.saturating_sub(BEFORE);
    let from = |text: &str| match start {
        0 => text.to_owned(),
        _ => format!("…{}", text.chars().skip(start).collect::<String>()),
    };
    (from(one), from(other))
}

/// Two collections without the entries that they share at their start and at their end.
fn core(one: &str, other: &str) -> Option<(String, String)> {
    let start = shared_start(one, other, &['{', '[', ',']);
    let reversed =
        |text: &str| -> String { text.chars().skip(start).collect::<Vec<_>>().into_iter().rev().collect() };
    let (one, other) = (reversed(one), reversed(other));
    let end = shared_start(&one, &other, &['}', ']', ',']);
    let between = |text: &str| {
        let text: String = text.chars().skip(end).collect::<Vec<_>>().into_iter().rev().collect();
        let (head, tail) = (if start > 0 { "…" } else { "" }, if end > 0 { "…" } else { "" });
        format!("{head}{}{tail}", text.trim_start())
    };
    (start + end > 8).then(|| (between(&one), between(&other)))
}

/// How many characters two texts share at their start, up to the last of these that they share.
fn shared_start(one: &str, other: &str, ends: &[char]) -> usize {
    let shared = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a);
    let ends = shared.enumerate().filter(|(_, character)| ends.contains(character));
    ends.last().map_or(0, |(index, _)| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_difference_in_the_middle_of_long_texts_is_shown() {
        let text = |word: &str| Value::from(format!("{0}{word} {0}", "word ".repeat(40)));
        let (before, after) = pair(&text("one"), &text("other"), 60);
        assert!(before.contains("one") && after.contains("other"), "{before} {after}");
        assert!(before.chars().count() + after.chars().count() <= 60, "{before} {after}");
    }

    #[test]
    fn a_text_is_not_taken_for_another_value() {
        for (given, shown) in [
            (json!("nginx:1.27"), "nginx:1.27"),
            (json!("true"), "\"true\""),
            (json!(true), "true"),
            (json!("8080"), "\"8080\""),
            (json!(8080), "8080"),
            (json!(""), "\"\""),
            (json!("a\nb"), "\"a\\nb\""),
            (json!("two words"), "two words"),
            (json!({"a": [1], "b": "x, y", "c": "8"}), "{a: [1], b: \"x, y\", c: \"8\"}"),
            (json!("\u{1b}[2J"), "\\u{1b}[2J"),
        ] {
            assert_eq!(value(&given), shown);
        }
    }

    #[test]
    fn what_differs_is_kept_when_values_are_cut() {
        let image = |tag: &str| json!(format!("registry.example/platform/shop/storefront:{tag}"));
        let shown = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(pair(&image("1.0"), &image("1.1"), 40), shown("…storefront:1.0", "…1.1"));
        assert_eq!(pair(&image("1.0"), &image("1.1"), 12), shown("…1.0", "…1.1"));
        let metric = |percent: u32| json!([{"resource": {"name": "cpu", "target": {"averageUtilization": percent, "type": "Utilization"}}}]);
        assert_eq!(
            pair(&metric(70), &metric(60), 60),
            shown("…averageUtilization: 70…", "…averageUtilization: 60…")
        );
        let (one, other) = pair(&json!("x"), &json!("y".repeat(100)), 20);
        assert_eq!((one.as_str(), other.chars().count()), ("x", 19));
        let (one, other) = pair(&json!("x".repeat(100)), &json!("y".repeat(100)), 20);
        assert_eq!((one.chars().count(), other.chars().count()), (10, 10));
    }
}
