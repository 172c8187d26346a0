//! `plimsoll preview` as text.

use super::cost::Sides;
use super::risk::Room;
use super::{Page, bill, cost, count, drift, places, risk};
use crate::cli::Preview as Arguments;
use crate::escape;
use crate::estimate::lines::of_preview;
use crate::estimate::period::Scale;
use crate::headline;
use crate::preview::Preview;
use crate::style::{Style, Tone};
use explainer::{Concern, Paragraph};
use kube_model::shown_list;

pub(crate) fn render(preview: &Preview, arguments: &Arguments, style: Style) -> String {
    let mut page = Page::new(style);
    let plan = &preview.plan;
    headline(&mut page, preview);
    places::open(&mut page, "Blocked until decided", Tone::Bad, &plan.blocked, usize::MAX);
    let has_changes = !preview.diff.changes.is_empty();
    if has_changes {
        findings(&mut page, preview, arguments.verbose);
    }
    explanation(&mut page, preview, arguments.verbose);
    let most = if arguments.verbose { usize::MAX } else { PLACES };
    places::carried(&mut page, &plan.carried, most);
    places::open(&mut page, "Pending", Tone::Careful, &plan.pending, most);
    places::open(&mut page, "Candidates, carried with --take", Tone::Careful, &plan.candidates, most);
    places::kept(&mut page, &plan.kept, arguments.verbose);
    if let Some(drift) = &preview.drift {
        drift::write(&mut page, drift);
    }
    if has_changes {
        spending(&mut page, preview, arguments.verbose);
        edit(&mut page, preview, arguments);
    }
    page.finish()
}

/// What can break stands before everything else that is told in full.
fn findings(page: &mut Page, preview: &Preview, verbose: bool) {
    page.blank();
    let verdict = page.style.paint(risk::tone(preview.risk.risk_level), &risk::verdict(&preview.risk));
    page.line(&verdict);
    risk::details(page, &preview.risk, Room { lines: FINDINGS, verbose, brief: !verbose });
}

/// Of each list of places, as many are shown.
const PLACES: usize = 5;
/// The lines of the findings that are told in full.
const FINDINGS: usize = 12;

/// Of the files of the edit, as many are named.
const FILES: usize = 5;

/// What the change costs: the verdicts, and object by object where everything is asked for.
fn spending(page: &mut Page, preview: &Preview, verbose: bool) {
    let is_told = preview.bill.bill().is_none() && preview.budgets.is_empty();
    if is_told && !verbose {
        // The paragraph above says it.
        return;
    }
    let title = if preview.bill.bill().is_some() { "Cost, allocated" } else { "Cost" };
    let hint = if verbose { "" } else { " (--verbose lists it by object)" };
    page.heading(&format!("{title}: {}{hint}", cost::verdict(&preview.cost, Sides::Both)));
    cost::held(page, &preview.budgets);
    if verbose {
        let scale = Scale::month(preview.cost.book.currency);
        cost::details(page, &preview.cost, Sides::Both, (&of_preview(&preview.cost), scale));
    }
    if let Some(bill) = preview.bill.bill() {
        bill::write(page, bill, Sides::Both);
    }
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

/// The change in words. What stands in a list of its own, or as a note above, is not told twice: on a page that is to fit a
/// screen that is all but the cost.
fn explanation(page: &mut Page, preview: &Preview, verbose: bool) {
    let explanation = &preview.explanation.explanation;
    let has_changes = !preview.diff.changes.is_empty();
    for Paragraph { concern, text } in &explanation.paragraphs {
        let is_told = match concern {
            Concern::Cost => true,
            Concern::Changes => verbose && has_changes,
            Concern::Blocked
            | Concern::Risk
            | Concern::Waived
            | Concern::Drift
            | Concern::Behind
            | Concern::Unevaluated => false,
        };
        if is_told {
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
    let title = format!("{done}: {}", count(edits.len(), "file", "files"));
    if !arguments.verbose {
        let how = if arguments.write {
            ""
        } else {
            "; --patch prints it as a patch, --write applies it to the working tree"
        };
        let names: Vec<String> = edits.iter().map(|edit| preview.show(edit)).collect();
        page.blank();
        page.wrapped(0, None, &format!("{title} ({}){how}", shown_list(&names, FILES)));
        return;
    }
    page.heading(&title);
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
