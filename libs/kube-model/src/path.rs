//! A path inside an object, and patterns of paths: the part of a place after the colon.
//!
//! `spec.template.spec.containers[name=web].image`, `spec.ports[port=80,protocol=TCP].targetPort`,
//! `metadata.annotations["a.b/c"]`, `spec.template.spec.containers[name=web].args[--level]`. In a pattern `*`
//! stands for any text within one segment, and `[*]` for any item.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::lists;
use crate::schema::Schema;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// A key of a mapping.
    Key(String),
    /// The item of a list that has these fields.
    Item(Vec<(String, String)>),
    /// The item of a list of plain values that is this value, or in `args` the flag of this name.
    Flag(String),
}

/// A path: no segments is the object itself. Paths order by their segments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Vec<Segment>);

/// A path that does not follow the grammar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a path: {why}")]
pub struct PathError {
    text: String,
    why: &'static str,
}

impl Path {
    /// The object itself.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The path of these keys, one below the other.
    #[must_use]
    pub fn keys<K: AsRef<str>>(keys: impl IntoIterator<Item = K>) -> Self {
        keys.into_iter().map(|key| Segment::Key(key.as_ref().to_owned())).collect()
    }

    /// The segments.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether this is the object itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path one step further.
    #[must_use]
    pub fn join(&self, segment: Segment) -> Self {
        let mut segments = Vec::with_capacity(self.0.len() + 1);
        segments.extend_from_slice(&self.0);
        segments.push(segment);
        Self(segments)
    }

    /// The path one key further.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.join(Segment::Key(key.to_owned()))
    }

    /// The path these keys further.
    #[must_use]
    pub fn below(&self, keys: &[&str]) -> Self {
        let keys = keys.iter().map(|key| Segment::Key((*key).to_owned()));
        Self(self.0.iter().cloned().chain(keys).collect())
    }

    /// The path one step back, and that step.
    #[must_use]
    pub fn split_last(&self) -> Option<(Self, &Segment)> {
        self.0.split_last().map(|(last, rest)| (Self(rest.to_vec()), last))
    }

    /// The last key of the path, passing over list items.
    #[must_use]
    pub fn last_key(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            _ => None,
        })
    }

    /// Whether `other` is this path or lies below it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// As a pattern: whether it names `path` or something above it.
    #[must_use]
    pub fn covers(&self, path: &Self) -> bool {
        self.0.len() <= path.0.len() && self.matches_start_of(path)
    }

    /// As a pattern: whether it names something strictly below `path`.
    #[must_use]
    pub fn reaches_into(&self, path: &Self) -> bool {
        self.0.len() > path.0.len() && self.matches_start_of(path)
    }

    fn matches_start_of(&self, path: &Self) -> bool {
        self.0.iter().zip(&path.0).all(|(pattern, segment)| pattern.matches(segment))
    }

    /// The value at this path of an object of this kind (`args` flags give their value, `true` without one).
    #[must_use]
    pub fn get<'a>(&self, schema: Schema<'_>, value: &'a Value) -> Option<Cow<'a, Value>> {
        let mut current = Cow::Borrowed(value);
        for (depth, segment) in self.0.iter().enumerate() {
            let next = match (segment, current) {
                (Segment::Key(key), Cow::Borrowed(value)) => value.get(key).map(Cow::Borrowed),
                (_, Cow::Borrowed(Value::Array(items))) => {
                    lists::find(schema, &self.0[..depth], items, segment)
                }
                _ => None,
            };
            current = next?;
        }
        Some(current)
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Segment {
    /// As a pattern: whether it names this segment.
    #[must_use]
    pub fn matches(&self, segment: &Self) -> bool {
        match (self, segment) {
            (Self::Key(pattern), Self::Key(key)) => glob(pattern, key),
            (Self::Flag(pattern), Self::Flag(flag)) => glob(pattern, flag),
            (Self::Flag(any), Self::Item(_)) => any == "*",
            (Self::Item(patterns), Self::Item(fields)) => patterns
                .iter()
                .all(|(key, pattern)| fields.iter().any(|(k, value)| k == key && glob(pattern, value))),
            _ => false,
        }
    }
}

/// Whether `text` matches `pattern`, in which `*` stands for any text.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let tail = parts.pop().unwrap_or_default();
    for part in parts {
        match text.find(part) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    text.len() >= tail.len() && text.ends_with(tail)
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if needs_quotes(key, &['.', '[', ']']) => write!(f, "[{}]", quote(key))?,
                Segment::Key(key) if index == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Flag(flag) if needs_quotes(flag, &[',', '=', ']']) => {
                    write!(f, "[{}]", quote_flag(flag))?
                }
                Segment::Flag(flag) => write!(f, "[{flag}]")?,
                Segment::Item(fields) => {
                    f.write_str("[")?;
                    for (nth, (key, value)) in fields.iter().enumerate() {
                        let comma = if nth == 0 { "" } else { "," };
                        match needs_quotes(value, &[',', ']', '=']) {
                            true => write!(f, "{comma}{key}={}", quote(value))?,
                            false => write!(f, "{comma}{key}={value}")?,
                        }
                    }
                    f.write_str("]")?;
                }
            }
        }
        Ok(())
    }
}

fn needs_quotes(text: &str, special: &[char]) -> bool {
    text.is_empty()
        || text.contains(['"', '\\'])
        || text.contains(special)
        || text.contains(char::is_whitespace)
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A quoted segment is a key, so a flag that needs quotes says what it is.
fn quote_flag(flag: &str) -> String {
    format!("={}", quote(flag))
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let fail = |why| PathError { text: text.to_owned(), why };
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (segment, after) = match rest.strip_prefix('[') {
                Some(inner) => parse_bracket(inner).map_err(fail)?,
                None => {
                    let body = match segments.is_empty() {
                        true => rest,
                        false => rest.strip_prefix('.').ok_or_else(|| fail("expected `.` or `[`"))?,
                    };
                    let end = body.find(['.', '[']).unwrap_or(body.len());
                    if end == 0 {
                        return Err(fail("a key is missing"));
                    }
                    (Segment::Key(body[..end].to_owned()), &body[end..])
                }
            };
            segments.push(segment);
            rest = after;
        }
        Ok(Self(segments))
    }
}

type Parsed<'a> = Result<(Segment, &'a str), &'static str>;

fn parse_bracket(inner: &str) -> Parsed<'_> {
    if inner.starts_with('"') {
        let (key, rest) = parse_quoted(inner)?;
        let rest = rest.strip_prefix(']').ok_or("expected `]` after the quoted key")?;
        return Ok((Segment::Key(key), rest));
    }
    if let Some(quoted) = inner.strip_prefix('=') {
        let (flag, rest) = parse_quoted(quoted)?;
        let rest = rest.strip_prefix(']').ok_or("expected `]` after the quoted item")?;
        return Ok((Segment::Flag(flag), rest));
    }
    let end = inner.find([']', '=']).ok_or("a `[` is not closed")?;
    if inner[end..].starts_with(']') {
        return match end {
            0 => Err("`[]` names no item"),
            _ => Ok((Segment::Flag(inner[..end].to_owned()), &inner[end + 1..])),
        };
    }
    parse_fields(inner)
}

fn parse_fields(mut rest: &str) -> Parsed<'_> {
    let mut fields = Vec::new();
    loop {
        let (key, after) = rest.split_once('=').ok_or("an item is named by `key=value`")?;
        let (value, after) = match after.starts_with('"') {
            true => parse_quoted(after)?,
            false => {
                let end = after.find([',', ']']).ok_or("a `[` is not closed")?;
                (after[..end].to_owned(), &after[end..])
            }
        };
        fields.push((key.to_owned(), value));
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => {
                let after = after.strip_prefix(']').ok_or("a `[` is not closed")?;
                return Ok((Segment::Item(fields), after));
            }
        }
    }
}

fn parse_quoted(text: &str) -> Result<(String, &str), &'static str> {
    let body = text.strip_prefix('"').ok_or("expected a quote")?;
    let mut value = String::new();
    let mut characters = body.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((value, &body[at + 1..])),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    Err("a quote is not closed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schemas;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn paths_of_the_grammar_are_read_and_written_alike() {
        for text in [
            "",
            "spec.replicas",
            "spec.template.spec.containers[name=web].image",
            "spec.ports[port=80,protocol=TCP].targetPort",
            "metadata.annotations[\"a.b/c\"]",
            "spec.template.spec.containers[name=web].args[--level]",
            "spec.template.spec.containers[name=web].volumeMounts[mountPath=/scratch]",
            "data[\"nginx.conf\"]",
        ] {
            let path: Path = text.parse().unwrap();
            assert_eq!(path.to_string(), text);
            assert_eq!(serde_json::to_value(&path).unwrap(), json!(text));
            assert_eq!(serde_json::from_value::<Path>(json!(text)).unwrap(), path);
        }
    }

    #[test]
    fn what_is_no_path_says_why() {
        for text in ["a..b", "a[", "a[b", "a[]", "a[x=1", "a[\"b]", ".a"] {
            assert!(text.parse::<Path>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_pattern_covers_what_is_at_or_below_it() {
        let place: Path = "spec.template.spec.containers[name=web].resources.limits.memory".parse().unwrap();
        for pattern in [
            "",
            "spec",
            "spec.template.spec.containers[*].resources",
            "spec.template.spec.containers[name=w*].resources.limits.*",
            "spec.*.spec.containers[name=web]",
        ] {
            assert!(pattern.parse::<Path>().unwrap().covers(&place), "{pattern}");
        }
        for pattern in ["spec.templates", "spec.template.spec.containers[name=db]", "spec.replicas"] {
            assert!(!pattern.parse::<Path>().unwrap().covers(&place), "{pattern}");
        }
    }

    #[test]
    fn values_are_found_by_keys_and_flags() {
        let object = json!({"spec": {"ports": [{"port": 80, "targetPort": 8080}], "containers": [
            {"name": "web", "args": ["--level=info", "-v", "--port", "80"]}]}});
        let get = |path: &str| {
            path.parse::<Path>().unwrap().get(Schemas::built_in().of("", "Pod"), &object).map(Cow::into_owned)
        };
        assert_eq!(get("spec.containers[name=web].args[--level]"), Some(json!("info")));
        assert_eq!(get("spec.containers[name=web].args[-v]"), Some(json!(true)));
        assert_eq!(get("spec.containers[name=web].args[--port]"), Some(json!("80")));
        assert_eq!(get("spec.containers[name=db]"), None);
    }

    proptest! {
        #[test]
        fn any_segments_survive_being_written(keys in prop::collection::vec(".{1,8}", 1..4), value in ".{0,8}") {
            let mut path: Path = keys.iter().map(|key| Segment::Key(key.clone())).collect();
            path = path.join(Segment::Item(vec![("name".into(), value.clone()), ("port".into(), "80".into())]));
            prop_assert_eq!(path.to_string().parse::<Path>().unwrap(), path);
        }
    }
}
