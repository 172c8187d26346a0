//! Fact sheets: those of the goldens, and parts to put one together from.

mod build;

use std::path::PathBuf;

pub(crate) use build::*;
use explainer::FactSheet;

/// Where the goldens are: a folder each, with `sheet.json`, what is known, and `text.txt`, what is to be said of it.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Every golden's sheet, with its name.
pub(crate) fn all() -> Vec<(String, FactSheet)> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), named(&name))).collect()
}

pub(crate) fn named(name: &str) -> FactSheet {
    let sheet = std::fs::read_to_string(folder().join(name).join("sheet.json")).unwrap();
    serde_json::from_str(&sheet).unwrap_or_else(|error| panic!("{name}: {error}"))
}
