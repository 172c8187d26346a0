//! Blocks of text: `|` and `>`, whose indentation is that of their first line.

use std::borrow::Cow;
use std::ops::Range;

use super::super::ScalarStyle;
use super::build::Written;
use super::{Build, Reader};

/// What becomes of the line ends behind the text.
#[derive(Clone, Copy)]
enum Chomping {
    Clip,
    Strip,
    Keep,
}

/// The text of a block, as far as it is read.
#[derive(Default)]
struct Block {
    text: String,
    /// The column of its lines, once one is known.
    indent: Option<usize>,
    /// The blank lines since the last line with text.
    blank: usize,
    /// The most blanks on a line before the first with text.
    widest: usize,
    folded: bool,
    /// From the first letter to the first one behind the block.
    span: Range<usize>,
}

impl<'t, B: Build<'t>> Reader<'t, B> {
    /// The text of the block that starts here, below a key or dash at this column.
    pub(super) fn literal(&mut self, column: isize) -> Option<(Cow<'t, str>, Written)> {
        let folded = self.peek()? == b'>';
        self.at += 1;
        let chomping = match self.peek()? {
            b'-' => Chomping::Strip,
            b'+' => Chomping::Keep,
            _ => Chomping::Clip,
        };
        if !matches!(chomping, Chomping::Clip) {
            self.at += 1;
        }
        self.end_header()?;
        let mut block = Block { folded, ..Block::default() };
        while let Some(line) = self.line_of(&mut block, column)? {
            block.push(line)?;
        }
        let style = if folded { ScalarStyle::Folded } else { ScalarStyle::Literal };
        let written = Written { style, span: block.span.clone() };
        self.next_line()?;
        Some((Cow::Owned(block.finish(chomping)?), written))
    }

    /// Nothing but a comment may stand behind the indicators.
    fn end_header(&mut self) -> Option<()> {
        let start = self.at;
        self.skip_blanks();
        match self.peek()? {
            b'\n' => {}
            b'#' if self.at > start => self.skip_line(),
            _ => return None,
        }
        self.peek().map(|_| ())
    }

    /// The next line with text; the inner none behind the last one. Starts and ends at a line's end.
    fn line_of(&mut self, block: &mut Block, column: isize) -> Option<Option<&'t str>> {
        loop {
            let (end, start) = (self.at, self.at + 1);
            if start == self.bytes.len() {
                block.span.end = start;
                return Some(None);
            }
            self.at = start;
            self.skip_blanks();
            let (blanks, first) = (self.at - start, self.peek()?);
            if first == b'\n' {
                block.blank_line(blanks)?;
                continue;
            }
            let indent = match block.indent {
                Some(indent) => indent,
                None => {
                    block.span.start = self.at;
                    block.open(blanks, first, column)?
                }
            };
            if blanks < indent {
                block.span.end = self.at;
                self.at = end;
                return (first != b'\t').then_some(None);
            }
            self.skip_line();
            // A block that ends with the file, in a line without an end, is read elsewhere.
            self.peek()?;
            return self.text.get(start + indent..self.at).map(Some);
        }
    }
}

impl Block {
    /// The first line with text gives the block its indentation: right of its key, and no less than that of the blank lines
    /// before it.
    fn open(&mut self, blanks: usize, first: u8, column: isize) -> Option<usize> {
        let is_right = isize::try_from(blanks).ok()? > column && self.widest <= blanks && first != b'\t';
        self.indent = is_right.then_some(blanks);
        self.indent
    }

    fn blank_line(&mut self, blanks: usize) -> Option<()> {
        match self.indent {
            // More blanks than the indentation are text.
            Some(indent) if blanks > indent => return None,
            Some(_) => {}
            None => self.widest = self.widest.max(blanks),
        }
        self.blank += 1;
        Some(())
    }

    fn push(&mut self, line: &str) -> Option<()> {
        if self.folded {
            // A line that is indented further is not folded.
            (!line.starts_with([' ', '\t'])).then_some(())?;
            if self.text.ends_with('\n') {
                self.text.pop();
                self.text.push_str(if self.blank == 0 { " " } else { "" });
            }
        }
        self.text.extend(std::iter::repeat_n('\n', std::mem::take(&mut self.blank)));
        self.text.push_str(line);
        self.text.push('\n');
        Some(())
    }

    /// None for a block without text.
    fn finish(mut self, chomping: Chomping) -> Option<String> {
        self.indent?;
        match chomping {
            Chomping::Clip => {}
            Chomping::Strip => {
                self.text.pop();
            }
            Chomping::Keep => self.text.extend(std::iter::repeat_n('\n', self.blank)),
        }
        Some(self.text)
    }
}
