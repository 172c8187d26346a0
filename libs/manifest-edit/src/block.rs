//! Text of the source, laid out at the target's indentation.

use std::collections::BTreeMap;

use kube_model::yaml::{Layout, Node, NodeKind};

use crate::content::{self, Lines};
use crate::flow;
use crate::indent::Indent;
use crate::scalar::Context;
use crate::template::Template;

/// Whether the comments directly above come with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comments {
    /// They come with it.
    Keep,
    /// They stay behind.
    Leave,
}

/// The lines of an entry of a mapping, its key at `column`.
pub(crate) fn entry_lines(
    key: &Node,
    value: Template<'_>,
    column: usize,
    indent: Indent,
    comments: Comments,
) -> Vec<String> {
    let text = &value.file.text;
    let in_flow = !starts_line(text, key) && !follows_dash(text, key);
    if in_flow || value.has_anchors() {
        let key = &text[key.span.clone()];
        return vec![format!(
            "{}{key}: {}",
            " ".repeat(column),
            flow::write(value.value, Some(value), Context::Block)
        )];
    }
    let mut shifts = Shifts { text, indent, by_line: BTreeMap::new() };
    shifts.by_line.insert(Lines(text).start(key.full_start()), shift(key.column, column));
    shifts.child(value.node, key.column, column);
    let end = content::entry_end(text, key, value.node);
    shifts.lines(key.full_start(), end, column, comments)
}

/// The lines of an item of a sequence, its dash at `column`.
pub(crate) fn item_lines(
    item: Template<'_>,
    column: usize,
    indent: Indent,
    comments: Comments,
) -> Vec<String> {
    let text = &item.file.text;
    let dash = content::dash_of(text, item.node);
    if item.node.layout() == Some(Layout::Block) && item.is_whole_document() && !item.has_anchors() {
        return document_lines(item, column, indent, comments);
    }
    let in_block = dash < item.node.full_start() && starts_line_at(text, dash);
    if !in_block || item.has_anchors() {
        return vec![format!(
            "{}- {}",
            " ".repeat(column),
            flow::write(item.value, Some(item), Context::Block)
        )];
    }
    let mut shifts = Shifts { text, indent, by_line: BTreeMap::new() };
    shifts.item(item.node, column);
    shifts.lines(dash, content::end_of(text, item.node).max(dash + 1), column, comments)
}

/// The lines of a document as an item of a sequence; the comments above it stand above the dash.
fn document_lines(document: Template<'_>, column: usize, indent: Indent, comments: Comments) -> Vec<String> {
    let text = &document.file.text;
    let start = document.node.span.start;
    let mut shifts = Shifts { text, indent, by_line: BTreeMap::new() };
    shifts.mapping(document.node, column + 2);
    let mut lines = shifts.lines(start, content::end_of(text, document.node), column + 2, comments);
    for line in &mut lines {
        let body = line.trim_start().to_owned();
        if !body.starts_with('#') {
            *line = format!("{}- {body}", " ".repeat(column));
            break;
        }
        *line = format!("{}{body}", " ".repeat(column));
    }
    lines
}

fn starts_line(text: &str, node: &Node) -> bool {
    starts_line_at(text, node.full_start())
}

fn starts_line_at(text: &str, at: usize) -> bool {
    text[Lines(text).start(at)..at].trim().is_empty()
}

fn follows_dash(text: &str, node: &Node) -> bool {
    let before = &text[Lines(text).start(node.full_start())..node.full_start()];
    before.trim_start().starts_with('-') && before.trim_matches([' ', '-']).is_empty()
}

fn shift(from: usize, to: usize) -> isize {
    to.cast_signed() - from.cast_signed()
}

/// By how much each line of the source moves; a line that is not named moves as the one before it.
struct Shifts<'a> {
    text: &'a str,
    indent: Indent,
    by_line: BTreeMap<usize, isize>,
}

impl Shifts<'_> {
    /// What a key holds, whose key moves from one column to another.
    fn child(&mut self, node: &Node, key_from: usize, key_to: usize) {
        match &node.kind {
            NodeKind::Mapping { layout: Layout::Block, .. } => {
                let step = self.indent.mapping.unwrap_or_else(|| node.column.saturating_sub(key_from));
                self.mapping(node, key_to + step);
            }
            NodeKind::Sequence { items, layout: Layout::Block } => {
                let Some(first) = items.first() else { return };
                let from = Lines(self.text).column(content::dash_of(self.text, first));
                let step = self.indent.sequence.unwrap_or_else(|| from.saturating_sub(key_from));
                items.iter().for_each(|item| self.item(item, key_to + step));
            }
            _ => {}
        }
    }

    fn mapping(&mut self, node: &Node, column: usize) {
        for (key, value) in node.entries() {
            if starts_line(self.text, key) {
                let line = Lines(self.text).start(key.full_start());
                self.by_line.insert(line, shift(key.column, column));
            }
            self.child(value, key.column, column);
        }
    }

    fn item(&mut self, item: &Node, dash_to: usize) {
        let dash = content::dash_of(self.text, item);
        let from = Lines(self.text).column(dash);
        self.by_line.insert(Lines(self.text).start(dash), shift(from, dash_to));
        let inner = dash_to + item.column.saturating_sub(from);
        match &item.kind {
            NodeKind::Mapping { layout: Layout::Block, .. } => self.mapping(item, inner),
            NodeKind::Sequence { items, layout: Layout::Block } => {
                items.iter().for_each(|nested| self.item(nested, inner));
            }
            _ => {}
        }
    }

    /// The lines from `start` to the end of the line of `end`, the first one at `column`.
    fn lines(&self, start: usize, end: usize, column: usize, comments: Comments) -> Vec<String> {
        let lines = Lines(self.text);
        let first_line = lines.start(start);
        let mut at = match comments {
            Comments::Keep if starts_line_at(self.text, start) => lines.comments_above(start),
            _ => first_line,
        };
        let mut moved = Vec::new();
        let mut current = self.by_line.get(&first_line).copied().unwrap_or_default();
        loop {
            let line = lines.line(at);
            if at == first_line {
                moved.push(format!("{}{}", " ".repeat(column), &self.text[start..lines.end(start)]));
            } else {
                current = self.shift_of(at, line).unwrap_or(current);
                moved.push(move_line(line, current));
            }
            match lines.next(at) {
                Some(next) if next <= end => at = next,
                _ => return moved,
            }
        }
    }

    /// A comment moves as what it stands above.
    fn shift_of(&self, at: usize, line: &str) -> Option<isize> {
        match line.trim_start().starts_with('#') {
            true => self.by_line.range(at..).next().map(|(_, shift)| *shift),
            false => self.by_line.get(&at).copied(),
        }
    }
}

fn move_line(line: &str, shift: isize) -> String {
    let body = line.trim_start_matches(' ');
    if body.is_empty() {
        return String::new();
    }
    let indent = (line.len() - body.len()).saturating_add_signed(shift);
    format!("{}{body}", " ".repeat(indent))
}
