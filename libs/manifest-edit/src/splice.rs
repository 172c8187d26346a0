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

/// Applies splices to a text. Of several insertions at one place the first comes first. A splice that
/// overlaps an earlier one is a removal inside a removal, and is passed over.
#[must_use]
pub fn apply(text: &str, splices: &[Splice]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for splice in in_order(splices) {
        if splice.range.start < at {
            continue;
        }
        result.push_str(&text[at..splice.range.start]);
        result.push_str(&splice.text);
        at = splice.range.end;
    }
    result.push_str(&text[at..]);
    result
}

/// Sorted by place; insertions before what is replaced at the same place.
fn in_order(splices: &[Splice]) -> Vec<&Splice> {
    let mut sorted: Vec<&Splice> = splices.iter().collect();
    sorted.sort_by_key(|splice| (splice.range.start, splice.range.end));
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
}
