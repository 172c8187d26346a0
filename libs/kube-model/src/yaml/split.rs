//! Where the documents of a stream start, told without reading it.

use std::ops::Range;

/// The documents of a stream, one after the other; none where that cannot be told from the lines alone.
///
/// A line that starts with `---` and a blank is a marker wherever it stands: nothing that spans lines may hold one
/// (YAML 1.2.2, `c-forbidden`). Where a document is cut in two all the same, its first part does not read, and the
/// stream is read as a whole.
pub(crate) fn split(text: &str) -> Option<Vec<Range<usize>>> {
    // Directives and ends belong to two documents; other breaks are line ends to some.
    if starts_a_line(text, "%") || starts_a_line(text, "...") || has_other_break(text.as_bytes()) {
        return None;
    }
    let marks = memchr::memmem::find_iter(text.as_bytes(), "\n---").map(|at| at + 1);
    let first = text.starts_with("---").then_some(0);
    let mut starts = vec![0];
    for at in first.into_iter().chain(marks).filter(|at| is_marker(&text.as_bytes()[*at..])) {
        match starts.as_slice() {
            // What stands before the first marker is no document if it says nothing.
            [_] if is_comment(&text[..at]) => {}
            _ => starts.push(at),
        }
    }
    if is_comment(text) {
        return None;
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]).collect::<Vec<_>>();
    Some(starts.into_iter().zip(ends).map(|(start, end)| start..end).collect())
}

fn starts_a_line(text: &str, mark: &str) -> bool {
    let is_start = |at: usize| at == 0 || text.as_bytes()[at - 1] == b'\n';
    memchr::memmem::find_iter(text.as_bytes(), mark).any(is_start)
}

fn is_marker(line: &[u8]) -> bool {
    matches!(line, [b'-', b'-', b'-'] | [b'-', b'-', b'-', b' ' | b'\t' | b'\r' | b'\n', ..])
}

/// Whether there are comments alone, and blanks.
fn is_comment(text: &str) -> bool {
    text.lines().all(|line| {
        let first = line.bytes().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        matches!(first, None | Some(b'#'))
    })
}

/// A carriage return by itself, and Unicode's next line, line separator and paragraph separator.
fn has_other_break(text: &[u8]) -> bool {
    memchr::memchr3_iter(b'\r', 0xc2, 0xe2, text).any(|at| match text[at] {
        b'\r' => text.get(at + 1) != Some(&b'\n'),
        0xc2 => text[at..].starts_with(b"\xc2\x85"),
        _ => text[at..].starts_with(b"\xe2\x80\xa8") || text[at..].starts_with(b"\xe2\x80\xa9"),
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
