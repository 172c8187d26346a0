//! The bill for nodes, as Markdown.

use cost_model::{Bill, Figure};

use super::{Page, table_head, table_row};
use crate::escape;
use crate::text::bill::{about, effect, kind, price, stuck, verdict};
use crate::text::cost::Sides;

/// The bill, below the cost.
pub(crate) fn render(bill: &Bill, sides: Sides) -> Page {
    let mut page = Page::default();
    page.keep(format!(
        "\n#### Bill for nodes: {}\n\n{}\n\n",
        escape::markdown(&verdict(bill, sides)),
        escape::markdown(&effect(bill))
    ));
    if !bill.nodes.is_empty() {
        page.keep(table_head(&["Nodes", ">Now", ">Before", ">After", ">A month", "Price"]));
    }
    for line in &bill.nodes {
        let month = line.figures.map_or("unknown".to_owned(), |figures| Figure::text(figures.projected));
        let counts = [line.present, line.before, line.after].map(|nodes| nodes.to_string());
        let [now, before, after] = counts;
        let label = escape::code(&kind(line));
        let cells =
            [label.clone(), now, before, after, escape::markdown(&month), escape::markdown(&price(line))];
        page.detail(label, table_row(&cells));
    }
    for pending in &bill.pending {
        let controller = escape::code(&pending.controller.to_string());
        let text = format!("\n- {controller}: {}\n", escape::markdown(&pending.text));
        page.detail(controller, text);
    }
    for rollout in &bill.stuck {
        let controller = escape::code(&rollout.controller.to_string());
        page.detail(controller, format!("\n- {}\n", escape::markdown(&stuck(rollout))));
    }
    let about: Vec<String> = about(bill).iter().map(|line| escape::markdown(line)).collect();
    page.keep(format!("\n<sub>{}</sub>\n", about.join(" ")));
    page
}
