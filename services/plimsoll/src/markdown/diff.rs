//! `plimsoll diff` as Markdown.

use diff_engine::{Change, Diff, Op, TextFormat};

use super::{code_of, table_head, table_row};
use crate::escape;
use crate::text::diff::{left_out, match_line, summary};
use crate::text::value;

pub(crate) fn render(diff: &Diff) -> String {
    let mut page = format!("### {}; {}\n", summary(&diff.summary), left_out(&diff.suppressed));
    page.push_str(&table(&diff.changes));
    if !diff.matched.is_empty() {
        page.push_str("\nCalled differently:\n\n");
    }
    for one in &diff.matched {
        page.push_str(&format!("- {}\n", escape::code(&match_line(one))));
    }
    page
}

/// The changes as a table; nothing if there are none.
pub(crate) fn table(changes: &[Change]) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let mut table = format!("\n{}", table_head(&["Object", "Place", "Before", "After"]));
    for change in changes {
        let object = escape::code(&value::object(&change.object));
        if let Some(inside) = change.inside.as_ref().filter(|inside| inside.format != TextFormat::Lines) {
            for one in &inside.changes {
                let place = format!("{} → {}", change.path, one.place);
                table.push_str(&table_row(&[
                    object.clone(),
                    escape::code(&place),
                    code_of(one.before.as_ref()),
                    code_of(one.after.as_ref()),
                ]));
            }
            continue;
        }
        table.push_str(&match (change.path.is_root(), change.op) {
            (true, Op::Remove) => table_row(&[object, "**removed**".into(), String::new(), String::new()]),
            (true, _) => table_row(&[object, "**added**".into(), String::new(), String::new()]),
            (false, _) => table_row(&[
                object,
                escape::code(&change.path.to_string()),
                code_of(change.before.as_ref()),
                code_of(change.after.as_ref()),
            ]),
        });
    }
    table
}
