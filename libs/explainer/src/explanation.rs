//! What was written, and its forms.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A change in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// One line: what, its cost, its risk, and what stands in the way.
    pub headline: String,
    /// One short paragraph for each concern, by what matters most to whoever approves.
    pub paragraphs: Vec<Paragraph>,
    /// What to see to before approving, most urgent first.
    pub checklist: Vec<String>,
}

/// A paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paragraph {
    /// What it is about.
    pub concern: Concern,
    /// Its sentences.
    pub text: String,
}

/// What a paragraph is about, in the order in which they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Concern {
    /// What has to be settled first.
    Blocked,
    /// What changes.
    Changes,
    /// What it risks.
    Risk,
    /// What it costs.
    Cost,
    /// What stays behind.
    Behind,
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blocked => "Blocked",
            Self::Changes => "Changes",
            Self::Risk => "Risk",
            Self::Cost => "Cost",
            Self::Behind => "Stays behind",
        })
    }
}

const CHECKLIST: &str = "Before you approve";

impl Explanation {
    /// Plain text: a line for the headline, for each paragraph and for each item of the checklist.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut lines = vec![self.headline.clone()];
        lines.extend(
            self.paragraphs.iter().map(|paragraph| format!("{}: {}", paragraph.concern, paragraph.text)),
        );
        if !self.checklist.is_empty() {
            lines.push(format!("{CHECKLIST}:"));
            lines.extend(self.checklist.iter().map(|item| format!("- {item}")));
        }
        lines.join("\n")
    }

    /// Markdown. Nothing that a manifest says is markup in it.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut blocks = vec![format!("**{}**", in_markdown(&self.headline))];
        blocks.extend(
            self.paragraphs
                .iter()
                .map(|paragraph| format!("**{}.** {}", paragraph.concern, in_markdown(&paragraph.text))),
        );
        if !self.checklist.is_empty() {
            let items: Vec<String> =
                self.checklist.iter().map(|item| format!("- [ ] {}", in_markdown(item))).collect();
            blocks.push(format!("**{CHECKLIST}**\n\n{}", items.join("\n")));
        }
        blocks.join("\n\n")
    }
}

/// Every character that CommonMark or GitHub's extensions give a meaning is escaped (CommonMark 0.31, section
/// 2.4: a backslash before ASCII punctuation makes it literal). Hosts look for mentions, issues and links in
/// the finished text, where a backslash is gone: an empty comment keeps those apart.
fn in_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next_is_word = characters.peek().is_some_and(|next| next.is_ascii_alphanumeric());
        match character {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '(' | ')' | '!' | '|' | '~'
            | '&' | '$' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '@' | '#' if next_is_word => {
                escaped.push(character);
                escaped.push_str("<!-- -->");
            }
            '#' | '@' => {
                escaped.push('\\');
                escaped.push(character);
            }
            ':' if characters.peek() == Some(&'/') => escaped.push_str(":<!-- -->"),
            '.' if escaped.to_ascii_lowercase().ends_with("www") => escaped.push_str(".<!-- -->"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_manifest_is_markup() {
        for (text, expected) in [
            ("a_b*c`d`", "a\\_b\\*c\\`d\\`"),
            ("[x](https://evil.example)", "\\[x\\]\\(https:<!-- -->//evil.example\\)"),
            ("www.evil.example", "www.<!-- -->evil.example"),
            ("<img src=x>", "\\<img src=x\\>"),
            ("@team and #12", "@<!-- -->team and #<!-- -->12"),
            ("a@sha256", "a@<!-- -->sha256"),
            ("$x$ ~y~ &amp;", "\\$x\\$ \\~y\\~ \\&amp;"),
        ] {
            assert_eq!(in_markdown(text), expected);
        }
    }
}
