//! Projections and what a rebuild came to, as text and as JSON.

use std::fmt::Write as _;

use gateway::{ComparedTable, ProjectionStatus, Rebuilt};
use serde::Serialize;

use crate::cli::PlainFormat;
use crate::escape;
use crate::failure::Failure;
use crate::json;

#[derive(Serialize)]
struct Listed<'a> {
    projections: &'a [ProjectionStatus],
}

pub(super) fn list(projections: &[ProjectionStatus], form: PlainFormat) -> Result<String, Failure> {
    match form {
        PlainFormat::Json => json::print(&Listed { projections }),
        PlainFormat::Text => Ok(projections.iter().map(listed).collect()),
    }
}

fn listed(projection: &ProjectionStatus) -> String {
    let ProjectionStatus { name, position, behind, digest, tables } = projection;
    let rows: u64 = tables.iter().map(|table| table.rows).sum();
    let mut text = format!(
        "{name}: {} tables, {rows} rows, {position} records of the log folded, {behind} behind\n  sha256 {digest}\n",
        tables.len()
    );
    for table in tables {
        let _ = writeln!(text, "  {:<12} {:>10}  {}", table.table, table.rows, &table.digest[..16]);
    }
    text
}

pub(super) fn rebuilt(rebuilt: &Rebuilt, form: PlainFormat) -> Result<String, Failure> {
    match form {
        PlainFormat::Json => json::print(rebuilt),
        PlainFormat::Text => Ok(text(rebuilt)),
    }
}

fn text(rebuilt: &Rebuilt) -> String {
    let Rebuilt { name, records, swapped, comparison } = rebuilt;
    let mut text = String::new();
    for table in comparison.differing() {
        differing(&mut text, table);
    }
    let _ = match comparison.is_equal() {
        true => writeln!(text, "{name}: {records} records of the log make what is there, byte for byte"),
        false => {
            writeln!(text, "{name}: {records} records of the log make something else than what is there")
        }
    };
    let _ = writeln!(text, "  sha256 {}", comparison.replayed);
    if *swapped {
        text.push_str("what was made of the log answers now\n");
    }
    text
}

fn differing(text: &mut String, table: &ComparedTable) {
    let ComparedTable { found, missing, surplus, changed, examples, .. } = table;
    let _ = writeln!(
        text,
        "{}: {changed} rows changed, {missing} missing, {surplus} that the log does not make",
        found.table
    );
    for key in examples {
        let _ = writeln!(text, "  {}", escape::line(key));
    }
}

#[cfg(test)]
mod tests {
    use gateway::{Comparison, TableDigest};

    use super::*;

    fn digest(table: &'static str, rows: u64, byte: &str) -> TableDigest {
        TableDigest { table, rows, digest: byte.repeat(32) }
    }

    fn outcome(replayed: &str, swapped: bool) -> Rebuilt {
        let found = digest("promotion", 3, "ab");
        let (replayed, changed) = (replayed.repeat(32), u64::from(replayed != "ab"));
        let examples = vec!["(1,2)".to_owned(); usize::try_from(changed).unwrap()];
        let digest = "ab".repeat(32);
        let table =
            ComparedTable { found, replayed: replayed.clone(), missing: 0, surplus: 0, changed, examples };
        Rebuilt {
            name: "gateway",
            records: 7,
            swapped,
            comparison: Comparison { digest, replayed, tables: vec![table] },
        }
    }

    fn follows(schema: &str, printed: &str) {
        let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
        let document = serde_json::from_str(printed).unwrap();
        let errors: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {printed}");
    }

    #[test]
    fn a_list_has_a_digest_of_each_and_of_all() {
        let status = ProjectionStatus {
            name: "gateway",
            position: 40,
            behind: 2,
            digest: "cd".repeat(32),
            tables: vec![digest("promotion", 3, "ab")],
        };
        let lines = format!(
            "gateway: 1 tables, 3 rows, 40 records of the log folded, 2 behind\n  sha256 {}\n  promotion             3  abababababababab\n",
            "cd".repeat(32)
        );
        assert_eq!(list(std::slice::from_ref(&status), PlainFormat::Text).unwrap(), lines);
        let schema = include_str!("../../../../../schemas/json/projections.schema.json");
        follows(schema, &list(&[status], PlainFormat::Json).unwrap());
    }

    #[test]
    fn a_difference_is_told_with_the_keys_of_its_rows() {
        let text = |outcome: &Rebuilt| rebuilt(outcome, PlainFormat::Text).unwrap();
        let (ab, cd) = ("ab".repeat(32), "cd".repeat(32));
        assert_eq!(
            text(&outcome("ab", true)),
            format!(
                "gateway: 7 records of the log make what is there, byte for byte\n  sha256 {ab}\nwhat was made of the log answers now\n"
            )
        );
        assert_eq!(
            text(&outcome("cd", false)),
            format!(
                "promotion: 1 rows changed, 0 missing, 0 that the log does not make\n  (1,2)\ngateway: 7 records of the log make something else than what is there\n  sha256 {cd}\n"
            )
        );
        let schema = include_str!("../../../../../schemas/json/replay.schema.json");
        for outcome in [outcome("ab", true), outcome("cd", false)] {
            follows(schema, &rebuilt(&outcome, PlainFormat::Json).unwrap());
        }
    }
}
