//! The drift of a target as text.

use diff_engine::Change;

use super::{Page, count, value};
use crate::drift::Drift;
use crate::escape;
use crate::style::Tone;

/// What live has otherwise than the target's files, place by place.
pub(crate) fn write(page: &mut Page, drift: &Drift) {
    let changes = &drift.diff.changes;
    if changes.is_empty() {
        page.heading("Drift: live is what the target's files say");
        return;
    }
    page.heading(&format!(
        "Drift, live against the target's files: {}",
        count(changes.len(), "place", "places")
    ));
    for change in changes {
        let written_over = drift.is_written_over(change);
        let mark = if written_over { "  <- the promotion writes this" } else { "" };
        let line = format!("  ! {}{}", escape::line(&place(change)), mark);
        let tone = if written_over { Tone::Bad } else { Tone::Careful };
        let line = page.style.paint(tone, &line);
        page.line(&line);
        if let Some(values) = values(change, page.style.width.saturating_sub(26)) {
            let values = page.style.paint(Tone::Quiet, &format!("      {values}"));
            page.line(&values);
        }
    }
}

/// `Deployment/web:spec.replicas`, with what is missing said.
pub(crate) fn place(change: &Change) -> String {
    let object = value::object(&change.object);
    match change.path.is_root() {
        true => format!("{object} is not live"),
        false => format!("{object}:{}", change.path),
    }
}

fn values(change: &Change, room: usize) -> Option<String> {
    match (&change.before, &change.after) {
        _ if change.path.is_root() => None,
        (Some(live), Some(files)) => {
            let (live, files) = value::pair(live, files, room);
            Some(format!("live has {live}, the files {files}"))
        }
        (Some(live), None) => Some(format!("only live has it: {}", escape::cut(&value::value(live), room))),
        (None, Some(files)) => {
            Some(format!("only the files have it: {}", escape::cut(&value::value(files), room)))
        }
        (None, None) => None,
    }
}
