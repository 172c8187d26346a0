//! The changes of a diff, grouped by object.

use diff_engine::{Change, Inside, Op, TextFormat};
use kube_model::pod;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::around::Around;
use super::{Page, count, value};
use crate::escape;
use crate::style::Tone;

/// Of a text of many lines, as many changed ones are shown.
const SHOWN_LINES: usize = 12;

/// Every change, under the object that it is in.
pub(crate) fn write(page: &mut Page, changes: &[Change], around: &Around<'_>) {
    for group in changes.chunk_by(|one, other| one.object == other.object) {
        let Some(first) = group.first() else { continue };
        page.blank();
        match first.path.is_root() {
            true => whole_object(page, first),
            false => {
                let name = page.style.paint(Tone::Strong, &value::object(&first.object));
                page.line(&name);
                around.write(page, group, field);
            }
        }
    }
}

fn whole_object(page: &mut Page, change: &Change) {
    let (tone, sign, word) = match change.op {
        Op::Remove => (Tone::Bad, '-', "removed"),
        _ => (Tone::Good, '+', "added"),
    };
    let object = value::object(&change.object);
    let images =
        change.after.as_ref().or(change.before.as_ref()).map(|value| images(&change.object.kind, value));
    let runs = match images.unwrap_or_default() {
        images if images.is_empty() => String::new(),
        images => format!(" (runs {})", images.join(", ")),
    };
    let line = format!("{sign} {object}: {word}");
    let room = page.style.width.saturating_sub(line.chars().count());
    let line = page.style.paint(tone, &line) + &escape::cut(&escape::line(&runs), room);
    page.line(&line);
}

/// The images of a workload: what people look for in a new object.
fn images(kind: &str, object: &Value) -> Vec<String> {
    let spec = pod::spec_path(kind)
        .and_then(|keys| keys.iter().try_fold(object, |value, key| value.get(key)))
        .unwrap_or(&Value::Null);
    pod::CONTAINER_LISTS
        .iter()
        .filter_map(|list| spec.get(list)?.as_array())
        .flatten()
        .filter_map(|container| container.get("image")?.as_str().map(str::to_owned))
        .collect()
}

pub(super) fn field(page: &mut Page, change: &Change) {
    let path = escape::line(&change.path.to_string());
    let (tone, sign) = match change.op {
        Op::Add => (Tone::Good, '+'),
        Op::Remove => (Tone::Bad, '-'),
        Op::Replace | Op::Reorder => (Tone::Careful, '~'),
    };
    let order = if change.op == Op::Reorder { " (order)" } else { "" };
    let start = format!("  {sign} {path}{order}: ");
    let room = page.style.width.saturating_sub(start.chars().count()).max(20);
    let start = page.style.paint(tone, &start);
    if let Some(inside) = change.inside.as_ref().filter(|inside| inside.format != TextFormat::Lines) {
        return places_inside(page, &start, inside);
    }
    let rest = match (&change.before, &change.after) {
        (Some(before), Some(after)) if are_lines(before, after) => {
            lines(page, &start, before, after);
            return;
        }
        (Some(before), Some(after)) => {
            let (before, after) = value::pair(before, after, room.saturating_sub(3));
            format!("{before} → {after}")
        }
        (Some(only), None) | (None, Some(only)) => {
            escape::cut(&value::value(&value::without_name(&change.path, only)), room)
        }
        (None, None) => String::new(),
    };
    let follows = change.follows.as_deref().map(|object| format!(" (follows {})", escape::line(object)));
    page.line(&format!("{start}{rest}{}", follows.unwrap_or_default()));
}

/// The places in which a text differs inside, below a line that starts so.
fn places_inside(page: &mut Page, start: &str, inside: &Inside) {
    page.line(&format!(
        "{start}{}",
        count(inside.changes.len(), "place inside differs", "places inside differ")
    ));
    for change in inside.changes.iter().take(SHOWN_LINES) {
        let place = escape::line(&change.place);
        let room = page.style.width.saturating_sub(place.chars().count() + 11).max(20);
        let (tone, sign, rest) = match (&change.before, &change.after) {
            (Some(before), Some(after)) => {
                let (before, after) = value::pair(before, after, room);
                (Tone::Careful, '~', format!("{before} → {after}"))
            }
            (Some(only), None) => (Tone::Bad, '-', escape::cut(&value::value(only), room)),
            (_, only) => (
                Tone::Good,
                '+',
                only.as_ref().map(|only| escape::cut(&value::value(only), room)).unwrap_or_default(),
            ),
        };
        let start = page.style.paint(tone, &format!("{sign} {place}: "));
        page.line(&format!("      {start}{rest}"));
    }
    if inside.changes.len() > SHOWN_LINES {
        page.line(&format!("      … and {} more", inside.changes.len() - SHOWN_LINES));
    }
}

/// Whether both are texts, and one has several lines (a file in a ConfigMap).
pub(super) fn are_lines(before: &Value, after: &Value) -> bool {
    let is_long = |text: &str| text.trim_end().contains('\n');
    matches!((before.as_str(), after.as_str()), (Some(before), Some(after)) if is_long(before) || is_long(after))
}

/// The changed lines of two texts, below a line that starts so.
pub(super) fn lines(page: &mut Page, start: &str, before: &Value, after: &Value) {
    let (before, after) = (before.as_str().unwrap_or_default(), after.as_str().unwrap_or_default());
    let diff = TextDiff::from_lines(before, after);
    let changed = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal).count();
    page.line(&format!("{start}{}", count(changed, "line differs", "lines differ")));
    let room = page.style.width.saturating_sub(8);
    // Who asks for what is around a change wants to see all of it.
    let most = if page.context == 0 { SHOWN_LINES } else { usize::MAX };
    let mut shown = 0;
    for (index, group) in diff.grouped_ops(page.context).iter().enumerate() {
        if index > 0 && page.context > 0 {
            page.line(&page.style.paint(Tone::Quiet, "      …"));
        }
        for change in group.iter().flat_map(|step| diff.iter_changes(step)) {
            if shown == most {
                break;
            }
            let (tone, sign) = match change.tag() {
                ChangeTag::Delete => (Tone::Bad, '-'),
                ChangeTag::Insert => (Tone::Good, '+'),
                ChangeTag::Equal => (Tone::Quiet, ' '),
            };
            shown += usize::from(change.tag() != ChangeTag::Equal);
            let text = escape::cut(&escape::line(change.value().trim_end_matches(['\n', '\r'])), room);
            let line = page.style.paint(tone, &format!("{sign} {text}"));
            page.line(&format!("      {line}"));
        }
    }
    if changed > shown {
        page.line(&format!("      … and {} more", changed - shown));
    }
}
