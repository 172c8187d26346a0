//! The message of a promotion's commit, and the trailers in it that say which promotion it is.

const PROMOTION: &str = "Plimsoll-Promotion";
const PREVIEW_HASH: &str = "Plimsoll-Preview-Hash";
const APPROVED_BY: &str = "Approved-by";

/// What a commit says about the promotion that it carries out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trailers {
    /// The promotion's id.
    pub promotion: String,
    /// The hash of the preview that was approved.
    pub preview_hash: String,
    /// Who approved it.
    pub approved_by: Vec<String>,
}

/// A commit's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub subject: String,
    /// What follows it, in paragraphs; may be empty.
    pub body: String,
    /// The promotion.
    pub trailers: Trailers,
}

impl Message {
    /// The text. Names and words of people cannot add a trailer: each value stays on its line, and a line of the body
    /// that looks like one of ours is quoted.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", one_line(&self.subject));
        let body: Vec<String> = self.body.lines().map(body_line).collect();
        let body = body.join("\n");
        if !body.trim().is_empty() {
            text.push_str(&format!("\n{}\n", body.trim_matches('\n')));
        }
        let trailers = &self.trailers;
        let fixed = [(PROMOTION, &trailers.promotion), (PREVIEW_HASH, &trailers.preview_hash)];
        let approvals = trailers.approved_by.iter().map(|name| (APPROVED_BY, name));
        text.push('\n');
        for (key, value) in fixed.into_iter().chain(approvals) {
            text.push_str(&format!("{key}: {}\n", one_line(value)));
        }
        text
    }
}

impl Trailers {
    /// Every block of our trailers in a message, wherever it stands: hosts put whole messages into the one of a
    /// squashed commit. A block begins with the promotion and ends before the first line that is no trailer.
    #[must_use]
    pub fn parse(message: &str) -> Vec<Self> {
        let mut found = Vec::new();
        let mut lines = message.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(promotion) = value(line, PROMOTION) else { continue };
            let mut trailers = Self {
                promotion: promotion.to_owned(),
                preview_hash: String::new(),
                approved_by: Vec::new(),
            };
            while let Some(line) = lines.next_if(|line| is_trailer(line) && value(line, PROMOTION).is_none())
            {
                if let Some(hash) = value(line, PREVIEW_HASH).filter(|_| trailers.preview_hash.is_empty()) {
                    trailers.preview_hash = hash.to_owned();
                }
                trailers.approved_by.extend(value(line, APPROVED_BY).map(str::to_owned));
            }
            if !trailers.promotion.is_empty() && !trailers.preview_hash.is_empty() {
                found.push(trailers);
            }
        }
        found
    }

    /// Whether a message carries this promotion with this preview.
    #[must_use]
    pub fn is_named_by(message: &str, promotion: &str, preview_hash: &str) -> bool {
        let found = Self::parse(message);
        found.iter().any(|found| found.promotion == promotion && found.preview_hash == preview_hash)
    }
}

/// The value of a line that is a trailer of this name.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (name, value) = line.split_once(':')?;
    name.eq_ignore_ascii_case(key).then(|| value.trim())
}

/// `Token: value`, as `git interpret-trailers` has it.
fn is_trailer(line: &str) -> bool {
    line.split_once(':').is_some_and(|(token, _)| {
        !token.is_empty() && token.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    })
}

/// A value on one line: what breaks lines, hides or turns text around becomes a space.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if inert::is_unseen(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    match words.is_empty() {
        true => "(no name)".to_owned(),
        false => words.join(" "),
    }
}

fn body_line(line: &str) -> String {
    let plain: String =
        line.chars().map(|c| if inert::is_unseen(c) && c != '\t' { ' ' } else { c }).collect();
    let plain = plain.trim_end().to_owned();
    match [PROMOTION, PREVIEW_HASH, APPROVED_BY].iter().any(|key| value(plain.trim(), key).is_some()) {
        true => format!("> {}", plain.trim_start()),
        false => plain,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use super::*;

    fn trailers(approved_by: &[&str]) -> Trailers {
        let approved_by = approved_by.iter().map(|name| (*name).to_owned()).collect();
        Trailers { promotion: "p-1".to_owned(), preview_hash: "ab12".to_owned(), approved_by }
    }

    fn message(body: &str, approved_by: &[&str]) -> String {
        let (subject, body) = ("Promote shop".to_owned(), body.to_owned());
        Message { subject, body, trailers: trailers(approved_by) }.text()
    }

    /// What Git itself takes for the trailers of a message.
    fn git_trailers(message: &str) -> String {
        let mut git = Command::new("git")
            .args(["interpret-trailers", "--parse"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        git.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
        String::from_utf8(git.wait_with_output().unwrap().stdout).unwrap()
    }

    #[test]
    fn a_message_reads_as_people_write_them() {
        let text = message("web 1.2 -> 1.3\n\nCosts 3 EUR more.", &["ana", "ben"]);
        let expected = "Promote shop\n\nweb 1.2 -> 1.3\n\nCosts 3 EUR more.\n\nPlimsoll-Promotion: p-1\n\
                        Plimsoll-Preview-Hash: ab12\nApproved-by: ana\nApproved-by: ben\n";
        assert_eq!(text, expected);
        assert_eq!(
            message("", &[]),
            "Promote shop\n\nPlimsoll-Promotion: p-1\nPlimsoll-Preview-Hash: ab12\n"
        );
        assert_eq!(Trailers::parse(&text), [trailers(&["ana", "ben"])]);
    }

    #[test]
    fn nobody_forges_a_trailer() {
        for evil in [
            "eve\nApproved-by: ana",
            "eve\r\nApproved-by: ana",
            "eve\rApproved-by: ana",
            "eve\u{2028}Approved-by: ana",
            "eve\u{b}Approved-by: ana",
            "eve\u{85}Approved-by: ana",
            "eve\n\nApproved-by: ana\n",
            "eve\0Approved-by: ana",
            "\u{202e}ana :yb-devorppA eve",
        ] {
            let text = message(evil, &[evil]);
            let approvals = |text: &str| {
                text.lines().filter(|line| line.to_lowercase().starts_with("approved-by:")).count()
            };
            assert_eq!(approvals(&git_trailers(&text)), 1, "{text:?}");
            let found = Trailers::parse(&text);
            assert_eq!((found.len(), found[0].approved_by.len()), (1, 1), "{text:?}");
            let subject = Message { subject: evil.to_owned(), body: String::new(), trailers: trailers(&[]) };
            assert_eq!(approvals(&git_trailers(&subject.text())), 0, "{subject:?}");
        }
        let text = message(
            "Plimsoll-Promotion: p-2\nPlimsoll-Preview-Hash: cd34\n\n  approved-by: ana\nplimsoll-promotion: p-2",
            &["ben"],
        );
        assert_eq!(Trailers::parse(&text), [trailers(&["ben"])], "{text}");
    }

    #[test]
    fn names_keep_what_is_theirs() {
        let names = ["Ana: the first", "O'Neil <o@example.com>", "名前", "  ", "a\tb"];
        let expected = ["Ana: the first", "O'Neil <o@example.com>", "名前", "(no name)", "a b"];
        assert_eq!(Trailers::parse(&message("", &names)), [trailers(&expected)]);
    }

    #[test]
    fn trailers_are_found_in_messages_that_hosts_made() {
        let squashed = "Promote (#12)\n\n* Promote shop\n\nPlimsoll-Promotion: p-1\nPlimsoll-Preview-Hash: ab12\n\
                        Approved-by: ana\nSigned-off-by: Plimsoll <p@example.com>\n\n* Another\n\n\
                        plimsoll-promotion: p-2\nplimsoll-preview-hash: cd34\n\nCo-authored-by: Ben <b@example.com>\n";
        let found = Trailers::parse(squashed);
        assert_eq!(found[0], trailers(&["ana"]));
        assert_eq!((found[1].promotion.as_str(), found[1].preview_hash.as_str()), ("p-2", "cd34"));
        assert!(
            Trailers::is_named_by(squashed, "p-1", "ab12") && Trailers::is_named_by(squashed, "p-2", "cd34")
        );
        assert!(
            !Trailers::is_named_by(squashed, "p-1", "cd34")
                && !Trailers::is_named_by(squashed, "p-3", "ab12")
        );
        for other in [
            "Plimsoll-Promotion: p-1",
            "Plimsoll-Promotion: p-1\n\nPlimsoll-Preview-Hash: ab12",
            "  Plimsoll-Promotion: p-1\n  Plimsoll-Preview-Hash: ab12",
            "> Plimsoll-Promotion: p-1\n> Plimsoll-Preview-Hash: ab12",
            "Plimsoll-Preview-Hash: ab12\nPlimsoll-Promotion: p-1",
        ] {
            assert_eq!(Trailers::parse(other), [], "{other}");
        }
    }
}
