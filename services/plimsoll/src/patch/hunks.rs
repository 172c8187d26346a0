//! Hunks with as much context as may be shown.

use std::collections::BTreeSet;

use similar::{ChangeTag, TextDiff};

/// The lines of context around a change.
const CONTEXT: usize = 3;

/// The hunks of one file.
#[derive(Debug)]
pub(crate) struct Hunks {
    pub(crate) text: String,
    /// Whether a hunk within the file ends without context.
    pub(crate) bare: bool,
}

/// One line of the two files laid over one another.
struct Line<'a> {
    tag: ChangeTag,
    text: &'a str,
    secret: bool,
}

/// The hunks that turn `before` into `after`. `secret_before` and `secret_after` are the lines, from 1, that show a
/// secret; context that does is left out.
///
/// # Errors
/// The number of a line, from 1, that shows a secret and changes.
pub(crate) fn of(
    before: &str,
    after: &str,
    secret_before: &BTreeSet<usize>,
    secret_after: &BTreeSet<usize>,
) -> Result<Hunks, usize> {
    // `\n` alone ends a line, as in every tool that reads patches.
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let diff = TextDiff::from_slices(&old, &new);
    let mut lines = Vec::new();
    for change in diff.iter_all_changes() {
        let is_in = |set: &BTreeSet<usize>, index: Option<usize>| {
            index.is_some_and(|index| set.contains(&(index + 1)))
        };
        let secret = is_in(secret_before, change.old_index()) || is_in(secret_after, change.new_index());
        if secret && change.tag() != ChangeTag::Equal {
            return Err(change.old_index().or(change.new_index()).unwrap_or(0) + 1);
        }
        lines.push(Line { tag: change.tag(), text: change.value(), secret });
    }
    write(&lines)
}

fn write(lines: &[Line<'_>]) -> Result<Hunks, usize> {
    let shown = shown(lines);
    let mut hunks = Hunks { text: String::new(), bare: false };
    let (mut old, mut new) = (1, 1);
    let mut index = 0;
    while index < lines.len() {
        let end = index + shown[index..].iter().take_while(|shown| **shown).count();
        if end > index {
            let range = balanced(lines, index, end);
            let (skipped_old, skipped_new) = count(&lines[index..range.start]);
            if lines[range.clone()].iter().all(|line| line.tag == ChangeTag::Insert)
                && range.len() < lines.len()
            {
                return Err(new + skipped_new);
            }
            hunk(&lines[range.clone()], old + skipped_old, new + skipped_new, &mut hunks.text);
            hunks.bare |= range.end < lines.len() && is_change(&lines[range.end - 1]);
        }
        let end = end.max(index + 1);
        let (seen_old, seen_new) = count(&lines[index..end]);
        (old, new, index) = (old + seen_old, new + seen_new, end);
    }
    Ok(hunks)
}

fn is_change(line: &Line<'_>) -> bool {
    line.tag != ChangeTag::Equal
}

/// Which lines are shown: changes, and what is near them, up to a line that shows a secret.
fn shown(lines: &[Line<'_>]) -> Vec<bool> {
    let mut shown = vec![false; lines.len()];
    for (index, line) in lines.iter().enumerate() {
        if !is_change(line) {
            continue;
        }
        shown[index] = true;
        for near in (index.saturating_sub(CONTEXT)..index).rev().take_while(|near| !lines[*near].secret) {
            shown[near] = true;
        }
        for near in (index + 1..lines.len().min(index + 1 + CONTEXT)).take_while(|near| !lines[*near].secret)
        {
            shown[near] = true;
        }
    }
    shown
}

/// Tools take a hunk with less context after it than before it to stand at the end of the file (GNU patch,
/// `locate_hunk`; git apply where there is none): where a secret cut the end short, the start is cut as well. Lines that
/// are only added keep what is before them, so that a tool refuses them rather than put them at the end.
fn balanced(lines: &[Line<'_>], start: usize, end: usize) -> std::ops::Range<usize> {
    let hunk = &lines[start..end];
    let leading = hunk.iter().take_while(|line| !is_change(line)).count();
    let trailing = hunk.iter().rev().take_while(|line| !is_change(line)).count();
    let only_adds = hunk.iter().all(|line| line.tag != ChangeTag::Delete);
    let cut_after = trailing < CONTEXT && end < lines.len() && !(only_adds && trailing == 0);
    let drop_before = if cut_after { leading.saturating_sub(trailing) } else { 0 };
    start + drop_before..end
}

/// How many lines of the file before, and of the file after.
fn count(lines: &[Line<'_>]) -> (usize, usize) {
    let of = |skipped| lines.iter().filter(|line| line.tag != skipped).count();
    (of(ChangeTag::Insert), of(ChangeTag::Delete))
}

fn hunk(lines: &[Line<'_>], old: usize, new: usize, text: &mut String) {
    let (old_count, new_count) = count(lines);
    let range = |start: usize, count: usize| match count {
        // An empty range is named by the line before it.
        0 => format!("{},0", start - 1),
        1 => start.to_string(),
        _ => format!("{start},{count}"),
    };
    text.push_str(&format!("@@ -{} +{} @@\n", range(old, old_count), range(new, new_count)));
    for line in lines {
        text.push(match line.tag {
            ChangeTag::Equal => ' ',
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
        });
        text.push_str(line.text);
        if !line.text.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(count: usize) -> String {
        (1..=count).map(|n| format!("line {n}\n")).collect()
    }

    fn hunks(before: &str, after: &str, secret: &[usize]) -> Hunks {
        let secret = secret.iter().copied().collect();
        of(before, after, &secret, &secret).unwrap()
    }

    #[test]
    fn a_change_has_three_lines_around_it() {
        let before = numbered(10);
        let hunks = hunks(&before, &before.replace("line 5", "line five"), &[]);
        assert_eq!(
            hunks.text,
            "@@ -2,7 +2,7 @@\n line 2\n line 3\n line 4\n-line 5\n+line five\n line 6\n line 7\n line 8\n"
        );
        assert!(!hunks.bare);
    }

    #[test]
    fn a_new_file_and_a_removed_one() {
        assert_eq!(hunks("", "a\nb\n", &[]).text, "@@ -0,0 +1,2 @@\n+a\n+b\n");
        assert_eq!(hunks("a\n", "", &[]).text, "@@ -1 +0,0 @@\n-a\n");
    }

    #[test]
    fn line_ends_stay_as_they_are() {
        assert_eq!(
            hunks("a\r\nb", "a\r\nc", &[]).text,
            "@@ -1,2 +1,2 @@\n a\r\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn context_that_shows_a_secret_is_left_out() {
        let before = numbered(10);
        let after = before.replace("line 5", "line five");
        let cut = hunks(&before, &after, &[3]);
        assert_eq!(cut.text, "@@ -4,5 +4,5 @@\n line 4\n-line 5\n+line five\n line 6\n line 7\n line 8\n");
        assert!(!cut.bare);
        let bare = hunks(&before, &after, &[6]);
        assert_eq!(bare.text, "@@ -5 +5 @@\n-line 5\n+line five\n");
        assert!(bare.bare);
    }

    #[test]
    fn lines_that_are_only_added_are_never_without_context() {
        let before = numbered(10);
        let after = before.replace("line 5\n", "line 5\nnew\n");
        assert_eq!(hunks(&before, &after, &[5]).text, "@@ -6,3 +6,4 @@\n+new\n line 6\n line 7\n line 8\n");
        let cut = of(&before, &after, &BTreeSet::from([6]), &BTreeSet::from([7])).unwrap();
        assert_eq!(cut.text, "@@ -3,3 +3,4 @@\n line 3\n line 4\n line 5\n+new\n");
        assert!(cut.bare);
        let both = BTreeSet::from([5, 6]);
        assert_eq!(of(&before, &after, &both, &BTreeSet::from([5, 7])).unwrap_err(), 6);
    }

    #[test]
    fn a_secret_between_two_changes_splits_the_hunk() {
        let before = numbered(7);
        let after = before.replace("line 3", "three").replace("line 5", "five");
        let split = hunks(&before, &after, &[4]);
        assert_eq!(
            split.text,
            "@@ -3 +3 @@\n-line 3\n+three\n@@ -5,3 +5,3 @@\n-line 5\n+five\n line 6\n line 7\n"
        );
    }

    #[test]
    fn a_secret_that_changes_is_refused() {
        let secret = BTreeSet::from([2]);
        assert_eq!(of("a\nb\n", "a\nc\n", &secret, &BTreeSet::new()).unwrap_err(), 2);
    }
}
