//! Markdown: CommonMark, GitHub's and GitLab's extensions, and what their sites look for in finished text.

use crate::{is_emoji_name, is_word, line};

/// Nothing of a comment is seen, and no site finds a name, a number or an address across one.
const BREAK: &str = "<!-- -->";

/// Text in which nothing is markup. Every character that CommonMark or an extension gives a meaning is escaped (CommonMark
/// 0.31, section 2.4: a backslash before ASCII punctuation makes it literal). Sites look for people, issues, emoji and
/// addresses in the finished text, where a backslash is gone: a comment keeps those apart.
#[must_use]
pub fn markdown(text: &str) -> String {
    let text = line(text);
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut previous = None;
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        let next = rest.chars().next();
        if needs_backslash(c) || (is_marker(c, next) && starts_block(&text[..at])) {
            escaped.push('\\');
        }
        escaped.push(c);
        if refers(c, previous, rest) {
            escaped.push_str(BREAK);
        }
        previous = Some(c);
    }
    escaped
}

/// The characters of inline markup and of tables, and those that begin HTML.
fn needs_backslash(c: char) -> bool {
    matches!(
        c,
        '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '!' | '|' | '~' | '&' | '$' | '^'
    )
}

/// Whether nothing but digits or blanks stands before, so that a list, a heading, a rule or a command may begin.
fn starts_block(before: &str) -> bool {
    before.chars().all(|c| c.is_ascii_digit() || c == ' ')
}

fn is_marker(c: char, next: Option<char>) -> bool {
    match c {
        '-' | '+' | '=' | '/' | ':' => true,
        '.' => next.is_none_or(|next| next == ' '),
        _ => false,
    }
}

/// Whether a site would make a reference of what follows: `@name`, `#12`, `!12`, `&3`, `~label`, `%milestone`, `$snippet`,
/// `^alert`, `:emoji:`, `scheme://`, `www.`, `GH-12`.
fn refers(c: char, previous: Option<char>, rest: &str) -> bool {
    let next = rest.chars().next();
    match c {
        '$' => next.is_some_and(is_word) && !is_amount(rest),
        '@' | '#' | '!' | '&' | '~' | '%' | '^' => {
            next.is_some_and(|next| is_word(next) || matches!(next, '"' | '-' | '/'))
        }
        ':' => next == Some('/') || is_emoji_name(rest),
        '.' => next.is_some_and(|next| next.is_alphanumeric()) && matches!(previous, Some('w' | 'W')),
        '-' => matches!(previous, Some('H' | 'h')) && next.is_some_and(|next| next.is_ascii_digit()),
        _ => false,
    }
}

/// Whether an amount of money follows its sign: `1,200.00`.
fn is_amount(rest: &str) -> bool {
    let amount = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',');
    let cents = amount.strip_prefix('.').unwrap_or_default();
    amount.len() < rest.len() && cents.starts_with(|c: char| c.is_ascii_digit())
}

/// Text as code, also within a table. Code that a table would cut at a backslash before a bar is written as escaped text in
/// `<code>`: sites do not agree on how such a bar is read.
#[must_use]
pub fn code(text: &str) -> String {
    let plain = line(text);
    if plain.is_empty() {
        return "`\"\"`".to_owned();
    }
    if plain.contains("\\|") || plain.trim().is_empty() {
        return format!("<code>{}</code>", markdown(text));
    }
    let plain = plain.replace('|', "\\|");
    let longest = plain.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    match plain.starts_with(['`', ' ']) || plain.ends_with(['`', ' ']) {
        true => format!("{fence} {plain} {fence}"),
        false => format!("{fence}{plain}{fence}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        for (text, expected) in [
            ("a_b*c`d`", "a\\_b\\*c\\`d\\`"),
            ("a_b*c|d", "a\\_b\\*c\\|d"),
            ("<img src=x> [a](b)", "\\<img src=x\\> \\[a\\](b)"),
            ("~~y~~ &amp; $x$", "\\~\\~<!-- -->y\\~\\~ \\&<!-- -->amp; \\$<!-- -->x\\$"),
            ("+$1,200.50 and $12", "\\+\\$1,200.50 and \\$<!-- -->12"),
            ("- x", "\\- x"),
            ("12. x", "12\\. x"),
            ("1.2 x", "1.2 x"),
            ("/approve", "\\/approve"),
            ("a - b", "a - b"),
            ("[^1]: x", "\\[\\^<!-- -->1\\]: x"),
        ] {
            assert_eq!(markdown(text), expected);
        }
    }

    #[test]
    fn nothing_is_a_link_or_a_mention() {
        for (text, expected) in [
            ("ask @ops about #7", "ask @<!-- -->ops about \\#<!-- -->7"),
            ("web@sha256:00ff", "web@<!-- -->sha256:00ff"),
            ("https://evil.example", "https:<!-- -->//evil.example"),
            ("www.evil.example", "www.<!-- -->evil.example"),
            ("mailto:a@evil.example", "mailto:a@<!-- -->evil.example"),
            (":white_check_mark: ok", "\\:<!-- -->white\\_check\\_mark: ok"),
            ("GH-12 !3 %4", "GH-<!-- -->12 \\!<!-- -->3 %<!-- -->4"),
            ("50% of 3", "50% of 3"),
        ] {
            assert_eq!(markdown(text), expected);
        }
    }

    #[test]
    fn code_ends_where_it_should() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(""), "`\"\"`");
        assert_eq!(code("a\nb"), "`a\\nb`");
        assert_eq!(code("a\\|[b](c)"), "<code>a\\\\\\|\\[b\\](c)</code>");
    }
}
