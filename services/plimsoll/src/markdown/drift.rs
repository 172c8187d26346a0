//! The drift of a target as Markdown.

use super::{Page, code_of, folded, table_head, table_row};
use crate::drift::Drift;
use crate::escape;
use crate::text::count;
use crate::text::drift::place;

/// What live has otherwise than the target's files; seen at once where the promotion writes it.
pub(crate) fn write(page: &mut Page, drift: &Drift) {
    let changes = &drift.diff.changes;
    if changes.is_empty() {
        page.keep("\n<sub>Live is what the target's files say.</sub>\n");
        return;
    }
    let mut table = table_head(&["Place", "Live", "Files", "The promotion"]);
    for change in changes {
        let whole = change.path.is_root();
        let written = if drift.is_written_over(change) { "**writes this**" } else { "" };
        table.push_str(&table_row(&[
            escape::code(&place(change)),
            code_of(change.before.as_ref().filter(|_| !whole)),
            code_of(change.after.as_ref().filter(|_| !whole)),
            written.to_owned(),
        ]));
    }
    let title =
        format!("Drift, live against the target's files: {}", count(changes.len(), "place", "places"));
    match drift.written_over.is_empty() {
        true => page.detail("the drift", folded(&title, &table)),
        false => page.finding("the drift", format!("\n#### {title}\n\n{table}")),
    }
}
