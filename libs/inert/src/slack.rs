//! Slack's mrkdwn.

use crate::{is_emoji_name, is_word, line};

/// A blank without width. Slack reads it as a blank, so that no marker beside it opens or closes anything, and no name
/// begins behind it. It is the one unseen character that is ever written, and only here.
const BREAK: char = '\u{200b}';

/// Text for Slack's mrkdwn in which nothing is a mention, a link, a date, an emoji or markup. Slack reads `<…>` as links,
/// mentions and dates, and asks for `&`, `<` and `>` as entities (Slack, "Formatting text for app surfaces"); the rest it
/// finds by itself. The text object has to be sent with `"verbatim": true`, so that bare domains are no links either.
#[must_use]
pub fn slack(text: &str) -> String {
    let text = line(text);
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut previous: Option<char> = None;
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        let next = rest.chars().next();
        let is_marker = match c {
            '*' | '~' | '`' => true,
            // Within a word it is no marker: `PAYMENT_TIMEOUT`.
            '_' => !(previous.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric)),
            _ => false,
        };
        if is_marker {
            escaped.push(BREAK);
        }
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c => escaped.push(c),
        }
        if is_marker || refers(c, previous, rest) {
            escaped.push(BREAK);
        }
        previous = Some(c);
    }
    escaped
}

/// Whether Slack would make a reference of what follows: `@here`, `#general`, `:emoji:`, `scheme://`, `www.`.
fn refers(c: char, previous: Option<char>, rest: &str) -> bool {
    let next = rest.chars().next();
    match c {
        '@' | '#' => next.is_some_and(is_word),
        ':' => next == Some('/') || is_emoji_name(rest),
        '.' => next.is_some_and(|next| next.is_alphanumeric()) && matches!(previous, Some('w' | 'W')),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_mention_a_link_or_markup() {
        for (text, expected) in [
            ("<!channel> & <@U123|ops>", "&lt;!channel&gt; &amp; &lt;@\u{200b}U123|ops&gt;"),
            ("<https://evil.example|ok>", "&lt;https:\u{200b}//evil.example|ok&gt;"),
            ("@here in #general", "@\u{200b}here in #\u{200b}general"),
            (
                "*bold* PAYMENT_TIMEOUT _x",
                "\u{200b}*\u{200b}bold\u{200b}*\u{200b} PAYMENT_TIMEOUT \u{200b}_\u{200b}x",
            ),
            (":tada: a:b", ":\u{200b}tada: a:b"),
            ("www.evil.example", "www.\u{200b}evil.example"),
        ] {
            assert_eq!(slack(text), expected);
        }
    }
}
