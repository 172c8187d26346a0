//! Fact sheets of changes that people meet.

mod build;
mod ordinary;
mod troubled;

pub(crate) use build::*;

use explainer::FactSheet;

/// Every sheet, with its name.
pub(crate) fn all() -> Vec<(&'static str, FactSheet)> {
    let mut all = ordinary::all();
    all.extend(troubled::all());
    all
}
