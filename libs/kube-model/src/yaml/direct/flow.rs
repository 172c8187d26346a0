//! Flow collections: `{…}` and `[…]`, on one line, or as JSON over many.

use super::super::{Layout, ScalarStyle};
use super::build::{Key, Laid, Written, key_of_plain};
use super::{Build, KEY, Reader};

impl<'t, B: Build<'t>> Reader<'t, B> {
    /// The collection whose bracket stands here.
    pub(super) fn flow(&mut self) -> Option<B::Node> {
        self.nested(|reader| match reader.peek()? {
            b'{' => reader.flow_mapping(),
            _ => reader.flow_sequence(),
        })
    }

    fn flow_mapping(&mut self) -> Option<B::Node> {
        let start = self.at;
        let mut mapping = self.build.mapping();
        let mut more = self.opens(b'}')?;
        while more {
            self.spend()?;
            let key = self.flow_key()?;
            self.is_items = self.depth_left + 1 == self.depth && key.text == "items";
            self.build.key(&mut mapping, key)?;
            self.flow_gap()?;
            let value = self.flow_node()?;
            self.build.value(&mut mapping, value)?;
            more = self.continues(b'}')?;
        }
        let laid = self.flow_from(start);
        Some(self.build.end_mapping(mapping, laid))
    }

    fn flow_sequence(&mut self) -> Option<B::Node> {
        let start = self.at;
        let is_items = std::mem::take(&mut self.is_items);
        let mut sequence = self.build.sequence();
        let mut more = self.opens(b']')?;
        while more {
            if is_items {
                self.items.push(self.at);
            }
            let item = self.flow_node()?;
            self.build.item(&mut sequence, item);
            more = self.continues(b']')?;
        }
        let laid = self.flow_from(start);
        Some(self.build.end_sequence(sequence, laid))
    }

    fn flow_from(&self, start: usize) -> Laid {
        Laid { layout: Layout::Flow, span: start..self.at }
    }

    /// Behind the opening bracket: whether there is anything before the closing one, which is taken.
    fn opens(&mut self, close: u8) -> Option<bool> {
        self.at += 1;
        self.flow_gap()?;
        let is_empty = self.peek()? == close;
        self.at += usize::from(is_empty);
        Some(!is_empty)
    }

    /// Behind an entry: whether a comma and another one follow, or the closing bracket, which is taken.
    fn continues(&mut self, close: u8) -> Option<bool> {
        self.flow_gap()?;
        let next = self.peek()?;
        self.at += 1;
        if next == close {
            return Some(false);
        }
        (next == b',').then_some(())?;
        self.flow_gap()?;
        Some(true)
    }

    /// Blanks, and where the collection may go over several lines their ends.
    fn flow_gap(&mut self) -> Option<()> {
        self.skip_blanks();
        if !self.wide || self.peek() != Some(b'\n') {
            return Some(());
        }
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n')) {
            self.at += 1;
        }
        (!self.is_marker()).then_some(())
    }

    fn flow_node(&mut self) -> Option<B::Node> {
        match self.peek()? {
            b'{' | b'[' => self.flow(),
            b'"' | b'\'' => {
                let (text, written) = self.quoted_scalar()?;
                Some(self.build.text(text, written))
            }
            _ => {
                self.spend()?;
                let start = self.at;
                let text = self.flow_plain()?;
                self.build.plain(text, start)
            }
        }
    }

    /// A key with its colon.
    fn flow_key(&mut self) -> Option<Key<'t>> {
        let start = self.at;
        let style = self.quotes();
        let (text, apart) = match style {
            ScalarStyle::Plain => {
                (key_of_plain(self.plain_before_colon(b",[]{}")?)?, self.is_gap(self.at + 1))
            }
            _ => (self.quoted()?, true),
        };
        let key = Key { text, written: Written { style, span: start..self.at } };
        let is_key = apart && self.peek() == Some(b':') && self.at - start <= KEY;
        self.at += 1;
        is_key.then_some(key)
    }

    fn flow_plain(&mut self) -> Option<&'t str> {
        let start = self.at;
        // A dash by itself is no scalar.
        let is_dash = self.peek()? == b'-' && self.is_flow_mark(start + 1);
        (self.may_start_plain() && !is_dash).then_some(())?;
        loop {
            self.skip_letters();
            match self.peek()? {
                b',' | b']' | b'}' | b'\n' => break,
                b'[' | b'{' | b'\t' => return None,
                b':' if self.is_gap(self.at + 1) || self.is_flow_mark(self.at + 1) => return None,
                b'#' if self.bytes[self.at - 1] == b' ' => return None,
                _ => self.at += 1,
            }
        }
        Some(self.text.get(start..self.at)?.trim_end_matches(' '))
    }

    fn is_flow_mark(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), Some(b',' | b'[' | b']' | b'{' | b'}'))
    }
}
