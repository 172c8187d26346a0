//! `plimsoll cost` as Markdown.

use cost_model::{CostReport, Figure};

use super::{table_head, table_row};
use crate::escape;
use crate::text::cost::{Sides, assumed, prices, verdict};
use crate::text::value;

pub(crate) fn render(report: &CostReport, sides: Sides) -> String {
    format!("### Cost: {}\n{}", escape::markdown(&verdict(report, sides)), details(report, sides))
}

/// The table, what is not known, the prices and what was assumed.
pub(crate) fn details(report: &CostReport, sides: Sides) -> String {
    let mut page = String::new();
    if !report.objects.is_empty() {
        page.push('\n');
        page.push_str(&table(report, sides));
    }
    if !report.unknown.is_empty() {
        page.push_str("\nNot known, and in no figure above:\n\n");
        for unknown in &report.unknown {
            let object = escape::code(&value::key(&unknown.key));
            page.push_str(&format!("- {object}: {}\n", escape::markdown(&unknown.why)));
        }
    }
    let about = [prices(report), assumed(report)].map(|line| escape::markdown(&line));
    page.push_str(&format!("\n<sub>{}</sub>\n", about.join(" ")));
    page
}

fn table(report: &CostReport, sides: Sides) -> String {
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
    let mut table = table_head(columns);
    for object in &report.objects {
        let label = escape::code(&value::key(&object.key));
        table.push_str(&row(label, object.baseline(), object.projected(), object.delta()));
    }
    let total = &report.total;
    table + &row("**total**".into(), Some(total.baseline), Some(total.projected), Some(total.delta))
}
