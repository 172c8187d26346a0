//! The order of keys: go-yaml v2's `sorter.go`, by which `a2` comes before `a10`.

use std::cmp::Ordering;

use serde_json::{Map, Value};

type Entry<'a> = (&'a String, &'a Value);

/// The entries in the order in which they are written.
pub(super) fn sorted(map: &Map<String, Value>) -> Vec<Entry<'_>> {
    merge_sort(map.iter().collect())
}

/// The order has cycles (`a1b` < `a2` < `a10` < `a1b`), on which the standard library's sort may panic.
fn merge_sort(mut entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    if entries.windows(2).all(|pair| !comes_before(pair[1].0, pair[0].0)) {
        return entries;
    }
    let mut right = merge_sort(entries.split_off(entries.len() / 2)).into_iter().peekable();
    let mut left = merge_sort(entries).into_iter().peekable();
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while let (Some(of_left), Some(of_right)) = (left.peek(), right.peek()) {
        let next = if comes_before(of_right.0, of_left.0) { right.next() } else { left.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

fn comes_before(a: &str, b: &str) -> bool {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let start = (0..=same).rev().find(|at| a.is_char_boundary(*at) && b.is_char_boundary(*at)).unwrap_or(0);
    let (Some(of_a), Some(of_b)) = (a[start..].chars().next(), b[start..].chars().next()) else {
        return a.len() < b.len();
    };
    match (of_a.is_alphabetic(), of_b.is_alphabetic()) {
        (true, true) => of_a < of_b,
        (true, false) => false,
        (false, true) => true,
        (false, false) => {
            // A zero counts only after a digit that is not.
            let seed = (of_a == '0' || of_b == '0') && follows_a_number(&a[..start]);
            let [a, b] = [a, b].map(|text| digits(&text[start..], i64::from(seed)));
            a.cmp(&b).then(of_a.cmp(&of_b)) == Ordering::Less
        }
    }
}

fn follows_a_number(before: &str) -> bool {
    before.bytes().rev().take_while(u8::is_ascii_digit).any(|digit| digit != b'0')
}

/// The number that starts here and how many digits it has. What does not fit wraps, as in Go.
fn digits(text: &str, seed: i64) -> (i64, usize) {
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    digits.fold((seed, 0), |(value, count), digit| {
        (value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0')), count + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order<const N: usize>(keys: [&str; N]) -> Vec<String> {
        let map: Map<String, Value> = keys.map(|key| (key.to_owned(), Value::Null)).into_iter().collect();
        sorted(&map).into_iter().map(|(key, _)| key.clone()).collect()
    }

    #[test]
    fn keys_are_in_the_natural_order_of_their_digits() {
        assert_eq!(order(["a10", "a2", "a1", "a01", "a"]), ["a", "a1", "a01", "a2", "a10"]);
        assert_eq!(order(["b", "B", "-", "1", "é"]), ["-", "1", "B", "b", "é"]);
    }

    #[test]
    fn a_cycle_of_the_order_is_no_panic() {
        let keys: Vec<String> = (0..200).flat_map(|n| [format!("a{n}"), format!("a{n}b")]).collect();
        let map: Map<String, Value> = keys.iter().map(|key| (key.clone(), Value::Null)).collect();
        assert_eq!(sorted(&map).len(), 400);
    }
}
