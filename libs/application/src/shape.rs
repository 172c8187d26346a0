//! Where a mapping is expected. The derived types would also read a struct from a list of its fields' values,
//! which nobody means.

use serde_json::Value;

use crate::parse::Step;

const MAPPINGS: [&[&str]; 11] = [
    &[],
    &["metadata"],
    &["spec"],
    &["spec", "source"],
    &["spec", "environments", "*"],
    &["spec", "environments", "*", "helm"],
    &["spec", "promotions", "*"],
    &["spec", "waivers", "*"],
    &["spec", "budgets", "*"],
    &["spec", "budgets", "*", "selector"],
    &["spec", "cost"],
];

/// The first place that holds a list instead of a mapping.
pub(crate) fn list_for_mapping(value: &Value) -> Option<Vec<Step>> {
    MAPPINGS.iter().find_map(|path| find(value, path))
}

fn find(value: &Value, path: &[&str]) -> Option<Vec<Step>> {
    let Some((first, rest)) = path.split_first() else { return value.is_array().then(Vec::new) };
    if *first == "*" {
        let items = value.as_array()?.iter().enumerate();
        return items.into_iter().find_map(|(index, item)| below(Step::Index(index), find(item, rest)));
    }
    below(Step::Key((*first).to_owned()), find(value.get(first)?, rest))
}

fn below(step: Step, found: Option<Vec<Step>>) -> Option<Vec<Step>> {
    let mut steps = found?;
    steps.insert(0, step);
    Some(steps)
}
