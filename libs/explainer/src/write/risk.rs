//! What it risks.

use kube_model::{shown, shown_list};
use risk_rules::Level;

use crate::sheet::{FindingFact, RiskFacts, UnevaluatedFact};
use crate::words::{Names, capital, count, sentences, verb};

/// The findings that the paragraph tells in full; the report lists them all.
const MOST: usize = 3;

pub(super) fn write(risk: &RiskFacts, names: Names) -> String {
    let mut parts = vec![verdict(risk)];
    parts.extend(risk.findings.iter().take(MOST).map(|finding| tell(finding, names)));
    parts.extend(rest(&risk.findings));
    for needs in ["plan", "base"] {
        let lacking = |rule: &&UnevaluatedFact| rule.needs == needs;
        let rules: Vec<String> =
            risk.not_evaluated.iter().filter(lacking).map(|rule| shown(&rule.rule)).collect();
        parts.extend(unevaluated(&rules, needs));
    }
    parts.join(" ")
}

fn verdict(risk: &RiskFacts) -> String {
    let counts: Vec<String> = Level::ALL
        .into_iter()
        .rev()
        .map(|level| (level, risk.findings.iter().filter(|finding| finding.level == level).count()))
        .filter(|(_, number)| *number > 0)
        .map(|(level, number)| format!("{number} {level}"))
        .collect();
    match counts.is_empty() {
        true => "No rule found anything that the change introduces or worsens.".to_owned(),
        false => {
            let findings = verb(risk.findings.len(), "finding", "findings");
            format!("{} {findings}.", shown_list(&counts, counts.len()))
        }
    }
}

fn tell(finding: &FindingFact, names: Names) -> String {
    let level = capital(finding.level.as_str());
    format!("{level}, {}: {}", names.object(&finding.object), sentences(&finding.message))
}

fn rest(findings: &[FindingFact]) -> Option<String> {
    let rest = findings.get(MOST..).filter(|rest| !rest.is_empty())?;
    let worst = Level::of_all(rest.iter().map(|finding| finding.level));
    let more = match rest.len() {
        1 => format!("1 more finding is {worst}."),
        number => format!("{number} more findings are {worst} at most."),
    };
    Some(more)
}

fn unevaluated(rules: &[String], needs: &str) -> Option<String> {
    let lack = match needs {
        "base" => "nobody said what the source was at the last promotion",
        _ => "there is no plan of a promotion",
    };
    let count = count(rules.len(), "rule was", "rules were");
    (!rules.is_empty()).then(|| format!("{count} not evaluated, since {lack}: {}.", shown_list(rules, 5)))
}
