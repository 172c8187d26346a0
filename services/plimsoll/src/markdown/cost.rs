//! `plimsoll cost` as Markdown.

use cost_model::CostReport;

use super::{Page, bill, table_head, table_row};
use crate::escape;
use crate::estimate::Estimate;
use crate::estimate::budgets::NOT_CONNECTED;
use crate::estimate::lines::{About, Lines, lines};
use crate::text::cost::{Sides, asked, assumed, budget, cells, prices, verdict};
use crate::text::value;

pub(crate) fn render(estimate: &Estimate) -> Page {
    let (report, sides) = (&estimate.report, estimate.sides());
    let mut page = Page::default();
    page.keep(format!("### Cost: {}\n", escape::markdown(&verdict(report, sides))));
    held(&mut page, &estimate.budgets);
    if !estimate.set.is_empty() {
        page.keep(format!("\n{}\n", escape::markdown(&asked(&estimate.set))));
    }
    page.append(details(report, sides, estimate.lines));
    if let Some(bill) = &estimate.bill {
        page.append(bill::render(bill, sides));
    }
    page
}

/// How the budgets stand.
pub(crate) fn held(page: &mut Page, budgets: &[budgets::Standing]) {
    if budgets.is_empty() {
        return;
    }
    page.keep("\n");
    for standing in budgets {
        let text = escape::markdown(&budget(standing));
        page.keep(if standing.is_against() { format!("- **{text}**\n") } else { format!("- {text}\n") });
    }
    page.keep(format!("\n<sub>{}</sub>\n", escape::markdown(NOT_CONNECTED)));
}

/// The table, what is not known, the prices and what was assumed.
pub(crate) fn details(report: &CostReport, sides: Sides, which: Lines) -> Page {
    let mut page = Page::default();
    if !report.objects.is_empty() {
        page.keep("\n");
        table(report, sides, which, &mut page);
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

fn table(report: &CostReport, sides: Sides, which: Lines, page: &mut Page) {
    page.keep(table_head(match sides {
        Sides::Both => &["A month", ">Before", ">After", ">Change"],
        Sides::After => &["Object", ">A month"],
    }));
    for line in lines(report, sides, which) {
        let label = match line.about {
            About::Object => escape::code(&line.label),
            About::Several => escape::markdown(&line.label),
            About::Total => format!("**{}**", line.label),
        };
        let figures = cells(&line, sides);
        let cells: Vec<String> =
            std::iter::once(label.clone()).chain(figures.iter().map(|cell| escape::markdown(cell))).collect();
        match line.about {
            About::Object => page.detail(label, table_row(&cells)),
            About::Several | About::Total => page.keep(table_row(&cells)),
        }
    }
}
