//! Whether a file holds an edit.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Whether `candidate` holds everything that `planned` changes in `base`, whatever else it changes: the two differ from
/// `base` in the same lines by the same lines. It errs on the side of no: another change right beside one of the edit's
/// makes one change of both.
pub(crate) fn holds_edit(base: &[u8], planned: &[u8], candidate: &[u8]) -> bool {
    let base = lines(base);
    let (planned, candidate) = (changes(&base, &lines(planned)), changes(&base, &lines(candidate)));
    planned.iter().all(|change| candidate.contains(change))
}

/// Lines with what ends them.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Which lines of the old text go, and what comes in their place.
#[derive(PartialEq, Eq)]
struct LineChange<'a> {
    at: usize,
    removed: usize,
    added: Vec<&'a [u8]>,
}

fn changes<'a>(old: &[&'a [u8]], new: &[&'a [u8]]) -> Vec<LineChange<'a>> {
    let operations = capture_diff_slices(Algorithm::Myers, old, new);
    operations
        .into_iter()
        .filter(|operation| !matches!(operation, DiffOp::Equal { .. }))
        .map(|operation| {
            let (removed, added) = (operation.old_range(), operation.new_range());
            LineChange { at: removed.start, removed: removed.len(), added: new[added].to_vec() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\n";
    const PLANNED: &str = "a: 1\nb: 2\nc: 1\nd: 1\ne: 1\nf: 2\n";

    fn holds(candidate: &str) -> bool {
        holds_edit(BASE.as_bytes(), PLANNED.as_bytes(), candidate.as_bytes())
    }

    #[test]
    fn an_edit_is_found_beside_other_edits() {
        for candidate in [
            PLANNED,
            "a: 1\nb: 2\nc: 1\nd: 9\ne: 1\nf: 2\n",
            "new: 0\na: 1\nb: 2\nc: 1\nd: 1\ne: 1\nf: 2\n",
            "a: 1\nb: 2\nc: 1\nnew: 0\nd: 1\ne: 1\nf: 2\n",
            "a: 1\nb: 2\nc: 1\ne: 1\nf: 2\n",
        ] {
            assert!(holds(candidate), "{candidate}");
        }
    }

    #[test]
    fn half_of_an_edit_is_none() {
        for candidate in [
            BASE,
            "a: 1\nb: 2\nc: 1\nd: 1\ne: 1\nf: 1\n",
            "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 2\n",
            "a: 1\nb: 3\nc: 1\nd: 1\ne: 1\nf: 2\n",
            "a: 2\nb: 1\nc: 1\nd: 1\ne: 1\nf: 2\n",
            "b: 2\nf: 2\n",
            "",
        ] {
            assert!(!holds(candidate), "{candidate}");
        }
    }

    #[test]
    fn the_same_lines_elsewhere_are_another_edit() {
        // Two objects of the same shape: the second one's replicas are planned, the first one's were changed.
        let base = "name: a\nreplicas: 1\nname: b\nreplicas: 1\n";
        let (planned, candidate) =
            ("name: a\nreplicas: 1\nname: b\nreplicas: 2\n", "name: a\nreplicas: 2\nname: b\nreplicas: 1\n");
        assert!(!holds_edit(base.as_bytes(), planned.as_bytes(), candidate.as_bytes()));
    }
}
