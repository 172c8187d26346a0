//! `plimsoll preview` as text.

use super::cost::Sides;
use super::{Page, bill, cost, count, drift, places, risk};
use crate::cli::Preview as Arguments;
use crate::escape;
use crate::estimate::lines::of_preview;
use crate::estimate::period::Scale;
use crate::headline;
use crate::preview::Preview;
use crate::style::{Style, Tone};
use explainer::{Concern, Explanation, Paragraph};

pub(crate) fn render(preview: &Preview, arguments: &Arguments, style: Style) -> String {
    let mut page = Page::new(style);
    let plan = &preview.plan;
    headline(&mut page, preview);
    places::open(&mut page, "Blocked until decided", Tone::Bad, &plan.blocked);
    explanation(&mut page, &preview.explanation.explanation);
    places::carried(&mut page, &plan.carried);
    places::open(&mut page, "Pending", Tone::Careful, &plan.pending);
    places::open(&mut page, "Candidates, carried with --take", Tone::Careful, &plan.candidates);
    places::kept(&mut page, &plan.kept, arguments.verbose);
    if let Some(drift) = &preview.drift {
        drift::write(&mut page, drift);
    }
    if preview.diff.changes.is_empty() {
        return page.finish();
    }
    let title = if preview.bill.bill().is_some() { "Cost, allocated" } else { "Cost" };
    page.heading(&format!("{title}: {}", cost::verdict(&preview.cost, Sides::Both)));
    cost::held(&mut page, &preview.budgets);
    let scale = Scale::month(preview.cost.book.currency);
    cost::details(&mut page, &preview.cost, Sides::Both, (&of_preview(&preview.cost), scale));
    if let Some(bill) = preview.bill.bill() {
        bill::write(&mut page, bill, Sides::Both);
    }
    page.blank();
    let verdict = style.paint(risk::tone(preview.risk.risk_level), &risk::verdict(&preview.risk));
    page.line(&verdict);
    risk::details(&mut page, &preview.risk);
    edit(&mut page, preview, arguments);
    page.finish()
}

/// The verdict: what to know before anything else.
fn headline(page: &mut Page, preview: &Preview) {
    let tone = match preview.plan.obstacle() {
        Some("PLAN_PARTIAL" | "PLAN_BLOCKED") => Tone::Bad,
        _ => risk::tone(preview.risk.risk_level),
    };
    page.wrapped(0, Some(Tone::Strong), &headline::of(preview));
    page.wrapped(0, Some(tone), &preview.explanation.explanation.headline);
    if let Some(bill) = preview.bill.bill() {
        page.wrapped(0, Some(Tone::Strong), &headline::cost(bill, &preview.cost));
    }
    for input in &preview.plan.partial {
        page.wrapped(0, Some(Tone::Bad), &format!("Not read: {input}."));
    }
    for note in &preview.plan.notes {
        page.wrapped(0, None, &format!("Note: {note}."));
    }
}

/// The change in words. What is blocked and what stays behind stands in lists of its own.
fn explanation(page: &mut Page, explanation: &Explanation) {
    for Paragraph { concern, text } in &explanation.paragraphs {
        if !matches!(concern, Concern::Blocked | Concern::Behind) {
            page.blank();
            page.labelled(&format!("{concern}:"), text);
        }
    }
    if !explanation.checklist.is_empty() {
        page.heading("Before you approve");
        explanation.checklist.iter().for_each(|item| page.labelled("  -", item));
    }
}

/// Which files the edit touches, and how to get it.
fn edit(page: &mut Page, preview: &Preview, arguments: &Arguments) {
    let edits = &preview.plan.edits;
    let done = if arguments.write { "Written" } else { "The edit" };
    page.heading(&format!("{done}: {}", count(edits.len(), "file", "files")));
    for edit in edits {
        let (tone, sign) = match (&edit.hash_before, &edit.hash_after) {
            (None, _) => (Tone::Good, '+'),
            (_, None) => (Tone::Bad, '-'),
            _ => (Tone::Careful, '~'),
        };
        let line = page.style.paint(tone, &format!("  {sign} {}", escape::line(&preview.show(edit))));
        page.line(&line);
    }
    if !arguments.write {
        page.line("--patch prints it as a patch, --write applies it to the working tree.");
    }
}
