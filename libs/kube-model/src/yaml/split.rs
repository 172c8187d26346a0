//! Where the documents of a stream start, told without reading it.

use std::ops::Range;

/// The documents of a stream, one after the other; none where that cannot be told from the lines alone.
///
/// A line that starts with `---` and a blank is a marker wherever it stands: nothing that spans lines may hold one
/// (YAML 1.2.2, `c-forbidden`). Where a document is cut in two all the same, its first part does not read, and the
/// stream is read as a whole.
pub(crate) fn split(text: &str) -> Option<Vec<Range<usize>>> {
    let mut starts = vec![0];
    let mut only_comments = true;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match line.as_bytes() {
            // Directives and ends belong to two documents; these are line breaks to some.
            [b'%', ..] | [b'.', b'.', b'.', ..] => return None,
            line if has_other_break(line) => return None,
            [b'-', b'-', b'-'] | [b'-', b'-', b'-', b' ' | b'\t' | b'\r' | b'\n', ..] => {
                if !only_comments {
                    starts.push(at);
                }
                only_comments = false;
            }
            line => {
                let first = line.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
                only_comments = only_comments && matches!(first, None | Some(b'#'));
            }
        }
        at += line.len();
    }
    if only_comments {
        return None;
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]).collect::<Vec<_>>();
    Some(starts.into_iter().zip(ends).map(|(start, end)| start..end).collect())
}

/// A carriage return by itself, and Unicode's next line, line separator and paragraph separator.
fn has_other_break(line: &[u8]) -> bool {
    let body = line.strip_suffix(b"\n").unwrap_or(line);
    let body = if body.len() < line.len() { body.strip_suffix(b"\r").unwrap_or(body) } else { body };
    body.iter().enumerate().any(|(at, byte)| match byte {
        b'\r' => true,
        0xc2 => body[at..].starts_with(b"\xc2\x85"),
        0xe2 => body[at..].starts_with(b"\xe2\x80\xa8") || body[at..].starts_with(b"\xe2\x80\xa9"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<Vec<&str>> {
        Some(split(text)?.into_iter().map(|range| &text[range]).collect())
    }

    #[test]
    fn documents_start_at_their_markers() {
        for (text, expected) in [
            ("a: 1", &["a: 1"][..]),
            ("# c\n---\na: 1\n", &["# c\n---\na: 1\n"]),
            (
                "a: 1\n# c\n---\nb: 1\n--- # d\r\nc: 1\n---",
                &["a: 1\n# c\n", "---\nb: 1\n", "--- # d\r\nc: 1\n", "---"],
            ),
            ("---\n---\n", &["---\n", "---\n"]),
            ("a: |\n  ---\n---a: 1\n ---\n", &["a: |\n  ---\n---a: 1\n ---\n"]),
        ] {
            assert_eq!(parts(text).as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_left_whole() {
        // A file of comments is read for what is wrong with them.
        for text in [
            "",
            "# c\n\n",
            "%YAML 1.2\n---\na: 1",
            "a: 1\n...\nb: 1",
            "a: 1\r---\rb: 1",
            "a: \u{2028}",
            "a: \u{85}",
        ] {
            assert_eq!(parts(text), None, "{text:?}");
        }
    }
}
