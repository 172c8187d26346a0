//! Scalars in quotes that end on their line.

use std::borrow::Cow;

use super::super::ScalarStyle;
use super::build::Written;
use super::{Build, Reader};

impl<'t, B: Build<'t>> Reader<'t, B> {
    /// Which quotes start here, if any.
    pub(super) fn quotes(&self) -> ScalarStyle {
        match self.peek() {
            Some(b'"') => ScalarStyle::DoubleQuoted,
            Some(b'\'') => ScalarStyle::SingleQuoted,
            _ => ScalarStyle::Plain,
        }
    }

    /// The scalar whose quotes start here.
    pub(super) fn quoted_scalar(&mut self) -> Option<(Cow<'t, str>, Written)> {
        self.spend()?;
        let (start, style) = (self.at, self.quotes());
        let text = self.quoted()?;
        Some((text, Written { style, span: start..self.at }))
    }

    /// The text in the quotes that start here.
    pub(super) fn quoted(&mut self) -> Option<Cow<'t, str>> {
        let quote = self.peek()?;
        self.at += 1;
        match quote {
            b'\'' => self.single(),
            _ => self.double(),
        }
    }

    /// The text from here to one of these bytes or the line's end, whichever is first.
    fn until(&mut self, one: u8, other: u8) -> Option<&'t str> {
        let start = self.at;
        self.at += memchr::memchr3(one, other, b'\n', self.bytes.get(start..)?)?;
        self.text.get(start..self.at)
    }

    fn single(&mut self) -> Option<Cow<'t, str>> {
        let mut text = Cow::Borrowed("");
        loop {
            append(&mut text, self.until(b'\'', b'\'')?);
            if self.peek()? == b'\n' {
                return None;
            }
            self.at += 1;
            if self.peek() != Some(b'\'') {
                return Some(text);
            }
            self.at += 1;
            text.to_mut().push('\'');
        }
    }

    fn double(&mut self) -> Option<Cow<'t, str>> {
        let mut text = Cow::Borrowed("");
        loop {
            append(&mut text, self.until(b'"', b'\\')?);
            self.at += 1;
            match self.bytes[self.at - 1] {
                b'"' => return Some(text),
                b'\\' => text.to_mut().push(self.escaped()?),
                _ => return None,
            }
        }
    }

    /// What an escape stands for; the rare ones are not this reader's.
    fn escaped(&mut self) -> Option<char> {
        let escape = self.peek()?;
        self.at += 1;
        match escape {
            b'n' => Some('\n'),
            b't' => Some('\t'),
            b'r' => Some('\r'),
            b'"' | b'\\' | b'/' => Some(char::from(escape)),
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4)?;
                digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
                self.at += 4;
                // Half of a surrogate pair is no character.
                char::from_u32(u32::from_str_radix(digits, 16).ok()?).filter(|character| *character >= ' ')
            }
            _ => None,
        }
    }
}

fn append<'t>(text: &mut Cow<'t, str>, more: &'t str) {
    match text.is_empty() {
        true => *text = Cow::Borrowed(more),
        false => text.to_mut().push_str(more),
    }
}
