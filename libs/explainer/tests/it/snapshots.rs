//! The explanations as people read them.

use explainer::explain;

use crate::sheets;

#[test]
fn explanations_read_well() {
    for (name, sheet) in sheets::all() {
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(name, explain(&sheet).to_text());
        });
    }
}

#[test]
fn markdown_reads_well_too() {
    for (name, sheet) in
        sheets::all().into_iter().filter(|(name, _)| matches!(*name, "the-demo" | "hostile-names"))
    {
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(format!("{name}.md"), explain(&sheet).to_markdown());
        });
    }
}

#[test]
fn the_same_sheet_gives_the_same_words() {
    for (_, sheet) in sheets::all() {
        assert_eq!(explain(&sheet), explain(&sheet.clone()));
    }
}
