//! `plimsoll diff --stat`: how much changes in each object.

use diff_engine::{Change, Diff, Hidden, Op};

use super::diff::verdict;
use super::{Page, value};
use crate::escape;
use crate::style::{Style, Tone};

/// No name takes more room than this.
const LONGEST_NAME: usize = 70;

pub(crate) fn render(diff: &Diff, hidden: Option<&Hidden>, style: Style) -> String {
    let mut page = Page::new(style);
    let groups: Vec<&[Change]> = diff.changes.chunk_by(|one, other| one.object == other.object).collect();
    let names: Vec<String> =
        groups.iter().filter_map(|group| group.first()).map(|one| value::object(&one.object)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).min(LONGEST_NAME);
    page.line(&style.paint(Tone::Strong, &verdict(diff, hidden)));
    for (name, group) in names.iter().zip(groups) {
        page.line(&format!("  {:width$}  {}", escape::cut(name, width), counts(group, style)));
    }
    page.finish()
}

/// `3 ~2 +1 -0`: all, and of them replaced (or in another order), added, removed.
fn counts(changes: &[Change], style: Style) -> String {
    if let [Change { op, path, .. }] = changes
        && path.is_root()
    {
        return match op {
            Op::Remove => style.paint(Tone::Bad, "removed"),
            _ => style.paint(Tone::Good, "added"),
        };
    }
    let of = |test: fn(Op) -> bool| changes.iter().filter(|change| test(change.op)).count();
    let replaced = of(|op| matches!(op, Op::Replace | Op::Reorder));
    format!(
        "{} {} {} {}",
        changes.len(),
        style.paint(Tone::Careful, &format!("~{replaced}")),
        style.paint(Tone::Good, &format!("+{}", of(|op| op == Op::Add))),
        style.paint(Tone::Bad, &format!("-{}", of(|op| op == Op::Remove)))
    )
}
