//! The explanations as people read them: each text was read against its sheet, line by line, before it was kept.

use explainer::explain;

use crate::sheets;

#[test]
fn explanations_read_as_they_should() {
    let mut wrong = Vec::new();
    for (name, sheet) in sheets::all() {
        let text = explain(&sheet).to_text() + "\n";
        let expected =
            std::fs::read_to_string(sheets::folder().join(&name).join("text.txt")).unwrap_or_default();
        if text != expected {
            wrong.push(format!("{name} says\n{text}\nand should say\n{expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of them are otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn there_are_goldens_of_more_than_thirty_different_previews() {
    let sheets = sheets::all();
    assert!(sheets.len() >= 30, "{}", sheets.len());
    let texts: std::collections::BTreeSet<String> =
        sheets.iter().map(|(_, sheet)| explain(sheet).to_text()).collect();
    assert_eq!(texts.len(), sheets.len());
}

#[test]
fn the_same_sheet_gives_the_same_words() {
    for (_, sheet) in sheets::all() {
        assert_eq!(explain(&sheet), explain(&sheet.clone()));
    }
}
