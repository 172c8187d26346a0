//! `plimsoll cost` as Markdown.

use cost_model::CostReport;

use super::preview::fenced;
use super::{Page, bill, table_head, table_row};
use crate::escape;
use crate::estimate::Estimate;
use crate::estimate::budgets::NOT_CONNECTED;
use crate::estimate::lines::{About, Line};
use crate::estimate::period::Scale;
use crate::text::cost::{Sides, asked, assumed, budget, calculations, cells, headline, prices};
use crate::text::{sure, value};

pub(crate) fn render(estimate: &Estimate) -> Page {
    let Estimate { report, sides, lines, scale, .. } = estimate;
    let mut page = Page::default();
    page.keep(format!("### {}\n", escape::markdown(&headline(estimate))));
    held(&mut page, &estimate.budgets);
    for line in asked(estimate) {
        let is_item = line.starts_with("- ");
        let text = escape::markdown(line.trim_start_matches("- "));
        page.keep(if is_item { format!("- {text}\n") } else { format!("\n{text}\n") });
    }
    if let Some(explained) = &estimate.explained {
        for (when, lines) in calculations(explained) {
            let title = format!("{}{when}", escape::code(&explained.object));
            let lines: Vec<String> = lines.iter().map(|line| escape::line(line)).collect();
            page.keep(format!("\n#### {title}\n\n{}", fenced("text", &lines.join("\n"))));
        }
        return page;
    }
    page.append(details(report, *sides, (lines, *scale)));
    if let Some(bill) = &estimate.bill {
        page.append(bill::render(bill, *sides));
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
pub(crate) fn details(report: &CostReport, sides: Sides, (lines, scale): (&[Line], Scale)) -> Page {
    let mut page = Page::default();
    if !report.objects.is_empty() {
        page.keep("\n");
        table(sides, lines, scale, &mut page);
    }
    if !report.unknown.is_empty() {
        page.keep("\nNot known, and in no figure above:\n\n");
        for unknown in &report.unknown {
            let object = escape::code(&value::key(&unknown.key));
            page.detail(object.clone(), format!("- {object}: {}\n", escape::markdown(&unknown.why)));
        }
    }
    let about = [prices(report), assumed(report)].into_iter().chain(sure::lines(report));
    let about: Vec<String> = about.map(|line| escape::markdown(&line)).collect();
    page.keep(format!("\n<sub>{}</sub>\n", about.join(" ")));
    page
}

fn table(sides: Sides, lines: &[Line], scale: Scale, page: &mut Page) {
    let span = scale.words().replacen('a', "A", 1);
    let right = format!(">{span}");
    let columns = match sides {
        Sides::Both => vec![span.as_str(), ">Before", ">After", ">Change"],
        Sides::After => vec!["Object", &right],
    };
    page.keep(table_head(&columns));
    for line in lines {
        let label = match line.about {
            About::Named => escape::code(&line.label),
            About::Several => escape::markdown(&line.label),
            About::Total => format!("**{}**", line.label),
        };
        let figures = cells(line, sides, scale);
        let cells: Vec<String> =
            std::iter::once(label.clone()).chain(figures.iter().map(|cell| escape::markdown(cell))).collect();
        match line.about {
            About::Named => page.detail(label, table_row(&cells)),
            About::Several | About::Total => page.keep(table_row(&cells)),
        }
    }
}
