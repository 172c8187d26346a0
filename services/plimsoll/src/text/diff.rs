//! `plimsoll diff` as text.

use std::collections::BTreeMap;

use diff_engine::{Change, Diff, DiffSummary, Hidden, Match, Suppressed};

use super::around::Around;
use super::{Page, changes, count, value};
use crate::escape;
use crate::style::{Style, Tone};

/// Of what differs in a renamed object, as many places are shown.
const SHOWN: usize = 20;

/// What is shown of a difference.
pub(crate) struct Shown<'a> {
    /// What was left out, as a list.
    pub(crate) suppressed: bool,
    /// What a filter hides.
    pub(crate) hidden: Option<&'a Hidden>,
    /// Lines around a change within a text.
    pub(crate) context: usize,
    /// Fields around a change.
    pub(crate) around: Around<'a>,
}

pub(crate) fn render(diff: &Diff, style: Style, shown: &Shown<'_>) -> String {
    let mut page = Page::new(style);
    page.context = shown.context;
    let verdict = style.paint(Tone::Strong, &verdict(diff, shown.hidden));
    page.line(&verdict);
    changes::write(&mut page, &diff.changes, &shown.around);
    matched(&mut page, &diff.matched);
    match shown.suppressed {
        true => suppressed(&mut page, &diff.suppressed),
        false if diff.suppressed.is_empty() => {}
        false => {
            page.blank();
            page.line(&style.paint(Tone::Quiet, "--show-suppressed lists what was left out"));
        }
    }
    page.finish()
}

/// `1 changed, 0 added, 0 removed; nothing left out; the filter hides 14 changes, all of 6 objects, and 0 left out`.
pub(crate) fn verdict(diff: &Diff, hidden: Option<&Hidden>) -> String {
    let verdict = format!("{}; {}", summary(&diff.summary), left_out(&diff.suppressed));
    match hidden {
        None => verdict,
        Some(Hidden { changes, objects, suppressed }) => format!(
            "{verdict}; the filter hides {}, all of {}, and {suppressed} left out",
            count(*changes, "change", "changes"),
            count(*objects, "object", "objects")
        ),
    }
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

fn matched(page: &mut Page, matched: &[Match]) {
    if matched.is_empty() {
        return;
    }
    page.heading("Called differently");
    for one in matched {
        page.line(&format!("  {}", match_line(one)));
        let differs = |change: &&Change| !change.path.last_key().is_some_and(is_identity);
        let differing: Vec<&Change> = one.differences.iter().filter(differs).collect();
        differing.iter().take(SHOWN).for_each(|change| changes::field(page, change));
        if differing.len() > SHOWN {
            page.line(&format!("  … and {} more; --format json lists all", differing.len() - SHOWN));
        }
    }
}

fn is_identity(key: &str) -> bool {
    matches!(key, "name" | "namespace")
}

/// `deployment/a → deployment/b: renamed; a new object is created and the old one deleted`.
pub(crate) fn match_line(one: &Match) -> String {
    let Match { before, after, how, likeness, consequence, .. } = one;
    let likeness = likeness.map(|percent| format!(", {percent} % alike")).unwrap_or_default();
    let name = |object| value::object(object);
    match before.api_version == after.api_version {
        true => format!("{} → {}: {how}{likeness}; {consequence}", name(before), name(after)),
        false => {
            let versions = escape::line(&format!("{} → {}", before.api_version, after.api_version));
            format!("{} ({versions}): {how}; {consequence}", name(after))
        }
    }
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
