//! Findings of one rule over many objects, as one.

use risk_rules::Finding;

/// Findings of one rule and level, in the order of the report; never empty.
pub(crate) struct Folded<'f> {
    pub(crate) findings: Vec<&'f Finding>,
}

impl<'f> Folded<'f> {
    /// The one that is told.
    pub(crate) fn first(&self) -> &'f Finding {
        self.findings[0]
    }
}

/// The findings by rule and level, each group where its first one stands.
pub(crate) fn folded(findings: &[Finding]) -> Vec<Folded<'_>> {
    let mut groups: Vec<Folded<'_>> = Vec::new();
    for finding in findings {
        let is_its = |group: &&mut Folded<'_>| {
            let first = group.first();
            first.rule == finding.rule && first.level == finding.level
        };
        match groups.iter_mut().find(is_its) {
            Some(group) => group.findings.push(finding),
            None => groups.push(Folded { findings: vec![finding] }),
        }
    }
    groups
}
