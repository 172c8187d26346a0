//! `plimsoll cost` as Markdown.

use cost_model::{CostReport, Figure};

use super::{Page, table_head, table_row};
use crate::escape;
use crate::text::cost::{Sides, assumed, prices, verdict};
use crate::text::value;

pub(crate) fn render(report: &CostReport, sides: Sides) -> Page {
    let mut page = Page::default();
    page.keep(format!("### Cost: {}\n", escape::markdown(&verdict(report, sides))));
    page.append(details(report, sides));
    page
}

/// The table, what is not known, the prices and what was assumed.
pub(crate) fn details(report: &CostReport, sides: Sides) -> Page {
    let mut page = Page::default();
    if !report.objects.is_empty() {
        page.keep("\n");
        table(report, sides, &mut page);
    }
    if !report.unknown.is_empty() {
        page.keep("\nNot known, and in no figure above:\n\n");
        for unknown in &report.unknown {
            let object = escape::code(&value::key(&unknown.key));
            page.detail(object.clone(), format!("- {object}: {}\n", escape::markdown(&unknown.why)));
        }
    }
    let about = [prices(report), assumed(report)].map(|line| escape::markdown(&line));
    page.keep(format!("\n<sub>{}</sub>\n", about.join(" ")));
    page
}

fn table(report: &CostReport, sides: Sides, page: &mut Page) {
    let columns: &[&str] = match sides {
        Sides::Both => &["A month", ">Before", ">After", ">Change"],
        Sides::After => &["Object", ">A month"],
    };
    let row = |label: String, before: Option<Figure>, after: Option<Figure>, delta: Option<Figure>| {
        let text = |figure: Option<Figure>| {
            figure.map_or("unknown".to_owned(), |figure| escape::markdown(&figure.text()))
        };
        let change = delta.map_or("unknown".to_owned(), |delta| escape::markdown(&delta.change_text()));
        match sides {
            Sides::Both => table_row(&[label, text(before), text(after), change]),
            Sides::After => table_row(&[label, text(after)]),
        }
    };
    page.keep(table_head(columns));
    for object in &report.objects {
        let label = escape::code(&value::key(&object.key));
        let text = row(label.clone(), object.baseline(), object.projected(), object.delta());
        page.detail(label, text);
    }
    let total = &report.total;
    page.keep(row("**total**".into(), Some(total.baseline), Some(total.projected), Some(total.delta)));
}
