//! From line to line: comments, blank lines, indentation, and where the document starts and ends.

use super::{Build, Reader};

/// Whether a text has nothing in it that is a line's end to some and a letter to others, or that no text may have.
pub(super) fn is_plain_text(text: &str) -> bool {
    let odd = |byte: u8| !(0x20..0x7f).contains(&byte) && byte != b'\n' && byte != b'\t';
    // Without a branch a byte, this is read many bytes at a time.
    if !text.bytes().fold(false, |found, byte| found | odd(byte)) {
        return true;
    }
    text.chars().all(|character| match character {
        '\n' | '\t' | ' '..='~' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        other => other >= '\u{a0}',
    })
}

/// The line of the root, which starts at a byte, and those of the items.
pub(super) fn of(text: &str, root: usize, items: &[usize]) -> (usize, Vec<usize>) {
    let (mut at, mut line) = (0, 1);
    let mut line_of = |start: usize| {
        line += memchr::memchr_iter(b'\n', &text.as_bytes()[at..start]).count();
        at = start;
        line
    };
    let root = line_of(root);
    (root, items.iter().map(|item| line_of(*item)).collect())
}

impl<'t, B: Build<'t>> Reader<'t, B> {
    /// The first line that says something, behind the document's marker.
    pub(super) fn first_line(&mut self) -> Option<()> {
        self.seek_line()?;
        if self.indent == 0 && self.bytes[self.at..].starts_with(b"---") && self.is_gap(self.at + 3) {
            self.marker = Some(self.at);
            self.at += 3;
            self.end_line()?;
        }
        (self.indent >= 0 && !self.is_marker()).then_some(())
    }

    /// What is left of a line may be a comment; on to the next one.
    pub(super) fn end_line(&mut self) -> Option<()> {
        let start = self.at;
        self.skip_blanks();
        match self.peek() {
            None | Some(b'\n') => {}
            Some(b'#') if self.at > start => self.skip_line(),
            Some(_) => return None,
        }
        self.next_line()
    }

    /// From the end of a line to the next one that says something.
    pub(super) fn next_line(&mut self) -> Option<()> {
        self.at += 1;
        self.seek_line()?;
        (self.indent != 0 || !self.is_marker()).then_some(())
    }

    fn seek_line(&mut self) -> Option<()> {
        loop {
            let start = self.at;
            self.skip_blanks();
            match self.peek() {
                None => {
                    self.indent = -1;
                    return Some(());
                }
                Some(b'\t') => return None,
                Some(b'#') => self.skip_line(),
                Some(b'\n') => {}
                Some(_) => {
                    self.indent = isize::try_from(self.at - start).ok()?;
                    return Some(());
                }
            }
            self.at += 1;
        }
    }

    /// Whether what stands here is, at a line's start, the mark of another document's start, or of this one's end.
    pub(super) fn is_marker(&self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        rest.starts_with(b"---") || rest.starts_with(b"...")
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// To the end of the line.
    pub(super) fn skip_line(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }
}
