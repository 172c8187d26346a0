//! What a leaf covers. The expected hashes were computed from the layout in `docs/audit-log.md` with Python's struct and hashlib.

use proptest::prelude::*;
use tlog::{Base64, EventRecord, Hash, Leaf, Position, RawRecord, Record};

fn position() -> Position {
    Position { topic: "plimsoll.promotion.v1".to_owned(), partition: 2, offset: 41 }
}

fn event(causation: Option<&str>) -> EventRecord {
    EventRecord {
        id: "0197".to_owned(),
        kind: "PreviewRequested".to_owned(),
        source: "/plimsoll/promotion".to_owned(),
        subject: "p-1".to_owned(),
        time: "2026-01-02T03:04:05Z".to_owned(),
        org: "acme".to_owned(),
        sequence: 7,
        causation: causation.map(str::to_owned),
        correlation: "c-1".to_owned(),
        schema: Hash::new(std::array::from_fn(|at| at as u8)),
        body: Base64(vec![0x02, 0x00, 0xff]),
    }
}

fn raw(headers: &[(&str, &[u8])]) -> Leaf {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), Base64(value.to_vec()))).collect();
    let record = RawRecord { key: Base64(b"key".to_vec()), headers, value: Base64(vec![0xde, 0xad]) };
    Leaf { position: position(), record: Record::Raw(record) }
}

#[test]
fn the_bytes_are_laid_out_as_the_page_says() {
    let leaf = |causation| Leaf { position: position(), record: Record::Event(event(causation)) };
    let expected = [
        (leaf(None), 249, "2ab8e38fdb15453a2e95e19bf1ad36609dfb4eb36595cb541372a883337e31a5"),
        (leaf(Some("0196")), 261, "b6c6de1f6188f7bfa674c2e5a6f55d8e778d0c3af04a00cb9ee3639bc995b14f"),
        (
            raw(&[("ce_type", b"Odd"), ("ce_id", b"")]),
            148,
            "319f7f2e172c7799ddfc1e076218858508bc2e4e404e8678151f2ec13745f7c1",
        ),
    ];
    for (leaf, length, hash) in expected {
        assert_eq!(leaf.bytes().len(), length);
        assert_eq!(leaf.hash().to_string(), hash);
    }
}

#[test]
fn parts_that_are_divided_differently_are_different_leaves() {
    let leaves = [
        raw(&[("ab", b"c")]),
        raw(&[("a", b"bc")]),
        raw(&[("abc", b"")]),
        raw(&[]),
        raw(&[("ab", b"c"), ("", b"")]),
        raw(&[("", b""), ("ab", b"c")]),
    ];
    for (first, second) in leaves.iter().flat_map(|a| leaves.iter().map(move |b| (a, b))) {
        assert_eq!(first.bytes() == second.bytes(), first == second, "{first:?} {second:?}");
    }
}

prop_compose! {
    fn any_leaf()(
        texts in proptest::array::uniform9("[ab]{0,2}"), numbers in (0u32..3, 0u64..3, 0u64..3),
        causation in proptest::option::of("[ab]{0,2}"), schema in 0u8..3,
        raw in proptest::option::of(proptest::collection::vec(("[ab]{0,2}", "[ab]{0,2}"), 0..3)),
    ) -> Leaf {
        let [topic, id, kind, source, subject, time, org, correlation, body] = texts;
        let position = Position { topic, partition: numbers.0, offset: numbers.1 };
        let bytes = |text: String| Base64(text.into_bytes());
        let record = match raw {
            Some(headers) => Record::Raw(RawRecord {
                key: bytes(id), headers: headers.into_iter().map(|(name, value)| (name, bytes(value))).collect(), value: bytes(body),
            }),
            None => Record::Event(EventRecord {
                id, kind, source, subject, time, org, sequence: numbers.2, causation, correlation,
                schema: Hash::new([schema; 32]), body: bytes(body),
            }),
        };
        Leaf { position, record }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    /// Small alphabets and short texts, so that parts often touch in the same bytes.
    #[test]
    fn different_leaves_have_different_bytes(first in any_leaf(), second in any_leaf()) {
        prop_assert_eq!(first.bytes() == second.bytes(), first == second);
    }

    #[test]
    fn a_leaf_is_the_same_after_json(leaf in any_leaf()) {
        let text = serde_json::to_string(&leaf).unwrap();
        prop_assert_eq!(serde_json::from_str::<Leaf>(&text).unwrap(), leaf);
    }
}
