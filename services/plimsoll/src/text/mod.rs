//! Text for people at a terminal: the verdict first, then the details.

pub(crate) mod around;
pub(crate) mod bill;
pub(crate) mod changes;
pub(crate) mod cost;
pub(crate) mod diff;
pub(crate) mod drift;
pub(crate) mod folded;
pub(crate) mod group;
pub(crate) mod open;
pub(crate) mod places;
pub(crate) mod preview;
pub(crate) mod risk;
pub(crate) mod rules;
pub(crate) mod stat;
pub(crate) mod sure;
mod table;
pub(crate) mod value;
pub(crate) mod waived;

use crate::escape;
use crate::style::{Style, Tone};

/// Text that grows line by line.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) style: Style,
    /// Lines around a change within a text.
    pub(crate) context: usize,
    text: String,
}

impl Page {
    pub(crate) fn new(style: Style) -> Self {
        Self { style, context: 0, text: String::new() }
    }

    /// A line as it is: the caller has escaped what is not its own.
    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A heading after an empty line.
    pub(crate) fn heading(&mut self, text: &str) {
        self.blank();
        let heading = self.style.paint(Tone::Strong, &escape::line(text));
        self.line(&heading);
    }

    /// A text, wrapped to the width, its lines indented.
    pub(crate) fn wrapped(&mut self, indent: usize, tone: Option<Tone>, text: &str) {
        for line in wrap(&escape::line(text), self.style.width.saturating_sub(indent)) {
            let line = tone.map_or_else(|| line.clone(), |tone| self.style.paint(tone, &line));
            self.line(&format!("{:indent$}{line}", ""));
        }
    }

    /// A text behind its label, wrapped to the width, further lines indented by two.
    pub(crate) fn labelled(&mut self, label: &str, text: &str) {
        let whole = format!("{label} {}", escape::line(text));
        let lines = wrap(&whole, self.style.width.saturating_sub(2));
        let margin = label.chars().take_while(|c| *c == ' ').count();
        for (index, line) in lines.iter().enumerate() {
            let line = match (index, line.strip_prefix(label.trim_start())) {
                (0, Some(rest)) => format!("{}{rest}", self.style.paint(Tone::Strong, label.trim_start())),
                _ => format!("  {line}"),
            };
            self.line(&format!("{:margin$}{line}", ""));
        }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// The words of a text on lines of at most `width` characters; a longer word has a line of its own.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// `1 object`, `3 objects`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_never_cut() {
        assert_eq!(wrap("a bc def", 4), ["a bc", "def"]);
        assert_eq!(wrap("abcdef g", 3), ["abcdef", "g"]);
        assert!(wrap("", 3).is_empty());
    }
}
