//! Whether the leaves are all there, once each, in order; and which line is wrong if not.
//!
//! A leaf is in its place if its index is above all before it. If leaving it out would put the next one in order, it
//! came too early, unless it stands just as many lines after the one before as it should. Places that are passed over
//! are gaps; a leaf that stands elsewhere fills its gap, and one without a gap is there twice.

use std::collections::BTreeSet;
use std::ops::Range;

use super::report::{Defect, Fault};

/// The sequence of leaves, one look ahead.
#[derive(Default)]
pub(super) struct Order {
    /// The index after the last leaf that is in its place.
    next: u64,
    held: Option<Seen>,
    /// How many leaves out of order stand after it and before the held one.
    passed: u64,
    /// Lines before the held one and after the last that is in its place, which may hold a leaf of a gap: the indexes
    /// that they say they have.
    blind: Vec<Option<u64>>,
    /// The same after the held one.
    blind_after: Vec<Option<u64>>,
    gaps: Vec<Gap>,
    displaced: Vec<Displaced>,
}

#[derive(Clone, Copy)]
struct Seen {
    line: u64,
    index: u64,
}

struct Gap {
    /// Of the first line after it.
    line: u64,
    indexes: Range<u64>,
    /// The lines of unreadable and altered leaves that stand in it.
    blind: Vec<Option<u64>>,
}

struct Displaced {
    seen: Seen,
    beside: String,
}

impl Order {
    /// The index that the next line should have.
    pub(super) fn place(&self) -> u64 {
        let next = self.held.map_or(self.next, |held| self.next.max(held.index.saturating_add(1)));
        next.saturating_add((self.blind.len() + self.blind_after.len()) as u64)
    }

    /// A leaf that is proven to have this index.
    pub(super) fn leaf(&mut self, line: u64, index: u64) {
        self.settle(Some(index));
        self.held = Some(Seen { line, index });
    }

    /// A line that cannot be read, or is not proven: it stands for some leaf, perhaps the one that it claims to be.
    pub(super) fn unknown(&mut self, claimed: Option<u64>) {
        if self.held.is_some() { &mut self.blind_after } else { &mut self.blind }.push(claimed);
    }

    fn settle(&mut self, following: Option<u64>) {
        let Some(held) = self.held.take() else { return };
        let exact = self.next.saturating_add(self.passed + self.blind.len() as u64) == held.index;
        let beside = if held.index < self.next {
            Some(format!("after leaf {}", self.next - 1))
        } else {
            let following = following.filter(|index| !exact && (self.next..held.index).contains(index));
            following.map(|index| format!("before leaf {index}"))
        };
        if let Some(beside) = beside {
            self.displaced.push(Displaced { seen: held, beside });
            self.passed += 1;
        } else {
            self.gap(held.line, held.index);
            self.next = held.index.saturating_add(1);
            self.passed = 0;
        }
        self.blind.append(&mut self.blind_after);
    }

    fn gap(&mut self, line: u64, end: u64) {
        let (indexes, blind) = (self.next..end, std::mem::take(&mut self.blind));
        if !indexes.is_empty() {
            self.gaps.push(Gap { line, indexes, blind });
        }
    }

    /// Ends the sequence, at `end` (the last line and the log's size) if that is known: what is out of order or there
    /// twice, and what is missing.
    pub(super) fn finish(mut self, end: Option<(u64, u64)>) -> (Vec<Defect>, Vec<Defect>) {
        self.settle(None);
        if let Some((line, size)) = end {
            self.gap(line, size);
        }
        let last = self.next;
        let mut elsewhere = BTreeSet::new();
        self.displaced.sort_by_key(|displaced| (displaced.seen.index, displaced.seen.line));
        let gaps = &self.gaps;
        let defects = self.displaced.iter().map(|Displaced { seen: Seen { line, index }, beside }| {
            let gap = gaps.partition_point(|gap| gap.indexes.end <= *index);
            let owed = *index >= last || gaps.get(gap).is_some_and(|gap| gap.indexes.contains(index));
            if owed && elsewhere.insert(*index) {
                Defect::of_leaf(
                    *line,
                    *index,
                    Fault::LeafMisplaced,
                    format!("the leaf is out of order: it stands {beside}"),
                )
            } else {
                Defect::of_leaf(*line, *index, Fault::LeafDuplicated, "the leaf is here a second time")
            }
        });
        let defects = defects.collect();
        (defects, gaps.iter().flat_map(|gap| gap.missing(&elsewhere)).collect())
    }
}

impl Gap {
    /// One defect for each run of indexes that stand nowhere in the export.
    fn missing(&self, elsewhere: &BTreeSet<u64>) -> Vec<Defect> {
        let mut found: BTreeSet<u64> = elsewhere.range(self.indexes.clone()).copied().collect();
        let mut nameless = 0;
        for claimed in &self.blind {
            match claimed.filter(|index| self.indexes.contains(index)) {
                Some(index) if found.insert(index) => {}
                _ => nameless += 1,
            }
        }
        let mut runs = Vec::new();
        let mut start = self.indexes.start;
        for stop in found.into_iter().chain([self.indexes.end]) {
            // A line that says of itself nothing that helps is taken for the first leaf that is not there.
            let skip = nameless.min(stop - start);
            nameless -= skip;
            if start + skip < stop {
                runs.push(self.run(start + skip, stop - 1));
            }
            start = stop.saturating_add(1);
        }
        runs
    }

    fn run(&self, first: u64, last: u64) -> Defect {
        let message = if first == last {
            format!("leaf {first} is missing before this line")
        } else {
            format!("leaves {first} to {last} are missing before this line")
        };
        Defect::of_leaf(self.line, first, Fault::LeafMissing, message)
    }
}
