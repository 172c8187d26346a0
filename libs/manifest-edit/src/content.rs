//! Where the text of a node ends, and which lines belong to it.

use kube_model::yaml::{Node, NodeKind, ScalarStyle};

/// The text of a file, asked by lines. Every position is in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines<'a>(pub(crate) &'a str);

impl<'a> Lines<'a> {
    /// Where the line of this position starts.
    pub(crate) fn start(self, at: usize) -> usize {
        self.0[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Where the line of this position ends, without its line ending.
    pub(crate) fn end(self, at: usize) -> usize {
        let end = self.0[at..].find('\n').map_or(self.0.len(), |newline| at + newline);
        if self.0[at..end].ends_with('\r') { end - 1 } else { end }
    }

    /// Where the next line starts; none if this is the last and has no line ending.
    pub(crate) fn next(self, at: usize) -> Option<usize> {
        self.0[at..].find('\n').map(|newline| at + newline + 1)
    }

    /// The line of this position, without its line ending.
    pub(crate) fn line(self, at: usize) -> &'a str {
        &self.0[self.start(at)..self.end(at)]
    }

    /// The column of a position, in characters.
    pub(crate) fn column(self, at: usize) -> usize {
        self.0[self.start(at)..at].chars().count()
    }

    /// Where the comment lines start that stand directly above the line of this position, at its column.
    pub(crate) fn comments_above(self, at: usize) -> usize {
        let column = self.column(at);
        let mut start = self.start(at);
        while start > 0 {
            let above = self.start(start - 1);
            let line = self.line(above);
            let indent = line.chars().take_while(|c| *c == ' ').count();
            if indent != column || !line.trim_start().starts_with('#') {
                break;
            }
            start = above;
        }
        start
    }

    /// The line ending that the file uses.
    pub(crate) fn ending(self) -> &'static str {
        let crlf = self.0.matches("\r\n").count();
        if crlf * 2 > self.0.matches('\n').count() { "\r\n" } else { "\n" }
    }
}

/// Where the text of a node ends: without the blank lines and comments after it, except the blank lines that are part
/// of a block scalar's value (`|+`).
pub(crate) fn end_of(text: &str, node: &Node) -> usize {
    match &node.kind {
        NodeKind::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, text: value } => {
            let written = node.span.start + text[node.span.clone()].trim_end().len();
            let kept = value.len() - value.trim_end_matches('\n').len();
            let mut end = Lines(text).end(written);
            if kept < 2 {
                return written;
            }
            for _ in 1..kept {
                end = Lines(text).next(end).map_or(end, |next| Lines(text).end(next));
            }
            end
        }
        NodeKind::Sequence { items, layout: kube_model::yaml::Layout::Block } => {
            items.last().map_or(node.span.start, |last| end_of(text, last))
        }
        NodeKind::Mapping { entries, layout: kube_model::yaml::Layout::Block } => {
            entries.last().map_or(node.span.start, |(key, value)| entry_end(text, key, value))
        }
        _ => node.span.end,
    }
}

/// Where an entry of a mapping ends; a value that is left out ends with the colon.
pub(crate) fn entry_end(text: &str, key: &Node, value: &Node) -> usize {
    end_of(text, value).max(colon_end(text, key))
}

/// Where the colon after a key ends.
pub(crate) fn colon_end(text: &str, key: &Node) -> usize {
    text[key.span.end..].find(':').map_or(key.span.end, |colon| key.span.end + colon + 1)
}

/// Where the dash of an item of a block sequence stands: before the item on its line, or above blank lines and
/// comments. The item's own start, if it has no dash.
pub(crate) fn dash_of(text: &str, item: &Node) -> usize {
    let lines = Lines(text);
    let start = item.full_start();
    let mut line = lines.start(start);
    let mut before = &text[line..start];
    while before.trim().is_empty() || before.trim_start().starts_with('#') {
        if line == 0 {
            return start;
        }
        line = lines.start(line - 1);
        before = without_comment(lines.line(line));
    }
    match before.trim_end() {
        dashed if dashed.ends_with('-') => line + dashed.len() - 1,
        _ => start,
    }
}

/// What stands before the comment of a line that holds dashes only.
fn without_comment(line: &str) -> &str {
    line.split_once(" #").map_or(line, |(before, _)| before)
}

/// Where the blank lines end that follow the line of a position: they would become part of a text that keeps them.
pub(crate) fn end_of_blank_lines(text: &str, at: usize) -> usize {
    let mut end = Lines(text).end(at);
    while let Some(next) = Lines(text).next(end) {
        if next == text.len() || !Lines(text).line(next).trim().is_empty() {
            break;
        }
        end = Lines(text).end(next);
    }
    end
}

/// Whether some block scalar of a text keeps the blank lines after it (`|+`, `>2+`).
pub(crate) fn keeps_blank_lines(text: &str) -> bool {
    let indicators = |at: usize| text[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
    text.match_indices(['|', '>']).any(|(at, _)| indicators(at).starts_with('+'))
}
