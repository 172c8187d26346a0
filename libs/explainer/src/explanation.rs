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
    /// What has to be settled first, and what could not be read.
    Blocked,
    /// What it risks.
    Risk,
    /// What it costs.
    Cost,
    /// What changes.
    Changes,
    /// What somebody has accepted.
    Waived,
    /// What the cluster has otherwise than its files.
    Drift,
    /// What stays behind.
    Behind,
    /// What could not be evaluated.
    Unevaluated,
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blocked => "Blocked",
            Self::Risk => "Risk",
            Self::Cost => "Cost",
            Self::Changes => "Changes",
            Self::Waived => "Waived",
            Self::Drift => "Drift",
            Self::Behind => "Stays behind",
            Self::Unevaluated => "Not evaluated",
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
        let mut blocks = vec![format!("**{}**", inert::markdown(&self.headline))];
        blocks.extend(
            self.paragraphs
                .iter()
                .map(|paragraph| format!("**{}.** {}", paragraph.concern, inert::markdown(&paragraph.text))),
        );
        if !self.checklist.is_empty() {
            let items: Vec<String> =
                self.checklist.iter().map(|item| format!("- [ ] {}", inert::markdown(item))).collect();
            blocks.push(format!("**{CHECKLIST}**\n\n{}", items.join("\n")));
        }
        blocks.join("\n\n")
    }

    /// HTML: paragraphs and a list, without attributes. Nothing that a manifest says is a tag or an entity in it.
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut blocks = vec![format!("<p><strong>{}</strong></p>", inert::html(&self.headline))];
        blocks.extend(self.paragraphs.iter().map(|paragraph| {
            format!("<p><strong>{}.</strong> {}</p>", paragraph.concern, inert::html(&paragraph.text))
        }));
        if !self.checklist.is_empty() {
            let items: Vec<String> =
                self.checklist.iter().map(|item| format!("<li>{}</li>", inert::html(item))).collect();
            blocks.push(format!("<p><strong>{CHECKLIST}</strong></p>\n<ul>\n{}\n</ul>", items.join("\n")));
        }
        blocks.join("\n") + "\n"
    }

    /// Slack's mrkdwn, for a text object that is sent with `"verbatim": true`. Nothing that a manifest says is a mention, a
    /// link, an emoji or markup in it.
    #[must_use]
    pub fn to_slack(&self) -> String {
        let mut lines = vec![format!("*{}*", inert::slack(&self.headline))];
        lines.extend(
            self.paragraphs
                .iter()
                .map(|paragraph| format!("*{}:* {}", paragraph.concern, inert::slack(&paragraph.text))),
        );
        if !self.checklist.is_empty() {
            lines.push(format!("*{CHECKLIST}:*"));
            lines.extend(self.checklist.iter().map(|item| format!("• {}", inert::slack(item))));
        }
        lines.join("\n")
    }
}
