//! A log and its export, as the audit service makes them, and what a verification says of an export that is fine.

use tlog::{
    Base64, Checkpoint, CheckpointLine, End, EventRecord, Hash, Header, Leaf, LeafLine, Line, Position,
    PublicKey, RawRecord, Record, Report, Selection, SigningKey, verify,
};

use crate::oracle::Stored;

pub(crate) const LOG: &str = "log.example/audit";
pub(crate) const ORGANISATION: &str = "acme";
/// The sizes at which the log was signed before.
pub(crate) const SIGNED: [u64; 2] = [2, 4];

pub(crate) fn key() -> SigningKey {
    SigningKey::new(&tlog::origin(LOG, ORGANISATION), &[7; 32]).unwrap()
}

pub(crate) fn public() -> [PublicKey; 1] {
    [key().public().clone()]
}

/// Leaf `index`: an event, or every seventh a record that could not be decoded.
pub(crate) fn leaf(index: u64) -> Leaf {
    let position = Position { topic: format!("plimsoll.t{}.v1", index % 3), partition: 0, offset: index / 3 };
    let record = if index % 7 == 5 {
        let headers = vec![("ce_type".to_owned(), Base64(vec![0xff, index as u8]))];
        Record::Raw(RawRecord { key: Base64(b"k".to_vec()), headers, value: Base64(vec![0, 1, 2]) })
    } else {
        Record::Event(EventRecord {
            id: format!("id-{index}"),
            kind: "PreviewRequested".to_owned(),
            source: "/plimsoll/promotion".to_owned(),
            subject: "p-\u{e9}\"1\"\n".to_owned(),
            time: "2026-01-02T03:04:05.000001Z".to_owned(),
            org: ORGANISATION.to_owned(),
            sequence: index + 1,
            causation: (index % 2 == 1).then(|| format!("id-{}", index - 1)),
            correlation: "c-1".to_owned(),
            schema: Hash::new([index as u8; 32]),
            body: Base64(vec![0xfb, 0xff, index as u8]),
        })
    };
    Leaf { position, record }
}

/// A log whose leaves are all stored.
pub(crate) struct Log {
    pub(crate) tree: Stored,
    pub(crate) leaves: Vec<Leaf>,
}

impl Log {
    pub(crate) fn of(leaves: Vec<Leaf>) -> Self {
        let mut tree = Stored::default();
        leaves.iter().for_each(|leaf| tree.append_hash(leaf.hash()));
        Self { tree, leaves }
    }

    pub(crate) fn checkpoint(&self, size: u64) -> Checkpoint {
        let root = tlog::root(size, &self.tree.nodes()).unwrap();
        Checkpoint { origin: key().public().name().to_owned(), size, root, extensions: Vec::new() }
    }

    pub(crate) fn note(&self, size: u64) -> String {
        self.checkpoint(size).sign(&key()).unwrap().to_string()
    }

    pub(crate) fn header(&self, selection: Selection) -> Line {
        let origin = tlog::origin(LOG, ORGANISATION);
        Line::Header(Header::new(ORGANISATION, &origin, selection, &self.note(self.tree.size())))
    }

    pub(crate) fn earlier(&self, size: u64) -> Line {
        let proof = tlog::consistency_proof(size, self.tree.size(), &self.tree.nodes()).unwrap();
        Line::Checkpoint(CheckpointLine { note: self.note(size), proof })
    }

    pub(crate) fn leaf(&self, index: u64) -> Line {
        let proof = tlog::inclusion_proof(index, self.tree.size(), &self.tree.nodes()).unwrap();
        let leaf = self.leaves[index as usize].clone();
        Line::Leaf(LeafLine { index, hash: leaf.hash(), leaf, proof })
    }

    /// The export's lines.
    pub(crate) fn export(&self, selection: Selection, earlier: &[u64], leaves: &[u64]) -> Vec<Line> {
        let end = End { checkpoints: earlier.len() as u64, leaves: leaves.len() as u64 };
        let mut lines = vec![self.header(selection)];
        lines.extend(earlier.iter().map(|size| self.earlier(*size)));
        lines.extend(leaves.iter().map(|index| self.leaf(*index)));
        lines.push(Line::End(end));
        lines
    }
}

pub(crate) fn log(size: u64) -> Log {
    Log::of((0..size).map(leaf).collect())
}

/// All of a log of `size` leaves, and two earlier checkpoints.
pub(crate) fn whole(size: u64) -> Vec<Line> {
    log(size).export(Selection::All, &SIGNED, &(0..size).collect::<Vec<_>>())
}

pub(crate) fn encode(lines: &[Line]) -> Vec<String> {
    lines.iter().map(|line| line.encode().unwrap()).collect()
}

pub(crate) fn check(lines: &[Line]) -> Report {
    verify(encode(lines), &public())
}

/// Line, leaf and code of every defect.
pub(crate) fn defects(report: &Report) -> Vec<(u64, Option<u64>, &'static str)> {
    report.defects.iter().map(|defect| (defect.line, defect.leaf, defect.fault.code())).collect()
}

#[test]
fn a_whole_export_verifies() {
    let report = check(&whole(12));
    assert_eq!(defects(&report), []);
    assert!(report.verified && report.unlisted == 0);
    assert_eq!((report.leaves, report.proven, report.checkpoints, report.size), (12, 12, 2, Some(12)));
    assert_eq!(report.root, Some(log(12).tree.root()));
    assert_eq!(report.origin.as_deref(), Some("log.example/audit/acme"));
    assert_eq!(report.organisation.as_deref(), Some("acme"));
    assert_eq!(report.selection, Some(Selection::All));
    assert_eq!(report.signed_by, [key().public().label()]);
}

#[test]
fn every_size_verifies_whole_and_in_part() {
    for size in 0..=20 {
        let (log, all) = (log(size), (0..size).collect::<Vec<_>>());
        let earlier: Vec<_> = (0..=size).collect();
        let report = check(&log.export(Selection::All, &earlier, &all));
        assert_eq!((defects(&report), report.verified), (vec![], true), "{size}");
        assert_eq!((report.proven, report.checkpoints), (size, size + 1));
        let some: Vec<_> = all.into_iter().filter(|index| index % 3 == 1).collect();
        let report = check(&log.export(Selection::Part, &[], &some));
        assert_eq!((defects(&report), report.verified), (vec![], true), "{size}");
        assert_eq!((report.proven, report.selection), (some.len() as u64, Some(Selection::Part)));
    }
}

#[test]
fn the_lines_are_spelled_as_documented() {
    let line = encode(&[log(2).leaf(1)]).remove(0);
    let (first, second) = (leaf(0).hash(), leaf(1).hash());
    let expected = format!(
        concat!(
            r#"{{"leaf":{{"index":1,"position":{{"topic":"plimsoll.t1.v1","partition":0,"offset":0}},"#,
            r#""record":{{"event":{{"id":"id-1","type":"PreviewRequested","source":"/plimsoll/promotion","#,
            r#""subject":"p-é\"1\"\n","time":"2026-01-02T03:04:05.000001Z","org":"acme","sequence":2,"#,
            r#""causation":"id-0","correlation":"c-1","schema":"{}","body":"+/8B"}}}},"#,
            r#""hash":"{}","proof":["{}"]}}}}"#
        ),
        "01".repeat(32),
        second,
        first
    );
    assert_eq!(line, expected);
    let raw = encode(&[log(6).leaf(5)]).remove(0);
    assert!(
        raw.contains(r#""record":{"raw":{"key":"aw==","headers":[["ce_type","/wU="]],"value":"AAEC"}}"#),
        "{raw}"
    );
    let lines = encode(&whole(8));
    let header = r#"{"header":{"format":"plimsoll-audit-export","version":1,"organisation":"acme","#;
    assert!(lines[0].starts_with(header), "{}", lines[0]);
    assert_eq!(lines.last().unwrap(), r#"{"end":{"checkpoints":2,"leaves":8}}"#);
}
