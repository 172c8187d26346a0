//! Checks an export line by line, with nothing but the key, and says where it is not what was signed.
//!
//! Everything rests on the header's checkpoint. If no key given signed it, there is nothing to hold the leaves against:
//! they are read and counted, and none is called proven.

mod head;
mod history;
mod leaf;
mod order;
mod report;

use std::mem;

use crate::checkpoint::Checkpoint;
use crate::export::{CheckpointLine, End, Header, LeafLine, Line, Selection};
use crate::hash::Hash;
use crate::key::PublicKey;
use crate::proof::verify_consistency;

use self::history::History;
use self::order::Order;
use self::report::Defects;
pub use self::report::{Defect, Fault, MAX_DEFECTS, Report};

/// Checks a whole export, given as its lines without their line breaks, against the public keys of its log.
#[must_use]
pub fn verify<L: AsRef<[u8]>>(lines: impl IntoIterator<Item = L>, keys: &[PublicKey]) -> Report {
    let mut verifier = Verifier::new(keys);
    for line in lines {
        verifier.line(line.as_ref());
    }
    verifier.finish()
}

/// Reads an export as it arrives. It keeps what it found and one hash a level of the tree, not the leaves.
pub struct Verifier<'k> {
    keys: &'k [PublicKey],
    stage: Stage,
    /// The header's checkpoint, once it is known to be signed.
    tree: Option<Checkpoint>,
    /// The size of the checkpoint before.
    earlier: Option<u64>,
    lines: u64,
    /// Checkpoint lines, signed or not.
    checkpoints: u64,
    /// Lines after the first that could not be read.
    unread: u64,
    end: Option<(u64, End)>,
    order: Order,
    history: History,
    defects: Defects,
    report: Report,
}

/// How far the export has been read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Header,
    Checkpoints,
    Leaves,
    End,
}

impl<'k> Verifier<'k> {
    /// Begins a verification against the public keys of the log: one, or more if the key has changed.
    #[must_use]
    pub fn new(keys: &'k [PublicKey]) -> Self {
        Self {
            keys,
            stage: Stage::Header,
            tree: None,
            earlier: None,
            lines: 0,
            checkpoints: 0,
            unread: 0,
            end: None,
            order: Order::default(),
            history: History::default(),
            defects: Defects::default(),
            report: Report::default(),
        }
    }

    /// Reads the next line, without its line break.
    pub fn line(&mut self, bytes: &[u8]) {
        self.lines += 1;
        let read = Line::decode(bytes);
        let stage = match &read {
            Ok(Line::Header(_)) => Stage::Header,
            Ok(Line::Checkpoint(_)) => Stage::Checkpoints,
            Ok(Line::Leaf(_)) => Stage::Leaves,
            Ok(Line::End(_)) => Stage::End,
            Err(_) => self.stage,
        };
        if self.lines == 1 && stage != Stage::Header {
            self.defect(Fault::Export, "the first line is not the header; nothing can be proven without it");
        } else if self.lines > 1 && (stage == Stage::Header || stage < self.stage || self.end.is_some()) {
            self.defect(Fault::Export, "the line is in the wrong place");
        }
        self.stage = self.stage.max(stage).max(Stage::Checkpoints);
        match read {
            Ok(Line::Header(header)) => self.header(&header),
            Ok(Line::Checkpoint(line)) => self.checkpoint(&line),
            Ok(Line::Leaf(line)) => self.leaf(&line),
            Ok(Line::End(end)) => self.end = Some((self.lines, end)),
            Err(what) => self.unreadable(bytes, what),
        }
    }

    /// Ends the export: what is missing, and the report.
    #[must_use]
    pub fn finish(mut self) -> Report {
        let all = self.report.selection == Some(Selection::All);
        let whole =
            self.tree.as_ref().filter(|_| all).zip(self.end).map(|(tree, (line, _))| (line, tree.size));
        let (misplaced, missing) = mem::take(&mut self.order).finish(whole);
        let missing = if all { missing } else { Vec::new() };
        let in_order = misplaced.is_empty() && missing.is_empty();
        misplaced.into_iter().chain(missing).for_each(|defect| self.defects.push(defect));
        mem::take(&mut self.history).finish().for_each(|defect| self.defects.push(defect));
        self.check_end(in_order);
        let (defects, unlisted) = self.defects.into_list();
        let verified = self.tree.is_some() && defects.is_empty();
        Report { verified, defects, unlisted, ..self.report }
    }

    fn defect(&mut self, fault: Fault, message: impl Into<String>) {
        self.defects.push(Defect::of_line(self.lines, fault, message));
    }

    fn unreadable(&mut self, bytes: &[u8], what: String) {
        self.defect(Fault::Export, what);
        if self.lines > 1 {
            self.unread += 1;
            if !bytes.starts_with(b"{\"checkpoint\"") {
                self.order.unknown(None);
            }
        }
    }

    fn header(&mut self, header: &Header) {
        if self.lines > 1 {
            return;
        }
        let head = head::check(self.lines, header, self.keys);
        head.defects.into_iter().for_each(|defect| self.defects.push(defect));
        self.report.organisation = Some(header.organisation.clone());
        self.report.selection = Some(header.selection);
        if let Some(open) = head.open {
            self.report.origin = Some(open.checkpoint.origin.clone());
            self.report.size = Some(open.checkpoint.size);
            self.report.root = Some(open.checkpoint.root);
            self.report.signed_by = open.signers.iter().map(|key| key.label()).collect();
            self.tree = Some(open.checkpoint);
        }
    }

    fn checkpoint(&mut self, line: &CheckpointLine) {
        self.checkpoints += 1;
        let checkpoint = match Checkpoint::open(&line.note, self.keys) {
            Ok(open) => open.checkpoint,
            Err(error) => return self.defects.push(head::of_note(self.lines, &error)),
        };
        let size = checkpoint.size;
        if self.earlier.replace(size).is_some_and(|before| before >= size) {
            self.defect(Fault::Export, "the checkpoints are not in order, each larger than the one before");
        }
        let Some(tree) = &self.tree else { return };
        if checkpoint.origin != tree.origin {
            self.defect(Fault::Origin, format!("the checkpoint is of another log, {:?}", checkpoint.origin));
        } else if size > tree.size {
            let message =
                format!("the log was rolled back: it had {size} leaves, and has {} in the header", tree.size);
            self.defect(Fault::Inconsistent, message);
        } else if continues(&checkpoint, tree, &line.proof) {
            self.report.checkpoints += 1;
        } else {
            self.history.doubt(self.lines, &checkpoint);
        }
    }

    fn leaf(&mut self, line: &LeafLine) {
        self.report.leaves += 1;
        let Some(tree) = &self.tree else { return self.order.leaf(self.lines, line.index) };
        let finding = leaf::check(line, tree, self.order.place());
        if let Some(index) = finding.index {
            self.order.leaf(self.lines, index);
            self.history.leaf(index, line.leaf.hash());
        } else {
            self.order.unknown(Some(line.index));
        }
        match finding.defect {
            Some((fault, message)) => {
                self.defects.push(Defect::of_leaf(self.lines, line.index, fault, message))
            }
            None => self.report.proven += 1,
        }
    }

    /// The end line counts what stands before it: it shows a cut that falls between two lines.
    fn check_end(&mut self, in_order: bool) {
        let Some((line, end)) = self.end else {
            return self.defect(Fault::Truncated, "the export stops here, without its end line");
        };
        let (checkpoints, leaves) = (self.checkpoints, self.report.leaves);
        // A line that cannot be read was one or the other.
        let fits = |claimed, here| (here..=here + self.unread).contains(&claimed);
        // Where leaves are known to be missing or too many, that has been said.
        if !fits(end.checkpoints, checkpoints) || (in_order && !fits(end.leaves, leaves)) {
            let message = format!(
                "{} checkpoints and {} leaves were exported, {checkpoints} and {leaves} are here",
                end.checkpoints, end.leaves
            );
            self.defects.push(Defect::of_line(line, Fault::Truncated, message));
        }
    }
}

/// Whether the tree begins with the checkpoint's. Every tree begins with the empty one.
fn continues(checkpoint: &Checkpoint, tree: &Checkpoint, proof: &[Hash]) -> bool {
    if checkpoint.size == 0 {
        return checkpoint.root == Hash::of_empty_tree() && proof.is_empty();
    }
    verify_consistency((checkpoint.size, checkpoint.root), (tree.size, tree.root), proof).is_ok()
}
