//! Which style go-yaml v2 writes a text in: `yaml_emitter_analyze_scalar` and `yaml_emitter_select_scalar_style`.

use super::words;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// The longest key, in bytes, that is not written behind a `?`.
const LONGEST_KEY: usize = 128;

/// The key whose value is merged into the mapping that it stands in.
const MERGE: &str = "<<";

/// Whether a key needs no `?` before it.
pub(super) fn fits_on_a_line(key: &str) -> bool {
    key.len() <= LONGEST_KEY && !key.contains(is_break)
}

/// The style of a text that is no key, or a key behind a `?`.
pub(super) fn of(text: &str, hidden: fn(char) -> bool) -> Style {
    let found = Analysis::of(text, hidden);
    let style = if text.contains('\n') { Style::Literal } else { plain_or_double(text) };
    match style {
        Style::Literal if !found.block => Style::Double,
        Style::Plain if found.plain => Style::Plain,
        Style::Plain if found.single => Style::Single,
        Style::Plain => Style::Double,
        style => style,
    }
}

/// The style of a key. `<<` is quoted: plain, as go-yaml v2 writes it, it would be read as YAML's merge.
pub(super) fn of_key(text: &str, hidden: fn(char) -> bool) -> Style {
    match text {
        MERGE => Style::Double,
        text => of(text, hidden),
    }
}

fn plain_or_double(text: &str) -> Style {
    if words::is_string(text) { Style::Plain } else { Style::Double }
}

/// Line breaks of YAML 1.1.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What is written without an escape. What is beyond the basic plane is not.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{fffd}') && c != '\u{feff}'
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// Which styles a text allows.
struct Analysis {
    plain: bool,
    single: bool,
    block: bool,
}

impl Analysis {
    fn of(text: &str, hidden: fn(char) -> bool) -> Self {
        let special = text.chars().any(|c| !is_printable(c) || hidden(c));
        let pairs = || text.chars().zip(text.chars().skip(1));
        let space_break = pairs().any(|(one, next)| one == ' ' && is_break(next));
        let break_space = pairs().any(|(one, next)| is_break(one) && next == ' ');
        let edge =
            text.starts_with(|c| c == ' ' || is_break(c)) || text.ends_with(|c| c == ' ' || is_break(c));
        let quoted = special || space_break;
        Self {
            plain: !(quoted || break_space || edge || text.contains(is_break) || has_indicators(text)),
            single: !(quoted || break_space),
            block: !(quoted || text.ends_with(' ')),
        }
    }
}

/// Whether something in the text would be read as YAML's own.
fn has_indicators(text: &str) -> bool {
    let mut previous = None;
    let mut characters = text.chars().peekable();
    if text.starts_with("---") || text.starts_with("...") {
        return true;
    }
    while let Some(character) = characters.next() {
        let ends = characters.peek().is_none_or(|next| is_blank(*next));
        let indicates = match (previous, character) {
            (
                None,
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
                | '`',
            ) => true,
            (None, '?' | '-') | (_, ':') => ends,
            (Some(before), '#') => is_blank(before) || is_break(before) || before == '\0',
            _ => false,
        };
        if indicates {
            return true;
        }
        previous = Some(character);
    }
    false
}
