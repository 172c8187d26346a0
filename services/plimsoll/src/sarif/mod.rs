//! Findings as SARIF 2.1.0 (OASIS), for code scanning: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>.

mod finding;
mod rules;

use risk_rules::{Finding, Idle, RiskReport};
use serde_json::{Value, json};

use crate::escape;
use crate::text::risk::lacking;
use crate::text::{open, waived};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// GitHub refuses a run with more results.
/// <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
pub(crate) const MOST_RESULTS: usize = 25_000;
/// Of a run GitHub shows so many, the gravest.
const SHOWN_RESULTS: usize = 5_000;

/// One assessment.
pub(crate) struct Run<'a> {
    /// What tells it from others of one log, for people and for services that keep the last one of each.
    pub(crate) category: String,
    pub(crate) report: &'a RiskReport,
    /// Why the run ends with 2, if it does.
    pub(crate) against: &'a [String],
    /// Files that are there: the closest stands for one that is not, and the first for findings of which no file is known.
    pub(crate) files: Vec<String>,
}

/// The log.
pub(crate) fn log(runs: &[Run<'_>]) -> Value {
    json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": runs.iter().map(Run::write).collect::<Vec<_>>() })
}

impl Run<'_> {
    fn write(&self) -> Value {
        let rules = rules::Rules::all();
        let report = self.report;
        let findings = report.findings.iter().map(|finding| (finding, None));
        let waived = report.waived.iter().map(|waived| (&waived.finding, Some(&waived.waiver)));
        let mut seen = finding::Seen::default();
        let results: Vec<Value> = findings
            .chain(waived)
            .take(MOST_RESULTS)
            .map(|(one, waiver)| finding::write(one, waiver, &rules, &mut seen, &self.files))
            .collect();
        let exit = if self.against.is_empty() { 0 } else { 2 };
        let mut invocation = json!({
            "executionSuccessful": true,
            "exitCode": exit,
            "toolExecutionNotifications": self.notifications(&rules),
        });
        if exit != 0 {
            invocation["exitCodeDescription"] = Value::from(escape::line(&self.against.join("; ")));
        }
        json!({
            "tool": { "driver": {
                "name": "Plimsoll",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.write(),
            }},
            "automationDetails": { "id": format!("{}/", self.category) },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                "%SRCROOT%": { "description": { "text": "The root of the target's repository." } }
            },
            "invocations": [invocation],
            "results": results,
            "properties": { "riskLevel": report.risk_level, "riskLevelFrom": report.risk_level_from },
        })
    }

    /// What the findings alone do not say.
    fn notifications(&self, rules: &rules::Rules) -> Vec<Value> {
        let note = |id: &str, level: &str, text: String| json!({ "descriptor": { "id": id }, "level": level, "message": { "text": escape::line(&text) } });
        let mut notes = Vec::new();
        for lack in &self.report.not_evaluated {
            let text = format!("{} was not evaluated: it needs {}.", lack.rule, lacking(&lack.needs));
            let mut one = note("not-evaluated", "note", text);
            one["associatedRule"] = rules.reference(&lack.rule);
            notes.push(one);
        }
        for one in &self.report.policies_not_evaluated {
            let text = format!("A policy was not evaluated: {}.", open::sentence(one));
            notes.push(note("policy-not-evaluated", "warning", text));
        }
        for idle in &self.report.waivers_idle {
            let id = if idle.why == Idle::TooLong { "waiver-too-long" } else { "waiver-without-effect" };
            notes.push(note(id, "warning", waived::sentence(idle)));
        }
        let found = self.report.findings.len() + self.report.waived.len();
        if found > MOST_RESULTS {
            let text = format!(
                "{} of {found} findings are left out: a run may hold {MOST_RESULTS}. The worst come first; JSON has all.",
                found - MOST_RESULTS
            );
            notes.push(note("results-left-out", "warning", text));
        }
        if found > SHOWN_RESULTS {
            let text =
                format!("There are {found} findings; GitHub shows the worst {SHOWN_RESULTS} of a run.");
            notes.push(note("more-than-shown", "note", text));
        }
        notes
    }
}

/// What a category is made of, such that it is one in a path.
pub(crate) fn category(parts: &[&str]) -> String {
    let plain = |part: &&str| -> String {
        part.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect()
    };
    let parts: Vec<String> = ["plimsoll"].iter().chain(parts).map(plain).collect();
    parts.join("/")
}

/// The files that are there and that findings are in, the worst first.
pub(crate) fn files(report: &RiskReport) -> Vec<String> {
    let waived = report.waived.iter().map(|waived| &waived.finding);
    let all = report.findings.iter().chain(waived);
    let files = all.filter_map(|finding: &Finding| finding.location.as_ref().filter(|at| at.exists));
    files.map(|at| at.file.clone()).collect()
}
