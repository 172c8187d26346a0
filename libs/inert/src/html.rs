//! HTML.

use crate::line;

/// Text for HTML, between tags or within an attribute in quotes (WHATWG HTML, section 13.3, "Escaping a string", and `'`, so
/// that either quote may be used). Not for a script, a style, a comment, or an attribute that is an address.
#[must_use]
pub fn html(text: &str) -> String {
    let text = line(text);
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '`' => escaped.push_str("&#96;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_a_tag_or_an_entity() {
        assert_eq!(html("<a href='x'>&amp;\"`"), "&lt;a href=&#39;x&#39;&gt;&amp;amp;&quot;&#96;");
        assert_eq!(html("a\nb"), "a\\nb");
    }
}
