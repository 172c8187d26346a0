//! Scalars, written in a style.

use kube_model::yaml::{self, Limits, NodeKind, ScalarStyle};
use serde_json::Value;

use crate::template::Template;

/// Where a scalar will stand: what is plain in a block may not be in a flow collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    /// The value of an entry or item of a block collection.
    Block,
    /// Inside `{…}` or `[…]`.
    Flow,
    /// In a JSON file.
    Json,
}

/// A new scalar in the place of one that is written in this style. It keeps the target's quotes where they
/// can hold it; else it is written as the source has it.
pub(crate) fn replace(
    style: ScalarStyle,
    value: &Value,
    source: Option<Template<'_>>,
    context: Context,
) -> String {
    let Value::String(text) = value else { return write(value, source, context) };
    match style {
        ScalarStyle::SingleQuoted if !text.contains(['\n', '\r']) => single_quoted(text),
        ScalarStyle::DoubleQuoted => double_quoted(text),
        ScalarStyle::Plain if is_plain(text, context) => text.clone(),
        _ => write(value, source, context),
    }
}

/// A scalar as the source writes it, or else as plainly as it can be.
pub(crate) fn write(value: &Value, source: Option<Template<'_>>, context: Context) -> String {
    if let Some(text) =
        source.filter(|source| source.value == value).and_then(|source| token(source, context))
    {
        return text;
    }
    match value {
        Value::String(text) if is_plain(text, context) => text.clone(),
        Value::String(text) => double_quoted(text),
        other => other.to_string(),
    }
}

/// The source's own text of a scalar, if it means the same in this context.
fn token(source: Template<'_>, context: Context) -> Option<String> {
    let NodeKind::Scalar { style, text } = &source.node.kind else { return None };
    let raw = source.text();
    if raw.contains('\n') || source.node.tag.is_some() {
        return None;
    }
    match (style, context) {
        (ScalarStyle::DoubleQuoted, _) => Some(raw.to_owned()),
        (ScalarStyle::SingleQuoted, Context::Block | Context::Flow) => Some(raw.to_owned()),
        (ScalarStyle::Plain, Context::Json) => serde_json::from_str::<Value>(raw)
            .is_ok_and(|value| value == *source.value)
            .then(|| raw.to_owned()),
        (ScalarStyle::Plain, Context::Block) => (!raw.is_empty()).then(|| raw.to_owned()),
        (ScalarStyle::Plain, Context::Flow) => (!raw.is_empty()
            && (!source.value.is_string() || is_plain(text, context)))
        .then(|| raw.to_owned()),
        _ => None,
    }
}

/// Whether a text can be written without quotes and still be read as that text.
fn is_plain(text: &str, context: Context) -> bool {
    if text.is_empty() || text.contains(['\n', '\r', '\t']) || text.trim() != text {
        return false;
    }
    let framed = match context {
        Context::Block => format!("k: {text}\n"),
        Context::Flow => format!("[{text}]\n"),
        Context::Json => return false,
    };
    let limits = Limits::default();
    let Ok(documents) = yaml::parse(&framed, &limits) else { return false };
    let [document] = documents.as_slice() else { return false };
    let expected = match context {
        Context::Block => serde_json::json!({ "k": text }),
        _ => serde_json::json!([text]),
    };
    yaml::to_value(document, &document.root, &limits).is_ok_and(|value| value == expected)
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// JSON's escapes are all YAML's as well.
pub(crate) fn double_quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_changed_scalar_keeps_its_quotes_where_they_can_hold_it() {
        for (style, value, expected) in [
            (ScalarStyle::Plain, json!("a:2"), "a:2"),
            (ScalarStyle::Plain, json!("on"), "\"on\""),
            (ScalarStyle::Plain, json!("5"), "\"5\""),
            (ScalarStyle::Plain, json!("a: b"), "\"a: b\""),
            (ScalarStyle::Plain, json!(5), "5"),
            (ScalarStyle::SingleQuoted, json!("it's"), "'it''s'"),
            (ScalarStyle::SingleQuoted, json!("a\nb"), "\"a\\nb\""),
            (ScalarStyle::DoubleQuoted, json!("a\"b"), "\"a\\\"b\""),
            (ScalarStyle::DoubleQuoted, json!(true), "true"),
        ] {
            assert_eq!(replace(style, &value, None, Context::Block), expected);
        }
        assert_eq!(replace(ScalarStyle::Plain, &json!("a,b"), None, Context::Flow), "\"a,b\"");
        assert_eq!(replace(ScalarStyle::Plain, &json!("a,b"), None, Context::Block), "a,b");
    }
}
