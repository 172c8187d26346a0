//! How text is laid out: colour, and the width of a line.

use std::io::IsTerminal as _;

use crate::cli::ColorChoice;

/// How text is laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    color: bool,
    /// The characters of a line.
    pub(crate) width: usize,
}

/// What a piece of text is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// A heading or a verdict.
    Strong,
    /// What is added, saved, or well.
    Good,
    /// What is removed, or a danger.
    Bad,
    /// What is changed, or asks for attention.
    Careful,
    /// What is said for completeness.
    Quiet,
}

/// Without a terminal to measure: a comfortable line of a log.
const DEFAULT_WIDTH: usize = 120;
const NARROWEST: usize = 40;

impl Style {
    /// For standard output. Colour is for terminals; `NO_COLOR` (no-color.org) always wins.
    pub(crate) fn of_stdout(choice: ColorChoice) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let set = |name| std::env::var_os(name).is_some_and(|value: std::ffi::OsString| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = match choice {
            _ if set("NO_COLOR") => false,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !dumb,
        };
        let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let width = if terminal { measured().unwrap_or(DEFAULT_WIDTH) } else { DEFAULT_WIDTH };
        Self { color, width: width.max(NARROWEST) }
    }

    /// The text in the colour of its tone.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Strong => "1",
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Careful => "33",
            Tone::Quiet => "2",
        };
        match self.color && !text.is_empty() {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }
}
