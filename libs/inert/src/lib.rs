//! Text of strangers, in forms in which whoever shows it does nothing but show it.
//!
//! Whoever writes a manifest, a commit or a reason also writes what a person reads later: in a terminal, in a comment on a
//! pull request, in a message. Each form here takes any text and gives one line in which nothing of it is markup, a link, a
//! mention or a control character, and in which nothing hides:
//!
//! - [`line`] and [`bounded`] for a terminal or a log; all other forms go through it.
//! - [`markdown`] and [`code`] for CommonMark with the extensions of GitHub and GitLab.
//! - [`html`] for HTML, as text or in a quoted attribute.
//! - [`slack`] for Slack's mrkdwn.
//!
//! No form makes what it was given longer than a constant times its length; what is to be bounded is bounded before.

mod html;
mod line;
mod markdown;
mod slack;
mod unseen;

pub use html::html;
pub use line::{bounded, line};
pub use markdown::{code, markdown};
pub use slack::slack;
pub use unseen::is_unseen;

/// Whether a character can be part of a name that a host looks up: a person, an issue, an emoji.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether an emoji's short name begins after a colon: `white_check_mark:`.
fn is_emoji_name(rest: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-');
    let name = rest.trim_start_matches(is_part);
    name.len() < rest.len() && name.starts_with(':')
}
