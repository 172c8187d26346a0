//! Values within a line: flow collections, and the entries of JSON files.

use kube_model::yaml::Node;
use serde_json::Value;

use crate::content::{self, Lines};
use crate::indent::Indent;
use crate::scalar::{self, Context};
use crate::splice::Splice;
use crate::template::Template;

/// A value as the source writes it where that is one line; composed anew else, in the source's order.
pub(crate) fn write(value: &Value, source: Option<Template<'_>>, context: Context) -> String {
    let source = source.filter(|source| source.value == value);
    if let Some(text) = source.and_then(|source| own_text(source, context)) {
        return text;
    }
    let inner = if context == Context::Block { Context::Flow } else { context };
    match value {
        Value::Object(map) => {
            let written = source.map(|source| source.keys()).unwrap_or_default();
            let mut keys: Vec<&str> = written.iter().map(String::as_str).collect();
            keys.retain(|key| map.contains_key(*key));
            let rest: Vec<&str> = map.keys().map(String::as_str).filter(|key| !keys.contains(key)).collect();
            let entries = keys.iter().chain(&rest).filter_map(|key| Some((*key, map.get(*key)?)));
            let entries: Vec<String> = entries
                .map(|(key, value)| {
                    let key_text = scalar::write(&Value::from(key), None, inner);
                    format!("{key_text}: {}", write(value, source.and_then(|s| s.get(key)), inner))
                })
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items
                .iter()
                .enumerate()
                .map(|(index, item)| write(item, source.and_then(|s| s.item(index)), inner))
                .collect();
            format!("[{}]", items.join(", "))
        }
        value => scalar::write(value, source, context),
    }
}

/// The source's text of a collection, as it stands.
fn own_text(source: Template<'_>, context: Context) -> Option<String> {
    let is_scalar = source.node.scalar().is_some();
    let json_source = is_json(source.file.text.as_str(), &source.document.root);
    let fits = context != Context::Json || json_source;
    (!is_scalar
        && fits
        && source.is_inline()
        && !source.has_anchors_inside()
        && !source.text().contains('\n'))
    .then(|| source.text().to_owned())
}

/// Whether a document is JSON: a flow mapping with quoted keys.
pub(crate) fn is_json(text: &str, root: &Node) -> bool {
    let first_key = root.entries().first().map(|(key, _)| key);
    root.layout() == Some(kube_model::yaml::Layout::Flow)
        && first_key.is_some_and(|key| text[key.span.start..].starts_with('"'))
}

/// An addition to a flow collection after what ends at `sibling`'s end.
///
/// In a collection of one entry a line, the addition gets a line of its own and a comment after the sibling
/// stays with it.
pub(crate) fn insert_after(
    text: &str,
    collection: &Node,
    sibling_start: usize,
    sibling_end: usize,
    addition: &str,
    ending: &str,
) -> Splice {
    let lines = Lines(text);
    let line_start = lines.start(sibling_start);
    let own_line = line_start > collection.span.start && text[line_start..sibling_start].trim().is_empty();
    if !own_line {
        return Splice { range: sibling_end..sibling_end, text: format!(", {addition}") };
    }
    let indent = &text[line_start..sibling_start];
    let after = text[sibling_end..].trim_start_matches(' ');
    let comma = text.len() - after.len();
    let line_end = lines.end(comma);
    if after.starts_with(',') && text[comma + 1..line_end].trim_start().starts_with('#') {
        return Splice { range: line_end..line_end, text: format!("{ending}{indent}{addition},") };
    }
    Splice { range: sibling_end..sibling_end, text: format!(",{ending}{indent}{addition}") }
}

/// An entry of a flow mapping as the source writes it: of several lines, if the source's has several and stands
/// in a flow mapping as well, and the target's entries have lines of their own (then `place` is their column and
/// the indentation of the target).
pub(crate) fn entry(
    key: &str,
    source: Option<(&Node, Template<'_>)>,
    value: &Value,
    context: Context,
    place: Option<(usize, Indent)>,
) -> String {
    if let (Some((key_node, template)), Some((column, indent))) = (source, place)
        && template.value == value
        && can_stand_as_it_is(key_node, template, context)
    {
        let text = &template.file.text[key_node.full_start()..template.node.span.end];
        let from = Indent::of(&template.file.text, template.document).flow;
        return moved(text, (key_node.column, column), from.zip(indent.flow));
    }
    let key_text = match source {
        Some((key_node, template)) if context != Context::Json => {
            template.file.text[key_node.span.clone()].to_owned()
        }
        _ => scalar::write(&Value::from(key), None, context),
    };
    format!("{key_text}: {}", write(value, source.map(|(_, template)| template), context))
}

/// An item of a flow sequence, as [`entry`] writes an entry.
pub(crate) fn item(
    source: Option<Template<'_>>,
    value: &Value,
    context: Context,
    place: Option<(usize, Indent)>,
) -> String {
    match (source, place) {
        (Some(template), Some((column, indent)))
            if template.value == value && can_stand_as_it_is(template.node, template, context) =>
        {
            let from = Indent::of(&template.file.text, template.document).flow;
            moved(template.text(), (template.node.column, column), from.zip(indent.flow))
        }
        _ => write(value, source, context),
    }
}

/// Whether the source's entry is on lines of its own in a flow mapping, and means the same in the target.
fn can_stand_as_it_is(key: &Node, value: Template<'_>, context: Context) -> bool {
    let text = &value.file.text;
    let own_line = text[Lines(text).start(key.full_start())..key.full_start()].trim().is_empty();
    let json = context != Context::Json || is_json(text, &value.document.root);
    own_line && json && value.is_inline() && !value.has_anchors()
}

/// Text of several lines, moved from one column to another; deeper lines by the steps of the target.
fn moved(text: &str, (from, to): (usize, usize), steps: Option<(usize, usize)>) -> String {
    let mut lines = text.lines();
    let mut result = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let body = line.trim_start();
        let depth = (line.len() - body.len()).saturating_sub(from);
        let depth = match steps {
            Some((theirs, ours)) if theirs > 0 && depth.is_multiple_of(theirs) => depth / theirs * ours,
            _ => depth,
        };
        result.push('\n');
        result.push_str(&" ".repeat(to + depth));
        result.push_str(body);
    }
    result
}

/// Takes an item out of a flow collection, with its comma. `spans` are the items' own, in order.
pub(crate) fn remove(
    spans: &[std::ops::Range<usize>],
    index: usize,
    survives: impl Fn(usize) -> bool,
) -> Splice {
    let span = &spans[index];
    let range = match spans.get(index + 1) {
        Some(next) => span.start..next.start,
        None => match (0..index).rev().find(|before| survives(*before)) {
            Some(before) => spans[before].end..span.end,
            None => span.clone(),
        },
    };
    Splice { range, text: String::new() }
}

/// The span of an entry of a mapping.
pub(crate) fn entry_span(text: &str, key: &Node, value: &Node) -> std::ops::Range<usize> {
    key.full_start()..content::entry_end(text, key, value)
}
