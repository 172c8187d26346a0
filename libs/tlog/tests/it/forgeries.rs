//! Exports that were made to deceive: by other keys, of other logs, from a history that was changed.

use tlog::{Checkpoint, Defect, End, Fault, Line, Report, Selection, SignedNote, SigningKey, verify};

use crate::exported::{LOG, Log, check, defects, encode, key, leaf, log, public, whole};

fn header_mut(lines: &mut [Line]) -> &mut tlog::Header {
    match &mut lines[0] {
        Line::Header(header) => header,
        other => panic!("{other:?}"),
    }
}

fn leaf_mut(lines: &mut [Line], line: usize) -> &mut tlog::LeafLine {
    match &mut lines[line - 1] {
        Line::Leaf(leaf) => leaf,
        other => panic!("{other:?}"),
    }
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.defects.iter().map(|defect| defect.fault.code()).collect()
}

#[test]
fn a_signature_that_is_missing_or_by_a_stranger() {
    let log = log(9);
    let checkpoint = log.checkpoint(9);
    let stranger = SigningKey::new(key().public().name(), &[8; 32]).unwrap();
    let unsigned = format!("{checkpoint}\n");
    let foreign = checkpoint.sign(&stranger).unwrap().to_string();
    // The stranger's signature under our key's number.
    let mut posing = SignedNote::parse(&foreign).unwrap().to_string();
    let ours = log.note(9);
    let at = |note: &str| note.rfind(' ').unwrap() + 1;
    posing.replace_range(at(&posing)..at(&posing) + 6, &ours[at(&ours)..at(&ours) + 6]);
    let cases = [
        (unsigned, "AUDIT_NOTE_INVALID"),
        (foreign.clone(), "AUDIT_SIGNATURE_UNKNOWN"),
        (posing, "AUDIT_SIGNATURE_INVALID"),
        (log.note(9).replace("\n9\n", "\n8\n"), "AUDIT_SIGNATURE_INVALID"),
        (String::new(), "AUDIT_NOTE_INVALID"),
    ];
    for (note, code) in cases {
        let mut lines = whole(9);
        header_mut(&mut lines).checkpoint.clone_from(&note);
        let report = check(&lines);
        assert_eq!(defects(&report), [(1, None, code)], "{note}");
        assert!(!report.verified && report.signed_by.is_empty() && report.root.is_none());
        assert_eq!(
            (report.leaves, report.proven, report.checkpoints),
            (9, 0, 0),
            "nothing to hold the leaves against"
        );
    }
    let mut lines = whole(9);
    header_mut(&mut lines).checkpoint = foreign;
    assert!(
        verify(encode(&lines), &[]).defects[0].message.contains(&stranger.public().label()),
        "it names the signer"
    );
}

#[test]
fn a_second_signature_is_ignored_until_its_key_is_given() {
    let new = SigningKey::new(key().public().name(), &[9; 32]).unwrap();
    let mut note = log(9).checkpoint(9).sign(&key()).unwrap();
    note.cosign(&new);
    let mut lines = whole(9);
    header_mut(&mut lines).checkpoint = note.to_string();
    assert!(check(&lines).verified);
    let keys = [new.public().clone(), key().public().clone()];
    let report = verify(encode(&lines), &keys);
    assert_eq!(
        (report.verified, report.signed_by),
        (true, vec![key().public().label(), new.public().label()])
    );
    // With the new key alone, the earlier checkpoints are nobody's.
    let report = verify(encode(&lines), &keys[..1]);
    assert_eq!(
        defects(&report),
        [(2, None, "AUDIT_SIGNATURE_UNKNOWN"), (3, None, "AUDIT_SIGNATURE_UNKNOWN")]
    );
    assert_eq!(report.proven, 9);
}

#[test]
fn another_organisations_export_does_not_pass_for_this_ones() {
    let other = SigningKey::new(&tlog::origin(LOG, "other"), &[7; 32]).unwrap();
    let report = verify(encode(&whole(9)), &[other.public().clone()]);
    assert_eq!((codes(&report)[0], report.verified), ("AUDIT_SIGNATURE_UNKNOWN", false));
    for (organisation, origin) in [("other", "log.example/audit/acme"), ("acme", "log.example/audit/other")] {
        let mut lines = whole(9);
        header_mut(&mut lines).organisation = organisation.to_owned();
        header_mut(&mut lines).origin = origin.to_owned();
        assert_eq!(defects(&check(&lines)), [(1, None, "AUDIT_ORIGIN_MISMATCH")]);
    }
    // One key, by mistake, over the log of another.
    let mut text = log(9).checkpoint(9);
    text.origin = "log.example/audit/other".to_owned();
    let mut lines = whole(9);
    header_mut(&mut lines).checkpoint = SignedNote::sign(&text.to_string(), &key()).unwrap().to_string();
    assert_eq!(defects(&check(&lines)), [(1, None, "AUDIT_ORIGIN_MISMATCH")]);
}

#[test]
fn another_version_or_format() {
    let mut lines = whole(9);
    header_mut(&mut lines).version = 2;
    assert_eq!(defects(&check(&lines)), [(1, None, "AUDIT_EXPORT_INVALID")]);
    let mut lines = whole(9);
    header_mut(&mut lines).format = "other".to_owned();
    assert_eq!(defects(&check(&lines)), [(1, None, "AUDIT_EXPORT_INVALID")]);
}

#[test]
fn each_field_of_a_record_is_covered_even_if_its_hash_is_made_anew() {
    let lines = encode(&whole(9));
    let changes: [(usize, &str, &str); 15] = [
        (5, "plimsoll.t1.v1", "plimsoll.t2.v1"),
        (5, r#""partition":0"#, r#""partition":1"#),
        (5, r#""offset":0"#, r#""offset":1"#),
        (5, r#""id":"id-1""#, r#""id":"id-9""#),
        (5, "PreviewRequested", "PreviewCompleted"),
        (5, "/plimsoll/promotion", "/plimsoll/gitops"),
        (5, r#""subject":"p"#, r#""subject":"q"#),
        (5, "2026", "2025"),
        (5, r#""org":"acme""#, r#""org":"acne""#),
        (5, r#""sequence":2"#, r#""sequence":3"#),
        (5, r#""causation":"id-0""#, r#""causation":null"#),
        (5, r#""correlation":"c-1""#, r#""correlation":"c-2""#),
        (5, r#""schema":"01"#, r#""schema":"02"#),
        (5, "+/8B", "+/8C"),
        (9, r#""key":"aw==""#, r#""key":"ag==""#),
    ];
    for (line, from, to) in changes {
        let index = Some(line as u64 - 4);
        let mut altered = lines.clone();
        altered[line - 1] = lines[line - 1].replacen(from, to, 1);
        assert_ne!(altered, lines, "{from}");
        let report = verify(&altered, &public());
        assert_eq!(defects(&report), [(line as u64, index, "AUDIT_LEAF_ALTERED")], "{from}");
        // A forger also writes the hash of what he made of it.
        let Line::Leaf(mut forged) = serde_json::from_str(&altered[line - 1]).unwrap() else {
            panic!("{from}")
        };
        forged.hash = forged.leaf.hash();
        altered[line - 1] = Line::Leaf(forged).encode().unwrap();
        let report = verify(&altered, &public());
        assert_eq!(defects(&report), [(line as u64, index, "AUDIT_PROOF_INVALID")], "{from}");
        assert_eq!((report.proven, report.verified), (8, false));
    }
}

#[test]
fn what_is_altered_beside_the_record_is_named() {
    let messages = |change: &dyn Fn(&mut tlog::LeafLine)| {
        let mut lines = whole(9);
        change(leaf_mut(&mut lines, 6));
        let report = check(&lines);
        assert!(report.defects.iter().all(|defect| defect.line == 6), "{:?}", report.defects);
        report.defects.iter().map(|defect| (defect.fault, defect.message.clone())).collect::<Vec<_>>()
    };
    let index = messages(&|line| line.index = 7);
    assert_eq!(index, [(Fault::LeafAltered, "the index was altered: this is leaf 2".to_owned())]);
    let hash = messages(&|line| line.hash = leaf(3).hash());
    let proven = format!("the leaf is proven, its hash is {}", leaf(2).hash());
    assert_eq!(hash, [(Fault::LeafAltered, proven)]);
    assert_eq!(messages(&|line| line.proof.swap(0, 1))[0].0, Fault::Proof);
    assert_eq!(messages(&|line| line.proof.truncate(1))[0].0, Fault::Proof);
    assert_eq!(messages(&|line| line.proof.push(leaf(2).hash()))[0].0, Fault::Proof);
}

#[test]
fn a_leaf_of_another_log_is_not_of_this_one() {
    let foreign = Log::of((100..109).map(leaf).collect());
    let mut lines = whole(9);
    lines[5] = foreign.leaf(2);
    assert_eq!(defects(&check(&lines)), [(6, Some(2), "AUDIT_PROOF_INVALID")]);
    // A whole log of our own, under a key of our own.
    let mut forged = foreign.export(Selection::All, &[3], &(0..9).collect::<Vec<_>>());
    header_mut(&mut forged).checkpoint = foreign
        .checkpoint(9)
        .sign(&SigningKey::new(&foreign.checkpoint(9).origin, &[1; 32]).unwrap())
        .unwrap()
        .to_string();
    assert_eq!(codes(&check(&forged)), ["AUDIT_SIGNATURE_UNKNOWN"]);
}

#[test]
fn keys_of_two_logs_do_not_mix_their_checkpoints() {
    let other = SigningKey::new(&tlog::origin(LOG, "other"), &[7; 32]).unwrap();
    let keys = [key().public().clone(), other.public().clone()];
    let mut lines = whole(9);
    assert!(verify(encode(&lines), &keys).verified);
    let Line::Checkpoint(earlier) = &mut lines[1] else { panic!("{lines:?}") };
    let mut foreign = log(9).checkpoint(2);
    foreign.origin = other.public().name().to_owned();
    earlier.note = foreign.sign(&other).unwrap().to_string();
    assert_eq!(defects(&verify(encode(&lines), &keys)), [(2, None, "AUDIT_ORIGIN_MISMATCH")]);
}

#[test]
fn the_end_is_one_line_that_counts_both_kinds() {
    let mut lines = whole(9);
    let end = lines.len() - 1;
    lines.push(lines[end].clone());
    assert_eq!(defects(&check(&lines)), [(14, None, "AUDIT_EXPORT_INVALID")]);
    // As many lines as there are, but of other kinds.
    let mut lines = whole(9);
    lines[end] = Line::End(End { checkpoints: 3, leaves: 8 });
    assert_eq!(defects(&check(&lines)), [(13, None, "AUDIT_EXPORT_TRUNCATED")]);
}

#[test]
fn an_unreadable_checkpoint_does_not_stand_for_a_leaf() {
    let mut lines = encode(&whole(9));
    lines.remove(3);
    lines[2] = lines[2].replace("proof", "prooo");
    let expected = [(3, None, "AUDIT_EXPORT_INVALID"), (4, Some(0), "AUDIT_LEAF_MISSING")];
    assert_eq!(defects(&verify(lines, &public())), expected);
}

/// The export of a log whose leaf 1 was changed after it had been signed, with the signed checkpoint of before.
fn rewritten(selection: Selection, indexes: &[u64]) -> Vec<Line> {
    let mut leaves: Vec<_> = (0..9).map(leaf).collect();
    leaves[1].position.offset = 77;
    let mut lines = Log::of(leaves).export(selection, &[3, 8], indexes);
    let Line::Checkpoint(earlier) = &mut lines[1] else { panic!("{lines:?}") };
    earlier.note = log(9).note(3);
    lines
}

#[test]
fn a_log_that_was_rewritten_contradicts_its_earlier_checkpoint() {
    let report = check(&rewritten(Selection::All, &(0..9).collect::<Vec<_>>()));
    assert_eq!((defects(&report), report.checkpoints), (vec![(2, None, "AUDIT_CHECKPOINT_INCONSISTENT")], 1));
    let message = &report.defects[0].message;
    assert!(message.starts_with("the log was rewritten: its first 3 leaves now have the root"), "{message}");
    let report = check(&rewritten(Selection::Part, &[2, 5]));
    assert_eq!((codes(&report), report.proven), (vec!["AUDIT_CHECKPOINT_INCONSISTENT"], 2));
    assert!(
        report.defects[0].message.contains("or the proof was altered"),
        "a part cannot tell the two apart"
    );
}

#[test]
fn a_log_that_was_rolled_back_contradicts_its_longer_checkpoint() {
    let mut lines = log(9).export(Selection::All, &[3, 8], &(0..9).collect::<Vec<_>>());
    let Line::Checkpoint(earlier) = &mut lines[2] else { panic!("{lines:?}") };
    earlier.note = log(12).note(12);
    let report = check(&lines);
    let message = "the log was rolled back: it had 12 leaves, and has 9 in the header".to_owned();
    assert_eq!(report.defects, [Defect { line: 3, leaf: None, fault: Fault::Inconsistent, message }]);
    // The same size with another root.
    let mut lines = rewritten(Selection::All, &(0..9).collect::<Vec<_>>());
    let Line::Checkpoint(earlier) = &mut lines[2] else { panic!("{lines:?}") };
    (earlier.note, earlier.proof) = (log(9).note(9), Vec::new());
    assert_eq!(codes(&check(&lines)), ["AUDIT_CHECKPOINT_INCONSISTENT", "AUDIT_CHECKPOINT_INCONSISTENT"]);
}

#[test]
fn a_consistency_proof_that_was_altered_is_told_from_a_rewritten_log() {
    let altered = |selection, indexes: &[u64]| {
        let mut lines = log(9).export(selection, &[3, 8], indexes);
        let Line::Checkpoint(earlier) = &mut lines[1] else { panic!("{lines:?}") };
        earlier.proof.swap(0, 1);
        defects(&check(&lines))
    };
    assert_eq!(altered(Selection::All, &[0, 1, 2, 3, 4, 5, 6, 7, 8]), [(2, None, "AUDIT_PROOF_INVALID")]);
    assert_eq!(altered(Selection::Part, &[3]), [(2, None, "AUDIT_CHECKPOINT_INCONSISTENT")]);
}

#[test]
fn an_earlier_checkpoint_must_be_signed_and_in_order() {
    let mut lines = whole(9);
    lines.swap(1, 2);
    assert_eq!(defects(&check(&lines)), [(3, None, "AUDIT_EXPORT_INVALID")]);
    let twice = log(9).export(Selection::All, &[2, 2], &(0..9).collect::<Vec<_>>());
    assert_eq!(defects(&check(&twice)), [(3, None, "AUDIT_EXPORT_INVALID")]);
    let mut lines = whole(9);
    let Line::Checkpoint(earlier) = &mut lines[1] else { panic!("{lines:?}") };
    let stranger = SigningKey::new(key().public().name(), &[8; 32]).unwrap();
    earlier.note = log(9).checkpoint(3).sign(&stranger).unwrap().to_string();
    assert_eq!(defects(&check(&lines)), [(2, None, "AUDIT_SIGNATURE_UNKNOWN")]);
    // The empty tree begins every log, but only with the empty root.
    let mut lines = log(9).export(Selection::All, &[0], &(0..9).collect::<Vec<_>>());
    let Line::Checkpoint(earlier) = &mut lines[1] else { panic!("{lines:?}") };
    let wrong = Checkpoint { root: leaf(0).hash(), ..log(9).checkpoint(0) };
    earlier.note = wrong.sign(&key()).unwrap().to_string();
    assert_eq!(codes(&check(&lines)), ["AUDIT_CHECKPOINT_INCONSISTENT"]);
}

#[test]
fn a_part_is_not_called_whole_and_its_order_and_count_are_checked() {
    let log = log(12);
    let part = |indexes: &[u64]| log.export(Selection::Part, &[], indexes);
    let fine = check(&part(&[1, 4, 5, 11]));
    assert_eq!((fine.verified, fine.selection, fine.size), (true, Some(Selection::Part), Some(12)));
    assert_eq!(defects(&check(&part(&[4, 1, 5, 11]))), [(2, Some(4), "AUDIT_LEAF_MISPLACED")]);
    let far = [(2, Some(11), "AUDIT_LEAF_MISPLACED"), (5, Some(1), "AUDIT_LEAF_MISPLACED")];
    assert_eq!(defects(&check(&part(&[11, 4, 5, 1]))), far);
    assert_eq!(defects(&check(&part(&[1, 4, 4, 11]))), [(4, Some(4), "AUDIT_LEAF_DUPLICATED")]);
    let mut lines = part(&[1, 4, 5, 11]);
    lines.remove(2);
    assert_eq!(defects(&check(&lines)), [(5, None, "AUDIT_EXPORT_TRUNCATED")]);
    // Whoever calls a part the whole is contradicted by the size that is signed.
    let mut lines = part(&[1, 4]);
    header_mut(&mut lines).selection = Selection::All;
    let missing = [(2, Some(0)), (3, Some(2)), (4, Some(5))];
    let missing = missing.map(|(line, leaf)| (line, leaf, "AUDIT_LEAF_MISSING"));
    assert_eq!(defects(&check(&lines)), missing);
}

#[test]
fn numbers_that_overflow_are_just_wrong() {
    let mut lines = whole(4);
    leaf_mut(&mut lines, 5).index = u64::MAX;
    let last = lines.len() - 1;
    lines[last] = Line::End(End { checkpoints: u64::MAX, leaves: u64::MAX });
    let mut lines = encode(&lines);
    lines[5].push('x');
    let report = verify(&lines, &public());
    let found: Vec<_> = report.defects.iter().map(|defect| defect.line).collect();
    assert_eq!(found, [5, 6, 8]);
    // Without a key, every index is taken as it is written.
    assert!(!verify(&lines, &[]).verified);
}

#[test]
fn lines_that_are_no_lines() {
    for line in ["", "null", "{}", "[]", r#"{"leaf":{}}"#, r#"{"other":{}}"#, "\u{feff}", "\r"] {
        let mut lines = encode(&whole(4));
        lines.insert(4, line.to_owned());
        assert_eq!(defects(&verify(&lines, &public())), [(5, None, "AUDIT_EXPORT_INVALID")], "{line:?}");
    }
    let mut lines = encode(&whole(4));
    lines.push(lines[5].clone());
    assert_eq!(codes(&verify(&lines, &public())), ["AUDIT_EXPORT_INVALID", "AUDIT_LEAF_DUPLICATED"]);
    let respelled = encode(&whole(4)).into_iter().map(|line| line.replacen(':', ": ", 1));
    assert_eq!(verify(respelled, &public()).defects.len(), 9, "each line, and the end that is not there");
}

#[test]
fn the_report_is_json() {
    let mut lines = whole(9);
    lines.remove(5);
    let report = serde_json::to_value(check(&lines)).unwrap();
    assert_eq!(report["verified"], false);
    assert_eq!(report["selection"], "all");
    let defect = serde_json::json!({
        "line": 6, "leaf": 2, "code": "AUDIT_LEAF_MISSING", "message": "leaf 2 is missing before this line",
    });
    assert_eq!(report["defects"], serde_json::json!([defect]));
}
