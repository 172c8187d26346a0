//! `plimsoll diff` as Markdown.

use diff_engine::{Change, Diff, Hidden, Op, TextFormat};

use super::{Page, code_of, folded, table_head, table_row};
use crate::escape;
use crate::text::count;
use crate::text::diff::{match_line, verdict};
use crate::text::value;

pub(crate) fn render(diff: &Diff, hidden: Option<&Hidden>) -> Page {
    let mut page = Page::default();
    page.keep(format!("### {}\n", verdict(diff, hidden)));
    table(&diff.changes, &mut page);
    if !diff.matched.is_empty() {
        page.keep("\nCalled differently:\n\n");
    }
    for one in &diff.matched {
        page.detail(
            escape::code(&value::object(&one.after)),
            format!("- {}\n", escape::code(&match_line(one))),
        );
    }
    page
}

/// An object with more rows is folded, so that one large file does not hide the others.
const FOLDED: usize = 20;

/// The changes as a table, an object a part; nothing if there are none. What is folded follows the table.
fn table(changes: &[Change], page: &mut Page) {
    let head = table_head(&["Object", "Place", "Before", "After"]);
    if !changes.is_empty() {
        page.keep(format!("\n{head}"));
    }
    let mut large = Vec::new();
    for group in changes.chunk_by(|one, other| one.object == other.object) {
        let Some(first) = group.first() else { continue };
        let object = escape::code(&value::object(&first.object));
        let rows: Vec<String> = group.iter().flat_map(|change| rows(&object, change)).collect();
        if rows.len() > FOLDED {
            let below = format!("{}, below", count(rows.len(), "place", "places"));
            page.keep(table_row(&[object.clone(), below, String::new(), String::new()]));
            large.push((object, group.len(), rows));
        } else {
            page.object(object, group.len(), rows.concat());
        }
    }
    for (object, changes, rows) in large {
        let places = count(rows.len(), "place", "places");
        let fold = folded(&places, &format!("{head}{}", rows.concat()));
        page.object(object.clone(), changes, format!("\n{object}\n{fold}"));
    }
}

fn rows(object: &str, change: &Change) -> Vec<String> {
    let row =
        |place: String, before: String, after: String| table_row(&[object.to_owned(), place, before, after]);
    if let Some(inside) = change.inside.as_ref().filter(|inside| inside.format != TextFormat::Lines) {
        let places = inside.changes.iter().map(|one| {
            let place = escape::code(&format!("{} → {}", change.path, one.place));
            row(place, code_of(one.before.as_ref()), code_of(one.after.as_ref()))
        });
        return places.collect();
    }
    let whole = |word: &str| row(word.to_owned(), String::new(), String::new());
    Vec::from([match (change.path.is_root(), change.op) {
        (true, Op::Remove) => whole("**removed**"),
        (true, _) => whole("**added**"),
        (false, _) => row(
            escape::code(&change.path.to_string()),
            code_of(change.before.as_ref()),
            code_of(change.after.as_ref()),
        ),
    }])
}
