//! Block collections, by indentation.

use super::super::{Layout, ScalarStyle};
use super::build::{Key, Laid, Written, key_of_plain};
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

/// Where a sequence is said to start: where its dashes stand at their key's column, it has no token of its own.
#[derive(Clone, Copy)]
enum Start {
    Dash,
    Content,
}

impl<'t, B: Build<'t>> Reader<'t, B> {
    /// The collection that starts on this line.
    pub(super) fn block(&mut self) -> Option<B::Node> {
        if self.is_item() {
            return self.sequence(self.indent, Start::Dash);
        }
        let key = self.key()?;
        self.mapping(self.indent, key)
    }

    fn is_item(&self) -> bool {
        self.peek() == Some(b'-') && self.is_gap(self.at + 1)
    }

    /// A mapping whose keys stand at this column, and whose first key has been read.
    fn mapping(&mut self, column: isize, first: Key<'t>) -> Option<B::Node> {
        let start = first.written.span.start;
        self.nested(|reader| {
            let mut mapping = reader.build.mapping();
            let mut key = first;
            loop {
                reader.spend()?;
                reader.is_items = column == 0 && key.text == "items";
                reader.build.key(&mut mapping, key)?;
                let value = reader.value_of_key(column)?;
                reader.build.value(&mut mapping, value)?;
                if reader.indent != column {
                    break;
                }
                key = reader.key()?;
            }
            let laid = reader.block_from(start);
            (reader.indent < column).then(|| reader.build.end_mapping(mapping, laid))
        })
    }

    /// What stands behind a key's colon, or below it.
    fn value_of_key(&mut self, column: isize) -> Option<B::Node> {
        let colon = self.at - 1;
        if self.ends_here() {
            self.skip_line();
            self.next_line()?;
            return match self.indent {
                indent if indent > column => self.block(),
                indent if indent == column && self.is_item() => self.sequence(column, Start::Content),
                _ => self.null(colon),
            };
        }
        self.inline(column)
    }

    /// A sequence whose dashes stand at this column.
    fn sequence(&mut self, column: isize, start: Start) -> Option<B::Node> {
        let is_items = std::mem::take(&mut self.is_items);
        let dash = self.at;
        self.nested(|reader| {
            let mut sequence = reader.build.sequence();
            let mut first = None;
            loop {
                let item = reader.item(column, is_items, &mut first)?;
                reader.build.item(&mut sequence, item);
                if reader.indent != column || !reader.is_item() {
                    break;
                }
            }
            let laid = reader.block_from(match start {
                Start::Dash => dash,
                Start::Content => first.unwrap_or(dash),
            });
            (reader.indent <= column).then(|| reader.build.end_sequence(sequence, laid))
        })
    }

    /// What is behind a dash, or below it. `first` keeps where the first of them is behind its dash.
    fn item(&mut self, column: isize, is_items: bool, first: &mut Option<usize>) -> Option<B::Node> {
        let dash = self.at;
        self.at += 1;
        let below = self.ends_here();
        if below {
            self.skip_line();
        }
        let behind = self.at;
        first.get_or_insert(behind);
        if below {
            self.next_line()?;
        }
        if is_items {
            self.items.push(self.at);
        }
        match below {
            true if self.indent > column => self.block(),
            true => self.null(behind),
            false => self.item_inline(column + isize::try_from(self.at - dash).ok()?, column),
        }
    }

    /// An item that starts on the line of its dash, at a column of its own.
    fn item_inline(&mut self, column: isize, dash: isize) -> Option<B::Node> {
        if self.is_item() {
            return self.sequence(column, Start::Dash);
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

    fn null(&mut self, at: usize) -> Option<B::Node> {
        self.spend()?;
        self.build.null(at)
    }

    /// A block collection from a byte to the next line that says something.
    fn block_from(&self, start: usize) -> Laid {
        Laid { layout: Layout::Block, span: start..self.at.min(self.bytes.len()) }
    }

    /// A key, up to its colon and with it.
    fn key(&mut self) -> Option<Key<'t>> {
        let start = self.at;
        let style = self.quotes();
        let text = match style {
            ScalarStyle::Plain => key_of_plain(self.plain_before_colon(b"")?)?,
            _ => self.quoted()?,
        };
        let key = Key { text, written: Written { style, span: start..self.at } };
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
                let (text, written) = self.quoted_scalar()?;
                self.end_line()?;
                Some(self.build.text(text, written))
            }
            b'|' | b'>' => {
                self.spend()?;
                let (text, written) = self.literal(column)?;
                Some(self.build.text(text, written))
            }
            b'{' | b'[' => {
                let node = self.flow()?;
                self.end_line()?;
                Some(node)
            }
            _ => {
                self.spend()?;
                let start = self.at;
                let text = self.plain_to_line_end()?;
                self.next_line()?;
                self.build.plain(text, start)
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
