//! `plimsoll preview --all` as text: a line for each promotion; each in full with `--verbose`.

use super::{Page, preview, risk};
use crate::cli::Preview as Arguments;
use crate::escape;
use crate::group::{Group, Made, Member};
use crate::headline;
use crate::style::{Style, Tone};

/// A longer name has a line of its own.
const LONGEST_NAME: usize = 40;

pub(crate) fn render(group: &Group, arguments: &Arguments, style: Style) -> String {
    let mut page = Page::new(style);
    page.wrapped(0, Some(Tone::Strong), &group.verdict());
    let labels: Vec<String> = group.members.iter().map(|member| escape::line(&member.label(group))).collect();
    let widths = labels.iter().map(|label| label.chars().count());
    let width = widths.filter(|width| *width <= LONGEST_NAME).max().unwrap_or_default();
    for (member, label) in group.members.iter().zip(&labels) {
        let (tone, text) = summary(member);
        let room = style.width.saturating_sub(width.max(label.chars().count()) + 4);
        let text = escape::cut(&escape::line(&text), room);
        let text = tone.map_or_else(|| text.clone(), |tone| style.paint(tone, &text));
        page.line(&format!("  {label:width$}  {text}"));
    }
    if group.members.is_empty() {
        return page.finish();
    }
    page.blank();
    page.line(&format!("The plans together: {}", group.hash));
    match arguments.verbose {
        true => in_full(&mut page, group, arguments),
        false => {
            let done = if arguments.write {
                "The edits are written."
            } else {
                "--patch prints the edits, --write applies them."
            };
            page.line(&format!("{done} --verbose shows each promotion in full, --app NAME one of them."));
        }
    }
    page.finish()
}

/// What a list says of a promotion, and how it is coloured.
fn summary(member: &Member) -> (Option<Tone>, String) {
    match &member.made {
        Err(failure) => (Some(Tone::Bad), format!("{}: {}", failure.code(), failure.message())),
        Ok(Made { preview, .. }) if preview.diff.changes.is_empty() => {
            let tone = if preview.plan.blocked.is_empty() && preview.plan.partial.is_empty() {
                Tone::Quiet
            } else {
                Tone::Bad
            };
            (Some(tone), headline::of(preview))
        }
        Ok(Made { preview, .. }) => {
            let mut parts = vec![headline::of(preview), format!("risk {}", preview.risk.risk_level)];
            let delta = preview.cost.total.delta;
            match preview.bill.bill() {
                Some(bill) => parts.push(format!("bill {}", bill.verdict())),
                None if delta.money.micros != 0 => parts.push(format!("{} a month", delta.change_text())),
                None => {}
            }
            let tone = match preview.plan.blocked.is_empty() {
                true => risk::tone(preview.risk.risk_level),
                false => Tone::Bad,
            };
            (Some(tone), parts.join("; "))
        }
    }
}

fn in_full(page: &mut Page, group: &Group, arguments: &Arguments) {
    for (member, made) in group.previews() {
        page.heading(&format!("=== {}", member.name()));
        for line in preview::render(made, arguments, page.style).lines() {
            page.line(line);
        }
    }
}
