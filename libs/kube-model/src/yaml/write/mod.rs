//! A value as `sigs.k8s.io/yaml` v1.6.0 writes it, byte for byte: what kubectl, kustomize and every controller print.
//!
//! That library sorts the keys ([`order`]), keeps lists at their key's column, breaks a line at the first space after
//! column 80 and writes texts of several lines as literal blocks. The rules are those of go-yaml v2's `emitterc.go`.

mod marks;
mod number;
mod order;
mod scalar;
mod style;
#[cfg(test)]
mod tests;
mod words;

use serde_json::{Map, Value};

pub use marks::Mark;
use marks::Marks;

/// `value` as one YAML document, without `---`, with a line break at its end.
#[must_use]
pub fn write(value: &Value) -> String {
    write_escaping(value, |_| false)
}

/// [`write`], except that a character that `hidden` names is written as its escape, in double quotes. For terminals
/// and reviews, where a character that is not seen or that reorders its line misleads.
#[must_use]
pub fn write_escaping(value: &Value, hidden: fn(char) -> bool) -> String {
    let mut writer = Writer::new(hidden);
    writer.document(value);
    writer.text
}

/// [`write_escaping`], and where behind each scalar and each empty collection a comment may stand, in their order.
#[must_use]
pub fn write_marked(value: &Value, hidden: fn(char) -> bool) -> (String, Vec<Mark>) {
    let mut writer = Writer { marks: Some(Marks::default()), ..Writer::new(hidden) };
    writer.document(value);
    (writer.text, writer.marks.map(|marks| marks.found).unwrap_or_default())
}

/// What a node stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    Document,
    Sequence,
    Mapping,
}

/// The text so far, and what go-yaml's emitter remembers of it.
struct Writer {
    text: String,
    /// In characters, from 0.
    column: usize,
    /// Whether a space, or the start of a line, is the last thing written.
    whitespace: bool,
    /// Whether the line holds nothing but indentation and the indicators `-`, `?` and `:` of blocks.
    indention: bool,
    hidden: fn(char) -> bool,
    /// Where comments may stand, for who asks.
    marks: Option<Marks>,
}

/// How far a level is indented.
const STEP: usize = 2;

impl Writer {
    fn new(hidden: fn(char) -> bool) -> Self {
        Self { text: String::new(), column: 0, whitespace: true, indention: true, hidden, marks: None }
    }

    fn document(&mut self, value: &Value) {
        self.node(value, None, Parent::Document);
        self.indent(0);
    }

    /// `indent` is that of the collection around it, none at the top.
    fn node(&mut self, value: &Value, indent: Option<usize>, parent: Parent) {
        match value {
            Value::Object(map) if map.is_empty() => self.empty("{", "}"),
            Value::Array(list) if list.is_empty() => self.empty("[", "]"),
            Value::Object(map) => self.mapping(map, indent.map_or(0, |indent| indent + STEP)),
            Value::Array(list) => {
                let at_its_key = parent == Parent::Mapping && !self.indention;
                let step = if at_its_key { 0 } else { STEP };
                self.sequence(list, indent.map_or(0, |indent| indent + step));
            }
            Value::String(text) => self.string(text, scalar_indent(indent)),
            Value::Null => self.word("null"),
            Value::Bool(true) => self.word("true"),
            Value::Bool(false) => self.word("false"),
            Value::Number(number) => self.word(&number::text(number)),
        }
    }

    fn empty(&mut self, open: &str, close: &str) {
        self.indicator(open, true);
        self.put(close);
        self.whitespace = false;
        self.mark();
    }

    fn mapping(&mut self, map: &Map<String, Value>, indent: usize) {
        for (key, value) in order::sorted(map) {
            self.indent(indent);
            if style::fits_on_a_line(key) {
                self.key(key, indent + STEP);
                self.put(":");
                self.whitespace = false;
                self.indention = false;
            } else {
                self.block_indicator("?");
                let marks = self.marks.take();
                self.string(key, indent + STEP);
                self.marks = marks;
                self.indent(indent);
                self.block_indicator(":");
            }
            self.below(|| key.clone(), |writer| writer.node(value, Some(indent), Parent::Mapping));
        }
    }

    fn sequence(&mut self, list: &[Value], indent: usize) {
        for (index, item) in list.iter().enumerate() {
            self.indent(indent);
            self.block_indicator("-");
            self.below(|| index.to_string(), |writer| writer.node(item, Some(indent), Parent::Sequence));
        }
    }

    /// `-`, `?` or `:` of a block, after which the line still counts as indentation.
    fn block_indicator(&mut self, indicator: &str) {
        let indention = self.indention;
        self.indicator(indicator, false);
        self.indention = indention;
    }

    /// With a space before it, where there is none.
    fn indicator(&mut self, indicator: &str, whitespace_after: bool) {
        self.space();
        self.put(indicator);
        self.whitespace = whitespace_after;
        self.indention = false;
    }

    fn space(&mut self) {
        if !self.whitespace {
            self.put(" ");
        }
    }

    /// Starts a line, unless this one is still empty enough, and goes to the column.
    fn indent(&mut self, indent: usize) {
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.line_break();
        }
        while self.column < indent {
            self.put(" ");
        }
        self.whitespace = true;
        self.indention = true;
    }

    fn line_break(&mut self) {
        self.text.push('\n');
        self.column = 0;
    }

    fn put(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.chars().count();
    }

    fn put_char(&mut self, character: char) {
        self.text.push(character);
        self.column += 1;
    }
}

/// Where the further lines of a scalar stand.
fn scalar_indent(indent: Option<usize>) -> usize {
    indent.unwrap_or(0) + STEP
}
