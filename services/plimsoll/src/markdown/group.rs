//! `plimsoll preview --all` as Markdown: a table, and each promotion folded below it.

use super::{Page, folded, preview, table_head, table_row};
use crate::cli::Preview as Arguments;
use crate::escape;
use crate::group::{Group, Made};
use crate::headline;
use crate::preview::Preview;
use crate::text::cost::{Sides, verdict};

/// The bill where nodes are known, and what is allocated.
fn cost(preview: &Preview) -> String {
    match preview.bill.bill() {
        Some(bill) => headline::cost(bill, &preview.cost),
        None => verdict(&preview.cost, Sides::Both),
    }
}

pub(crate) fn render(group: &Group, arguments: &Arguments, patch: Option<&str>) -> Page {
    let mut page = Page::default();
    let to = arguments.to.join(", ");
    let title = escape::markdown(&format!("{} → {to}", arguments.from));
    page.keep(format!("### {title}\n\n**{}**\n\n", escape::markdown(&group.verdict())));
    page.keep(table_head(&["Promotion", "What", "Risk", "Cost"]));
    for member in &group.members {
        let label = escape::markdown(&member.label(group));
        page.keep(match &member.made {
            Ok(Made { preview, .. }) => table_row(&[
                label,
                escape::markdown(&headline::of(preview)),
                escape::markdown(&preview.risk.risk_level.to_string()),
                escape::markdown(&cost(preview)),
            ]),
            Err(failure) => {
                let why = format!("{}: {}", failure.code(), failure.message());
                table_row(&[label, escape::markdown(&why), String::new(), String::new()])
            }
        });
    }
    for (member, made) in
        group.previews().filter(|(_, made)| !made.diff.changes.is_empty() || !made.plan.blocked.is_empty())
    {
        let name = escape::markdown(&member.name());
        let body = preview::render(made, None, None).fit(usize::MAX);
        page.object(name.clone(), made.diff.changes.len(), folded(&name, &body));
    }
    if let Some(patch) = patch {
        page.detail("the edits", folded("The edits", &preview::fenced("diff", patch)));
    }
    page.keep(format!("\n<sub>The plans together: {}</sub>\n", group.hash));
    page
}
