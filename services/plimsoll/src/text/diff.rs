//! `plimsoll diff` as text.

use std::collections::BTreeMap;

use diff_engine::{Diff, DiffSummary, Suppressed};

use super::{Page, changes, value};
use crate::escape;
use crate::style::{Style, Tone};

pub(crate) fn render(diff: &Diff, style: Style, show_suppressed: bool) -> String {
    let mut page = Page::new(style);
    let verdict = format!("{}; {}", summary(&diff.summary), left_out(&diff.suppressed));
    let verdict = style.paint(Tone::Strong, &verdict);
    page.line(&verdict);
    changes::write(&mut page, &diff.changes);
    match show_suppressed {
        true => suppressed(&mut page, &diff.suppressed),
        false if diff.suppressed.is_empty() => {}
        false => {
            page.blank();
            page.line(&style.paint(Tone::Quiet, "--show-suppressed lists what was left out"));
        }
    }
    page.finish()
}

/// `11 changed, 0 added, 0 removed`.
pub(crate) fn summary(summary: &DiffSummary) -> String {
    let DiffSummary { added, removed, modified } = summary;
    format!("{} changed, {} added, {} removed", modified.len(), added.len(), removed.len())
}

/// `nothing left out`, `3 left out (2 equal-quantity, 1 user-ignore:ConfigMap/*)`.
pub(crate) fn left_out(suppressed: &[Suppressed]) -> String {
    if suppressed.is_empty() {
        return "nothing left out".to_owned();
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for one in suppressed {
        *reasons.entry(one.reason.as_str()).or_default() += 1;
    }
    let reasons: Vec<String> =
        reasons.iter().map(|(reason, count)| format!("{count} {}", escape::line(reason))).collect();
    format!("{} left out ({})", suppressed.len(), reasons.join(", "))
}

fn suppressed(page: &mut Page, suppressed: &[Suppressed]) {
    if suppressed.is_empty() {
        return;
    }
    page.heading("Left out");
    for one in suppressed {
        let start = format!("  {}:{} ", value::object(&one.object), escape::line(&one.path.to_string()));
        let room =
            page.style.width.saturating_sub(start.chars().count() + one.reason.as_str().len() + 4).max(20);
        let null = serde_json::Value::Null;
        let (before, after) =
            value::pair(one.before.as_ref().unwrap_or(&null), one.after.as_ref().unwrap_or(&null), room);
        let line = format!("{start}{before} → {after} ({})", escape::line(one.reason.as_str()));
        page.line(&page.style.paint(Tone::Quiet, &line));
    }
}
