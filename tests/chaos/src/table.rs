//! The table of what faults did.

use std::time::Duration;

/// The most memory that a service may have, in bytes, however much is on the log: 128 MiB of blobs at hand, 64 MiB on its way to the
/// brokers, and as much again for all else.
const MEMORY: u64 = 256 << 20;

/// So long after a fault nobody is behind any more.
pub const IN_TIME: Duration = Duration::from_secs(10);

/// What a fault did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The fault.
    pub fault: String,
    /// How often it happened.
    pub times: usize,
    /// Promotions that were under way with it.
    pub promotions: usize,
    /// Commands that were acknowledged meanwhile.
    pub acknowledged: usize,
    /// Acknowledged, and their event or their effect is not there.
    pub lost: usize,
    /// Effects that are there more than once.
    pub doubled: usize,
    /// Records that are in the log more than once, which readers drop.
    pub repeated: usize,
    /// Dead letters of what was no poison.
    pub dead_letters: usize,
    /// Dead letters of poison, and how many had to be.
    pub poison: (usize, usize),
    /// From the end of the fault until nobody was behind: the longest.
    pub recovery: Option<Duration>,
    /// How often nobody was behind [`IN_TIME`] after the fault, and how often it was looked.
    pub in_time: (usize, usize),
    /// The most memory that a service had, in bytes.
    pub memory: u64,
}

impl Row {
    /// Whether it is as it has to be, apart from how long it took.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.lost == 0
            && self.doubled == 0
            && self.dead_letters == 0
            && self.poison.0 == self.poison.1
            && self.memory <= MEMORY
    }
}

const HEAD: [&str; 12] = [
    "fault",
    "times",
    "promotions",
    "acknowledged",
    "lost",
    "doubled",
    "written again",
    "dead letters",
    "poison parked",
    "caught up after",
    "within 10 s",
    "largest process",
];

/// The table as Markdown.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let mut lines = vec![line(HEAD.map(str::to_owned)), line(HEAD.map(|_| "---".to_owned()))];
    for row in rows {
        let recovery =
            row.recovery.map_or_else(|| "–".to_owned(), |time| format!("{:.1} s", time.as_secs_f64()));
        let of = |counted| match counted {
            (0, 0) => "–".to_owned(),
            (found, expected) => format!("{found} of {expected}"),
        };
        lines.push(line([
            row.fault.clone(),
            row.times.to_string(),
            row.promotions.to_string(),
            row.acknowledged.to_string(),
            row.lost.to_string(),
            row.doubled.to_string(),
            row.repeated.to_string(),
            row.dead_letters.to_string(),
            of(row.poison),
            recovery,
            of(row.in_time),
            format!("{} MiB", row.memory >> 20),
        ]));
    }
    lines.concat()
}

fn line(cells: [String; 12]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_was_lost() {
        let row = Row {
            fault: "a".to_owned(),
            recovery: Some(Duration::from_millis(1250)),
            in_time: (1, 2),
            ..Row::default()
        };
        let shown = table(std::slice::from_ref(&row));
        assert!(
            shown.ends_with("| a | 0 | 0 | 0 | 0 | 0 | 0 | 0 | – | 1.2 s | 1 of 2 | 0 MiB |\n"),
            "{shown}"
        );
        assert!(row.is_well());
        for ill in [
            Row { lost: 1, ..row.clone() },
            Row { doubled: 1, ..row.clone() },
            Row { dead_letters: 1, ..row.clone() },
            Row { poison: (1, 2), ..row.clone() },
            Row { memory: MEMORY + 1, ..row.clone() },
        ] {
            assert!(!ill.is_well(), "{ill:?}");
        }
    }
}
