//! Block scalars: the lines below a `|`.

use kube_model::yaml::Node;
use serde_json::Value;

use super::{Editor, Slot};
use crate::content::{self, Lines};

impl<'a> Editor<'a> {
    /// Writes the lines of a block scalar, at the indentation that they have; false where a `|` without an indicator
    /// of its indentation cannot hold the text, or where the text has no line that tells the indentation.
    pub(super) fn block_scalar(&mut self, node: &'a Node, new: &Value, slot: Slot<'a>) -> bool {
        let (Slot::Entry { key, .. }, Some(new)) = (slot, new.as_str()) else { return false };
        let text = self.text();
        let colon = content::colon_end(text, key);
        let header_end = Lines(text).end(colon);
        let Some(header) = text[colon..header_end].find(['|', '>']).map(|at| colon + at) else {
            return false;
        };
        let (Some(first), Some(column)) = (Lines(text).next(colon), self.column_of(node, key)) else {
            return false;
        };
        let Some((chomping, lines)) = block_lines(new, column) else { return false };
        let is_indicator = |c: char| matches!(c, '|' | '>' | '+' | '-') || c.is_ascii_digit();
        let token =
            text[header..header_end].find(|c: char| !is_indicator(c)).map_or(header_end, |at| header + at);
        if text[header..token] != *format!("|{chomping}") {
            self.replace(header..token, format!("|{chomping}"));
        }
        let mut end = content::end_of(text, node);
        if chomping == "+" {
            end = content::end_of_blank_lines(text, end);
        }
        self.replace(first..end, lines.join(self.ending_at(first)));
        true
    }

    /// The column of a block scalar's lines: that of the first one that is not blank.
    fn column_of(&self, node: &Node, key: &Node) -> Option<usize> {
        let mut at = Lines(self.text()).next(key.span.end)?;
        while at < node.span.end {
            let line = Lines(self.text()).line(at);
            let indent = line.len() - line.trim_start_matches(' ').len();
            if indent < line.trim_end().len() {
                return (indent > key.column).then_some(indent);
            }
            at = Lines(self.text()).next(at)?;
        }
        None
    }
}

/// The lines of a text below a `|` with this chomping. YAML finds the indentation by the first line that is not
/// blank, which may therefore not start with a space.
fn block_lines(text: &str, column: usize) -> Option<(&'static str, Vec<String>)> {
    let body = text.trim_end_matches('\n');
    let blank = body.len() - body.trim_start_matches('\n').len();
    if body.is_empty() || body[blank..].starts_with([' ', '\t']) || body.contains('\r') {
        return None;
    }
    let kept = text.len() - body.len();
    let chomping = match kept {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let indented =
        |line: &str| if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(column)) };
    let mut lines: Vec<String> = body.split('\n').map(indented).collect();
    lines.extend((1..kept).map(|_| String::new()));
    Some((chomping, lines))
}
