//! What manifests, file names and Git say, made safe for where it is shown.

/// One line of text for a terminal or a log: what is not seen is written as its escape.
pub(crate) fn line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            c if c.is_control() || is_invisible(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}

/// Characters that hide or reorder what is around them (Unicode Technical Report 36, bidirectional spoofing).
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// At most `width` characters, the last of them `…` where something was left out.
pub(crate) fn cut(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        None => text.to_owned(),
        Some(_) => text.chars().take(width.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// Text for Markdown, in which nothing of it is markup, a link or a mention.
pub(crate) fn markdown(text: &str) -> String {
    let text = line(text);
    let mut escaped = String::with_capacity(text.len());
    let mut previous = ' ';
    for (index, character) in text.chars().enumerate() {
        let starts_block = index == 0 && matches!(character, '-' | '+' | '=');
        if starts_block || "\\`*_{}[]<>#|~&!$".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
        // GitHub and GitLab look for mentions, references and bare URLs in what is rendered, where a backslash
        // is gone; an empty comment is still there.
        let refers = matches!(character, '@' | '#') && !previous.is_alphanumeric();
        if refers || (character == ':' && text.chars().nth(index + 1) == Some('/')) {
            escaped.push_str("<!-- -->");
        }
        previous = character;
    }
    escaped
}

/// Text as code in Markdown, also within a table.
pub(crate) fn code(text: &str) -> String {
    let text = line(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    match text.is_empty() {
        true => "`\"\"`".to_owned(),
        false if text.starts_with('`') || text.ends_with('`') => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_only_what_is_seen() {
        assert_eq!(line("a\u{1b}[31mb\r\n\u{202e}c\t"), "a\\u{1b}[31mb\\r\\n\\u{202e}c\\t");
        assert_eq!(line("größe → 漢字"), "größe → 漢字");
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("漢字漢字", 3), "漢字…");
    }

    #[test]
    fn markdown_is_inert() {
        assert_eq!(markdown("a_b*c|d"), "a\\_b\\*c\\|d");
        assert_eq!(markdown("<img src=x> [a](b)"), "\\<img src=x\\> \\[a\\](b)");
        assert_eq!(markdown("ask @ops about #7"), "ask @<!-- -->ops about \\#<!-- -->7");
        assert_eq!(markdown("web@sha256:00ff"), "web@sha256:00ff");
        assert_eq!(markdown("https://evil.example"), "https:<!-- -->//evil.example");
        assert_eq!(markdown("- x"), "\\- x");
    }

    #[test]
    fn code_ends_where_it_should() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(""), "`\"\"`");
        assert_eq!(code("a\nb"), "`a\\nb`");
    }
}
