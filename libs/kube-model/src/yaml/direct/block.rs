//! Block collections, by indentation.

use std::borrow::Cow;

use super::build::key_of_plain;
use super::{Build, KEY, Reader};

/// The bytes that no plain scalar starts with; a dash may, before something.
const INDICATORS: [bool; 256] = table(b" \t\n-?:,[]{}#&*!|>'\"%@`");
/// The bytes that may end a plain scalar.
const ENDS: [bool; 256] = table(b":#\n\t,[]{}");

const fn table(bytes: &[u8]) -> [bool; 256] {
    let (mut table, mut index) = ([false; 256], 0);
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
}

impl<'t, B: Build<'t>> Reader<'t, B> {
    /// The collection that starts on this line.
    pub(super) fn block(&mut self) -> Option<B::Node> {
        if self.is_item() {
            return self.sequence(self.indent);
        }
        let key = self.key()?;
        self.mapping(self.indent, key)
    }

    fn is_item(&self) -> bool {
        self.peek() == Some(b'-') && self.is_gap(self.at + 1)
    }

    /// A mapping whose keys stand at this column, and whose first key has been read.
    fn mapping(&mut self, column: isize, first: Cow<'t, str>) -> Option<B::Node> {
        self.nested(|reader| {
            let mut mapping = reader.build.mapping();
            let mut key = first;
            loop {
                reader.spend()?;
                reader.is_items = column == 0 && key == "items";
                reader.build.key(&mut mapping, key)?;
                let value = reader.value_of_key(column)?;
                reader.build.value(&mut mapping, value)?;
                if reader.indent != column {
                    break;
                }
                key = reader.key()?;
            }
            (reader.indent < column).then(|| reader.build.end_mapping(mapping))
        })
    }

    /// What stands behind a key's colon, or below it.
    fn value_of_key(&mut self, column: isize) -> Option<B::Node> {
        if self.ends_here() {
            self.skip_line();
            self.next_line()?;
            return match self.indent {
                indent if indent > column => self.block(),
                indent if indent == column && self.is_item() => self.sequence(column),
                _ => self.null(),
            };
        }
        self.inline(column)
    }

    /// A sequence whose dashes stand at this column.
    fn sequence(&mut self, column: isize) -> Option<B::Node> {
        let is_items = std::mem::take(&mut self.is_items);
        self.nested(|reader| {
            let mut sequence = reader.build.sequence();
            loop {
                let item = reader.item(column, is_items)?;
                reader.build.item(&mut sequence, item);
                if reader.indent != column || !reader.is_item() {
                    break;
                }
            }
            (reader.indent <= column).then(|| reader.build.end_sequence(sequence))
        })
    }

    fn item(&mut self, column: isize, is_items: bool) -> Option<B::Node> {
        let dash = self.at;
        self.at += 1;
        let below = self.ends_here();
        if below {
            self.skip_line();
            self.next_line()?;
        }
        if is_items {
            self.items.push(self.at);
        }
        match below {
            true if self.indent > column => self.block(),
            true => self.null(),
            false => self.item_inline(column + isize::try_from(self.at - dash).ok()?, column),
        }
    }

    /// An item that starts on the line of its dash, at a column of its own.
    fn item_inline(&mut self, column: isize, dash: isize) -> Option<B::Node> {
        if self.is_item() {
            return self.sequence(column);
        }
        let start = self.at;
        if let Some(key) = self.key() {
            return self.mapping(column, key);
        }
        self.at = start;
        self.inline(dash)
    }

    /// Whether nothing but a comment is left of a line; blanks are skipped.
    fn ends_here(&mut self) -> bool {
        self.skip_blanks();
        // The byte before is a blank, a colon or a dash; only after a blank is this a comment.
        let is_comment = self.peek() == Some(b'#') && self.bytes.get(self.at.wrapping_sub(1)) == Some(&b' ');
        is_comment || matches!(self.peek(), None | Some(b'\n'))
    }

    fn null(&mut self) -> Option<B::Node> {
        self.spend()?;
        self.build.plain("")
    }

    /// A key, up to its colon and with it.
    fn key(&mut self) -> Option<Cow<'t, str>> {
        let start = self.at;
        let key = match self.peek()? {
            b'"' | b'\'' => self.quoted()?,
            _ => key_of_plain(self.plain_before_colon(b"")?)?,
        };
        let is_key = self.peek() == Some(b':') && self.is_gap(self.at + 1) && self.at - start <= KEY;
        self.at += 1;
        is_key.then_some(key)
    }

    /// A plain key; `others` are the letters that end it where they stand.
    pub(super) fn plain_before_colon(&mut self, others: &[u8]) -> Option<&'t str> {
        let start = self.at;
        self.may_start_plain().then_some(())?;
        loop {
            self.skip_letters();
            match self.peek()? {
                b':' if self.is_gap(self.at + 1) => break,
                b'\n' | b'\t' => return None,
                b'#' if self.bytes[self.at - 1] == b' ' => return None,
                letter if others.contains(&letter) => return None,
                _ => self.at += 1,
            }
        }
        let text = self.text.get(start..self.at)?;
        (!text.ends_with(' ')).then_some(text)
    }

    /// Whether a plain scalar starts here.
    pub(super) fn may_start_plain(&self) -> bool {
        match self.peek() {
            Some(b'-') => !self.is_gap(self.at + 1),
            Some(byte) => !INDICATORS[usize::from(byte)],
            None => false,
        }
    }

    /// To the next byte that may end a plain scalar.
    pub(super) fn skip_letters(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| ENDS[usize::from(*byte)]).unwrap_or(rest.len());
    }

    /// A scalar or a flow collection on the line of the key or dash, which stands at this column.
    fn inline(&mut self, column: isize) -> Option<B::Node> {
        match self.peek()? {
            b'"' | b'\'' => {
                self.spend()?;
                let text = self.quoted()?;
                self.end_line()?;
                Some(self.build.text(text))
            }
            b'|' | b'>' => {
                self.spend()?;
                let text = self.literal(column)?;
                Some(self.build.text(text))
            }
            b'{' | b'[' => {
                let node = self.flow()?;
                self.end_line()?;
                Some(node)
            }
            _ => {
                self.spend()?;
                let text = self.plain_to_line_end()?;
                self.next_line()?;
                self.build.plain(text)
            }
        }
    }

    /// A plain scalar; what is left of its line may be a comment.
    fn plain_to_line_end(&mut self) -> Option<&'t str> {
        let start = self.at;
        self.may_start_plain().then_some(())?;
        loop {
            self.skip_letters();
            match self.peek() {
                None | Some(b'\n') => break,
                Some(b':') if self.is_gap(self.at + 1) => return None,
                Some(b'\t') => return None,
                Some(b'#') if self.bytes[self.at - 1] == b' ' => break,
                _ => self.at += 1,
            }
        }
        let text = self.text.get(start..self.at)?;
        if self.peek() == Some(b'#') {
            self.skip_line();
        }
        Some(text.trim_end_matches(' '))
    }
}
