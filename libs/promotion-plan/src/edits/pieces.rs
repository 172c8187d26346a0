//! What a splice writes, without the secrets in it: where the file before has them.
//!
//! An edit writes no secret that its file did not have. So that it can be shown, stored and applied later, a secret in
//! it is given as ranges of the file before, taken from where the same secret stands there; whoever has the file
//! has them, and nobody else learns them.

use std::ops::Range;

use kube_model::{SecretSpan, SecretSpans};
use serde::{Deserialize, Serialize};

/// A part of what a splice writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Piece {
    /// This text.
    Text {
        /// The text.
        text: String,
    },
    /// What these bytes of the file before are.
    File {
        /// Where they start.
        start: usize,
        /// Where they end.
        end: usize,
    },
}

/// The file before, out of which secrets are taken.
pub(super) struct Quarry<'a> {
    pub(super) text: &'a str,
    pub(super) secrets: &'a SecretSpans,
    /// The bytes of the file that come before its text.
    pub(super) offset: usize,
}

/// What may stand between the parts of a secret: how it is laid out and quoted is no part of it.
const LAYOUT: [char; 7] = [' ', '\t', '\r', '\n', '"', '\'', '\\'];

impl Quarry<'_> {
    /// The pieces of a part of the text after, whose secrets are `now`; else the secret that the file before does not
    /// have in this form.
    pub(super) fn pieces(
        &self,
        after: &str,
        part: Range<usize>,
        now: &SecretSpans,
    ) -> Result<Vec<Piece>, SecretSpan> {
        let mut pieces = Pieces::default();
        let mut at = part.start;
        let inside = |span: &&SecretSpan| span.range.start < part.end && span.range.end > part.start;
        for span in now.spans.iter().filter(inside) {
            let (start, end) = (span.range.start.max(at), span.range.end.min(part.end));
            pieces.text(&after[at..start]);
            self.take(&after[start..end], span, &mut pieces).ok_or_else(|| span.clone())?;
            at = end;
        }
        pieces.text(&after[at..part.end]);
        Ok(pieces.0)
    }

    /// Takes a secret out of where the same one stands, in pieces as long as can be.
    fn take(&self, mut secret: &str, span: &SecretSpan, pieces: &mut Pieces) -> Option<()> {
        let same = |had: &&SecretSpan| had.marks.iter().any(|mark| span.marks.contains(mark));
        let sources: Vec<Range<usize>> =
            self.secrets.spans.iter().filter(same).map(|had| had.range.clone()).collect();
        while let Some(first) = secret.chars().next() {
            let longest =
                sources.iter().map(|source| self.longest(secret, source.clone())).max_by_key(Range::len);
            match longest.filter(|range| !range.is_empty()) {
                Some(range) => {
                    secret = &secret[range.len()..];
                    pieces
                        .0
                        .push(Piece::File { start: self.offset + range.start, end: self.offset + range.end });
                }
                None if LAYOUT.contains(&first) => {
                    let layout = first.len_utf8();
                    pieces.text(&secret[..layout]);
                    secret = &secret[layout..];
                }
                None => return None,
            }
        }
        Some(())
    }

    /// The longest start of `secret` that stands in this range of the text.
    fn longest(&self, secret: &str, source: Range<usize>) -> Range<usize> {
        let text = &self.text[source.clone()];
        if let Some(at) = text.find(secret) {
            return source.start + at..source.start + at + secret.len();
        }
        let common = |at: usize| {
            let both = secret.char_indices().zip(text[at..].chars());
            both.take_while(|((_, one), other)| one == other)
                .last()
                .map_or(0, |((end, c), _)| end + c.len_utf8())
        };
        let starts = text.char_indices().map(|(at, _)| (at, common(at)));
        // Of equally long ones the first, so that the same files give the same pieces.
        let (at, length) =
            starts.max_by_key(|(at, length)| (*length, std::cmp::Reverse(*at))).unwrap_or_default();
        source.start + at..source.start + at + length
    }
}

/// Pieces, with texts that follow one another as one.
#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn text(&mut self, more: &str) {
        match self.0.last_mut() {
            _ if more.is_empty() => {}
            Some(Piece::Text { text }) => text.push_str(more),
            _ => self.0.push(Piece::Text { text: more.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use kube_model::{Redactor, yaml::Limits};

    use super::*;

    const HEAD: &str =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    env:\n";

    /// The pieces that write `after`, all of it, from `before`.
    fn pieces(before: &str, after: &str) -> Result<Vec<Piece>, SecretSpan> {
        let spans = |text: &str| SecretSpans::of("a.yaml", text, &Redactor::new(b"key"), &Limits::default());
        let (had, now) = (spans(before), spans(after));
        Quarry { text: before, secrets: &had, offset: 0 }.pieces(after, 0..after.len(), &now)
    }

    fn put_together(before: &str, pieces: &[Piece]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text { text } => text.clone(),
            Piece::File { start, end } => before[*start..*end].to_owned(),
        };
        pieces.iter().map(piece).collect()
    }

    fn holds(before: &str, after: &str, secret: &[&str]) {
        let pieces = pieces(before, after).unwrap();
        assert_eq!(put_together(before, &pieces), after);
        for piece in &pieces {
            if let Piece::Text { text } = piece {
                secret.iter().for_each(|part| assert!(!text.contains(part), "{part} in {text:?}"));
            }
        }
    }

    #[test]
    fn a_secret_that_is_laid_out_anew_is_taken_from_where_it_stands() {
        let of = |item: &str| format!("{HEAD}{item}");
        let plain = of("    - {name: DB_PASSWORD, value: hunter2}\n");
        for item in [
            "    - name: DB_PASSWORD\n      value: hunter2\n",
            "    - {value: hunter2, name: DB_PASSWORD}\n",
            "    - {name: DB_PASSWORD, value: \"hunter2\"}\n",
            "    - name: DB_PASSWORD\n      value: |-\n        hunter2\n",
        ] {
            holds(&plain, &of(item), &["hunter2", "hunt", "er2"]);
            holds(&of(item), &plain, &["hunter2", "hunt", "er2"]);
        }
    }

    #[test]
    fn lines_that_move_to_another_depth_are_taken_one_by_one() {
        let of = |indent: &str| {
            let line = |text: &str| format!("{indent}  {text}\n");
            let lines = ["-----BEGIN PRIVATE KEY-----", "aaaabbbb", "ccccdddd", "-----END PRIVATE KEY-----"]
                .map(line);
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData:\n{indent}a: |\n{}",
                lines.concat()
            )
        };
        holds(&of("  "), &of("      "), &["aaaa", "BEGIN", "cccc"]);
    }

    #[test]
    fn what_the_file_has_in_no_such_form_is_told() {
        let of = |item: &str| format!("{HEAD}    - {{name: DB_PASSWORD, value: {item}}}\n");
        // The same value by its mark, and no character of it stands in the file before as it is.
        let lost = pieces(&of("\"\\x61\\x62\\x63\""), &of("abc")).unwrap_err();
        assert_eq!(lost.marks.len(), 1);
        assert!(pieces(&of("one"), &of("two")).is_err());
    }
}
