//! From what an object is to what it is to become, by the fewest bytes.

mod block_scalar;
mod mapping;
pub(crate) mod sequence;

use std::collections::{HashMap, HashSet};

use kube_model::schema::Schema;
use kube_model::yaml::{Document, Layout, Node, NodeKind, ScalarStyle};
use kube_model::{ManifestFile, Object, Path};
use serde_json::Value;

use crate::block::{self, Comments};
use crate::content::{self, Lines};
use crate::indent::Indent;
use crate::scalar::{self, Context};
use crate::splice::Splice;
use crate::template::{self, Template};
use crate::{EditError, flow};

/// The splices of `file` that make `object`, which was read from it, into `new`. What is added is written as
/// `source` has it, where `source` has it.
///
/// # Errors
/// When the object is not where it was read, or the change cannot be written in this file.
pub fn edit_object(
    file: &ManifestFile,
    object: &Object,
    new: &Value,
    source: Option<Template<'_>>,
) -> Result<Vec<Splice>, EditError> {
    let not_there = || EditError::NotThere { file: file.path.to_string() };
    let (document, node) = file.node(&object.origin).ok_or_else(not_there)?;
    let mut editor = Editor::new(file, document, object.key.schema());
    editor.value(&Path::root(), node, (&object.value, new), source, Slot::Root)?;
    Ok(editor.splices)
}

/// The splices of `file` that make one of its documents, which means `old`, mean `new`. The document need not be an
/// object: it may be a kustomization, a chart's values, a patch. New fields of the document itself come last.
///
/// # Errors
/// When there is no such document, or the change cannot be written in this file.
pub fn edit_document(
    file: &ManifestFile,
    index: usize,
    schema: Schema<'_>,
    (old, new): (&Value, &Value),
    source: Option<Template<'_>>,
) -> Result<Vec<Splice>, EditError> {
    let not_there = || EditError::NotThere { file: file.path.to_string() };
    let document = file.document(index).ok_or_else(not_there)?;
    let mut editor = Editor { new_fields: NewFields::Last, ..Editor::new(file, document, schema) };
    editor.value(&Path::root(), &document.root, (old, new), source, Slot::Root)?;
    Ok(editor.splices)
}

/// Where new entries of the document itself come to stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NewFields {
    /// After the sibling that precedes them in the source.
    AfterSibling,
    /// At the end.
    Last,
}

/// Where a node stands, for when it has to be written anew.
#[derive(Clone, Copy)]
pub(crate) enum Slot<'a> {
    /// The value of an entry of a mapping.
    Entry { key: &'a Node, source_key: Option<&'a Node>, layout: Layout },
    /// An item of a sequence.
    Item { layout: Layout },
    /// The document itself.
    Root,
}

pub(crate) struct Editor<'a> {
    schema: Schema<'a>,
    file: &'a ManifestFile,
    document: &'a Document,
    context: Context,
    indent: Indent,
    new_fields: NewFields,
    /// What the anchored nodes that were passed are to become.
    anchored: HashMap<usize, Value>,
    /// The anchors of what goes.
    removed: HashSet<usize>,
    pub(crate) splices: Vec<Splice>,
}

impl<'a> Editor<'a> {
    pub(crate) fn new(file: &'a ManifestFile, document: &'a Document, schema: Schema<'a>) -> Self {
        let json = flow::is_json(&file.text, &document.root);
        Self {
            schema,
            file,
            document,
            context: if json { Context::Json } else { Context::Block },
            indent: Indent::of(&file.text, document),
            new_fields: NewFields::AfterSibling,
            anchored: HashMap::new(),
            removed: HashSet::new(),
            splices: Vec::new(),
        }
    }

    fn text(&self) -> &'a str {
        &self.file.text
    }

    /// The line ending at a position: that of its line, or on the last line that of the file.
    fn ending_at(&self, at: usize) -> &'static str {
        let lines = Lines(self.text());
        match lines.next(at) {
            Some(next) if self.text()[..next].ends_with("\r\n") => "\r\n",
            Some(_) => "\n",
            None => lines.ending(),
        }
    }

    fn context_in(&self, layout: Layout) -> Context {
        match (self.context, layout) {
            (Context::Json, _) => Context::Json,
            (_, Layout::Flow) => Context::Flow,
            (_, Layout::Block) => Context::Block,
        }
    }

    fn replace(&mut self, range: std::ops::Range<usize>, text: String) {
        self.splices.push(Splice { range, text });
    }

    /// Makes a node, which means `old`, mean `new`.
    fn value(
        &mut self,
        path: &Path,
        node: &'a Node,
        (old, new): (&Value, &Value),
        source: Option<Template<'a>>,
        slot: Slot<'a>,
    ) -> Result<(), EditError> {
        // With anchors about, an equal value may still have to be written out: its anchor may move.
        if old == new && !self.document.has_anchors() {
            return Ok(());
        }
        if let Some(id) = node.anchor {
            self.anchored.insert(id, new.clone());
        }
        match (&node.kind, old, new) {
            (NodeKind::Alias(id), _, _) => {
                if self.removed.contains(id) || self.anchored.get(id).unwrap_or(old) != new {
                    let own = Template {
                        file: self.file,
                        document: self.document,
                        node: self.document.resolve(node),
                        value: old,
                    };
                    let source = source.filter(|source| source.value == new).unwrap_or(own);
                    let written = flow::write(new, Some(source), self.context_in(Layout::Flow));
                    self.replace(node.span.clone(), written);
                }
                Ok(())
            }
            (NodeKind::Mapping { entries, layout }, Value::Object(old), Value::Object(new)) => {
                self.mapping(path, (node, entries, *layout), (old, new), source, slot)
            }
            (NodeKind::Sequence { items, layout }, Value::Array(old), Value::Array(new)) => {
                self.sequence(path, (node, items, *layout), (old, new), source, slot)
            }
            _ if old == new => Ok(()),
            (NodeKind::Scalar { style, .. }, _, new) if !new.is_array() && !new.is_object() => {
                self.scalar((node, *style), new, source, slot);
                Ok(())
            }
            _ => {
                self.rewrite(node, new, source, slot);
                Ok(())
            }
        }
    }

    fn scalar(
        &mut self,
        (node, style): (&'a Node, ScalarStyle),
        new: &Value,
        source: Option<Template<'a>>,
        slot: Slot<'a>,
    ) {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let several_lines = new.as_str().is_some_and(|text| text.contains('\n'));
        let equal = source.filter(|source| source.value == new);
        let source_has_lines = equal.is_some_and(|source| !source.is_inline());
        // Folding cannot be kept line by line: where the source folds too, its text is the better one.
        let both_fold = style == ScalarStyle::Folded && equal.is_some_and(|source| source.is_folded());
        if is_block && several_lines && !both_fold && self.block_scalar(node, new, slot) {
            return;
        }
        if is_block
            || node.span.is_empty()
            || (several_lines && style == ScalarStyle::Plain && source_has_lines)
        {
            return self.rewrite(node, new, source, slot);
        }
        let layout = match slot {
            Slot::Entry { layout, .. } | Slot::Item { layout } => layout,
            Slot::Root => Layout::Block,
        };
        let text = scalar::replace(style, new, source, self.context_in(layout));
        self.replace(node.span.clone(), text);
    }

    /// Remembers the anchors of what goes: what names them has to be written out.
    fn forget_anchors(&mut self, node: &Node) {
        let mut anchors = Vec::new();
        template::anchors_in(node, &mut anchors);
        self.removed.extend(anchors);
    }

    /// Writes a node anew.
    fn rewrite(&mut self, node: &'a Node, new: &Value, source: Option<Template<'a>>, slot: Slot<'a>) {
        let text = self.text();
        self.forget_anchors(node);
        let source = source.filter(|source| source.value == new);
        match slot {
            Slot::Entry { key, source_key, layout: Layout::Block } => {
                let end = content::entry_end(text, key, node);
                match (source_key, source) {
                    (Some(source_key), Some(source)) if !source.is_inline() => {
                        let column = key.column;
                        let lines =
                            block::entry_lines(source_key, source, column, self.indent, Comments::Leave);
                        self.replace_by_lines(key.full_start()..end, lines);
                    }
                    _ => {
                        let written = flow::write(new, source, self.context_in(Layout::Block));
                        self.replace(content::colon_end(text, key)..end, format!(" {written}"));
                    }
                }
            }
            Slot::Item { layout: Layout::Block } => {
                let dash = content::dash_of(text, node);
                let end = content::end_of(text, node).max(dash + 1);
                let lines = match source {
                    Some(source) => {
                        block::item_lines(source, Lines(text).column(dash), self.indent, Comments::Leave)
                    }
                    None => vec![format!("- {}", flow::write(new, None, self.context_in(Layout::Block)))],
                };
                self.replace_by_lines(dash..end, lines);
            }
            _ => {
                let written = flow::write(new, source, self.context_in(Layout::Flow));
                self.replace(node.full_start()..content::end_of(text, node), written);
            }
        }
    }

    /// Lines in the place of a text that starts at the column of the first. A comment after the text stays on the
    /// first of several lines: after the last one it might become part of a block scalar.
    fn replace_by_lines(&mut self, range: std::ops::Range<usize>, mut lines: Vec<String>) {
        let rest_end = Lines(self.text()).end(range.end);
        let rest = &self.text()[range.end..rest_end];
        let mut end = range.end;
        if lines.len() > 1 && lines.last().is_some_and(String::is_empty) {
            end = content::end_of_blank_lines(self.text(), end);
        } else if lines.len() > 1 && rest.trim_start().starts_with('#') {
            if let Some(first) = lines.first_mut().filter(|first| !first.contains(" #")) {
                first.push_str(rest);
            }
            end = rest_end;
        }
        let written = lines.join(self.ending_at(range.start));
        self.replace(range.start..end, written.trim_start().to_owned());
    }

    /// Lines after the line in which something ends.
    fn insert_lines(&mut self, after: usize, lines: &[String]) {
        let ending = self.ending_at(after);
        let written = lines.join(ending);
        match Lines(self.text()).next(after) {
            Some(next) => {
                // Blank lines would become part of a text that ends with some.
                let keeps = lines.last().is_some_and(String::is_empty);
                let blank = content::end_of_blank_lines(self.text(), after);
                let end = if keeps { Lines(self.text()).next(blank).unwrap_or(next) } else { next };
                self.replace(next..end, format!("{written}{ending}"));
            }
            None => {
                let end = self.text().len();
                self.replace(end..end, format!("{ending}{written}"));
            }
        }
    }

    /// Takes out the lines from `start` to that of `end`; blank lines after them as well, where they might become part
    /// of a text above that keeps them.
    fn remove_lines(&mut self, start: usize, end: usize) {
        let blank = content::end_of_blank_lines(self.text(), end);
        let keeps = blank > Lines(self.text()).end(end) && content::keeps_blank_lines(self.text());
        let end = if keeps { blank } else { end };
        match Lines(self.text()).next(end) {
            Some(next) => self.replace(start..next, String::new()),
            None => {
                let before = self.text()[..start].trim_end_matches('\n').trim_end_matches('\r').len();
                self.replace(before..self.text().len(), String::new());
            }
        }
    }
}
