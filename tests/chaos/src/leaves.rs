//! The audit's leaves, as its table has them, held against the log: every record has one.

use std::collections::BTreeMap;

use stack::Stack;

use crate::Failed;

/// Where partitions end: how many records each has had, by topic and number.
pub type Ends = BTreeMap<(String, i32), i64>;

/// Records that follow one another, the last one with them.
type Run = (i64, i64);

/// Of which records there are leaves: by topic and number of the partition, without the gaps.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Leaves(BTreeMap<(String, i32), Vec<Run>>);

/// Of all organisations. No record has two leaves, which is a constraint of the table, so a record's offset less its place in the order is one
/// number for each run.
const RUNS: &str =
    "SELECT topic || ' ' || partition || ' ' || min(\"offset\") || ' ' || max(\"offset\") FROM (
    SELECT topic, partition, \"offset\",
        \"offset\" - row_number() OVER (PARTITION BY topic, partition ORDER BY \"offset\") AS run
    FROM \"audit\".leaf
) AS placed GROUP BY topic, partition, run ORDER BY topic, partition, min(\"offset\");\n";

impl Leaves {
    /// Those that there are now.
    ///
    /// # Errors
    /// The database does not answer.
    pub fn of(stack: &Stack) -> Result<Self, Failed> {
        Self::read(&stack.sql(RUNS)?)
    }

    fn read(rows: &str) -> Result<Self, Failed> {
        let mut leaves = Self::default();
        for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let words: Vec<&str> = row.split(' ').collect();
            let [topic, partition, first, last] = words[..] else {
                return Err(format!("{row} is no run of leaves").into());
            };
            let runs = leaves.0.entry((topic.to_owned(), partition.parse()?)).or_default();
            runs.push((first.parse()?, last.parse()?));
        }
        Ok(leaves)
    }

    /// What is lost if the log ends there, in words: the leaf of a record, or the record of a leaf.
    #[must_use]
    pub fn lost(&self, ends: &Ends) -> Vec<String> {
        let mut lost = Vec::new();
        for ((topic, partition), end) in ends {
            let mut next = 0;
            for (first, last) in self.runs(topic, *partition) {
                let gap = next..*end.min(first);
                lost.extend(gap.map(|offset| without(topic, *partition, offset)));
                next = last + 1;
            }
            lost.extend((next..*end).map(|offset| without(topic, *partition, offset)));
        }
        for ((topic, partition), runs) in &self.0 {
            let end = ends.get(&(topic.clone(), *partition)).copied().unwrap_or(0);
            for (first, last) in runs {
                let gone = end.max(*first)..=*last;
                lost.extend(
                    gone.map(|offset| format!("record {offset} of {topic}/{partition}, which has a leaf")),
                );
            }
        }
        lost
    }

    fn runs(&self, topic: &str, partition: i32) -> &[Run] {
        self.0.get(&(topic.to_owned(), partition)).map(Vec::as_slice).unwrap_or_default()
    }
}

fn without(topic: &str, partition: i32, offset: i64) -> String {
    format!("the leaf of record {offset} of {topic}/{partition}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(ends: &[(&str, i32, i64)]) -> Ends {
        ends.iter().map(|(topic, partition, end)| (((*topic).to_owned(), *partition), *end)).collect()
    }

    fn lost(rows: &str, of: &[(&str, i32, i64)]) -> Vec<String> {
        Leaves::read(rows).unwrap().lost(&ends(of))
    }

    #[test]
    fn every_record_has_a_leaf() {
        let whole = " a 0 0 4\n a 1 0 0\n\n";
        assert_eq!(lost(whole, &[("a", 0, 5), ("a", 1, 1), ("b", 0, 0)]), [""; 0]);
        // The first and one in the middle, the last two, and all of a partition.
        let holes = " a 0 1 2\n a 0 4 4\n";
        assert_eq!(
            lost(holes, &[("a", 0, 7), ("b", 3, 1)]),
            [
                "the leaf of record 0 of a/0",
                "the leaf of record 3 of a/0",
                "the leaf of record 5 of a/0",
                "the leaf of record 6 of a/0",
                "the leaf of record 0 of b/3",
            ]
        );
    }

    /// What the log has lost, or what is of a topic of which nothing is kept.
    #[test]
    fn every_leaf_has_a_record() {
        assert_eq!(
            lost(" a 0 0 4\n b 0 0 0\n", &[("a", 0, 3)]),
            [
                "record 3 of a/0, which has a leaf",
                "record 4 of a/0, which has a leaf",
                "record 0 of b/0, which has a leaf",
            ]
        );
        // Between the log's end and such a leaf there is no record that could have one.
        assert_eq!(
            lost("a 0 0 0\na 0 5 5\n", &[("a", 0, 2)]),
            ["the leaf of record 1 of a/0", "record 5 of a/0, which has a leaf"]
        );
    }

    #[test]
    fn what_is_no_run_is_no_answer() {
        for rows in ["a 0 0", "a 0 0 x", "a 0 0 1 2"] {
            assert!(Leaves::read(rows).is_err(), "{rows}");
        }
    }
}
