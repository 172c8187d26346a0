//! `plimsoll risk --format json` (`schemas/json/risk.schema.json`).
//!
//! Of a large state most of the time went into writing its findings, so they are written on all cores.

use rayon::prelude::*;
use risk_rules::{Finding, RiskReport};

use super::print as print_whole;
use crate::failure::Failure;

/// How many findings are worth more than one thread.
const WORTH_THREADS: usize = 256;

/// The document: [`super::print`]'s bytes. The findings are taken out for a while.
pub(crate) fn print(report: &mut RiskReport) -> Result<String, Failure> {
    if report.findings.len() < WORTH_THREADS {
        return print_whole(report);
    }
    let findings = std::mem::take(&mut report.findings);
    let shares: Result<Vec<String>, Failure> = findings.par_chunks(WORTH_THREADS).map(share).collect();
    let without = print_whole(report);
    report.findings = findings;
    // No text has a line end of its own in it, so this is the list and nothing that looks like it.
    const NONE: &str = "\n  \"findings\": []";
    match without?.split_once(NONE) {
        Some((before, after)) => {
            Ok([before, "\n  \"findings\": [", &shares?.join(","), "\n  ]", after].concat())
        }
        None => print_whole(report),
    }
}

/// Items of the list, each on lines of its own, as deep as they stand in the document.
fn share(findings: &[Finding]) -> Result<String, Failure> {
    let list = print_whole(&findings)?;
    let items = list.trim_start_matches('[').trim_end_matches(['\n', ']']);
    Ok(items.replace('\n', "\n  "))
}

#[cfg(test)]
mod tests {
    use kube_model::{Object, State, yaml};
    use risk_rules::{Facts, Profile, assess_under};

    use super::*;

    #[test]
    fn many_findings_are_written_as_few_are() {
        let pods: String = (0..200)
            .map(|pod| {
                format!(
                    "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: \"p-{pod}\"}}\nspec:\n  containers:\n  - {{name: \"a]\\n[\", image: x}}\n"
                )
            })
            .collect();
        let limits = yaml::Limits::default();
        let objects: Vec<Object> =
            State::read([("pods.yaml", pods.as_bytes())], &limits).map(|state| state.objects).unwrap();
        let mut report = assess_under(Profile::All, None, &objects, &Facts::default());
        assert!(report.findings.len() > 3 * WORTH_THREADS);
        assert_eq!(print(&mut report).unwrap(), print_whole(&report).unwrap());
        report.findings.truncate(WORTH_THREADS - 1);
        assert_eq!(print(&mut report).unwrap(), print_whole(&report).unwrap());
    }
}
