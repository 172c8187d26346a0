//! What a reader should know of a chart that was rendered.

use std::collections::BTreeMap;

use helm::{Asks, OutsideCall};

use super::HelmOutput;

impl HelmOutput {
    /// What a reader should know: hooks, tests that are left out, and calls whose answer is not in the chart. Without
    /// values.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let hooks = self.manifest.hooks.iter().map(|hook| {
            format!(
                "{} is a hook ({}): helm runs it and does not keep it",
                hook.document.template,
                hook.events.join(", ")
            )
        });
        let tests = self.manifest.tests.iter();
        let tests = tests.map(|template| format!("{template} is a test, which an installation leaves out"));
        hooks.chain(tests).chain(calls(&self.outside_calls)).collect()
    }
}

/// One note for each function of a template.
fn calls(calls: &[OutsideCall]) -> Vec<String> {
    let mut lines: BTreeMap<(&str, &str, Asks), Vec<String>> = BTreeMap::new();
    for OutsideCall { template, line, function, asks } in calls {
        lines.entry((template, function, *asks)).or_default().push(line.to_string());
    }
    let said = |asks| match asks {
        Asks::Cluster => "asks the cluster, which finds nothing here",
        Asks::Network => "asks the network, which finds nothing here",
        Asks::Chance => "gives another answer each time",
    };
    lines
        .into_iter()
        .map(|((template, function, asks), lines)| {
            let word = if lines.len() == 1 { "line" } else { "lines" };
            format!("{template}, {word} {}: {function} {}", lines.join(", "), said(asks))
        })
        .collect()
}
