//! The places of a plan, list by list.

use std::collections::BTreeMap;

use preview::PlanItem;
use serde_json::Value;

use super::{Page, changes, count, value};
use crate::escape;
use crate::style::Tone;

/// A list whose places ask for a decision: each whole, so that it can be copied, with its values and its reason.
pub(crate) fn open(page: &mut Page, title: &str, tone: Tone, items: &[PlanItem]) {
    if items.is_empty() {
        return;
    }
    page.blank();
    let heading = page.style.paint(tone, &format!("{title}: {}", count(items.len(), "place", "places")));
    page.line(&heading);
    // What holds of all is said once.
    let shared =
        items.first().filter(|first| items.len() > 1 && items.iter().all(|item| item.reason == first.reason));
    if let Some(shared) = shared {
        page.wrapped(2, None, &shared.reason);
    }
    for item in items {
        let label = page.style.paint(Tone::Strong, &escape::line(item.label.trim_end_matches(':')));
        page.line(&format!("  {label}"));
        if shared.is_none() {
            page.wrapped(6, None, &item.reason);
        }
        if let Some(values) = values(item, page.style.width.saturating_sub(6)) {
            let values = page.style.paint(Tone::Quiet, &values);
            page.line(&format!("      {values}"));
        }
    }
}

/// What the target has and what the source has; nothing for whole objects, whose label says it.
fn values(item: &PlanItem, room: usize) -> Option<String> {
    let room = room.saturating_sub(20).max(20);
    match (&item.before, &item.after) {
        _ if item.place.path.is_root() => None,
        (Some(before), Some(after)) => {
            let (before, after) = value::pair(before, after, room);
            Some(format!("target has {before}, source {after}"))
        }
        (Some(before), None) => Some(format!("only the target has it: {}", cut(item, before, room))),
        (None, Some(after)) => Some(format!("only the source has it: {}", cut(item, after, room))),
        (None, None) => None,
    }
}

fn cut(item: &PlanItem, found: &Value, room: usize) -> String {
    escape::cut(&value::value(&value::without_name(&item.place.path, found)), room)
}

/// What is carried, as changes of the target.
pub(crate) fn carried(page: &mut Page, items: &[PlanItem]) {
    if items.is_empty() {
        return;
    }
    page.heading(&format!("Carried over: {}", count(items.len(), "place", "places")));
    for item in items {
        let (tone, sign) = match (&item.before, &item.after) {
            (None, _) => (Tone::Good, '+'),
            (_, None) => (Tone::Bad, '-'),
            _ => (Tone::Careful, '~'),
        };
        let start = format!("  {sign} {}", escape::line(item.label.trim_end_matches(':')));
        let room = page.style.width.saturating_sub(start.chars().count() + 2);
        let painted = page.style.paint(tone, &start);
        if let (Some(before), Some(after)) = (&item.before, &item.after)
            && changes::are_lines(before, after)
        {
            changes::lines(page, &format!("{painted}: "), before, after);
            continue;
        }
        let whole = change(item, usize::MAX);
        match whole {
            _ if item.place.path.is_root() => page.line(&painted),
            whole if whole.chars().count() <= room => page.line(&format!("{painted}: {whole}")),
            _ => {
                page.line(&painted);
                page.line(&format!("      {}", change(item, page.style.width.saturating_sub(6))));
            }
        }
        if goes_with_another(&item.reason) {
            page.wrapped(6, None, &item.reason);
        }
    }
}

/// Whether a place goes over because of something else, which its value alone does not tell.
fn goes_with_another(reason: &str) -> bool {
    ["it comes with ", "rendered from ", "goes with "].iter().any(|start| reason.starts_with(start))
}

/// The values of a place on one line of at most `room` characters.
fn change(item: &PlanItem, room: usize) -> String {
    match (&item.before, &item.after) {
        (Some(before), Some(after)) => {
            let (before, after) = value::pair(before, after, room.saturating_sub(3));
            format!("{before} → {after}")
        }
        (Some(only), None) | (None, Some(only)) => cut(item, only, room),
        (None, None) => String::new(),
    }
}

/// What stays as the target has it: folded by reason, or place by place.
pub(crate) fn kept(page: &mut Page, items: &[PlanItem], verbose: bool) {
    if items.is_empty() {
        return;
    }
    let hint = if verbose { "" } else { " (--verbose lists them)" };
    page.heading(&format!("Kept as the target has it: {}{hint}", count(items.len(), "place", "places")));
    let mut reasons: BTreeMap<&str, Vec<&PlanItem>> = BTreeMap::new();
    for item in items {
        reasons.entry(&item.reason).or_default().push(item);
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, items)| std::cmp::Reverse(items.len()));
    for (reason, items) in reasons {
        let room = page.style.width.saturating_sub(6);
        page.line(&format!("{:>4}  {}", items.len(), escape::cut(&escape::line(reason), room)));
        if verbose {
            for item in items {
                page.line(&format!("        {}", escape::line(item.label.trim_end_matches(':'))));
            }
        }
    }
}
