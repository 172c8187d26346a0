//! How what a server answers is shown.

use serde::Serialize;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::cli::Format;
use crate::cli::Server;
use crate::escape;
use crate::failure::Failure;
use crate::json;
use crate::outcome::Outcome;

/// JSON as it was answered, or lines of text.
pub(super) fn either(
    server: &Server,
    document: &impl Serialize,
    text: impl FnOnce() -> String,
) -> Result<Outcome, Failure> {
    match server.format {
        Format::Json => json::print(document).map(Outcome::of),
        _ => Ok(Outcome::of(text())),
    }
}

/// Rows in columns, each as wide as its widest cell; the last is not padded.
pub(super) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.chars().count()).collect();
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| escape::line(cell)).collect()).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let headings: Vec<String> = headings.iter().map(|heading| heading.to_uppercase()).collect();
    let mut text = String::new();
    for row in std::iter::once(&headings).chain(&rows) {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// A moment as people read it, in UTC.
pub(super) fn moment(time: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z");
    time.to_offset(time::UtcOffset::UTC).format(format).unwrap_or_else(|_| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_nothing_drives_the_terminal() {
        let rows = [vec!["a".to_owned(), "x\u{1b}[31m".to_owned()], vec!["long".to_owned(), String::new()]];
        assert_eq!(table(&["id", "what"], &rows), "ID    WHAT\na     x\\u{1b}[31m\nlong\n");
    }
}
