//! Columns that line up.

use crate::escape;
use crate::style::{Style, Tone};

/// A row: what it is about, and figures that line up on the right.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) cells: Vec<String>,
    pub(crate) tones: Vec<Option<Tone>>,
    /// Lines below the row.
    pub(crate) notes: Vec<String>,
}

impl Row {
    pub(crate) fn new(label: String, cells: Vec<String>) -> Self {
        Self { label, cells, tones: Vec::new(), notes: Vec::new() }
    }

    /// With a tone for its last cell.
    pub(crate) fn last_toned(mut self, tone: Option<Tone>) -> Self {
        self.tones = vec![None; self.cells.len().saturating_sub(1)];
        self.tones.push(tone);
        self
    }
}

/// The rows as lines within the width; labels that are too long are cut.
pub(crate) fn lines(rows: &[Row], style: Style) -> Vec<String> {
    let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let width_of = |column: usize| {
        rows.iter()
            .filter_map(|row| row.cells.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width_of).collect();
    let taken: usize = widths.iter().map(|width| width + 2).sum();
    let longest = rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0);
    let label_width = longest.min(style.width.saturating_sub(taken).max(16));
    let mut lines = Vec::new();
    for row in rows {
        let mut line = format!("{:label_width$}", escape::cut(&row.label, label_width));
        for (column, cell) in row.cells.iter().enumerate() {
            let padded = format!("  {cell:>width$}", width = widths[column]);
            let tone = row.tones.get(column).copied().flatten();
            line.push_str(&tone.map_or(padded.clone(), |tone| style.paint(tone, &padded)));
        }
        lines.push(line);
        for note in &row.notes {
            let note = escape::cut(&escape::line(note), style.width.saturating_sub(4));
            lines.push(format!("    {}", style.paint(Tone::Quiet, &note)));
        }
    }
    lines
}
