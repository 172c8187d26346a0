//! The places of a plan, list by list.

use std::collections::BTreeMap;

use preview::PlanItem;
use serde_json::Value;

use super::{Page, changes, count, value};
use crate::escape;
use crate::style::Tone;

/// A list whose places ask for a decision: each whole, so that it can be copied, with its values and its reason.
pub(crate) fn open(page: &mut Page, title: &str, tone: Tone, items: &[PlanItem], most: usize) {
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
    for item in items.iter().take(most) {
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
    rest(page, items, most);
}

/// How many places are not shown, and how to see them.
fn rest(page: &mut Page, items: &[PlanItem], most: usize) {
    if let Some(more) = items.len().checked_sub(most).filter(|more| *more > 0) {
        page.line(&format!("  and {}; --verbose lists them", count(more, "place more", "places more")));
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
pub(crate) fn carried(page: &mut Page, items: &[PlanItem], most: usize) {
    if items.is_empty() {
        return;
    }
    page.heading(&format!("Carried over: {}", count(items.len(), "place", "places")));
    for item in items.iter().take(most) {
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
    rest(page, items, most);
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

/// Of the reasons why places are kept, as many are named.
const REASONS: usize = 2;

/// What stays as the target has it: by reason: how many, or place by place.
pub(crate) fn kept(page: &mut Page, items: &[PlanItem], verbose: bool) {
    if items.is_empty() {
        return;
    }
    let mut reasons: BTreeMap<&str, Vec<&PlanItem>> = BTreeMap::new();
    for item in items {
        reasons.entry(&item.reason).or_default().push(item);
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, items)| std::cmp::Reverse(items.len()));
    let title = format!("Kept as the target has it: {}", count(items.len(), "place", "places"));
    if !verbose {
        let parts: Vec<String> = reasons
            .iter()
            .take(REASONS)
            .map(|(reason, items)| format!("{} since {reason}", items.len()))
            .collect();
        let more = reasons.len().saturating_sub(REASONS);
        let more =
            if more > 0 { format!(", {} more", count(more, "reason", "reasons")) } else { String::new() };
        page.blank();
        page.wrapped(0, None, &format!("{title}: {}{more} (--verbose lists them)", parts.join(", ")));
        return;
    }
    page.heading(&title);
    for (reason, items) in reasons {
        let room = page.style.width.saturating_sub(6);
        page.line(&format!("{:>4}  {}", items.len(), escape::cut(&escape::line(reason), room)));
        for item in items {
            page.line(&format!("        {}", escape::line(item.label.trim_end_matches(':'))));
        }
    }
}
