//! What is shown of amounts so that it sums to what is shown of their total.

use price_book::{MICROS_A_CENT, round_half_even};

/// An amount before and after: in micro-units, or in cents.
pub(crate) type Pair = (i64, i64);

/// One of the two columns.
type Column = fn(&Pair) -> i64;

/// Whether the rows of a column can show so many cents.
type Fits = fn(&[Pair], Column, i64) -> bool;

/// The cents to show of each row, so that they sum to the total's cents before and after: the method of the largest
/// remainder (Hamilton's), in two columns. A row that does not change is shown alike in both, so that no change
/// appears where there is none (unless the totals, which are given, leave no other way); a row of nothing is shown as
/// nothing. Each is within a cent of its amount.
///
/// The rows are not negative, and each total is within a cent of their sum.
#[must_use]
pub fn apportion(rows: &[(i64, i64)], totals: (i64, i64)) -> Vec<(i64, i64)> {
    let (same, changed): (Vec<Pair>, Vec<Pair>) = rows.iter().partition(|row| row.0 == row.1);
    let Some(shared) = shared_cents(&same, &changed, totals) else {
        return columns(rows, totals);
    };
    let mut same = columns(&same, (shared, shared)).into_iter();
    let mut changed = columns(&changed, (totals.0 - shared, totals.1 - shared)).into_iter();
    let next = |row: &Pair| if row.0 == row.1 { same.next() } else { changed.next() };
    rows.iter().filter_map(next).collect()
}

/// Both columns, each by itself.
fn columns(rows: &[Pair], totals: Pair) -> Vec<Pair> {
    let column = |pick: Column| rows.iter().map(pick).collect::<Vec<i64>>();
    let before = distribute(&column(|row| row.0), totals.0);
    before.into_iter().zip(distribute(&column(|row| row.1), totals.1)).collect()
}

/// How many cents the unchanged rows take together: their sum rounded up or down, so that the rest of either total
/// suits the rows that change. None if there is no such number.
fn shared_cents(same: &[Pair], changed: &[Pair], totals: Pair) -> Option<i64> {
    let sum: i128 = same.iter().map(|row| i128::from(row.0)).sum();
    let cent = i128::from(MICROS_A_CENT);
    let rounded = [round_half_even(sum, cent), sum.div_euclid(cent), -(-sum).div_euclid(cent)];
    let rounded = rounded.into_iter().filter_map(|cents| i64::try_from(cents).ok());
    let candidates: Vec<i64> = rounded.chain([totals.0, totals.1]).collect();
    let suits = |fits: Fits, shared: i64| {
        let (before, after): (Column, Column) = (|row| row.0, |row| row.1);
        fits(same, before, shared)
            && fits(changed, before, totals.0 - shared)
            && fits(changed, after, totals.1 - shared)
    };
    let find = |fits| candidates.iter().copied().find(|shared| suits(fits, *shared));
    find(is_rounding).or_else(|| find(is_possible))
}

/// Whether rows can be rounded down and up so that they sum to so many cents.
fn is_rounding(rows: &[Pair], pick: Column, cents: i64) -> bool {
    let down: i64 = rows.iter().map(|row| pick(row) / MICROS_A_CENT).sum();
    let up: i64 = rows
        .iter()
        .map(pick)
        .map(|micros| micros / MICROS_A_CENT + i64::from(micros % MICROS_A_CENT != 0))
        .sum();
    (down..=up).contains(&cents)
}

/// Whether rows can show so many cents at all: where a total is a tie (1.5 cents are shown as 2), one of them may
/// have to be shown a whole cent above or below what it is.
fn is_possible(rows: &[Pair], pick: Column, cents: i64) -> bool {
    cents == 0 || cents > 0 && rows.iter().any(|row| pick(row) > 0)
}

/// Each row rounded down, and the cents that are then missing given to the rows with the largest remainders, one
/// each; rows of nothing get none.
fn distribute(rows: &[i64], cents: i64) -> Vec<i64> {
    let mut shown: Vec<i64> = rows.iter().map(|micros| micros / MICROS_A_CENT).collect();
    let mut missing = cents - shown.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..rows.len()).filter(|i| rows[*i] > 0).collect();
    order.sort_by_key(|i| std::cmp::Reverse(rows[*i] % MICROS_A_CENT));
    if missing < 0 {
        order.reverse();
    }
    let can_change = !order.is_empty() && cents >= 0;
    for i in order.into_iter().cycle() {
        if missing == 0 || !can_change {
            break;
        }
        if missing > 0 || shown[i] > 0 {
            shown[i] += missing.signum();
            missing -= missing.signum();
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cents(micros: i64) -> i64 {
        i64::try_from(round_half_even(micros.into(), MICROS_A_CENT.into())).unwrap()
    }

    /// 0.333 + 0.333 + 0.334 shown with two decimals must be 1.00: the one with the largest remainder gets the cent.
    #[test]
    fn the_largest_remainder_gets_the_missing_cent() {
        assert_eq!(distribute(&[333_000, 333_000, 334_000], 100), [33, 33, 34]);
        assert_eq!(distribute(&[5_000, 5_000, 0], 1), [1, 0, 0]);
        // A total that is rounded away from its rows is made up for by one of them.
        assert_eq!(distribute(&[10_000, 20_000], 2), [1, 1]);
    }

    #[test]
    fn what_does_not_change_is_shown_alike_whatever_else_does() {
        // 0.6 + 0.6 cents are 1 cent in total before; with another 0.6 they are 2.
        let shown = apportion(&[(6_000, 6_000), (6_000, 6_000), (0, 6_000)], (1, 2));
        assert_eq!(shown, [(1, 1), (0, 0), (0, 1)]);
    }

    fn check(rows: &[Pair], totals: Pair) -> Result<(), TestCaseError> {
        let shown = apportion(rows, totals);
        prop_assert_eq!(shown.iter().map(|pair| pair.0).sum::<i64>(), totals.0);
        prop_assert_eq!(shown.iter().map(|pair| pair.1).sum::<i64>(), totals.1);
        for (row, shown) in rows.iter().zip(&shown) {
            prop_assert!((shown.0 * MICROS_A_CENT - row.0).abs() <= MICROS_A_CENT);
            prop_assert!((shown.1 * MICROS_A_CENT - row.1).abs() <= MICROS_A_CENT);
            prop_assert!(row.0 != 0 || shown.0 == 0);
            prop_assert!(row.1 != 0 || shown.1 == 0);
            prop_assert!(row.0 != row.1 || shown.0 == shown.1);
        }
        Ok(())
    }

    fn amount() -> impl Strategy<Value = i64> {
        prop_oneof![Just(0), (0_i64..40).prop_map(|n| n * 2_500), 0_i64..100_000]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn shown_rows_sum_to_shown_totals(
            rows in prop::collection::vec(prop_oneof![amount().prop_map(|a| (a, a)), (amount(), amount())], 0..8),
        ) {
            let sums = rows.iter().fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
            check(&rows, (cents(sums.0), cents(sums.1)))?;
        }

        /// The parts of an object: its own cents are given by the level above, within a cent of its amount.
        #[test]
        fn shown_parts_sum_to_what_their_object_was_given(
            rows in prop::collection::vec(prop_oneof![amount().prop_map(|a| (a, a)), (amount(), amount())], 1..5),
            up in any::<(bool, bool)>(),
        ) {
            let sums = rows.iter().fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
            let round = |sum: i64, up: bool| if up { (sum + MICROS_A_CENT - 1) / MICROS_A_CENT } else { sum / MICROS_A_CENT };
            let totals = (round(sums.0, up.0), round(sums.1, if sums.0 == sums.1 { up.0 } else { up.1 }));
            let shown = apportion(&rows, totals);
            prop_assert_eq!(shown.iter().map(|pair| pair.0).sum::<i64>(), totals.0);
            prop_assert_eq!(shown.iter().map(|pair| pair.1).sum::<i64>(), totals.1);
            for (row, shown) in rows.iter().zip(&shown) {
                prop_assert!((row.0 != 0 || shown.0 == 0) && (row.1 != 0 || shown.1 == 0));
            }
        }
    }
}
