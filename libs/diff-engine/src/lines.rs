//! The lines in which two texts differ.

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::inside::InnerChange;

/// Beyond so many pairs of differing lines a text is one change from the first to the last of them: comparing takes as
/// long as the product, and nobody reads it.
const MOST_PAIRS: usize = 4_000_000;

/// The runs of lines that differ, in order.
pub(crate) fn changes(before: &str, after: &str) -> Vec<InnerChange> {
    let (olds, news): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = |(old, new): &(&&str, &&str)| old == new;
    let start = olds.iter().zip(&news).take_while(same).count();
    let rest = olds[start..].iter().rev().zip(news[start..].iter().rev());
    let end = rest.take_while(same).count();
    let (old, new) = (&olds[start..olds.len() - end], &news[start..news.len() - end]);
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        return vec![change((start, old), new)];
    }
    capture_diff_slices(Algorithm::Myers, old, new)
        .into_iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| {
            let (olds, news) = (op.old_range(), op.new_range());
            change((start + olds.start, &old[olds]), &new[news])
        })
        .collect()
}

/// A run of lines that starts after `above` lines.
fn change((above, old): (usize, &[&str]), new: &[&str]) -> InnerChange {
    let place = match old.len() {
        0 => format!("after line {above}"),
        1 => format!("line {}", above + 1),
        count => format!("lines {}-{}", above + 1, above + count),
    };
    let text = |lines: &[&str]| (!lines.is_empty()).then(|| Value::from(lines.join("\n")));
    InnerChange { place, before: text(old), after: text(new) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(before: &str, after: &str) -> Vec<String> {
        changes(before, after).into_iter().map(|change| change.place).collect()
    }

    #[test]
    fn lines_are_numbered_as_in_the_text_before() {
        assert_eq!(places("a\nb\nc\nd\n", "a\nB\nC\nd\ne\n"), ["lines 2-3", "after line 4"]);
        assert_eq!(places("a\nb\n", "b\n"), ["line 1"]);
        assert!(places("a\n", "a").is_empty());
    }

    #[test]
    fn a_text_that_is_all_new_is_one_change() {
        let text = |word: &str| (0..2100).map(|line| format!("{word}{line}\n")).collect::<String>();
        assert_eq!(places(&text("a"), &text("b")), ["lines 1-2100"]);
    }
}
