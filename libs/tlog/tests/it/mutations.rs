//! Everything that can happen to a file: each bit flipped, lines dropped, swapped, doubled, cut off. Each is found, and
//! on the line where it happened.

use tlog::{Report, Selection, verify};

use crate::exported::{check, defects, encode, log, public, whole};

const LEAVES: u64 = 7;

fn reverify(lines: &[Vec<u8>]) -> Report {
    verify(lines, &public())
}

fn bytes(lines: Vec<String>) -> Vec<Vec<u8>> {
    lines.into_iter().map(String::into_bytes).collect()
}

/// The lines of the defects, each once.
fn found(report: &Report) -> Vec<u64> {
    let mut lines: Vec<_> = report.defects.iter().map(|defect| defect.line).collect();
    lines.dedup();
    lines
}

#[test]
fn one_flipped_bit_in_any_byte_of_any_line() {
    let part = log(LEAVES).export(Selection::Part, &[4], &[2, 5]);
    for export in [bytes(encode(&whole(4))), bytes(encode(&part))] {
        assert!(reverify(&export).verified);
        for (line, place) in
            (0..export.len()).flat_map(|line| (0..export[line].len()).map(move |place| (line, place)))
        {
            let mut altered = export.clone();
            // The bit differs from byte to byte and from line to line.
            altered[line][place] ^= 1 << ((place + line) % 8);
            let report = reverify(&altered);
            assert!(!report.verified);
            let text = String::from_utf8_lossy(&altered[line]);
            assert_eq!(found(&report), [line as u64 + 1], "byte {place} of {text}\n{:#?}", report.defects);
        }
    }
}

#[test]
fn every_bit_of_a_leaf_line() {
    let export = bytes(encode(&log(2).export(Selection::All, &[], &[0, 1])));
    let line = 2;
    for bit in 0..export[line].len() * 8 {
        let mut altered = export.clone();
        altered[line][bit / 8] ^= 1 << (bit % 8);
        let report = reverify(&altered);
        assert!(!report.verified);
        assert_eq!(found(&report), [line as u64 + 1], "bit {bit}: {:#?}", report.defects);
    }
}

#[test]
fn a_flipped_line_break_is_found_where_the_lines_join() {
    let text = encode(&whole(LEAVES)).join("\n").into_bytes();
    let breaks: Vec<_> = (0..text.len()).filter(|place| text[*place] == b'\n').collect();
    assert_eq!(breaks.len() as u64, LEAVES + 3);
    for (line, place) in breaks.into_iter().enumerate() {
        for bit in 0..8 {
            let mut altered = text.clone();
            altered[place] ^= 1 << bit;
            let report = verify(altered.split(|byte| *byte == b'\n'), &public());
            assert_eq!(found(&report).first(), Some(&(line as u64 + 1)), "line {line}, bit {bit}");
        }
    }
}

#[test]
fn a_dropped_line() {
    let (lines, size) = (whole(LEAVES), LEAVES as usize);
    for dropped in 0..lines.len() {
        let mut rest = lines.clone();
        rest.remove(dropped);
        let report = check(&rest);
        let last = lines.len() as u64 - 1;
        let expected = match dropped {
            0 => vec![(1, None, "AUDIT_EXPORT_INVALID")],
            1 | 2 => vec![(last, None, "AUDIT_EXPORT_TRUNCATED")],
            line if line == size + 3 => vec![(last, None, "AUDIT_EXPORT_TRUNCATED")],
            // The line that now stands in its place.
            line => vec![(line as u64 + 1, Some(line as u64 - 3), "AUDIT_LEAF_MISSING")],
        };
        assert_eq!((defects(&report), report.verified), (expected, false), "line {}", dropped + 1);
    }
}

#[test]
fn dropped_leaves_are_named_as_runs() {
    let mut lines = whole(12);
    lines.drain(3 + 9..3 + 11);
    lines.drain(3..3 + 2);
    let report = check(&lines);
    let expected = [(4, Some(0), "AUDIT_LEAF_MISSING"), (11, Some(9), "AUDIT_LEAF_MISSING")];
    assert_eq!(defects(&report), expected);
    let messages: Vec<_> = report.defects.iter().map(|defect| defect.message.as_str()).collect();
    assert_eq!(
        messages,
        ["leaves 0 to 1 are missing before this line", "leaves 9 to 10 are missing before this line"]
    );
}

#[test]
fn two_swapped_leaves() {
    let lines = whole(LEAVES);
    for (first, second) in
        (0..LEAVES).flat_map(|first| (first + 1..LEAVES).map(move |second| (first, second)))
    {
        let mut swapped = lines.clone();
        let places = [first as usize + 3, second as usize + 3];
        swapped.swap(places[0], places[1]);
        let report = check(&swapped);
        let (early, late) = (first + 4, second + 4);
        // Of two neighbours, one is out of order.
        let expected = if second == first + 1 {
            vec![(early, Some(second), "AUDIT_LEAF_MISPLACED")]
        } else {
            vec![(early, Some(second), "AUDIT_LEAF_MISPLACED"), (late, Some(first), "AUDIT_LEAF_MISPLACED")]
        };
        assert_eq!((defects(&report), report.verified), (expected, false), "{first} and {second}");
    }
}

#[test]
fn any_two_swapped_lines() {
    let lines = whole(LEAVES);
    for (first, second) in (0..lines.len()).flat_map(|a| (a + 1..lines.len()).map(move |b| (a, b))) {
        let mut swapped = lines.clone();
        swapped.swap(first, second);
        let report = check(&swapped);
        assert!(!report.verified);
        let (early, late) = (first as u64 + 1, second as u64 + 1);
        assert!(
            found(&report).iter().any(|line| *line == early || *line == late),
            "{early}, {late}: {report:#?}"
        );
    }
}

#[test]
fn a_leaf_twice() {
    let lines = whole(LEAVES);
    for (leaf, place) in (0..LEAVES).flat_map(|leaf| (0..=LEAVES).map(move |place| (leaf, place))) {
        let mut more = lines.clone();
        more.insert(place as usize + 3, lines[leaf as usize + 3].clone());
        let report = check(&more);
        // Of two equal lines side by side, the second is the one too many.
        let line = if place == leaf { place + 5 } else { place + 4 };
        let expected = vec![(line, Some(leaf), "AUDIT_LEAF_DUPLICATED")];
        assert_eq!((defects(&report), report.verified), (expected, false), "leaf {leaf} at {place}");
    }
}

#[test]
fn a_leaf_in_anothers_place() {
    let lines = whole(LEAVES);
    for (leaf, place) in (0..LEAVES).flat_map(|leaf| (0..LEAVES).map(move |place| (leaf, place))) {
        if leaf == place {
            continue;
        }
        let mut replaced = lines.clone();
        replaced[place as usize + 3] = lines[leaf as usize + 3].clone();
        let found = defects(&check(&replaced));
        let doubled =
            found.iter().filter(|(_, index, code)| (*index, *code) == (Some(leaf), "AUDIT_LEAF_DUPLICATED"));
        // Beside its twin it cannot be told which is which.
        assert!(
            doubled.clone().all(|(line, ..)| line.abs_diff(place + 4) <= 1),
            "{leaf} at {place}: {found:?}"
        );
        assert_eq!(doubled.count(), 1, "{leaf} at {place}: {found:?}");
        let missing = found.iter().filter(|(.., code)| *code == "AUDIT_LEAF_MISSING");
        let missing: Vec<_> =
            missing.map(|(line, index, _)| (line.saturating_sub(place + 4) <= 1, *index)).collect();
        assert_eq!((missing, found.len()), (vec![(true, Some(place))], 2), "{leaf} at {place}: {found:?}");
    }
}

#[test]
fn a_file_that_is_cut_off() {
    let lines = encode(&whole(LEAVES));
    for kept in 0..lines.len() {
        let report = verify(&lines[..kept], &public());
        let mut expected = vec![(kept as u64, None, "AUDIT_EXPORT_TRUNCATED")];
        if kept == 0 {
            expected = vec![(0, None, "AUDIT_EXPORT_TRUNCATED")];
        }
        assert_eq!((defects(&report), report.verified), (expected, false), "{kept} lines");
    }
    for cut in [1, 40, lines[5].len() - 1] {
        let report = verify(lines[..5].iter().map(String::as_str).chain([&lines[5][..cut]]), &public());
        let expected = [(6, None, "AUDIT_EXPORT_INVALID"), (6, None, "AUDIT_EXPORT_TRUNCATED")];
        assert_eq!((defects(&report), report.verified), (expected.to_vec(), false), "{cut} bytes");
    }
}

#[test]
fn several_defects_are_found_together() {
    let mut lines = bytes(encode(&whole(12)));
    let id = lines[4].windows(4).position(|text| text == b"id-1").unwrap();
    lines[4][id] ^= 1;
    lines.remove(3 + 8);
    lines.remove(3 + 4);
    lines.swap(3 + 5, 3 + 8);
    let report = reverify(&lines);
    assert_eq!(found(&report), [5, 8, 9, 11, 12]);
    let codes: Vec<_> = report.defects.iter().map(|defect| (defect.leaf, defect.fault.code())).collect();
    let expected = [
        (Some(1), "AUDIT_LEAF_ALTERED"),
        (Some(4), "AUDIT_LEAF_MISSING"),
        (Some(10), "AUDIT_LEAF_MISPLACED"),
        (Some(8), "AUDIT_LEAF_MISSING"),
        (Some(6), "AUDIT_LEAF_MISPLACED"),
    ];
    assert_eq!(codes, expected);
}

#[test]
fn two_pairs_are_swapped() {
    let mut lines = whole(9);
    lines.swap(3, 3 + 2);
    lines.swap(3 + 5, 3 + 7);
    let expected = [(4, Some(2)), (6, Some(0)), (9, Some(7)), (11, Some(5))];
    assert_eq!(defects(&check(&lines)), expected.map(|(line, leaf)| (line, leaf, "AUDIT_LEAF_MISPLACED")));
}

#[test]
fn an_unreadable_line_stands_for_one_leaf_only() {
    // 0, 1, one that cannot be read, 5, 6, 3, 7, 8: leaf 4 is dropped, leaf 3 moved.
    let mut lines = encode(&whole(9));
    let moved = lines.remove(3 + 3);
    lines.remove(3 + 3);
    lines.insert(3 + 5, moved);
    lines[3 + 2].pop();
    let expected = [
        (6, None, "AUDIT_EXPORT_INVALID"),
        (7, Some(4), "AUDIT_LEAF_MISSING"),
        (9, Some(3), "AUDIT_LEAF_MISPLACED"),
    ];
    assert_eq!(defects(&verify(lines, &public())), expected);
}

#[test]
fn the_list_of_defects_is_bounded() {
    let lines = (0..1500).map(|_| "{}").collect::<Vec<_>>();
    let report = verify(lines, &public());
    assert_eq!(
        (report.defects.len() as u64 + report.unlisted, report.defects.len()),
        (1501, tlog::MAX_DEFECTS)
    );
    assert!(!report.verified);
}
