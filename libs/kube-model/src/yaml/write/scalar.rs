//! A text in its style, with the line breaks that go-yaml v2 puts into it.

use super::Writer;
use super::style::{self, Style, is_break, is_printable};

/// The column after which a line is broken at its next space.
const WIDTH: usize = 80;

/// Whether a text may be broken over lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaks {
    AtSpaces,
    Never,
}

impl Writer {
    /// `indent` is where its further lines stand.
    pub(super) fn string(&mut self, text: &str, indent: usize) {
        match style::of(text, self.hidden) {
            Style::Plain => self.plain(text, indent, Breaks::AtSpaces),
            Style::Single => self.single_quoted(text, indent, Breaks::AtSpaces),
            Style::Double => self.double_quoted(text, indent, Breaks::AtSpaces),
            Style::Literal => return self.literal(text, indent),
        }
        self.mark();
    }

    /// What is no text, and has no spaces.
    pub(super) fn word(&mut self, word: &str) {
        self.plain(word, 0, Breaks::Never);
        self.mark();
    }

    /// A key on the line of its value.
    pub(super) fn key(&mut self, text: &str, indent: usize) {
        match style::of_key(text, self.hidden) {
            Style::Plain => self.plain(text, indent, Breaks::Never),
            Style::Single => self.single_quoted(text, indent, Breaks::Never),
            Style::Double | Style::Literal => self.double_quoted(text, indent, Breaks::Never),
        }
    }

    fn plain(&mut self, text: &str, indent: usize, breaks: Breaks) {
        self.space();
        let mut after_space = false;
        for (at, character) in text.char_indices() {
            let breaks_here =
                character == ' ' && breaks == Breaks::AtSpaces && !after_space && self.column > WIDTH;
            if breaks_here && !text[at + 1..].starts_with(' ') {
                self.indent(indent);
            } else {
                self.put_char(character);
                self.indention &= character == ' ';
            }
            after_space = character == ' ';
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn single_quoted(&mut self, text: &str, indent: usize, breaks: Breaks) {
        self.indicator("'", false);
        let mut after_space = false;
        let mut after_break = false;
        for (at, character) in text.char_indices() {
            let rest = &text[at + character.len_utf8()..];
            if character == ' ' {
                let far = breaks == Breaks::AtSpaces && !after_space && self.column > WIDTH;
                if far && at > 0 && !rest.is_empty() && !rest.starts_with(' ') {
                    self.indent(indent);
                } else {
                    self.put_char(' ');
                }
                after_space = true;
            } else if is_break(character) {
                self.broken(character);
                after_break = true;
            } else {
                if after_break {
                    self.indent(indent);
                }
                self.put(if character == '\'' { "'" } else { "" });
                self.put_char(character);
                self.indention = false;
                after_space = false;
                after_break = false;
            }
        }
        self.put("'");
        self.whitespace = false;
        self.indention = false;
    }

    fn double_quoted(&mut self, text: &str, indent: usize, breaks: Breaks) {
        self.indicator("\"", false);
        let mut after_space = false;
        for (at, character) in text.char_indices() {
            let rest = &text[at + character.len_utf8()..];
            if character == ' ' {
                let far = breaks == Breaks::AtSpaces && !after_space && self.column > WIDTH;
                if far && at > 0 && !rest.is_empty() {
                    self.indent(indent);
                    self.put(if rest.starts_with(' ') { "\\" } else { "" });
                } else {
                    self.put_char(' ');
                }
            } else if must_be_escaped(character) || (self.hidden)(character) {
                self.put(&escape(character));
            } else {
                self.put_char(character);
            }
            after_space = character == ' ';
        }
        self.put("\"");
        self.whitespace = false;
        self.indention = false;
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.indicator("|", false);
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.put("2");
        }
        let mut from_the_end = text.chars().rev();
        let ends = from_the_end.next().is_some_and(is_break);
        let ends_twice = ends && from_the_end.next().is_none_or(is_break);
        self.put(match (ends, ends_twice) {
            (false, _) => "-",
            (true, true) => "+",
            (true, false) => "",
        });
        self.mark();
        self.line_break();
        self.indention = true;
        self.whitespace = true;
        let mut starts_a_line = true;
        for character in text.chars() {
            if is_break(character) {
                self.broken(character);
                starts_a_line = true;
                continue;
            }
            if starts_a_line {
                self.indent(indent);
            }
            self.put_char(character);
            self.indention = false;
            starts_a_line = false;
        }
    }

    /// A line break of the text itself.
    fn broken(&mut self, character: char) {
        self.text.push(character);
        self.column = 0;
        self.indention = true;
    }
}

fn must_be_escaped(c: char) -> bool {
    !is_printable(c) || is_break(c) || matches!(c, '"' | '\\')
}

fn escape(c: char) -> String {
    let letter = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' | '\\' => c,
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => return numbered(u32::from(c)),
    };
    format!("\\{letter}")
}

fn numbered(code: u32) -> String {
    match code {
        0..=0xff => format!("\\x{code:02X}"),
        0x100..=0xffff => format!("\\u{code:04X}"),
        _ => format!("\\U{code:08X}"),
    }
}
