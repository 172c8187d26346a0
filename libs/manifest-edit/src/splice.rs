//! Splices: the replacement of a range of bytes by a text.

use std::ops::Range;

/// Replaces a range of bytes of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// The bytes that go.
    pub range: Range<usize>,
    /// What comes in their place.
    pub text: String,
}

/// Applies splices to a text, as [`normalised`] orders and merges them.
#[must_use]
pub fn apply(text: &str, splices: &[Splice]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for splice in normalised(splices) {
        result.push_str(&text[at..splice.range.start]);
        result.push_str(&splice.text);
        at = splice.range.end;
    }
    result.push_str(&text[at..]);
    result
}

/// The same edit in splices that are in order and neither overlap nor touch. Of several insertions at one place the
/// first comes first, before what is replaced there. Where removals overlap, what any of them takes goes; what is
/// written inside a removal goes with it.
#[must_use]
pub fn normalised(splices: &[Splice]) -> Vec<Splice> {
    let mut merged: Vec<Splice> = Vec::new();
    for splice in in_order(splices) {
        match merged.last_mut().filter(|last| splice.range.start <= last.range.end) {
            Some(last) => {
                // Touching is not overlapping: both texts stand.
                if splice.range.start == last.range.end {
                    last.text.push_str(&splice.text);
                }
                last.range.end = last.range.end.max(splice.range.end);
            }
            None => merged.push(splice.clone()),
        }
    }
    merged
}

/// Sorted by place: insertions before what is replaced at the same place, and of that the longest first.
fn in_order(splices: &[Splice]) -> Vec<&Splice> {
    let mut sorted: Vec<&Splice> = splices.iter().collect();
    sorted.sort_by_key(|splice| {
        (splice.range.start, !splice.range.is_empty(), std::cmp::Reverse(splice.range.end))
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insertions_at_one_place_keep_their_order() {
        let splice = |range, text: &str| Splice { range, text: text.into() };
        let splices = [splice(2..4, "X"), splice(2..2, "a"), splice(2..2, "b"), splice(0..1, "")];
        assert_eq!(apply("012345", &splices), "1abX45");
    }

    #[test]
    fn removals_that_overlap_become_one() {
        let splice = |range, text: &str| Splice { range, text: text.into() };
        let splices =
            [splice(1..4, ""), splice(2..3, "x"), splice(3..6, ""), splice(8..8, "y"), splice(1..1, "a")];
        assert_eq!(normalised(&splices), [splice(1..6, "a"), splice(8..8, "y")]);
        assert_eq!(apply("0123456789", &splices), "0a67y89");
    }
}
