//! Whole objects: documents of a file, and items of a `List`.

use std::collections::HashSet;

use kube_model::schema::Schemas;
use kube_model::yaml::{Document, Layout, Node};
use kube_model::{ManifestFile, Object, Origin};
use serde_json::Value;

use crate::block::{self, Comments};
use crate::content::{self, Lines};
use crate::indent::Indent;
use crate::reconcile::sequence::Sibling;
use crate::reconcile::{Editor, edit_object};
use crate::splice::{Splice, apply};
use crate::template::Template;
use crate::{EditError, flow};

/// Takes an object out of its file: the document with its separator, or the item of the `List`. `going` are all
/// objects of the file that go, this one among them: documents that follow one another go as one range, and a
/// `List` of which nothing stays goes whole.
///
/// # Errors
/// When the object is not where it was read.
pub fn remove_object(
    file: &ManifestFile,
    origin: &Origin,
    going: &[&Origin],
) -> Result<Vec<Splice>, EditError> {
    let not_there = || EditError::NotThere { file: file.path.to_string() };
    let document = file.document(origin.document).ok_or_else(not_there)?;
    let (Some((index, holder)), false) =
        (origin.items.split_last(), goes_whole(file, origin.document, going))
    else {
        return remove_documents(file, origin.document, going)
            .map(|splice| vec![splice])
            .ok_or_else(not_there);
    };
    let holder = Origin { items: holder.to_vec(), ..origin.clone() };
    let items = list_items(file, document, &holder).ok_or_else(not_there)?;
    let survives = |at: usize| {
        let mut indices = holder.items.clone();
        indices.push(at);
        !going.iter().any(|gone| gone.document == origin.document && gone.items == indices)
    };
    let mut editor = Editor::new(file, document, Schemas::built_in().of("", "List"));
    editor.remove_item(items.items(), *index, items.layout().unwrap_or(Layout::Block), &survives);
    Ok(editor.splices)
}

fn list_items<'a>(file: &'a ManifestFile, document: &'a Document, holder: &Origin) -> Option<&'a Node> {
    let (_, list) = file.node(holder)?;
    list.get("items").map(|items| document.resolve(items))
}

/// Whether nothing of a document stays.
fn goes_whole(file: &ManifestFile, index: usize, going: &[&Origin]) -> bool {
    let going: Vec<&Origin> = going.iter().copied().filter(|origin| origin.document == index).collect();
    if going.iter().any(|origin| origin.items.is_empty()) {
        return true;
    }
    let holder = Origin { file: file.path.clone(), document: index, items: Vec::new(), line: 1 };
    let Some(document) = file.document(index).filter(|_| !going.is_empty()) else { return false };
    let gone: HashSet<usize> = going
        .iter()
        .filter_map(|origin| <[usize; 1]>::try_from(&*origin.items).ok())
        .map(|[item]| item)
        .collect();
    list_items(file, document, &holder).is_some_and(|items| gone.len() == items.items().len())
}

/// The range of documents that go around one of them. They go with the `---` before them, or with the one after
/// them if there is none.
fn remove_documents(file: &ManifestFile, index: usize, going: &[&Origin]) -> Option<Splice> {
    let goes = |index: &usize| goes_whole(file, *index, going);
    let first = (0..index).rev().take_while(goes).last().unwrap_or(index);
    let last = (index + 1..file.document_count()).take_while(goes).last().unwrap_or(index);
    let document = file.document(first)?;
    let start = document.marker.unwrap_or(document.span.start);
    let end = match file.document(last + 1) {
        None => file.text.len(),
        Some(next) => match (document.marker, next.marker) {
            (None, Some(marker)) => after_marker(&file.text, marker),
            _ => next.span.start,
        },
    };
    Some(Splice { range: start..end, text: String::new() })
}

/// Where the content after a `---` starts: on its line, or on the next.
fn after_marker(text: &str, marker: usize) -> usize {
    let rest = &text[marker + 3..Lines(text).end(marker)];
    match rest.trim_start() {
        "" => Lines(text).next(marker).unwrap_or(text.len()),
        content => marker + 3 + rest.len() - content.len(),
    }
}

/// The text of an object as its source has it, with its comments, made into `value`, at the left margin and
/// with `\n`.
///
/// # Errors
/// When the object is not where it was read, or `value` cannot be written there.
fn text_of(file: &ManifestFile, object: &Object, value: &Value) -> Result<String, EditError> {
    let edited = made_into(file, object, value)?;
    let (document, node) =
        edited.node(&object.origin).ok_or_else(|| EditError::NotThere { file: file.path.to_string() })?;
    let body = match object.origin.items.is_empty() {
        true => document_text(&edited, document).to_owned(),
        false => item_text(&edited, document, node, value),
    };
    Ok(body.replace("\r\n", "\n"))
}

/// The file of the source with an object made into `value`.
fn made_into(file: &ManifestFile, object: &Object, value: &Value) -> Result<ManifestFile, EditError> {
    let splices = edit_object(file, object, value, None)?;
    let text = apply(&file.text, &splices);
    ManifestFile::read(&file.path, text.as_bytes(), &kube_model::yaml::Limits::default())
        .map_err(|_| EditError::NotThere { file: file.path.to_string() })
}

fn document_text<'a>(file: &'a ManifestFile, document: &Document) -> &'a str {
    let start = match document.marker {
        Some(marker) if file.text[marker + 3..].starts_with(['\n', '\r']) => {
            Lines(&file.text).next(marker).unwrap_or(file.text.len())
        }
        Some(marker) => marker + 3,
        None => document.span.start,
    };
    let text = file.text[start..document.span.end].trim_end();
    let text = text.strip_suffix("\n...").unwrap_or(text);
    // Blank lines at the end may be part of a text (`|+`).
    let end = content::end_of(&file.text, &document.root).max(start + text.len());
    file.text[start..end].trim_start_matches(['\n', '\r'])
}

fn item_text(file: &ManifestFile, document: &Document, node: &Node, value: &Value) -> String {
    let template = Template { file, document, node, value };
    if flow::is_json(&file.text, &document.root) {
        return serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string());
    }
    let lines = block::item_lines(template, 0, Indent::default(), Comments::Keep);
    let dedented =
        lines.iter().map(|line| match line.strip_prefix("- ").or_else(|| line.strip_prefix("  ")) {
            Some(rest) => rest,
            None => line,
        });
    dedented.collect::<Vec<_>>().join("\n")
}

/// Adds an object of the source to a file that exists: after the object `after`, or else at the end. In a `List`
/// it becomes an item, elsewhere a document.
///
/// # Errors
/// When an object is not where it was read, or `value` cannot be written.
pub fn add_object(
    file: &ManifestFile,
    after: Option<&Origin>,
    source: &ManifestFile,
    object: &Object,
    value: &Value,
) -> Result<Vec<Splice>, EditError> {
    let last = file.document_count().saturating_sub(1);
    let index = after.map_or(last, |origin| origin.document);
    let sibling = file.document(index).ok_or_else(|| EditError::NotThere { file: file.path.to_string() })?;
    let holder = Origin { file: file.path.clone(), document: index, items: Vec::new(), line: 1 };
    if let Some(items) = list_items(file, sibling, &holder).filter(|items| !items.items().is_empty()) {
        let position = after.and_then(|origin| origin.items.first().copied());
        let sibling_item = &items.items()[position.unwrap_or(items.items().len() - 1)];
        let edited = made_into(source, object, value)?;
        let template = edited.node(&object.origin).map(|(document, node)| Template {
            file: &edited,
            document,
            node,
            value,
        });
        let mut editor = Editor::new(file, sibling, Schemas::built_in().of("", "List"));
        let layout = items.layout().unwrap_or(Layout::Block);
        editor.add_item((items, Sibling::Before(sibling_item), layout), value, template);
        return Ok(editor.splices);
    }
    let ending = Lines(&file.text).ending();
    let body = text_of(source, object, value)?.replace('\n', ending);
    if index < last {
        let at = sibling.span.end;
        return Ok(vec![Splice { range: at..at, text: format!("---{ending}{body}{ending}") }]);
    }
    let end = file.text.len();
    let text = match file.text.ends_with('\n') {
        true => format!("---{ending}{body}{ending}"),
        false => format!("{ending}---{ending}{body}"),
    };
    Ok(vec![Splice { range: end..end, text }])
}

/// A new file with objects of a file of the source. If they are all that the source's file holds, it is that
/// file; else their documents in order. The line ending is the target's.
///
/// # Errors
/// When an object is not where it was read, or its value cannot be written.
pub fn new_file(
    source: &ManifestFile,
    objects: &[(&Object, &Value)],
    whole: bool,
    ending: &str,
) -> Result<String, EditError> {
    let text = if whole {
        let mut splices = Vec::new();
        for (object, value) in objects {
            splices.extend(edit_object(source, object, value, None)?);
        }
        apply(&source.text, &splices)
    } else {
        let bodies: Vec<String> =
            objects.iter().map(|(object, value)| text_of(source, object, value)).collect::<Result<_, _>>()?;
        format!("{}\n", bodies.join("\n---\n"))
    };
    Ok(text.replace("\r\n", "\n").replace('\n', ending))
}
