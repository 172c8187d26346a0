//! Whether a text lies between two others: what differs from the first is as in the second.
//!
//! Texts are taken as words and marks. The distance of two is how many of those are not in the longest sequence that
//! both have; a text lies between two others if the way over it is no longer than the way without it.

/// The largest table of two texts' words: beyond, nothing is said to be between.
const MOST_CELLS: usize = 4_000_000;

/// Whether `now` is on the way from `was` to `planned`.
pub(crate) fn is_between(was: &str, now: &str, planned: &str) -> bool {
    let (was, now, planned) = (words(was), words(now), words(planned));
    let distances = (distance(&was, &now), distance(&now, &planned), distance(&was, &planned));
    matches!(distances, (Some(first), Some(second), Some(whole)) if first + second == whole)
}

/// Runs of letters and digits, and every other character by itself.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first.is_alphanumeric() {
            true => rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}

/// None where it would take too long to say.
fn distance(one: &[&str], other: &[&str]) -> Option<usize> {
    let same = |(one, other): &(&&str, &&str)| one == other;
    let start = one.iter().zip(other).take_while(same).count();
    let (one, other) = (&one[start..], &other[start..]);
    let end = one.iter().rev().zip(other.iter().rev()).take_while(same).count();
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    if one.len().saturating_mul(other.len()) > MOST_CELLS {
        return None;
    }
    Some(one.len() + other.len() - 2 * longest_common(one, other))
}

/// The length of the longest common subsequence, row by row.
fn longest_common(one: &[&str], other: &[&str]) -> usize {
    let mut row = vec![0; other.len() + 1];
    for word in one {
        let mut diagonal = 0;
        for (at, candidate) in other.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if word == candidate { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_two_changes_is_on_the_way() {
        let (was, planned) = ("a = 1\nb = 2\n", "a = 7\nb = 8\n");
        for (now, between) in [
            ("a = 7\nb = 2\n", true),
            ("a = 1\nb = 8\n", true),
            (planned, true),
            ("a = 9\nb = 2\n", false),
            ("a = 7\nb = 9\n", false),
            ("a = 7\nb = 2\nc = 3\n", false),
            ("", false),
        ] {
            assert_eq!(is_between(was, now, planned), between, "{now}");
        }
        assert!(is_between("x:1", "x:1, y:2", "x:1, y:2, z:3"));
        assert!(!is_between("x:1", "x:1, z:4", "x:1, y:2, z:3"));
    }

    #[test]
    fn what_would_take_too_long_is_not_said() {
        let text = |word: &str| format!("{word} ").repeat(3_000);
        assert!(!is_between(&text("a"), &text("a b"), &text("b")));
    }
}
