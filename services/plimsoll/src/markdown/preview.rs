//! `plimsoll preview` as Markdown.

use kube_model::Object;
use preview::PlanItem;
use serde_json::Value;

use super::{Page, bill, code_of, cost, drift, folded, risk, table_head, table_row};
use crate::escape;
use crate::estimate::lines::of_preview;
use crate::estimate::period::Scale;
use crate::headline;
use crate::preview::Preview;
use crate::text::cost::{Sides, verdict};
use crate::text::value::without_name;
use crate::text::{count, diff, risk as risk_text};
use crate::yaml;

pub(crate) fn render(preview: &Preview, patch: Option<&str>, objects: Option<&[Object]>) -> Page {
    let plan = &preview.plan;
    let mut page = Page::default();
    page.keep(preview.explanation.markdown.clone() + "\n");
    if let Some(bill) = preview.bill.bill() {
        page.keep(format!("\n**{}**\n", escape::markdown(&headline::cost(bill, &preview.cost))));
    }
    for input in &plan.partial {
        page.keep(format!("\n> **Not read:** {}.\n", escape::markdown(input)));
    }
    for note in &plan.notes {
        page.keep(format!("\n> {}.\n", escape::markdown(note)));
    }
    page.finding("what is blocked", list("Blocked until decided", &plan.blocked, Fold::Open));
    page.detail("what is carried over", list("Carried over", &plan.carried, Fold::Open));
    page.detail("what is pending", list("Pending", &plan.pending, Fold::Open));
    page.detail("the candidates", list("Candidates", &plan.candidates, Fold::Closed));
    page.detail("what is kept", list("Kept as the target has it", &plan.kept, Fold::Closed));
    if let Some(drift) = &preview.drift {
        drift::write(&mut page, drift);
    }
    if !preview.diff.changes.is_empty() {
        let cost_title = escape::markdown(&verdict(&preview.cost, Sides::Both));
        page.keep(format!("\n#### {}\n", risk_text::verdict(&preview.risk)));
        page.append(risk::details(&preview.risk));
        let title = if preview.bill.bill().is_some() { "Cost, allocated" } else { "Cost" };
        page.keep(format!("\n#### {title}: {cost_title}\n"));
        cost::held(&mut page, &preview.budgets);
        let scale = Scale::month(preview.cost.book.currency);
        page.append(cost::details(&preview.cost, Sides::Both, (&of_preview(&preview.cost), scale)));
        if let Some(bill) = preview.bill.bill() {
            page.append(bill::render(bill, Sides::Both));
        }
        let summary = escape::markdown(&diff::verdict(&preview.diff, None));
        page.keep(format!("\n<sub>{summary}</sub>\n"));
    }
    if let Some(patch) = patch {
        page.detail("the edit", folded("The edit", &fenced("diff", patch)));
    }
    if let Some(objects) = objects {
        let text = folded("The target after it", &fenced("yaml", &yaml::stream(objects)));
        page.detail("the target after it", text);
    }
    page
}

/// Whether a list is seen at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fold {
    Open,
    Closed,
}

fn list(title: &str, items: &[PlanItem], fold: Fold) -> String {
    if items.is_empty() {
        return String::new();
    }
    let title = format!("{title}: {}", count(items.len(), "place", "places"));
    let mut table = table_head(&["Place", "Target", "Source", "Why"]);
    for item in items {
        let whole = item.place.path.is_root();
        let value = |found: Option<&Value>| {
            let found = found.filter(|_| !whole).map(|found| without_name(&item.place.path, found));
            code_of(found.as_ref())
        };
        table.push_str(&table_row(&[
            escape::code(item.label.trim_end_matches(':')),
            value(item.before.as_ref()),
            value(item.after.as_ref()),
            escape::markdown(&item.reason),
        ]));
    }
    match fold {
        Fold::Open => format!("\n#### {title}\n\n{table}"),
        Fold::Closed => folded(&title, &table),
    }
}

/// A block of code whose fence is longer than any in it.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}
