//! kube-linter's catalogue beside ours, and where its command is at hand, its verdicts beside ours.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use risk_rules::{CHECKS, Finding, RULES};
use serde::Deserialize;
use serde_json::Value;

use super::{still, web};

#[derive(Deserialize)]
struct Catalogue {
    checks: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    ours: String,
    why: String,
}

fn catalogue() -> Catalogue {
    serde_json::from_str(include_str!("../../../data/kube-linter.json")).unwrap()
}

/// What the main branch has beside the catalogue of the release.
const OF_MAIN: &str = "env-value-from";

#[test]
fn every_check_of_kube_linter_has_an_answer() {
    let ours: BTreeSet<&str> = CHECKS
        .iter()
        .flat_map(|check| check.equivalents)
        .filter_map(|name| name.strip_prefix("kube-linter/"))
        .collect();
    let catalogue = catalogue();
    let mut listed: BTreeSet<&str> = BTreeSet::from([OF_MAIN]);
    for Listed { name, ours: answer, why } in &catalogue.checks {
        assert!(listed.insert(name), "{name} is listed twice");
        assert_eq!(ours.contains(name.as_str()), answer != "absent", "{name}");
        assert!(["same", "better", "absent"].contains(&answer.as_str()), "{name}");
        assert!(answer == "same" || why.ends_with('.'), "{name}: why?");
    }
    assert_eq!(ours.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new(), "no check of kube-linter");
    for name in
        RULES.iter().flat_map(|rule| rule.equivalents).filter_map(|name| name.strip_prefix("kube-linter/"))
    {
        assert!(listed.contains(name), "{name} is no check of kube-linter");
    }
    assert_eq!(catalogue.checks.len(), 62);
}

/// Object, by kind, namespace and name, and check.
type Verdicts = BTreeMap<String, BTreeSet<String>>;

fn verdicts(findings: &[Finding]) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for finding in findings {
        for check in finding.equivalents.iter().filter_map(|name| name.strip_prefix("kube-linter/")) {
            let namespace = finding.object.namespace.as_deref().unwrap_or_default();
            let object = format!("{}/{namespace}/{}", finding.object.kind, finding.object.name);
            verdicts.entry(check.to_owned()).or_default().insert(object);
        }
    }
    verdicts
}

fn of_linter(file: &Path) -> Option<Verdicts> {
    let mut command = Command::new("kube-linter");
    command.args(["lint", "--add-all-built-in", "--format", "json"]).arg(file);
    let output = command.output().ok()?;
    let report: Value = serde_json::from_slice(&output.stdout).ok()?;
    let mut verdicts = Verdicts::new();
    for report in report["Reports"].as_array()? {
        let object = &report["Object"]["K8sObject"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let object = format!(
            "{}/{}/{}",
            text(&object["GroupVersionKind"]["Kind"]),
            text(&object["Namespace"]),
            text(&object["Name"])
        );
        verdicts.entry(text(&report["Check"])).or_default().insert(object);
    }
    Some(verdicts)
}

/// The texts that are held against the command: every case of every check, and the files that `PLIMSOLL_LINTED` names.
fn texts() -> Vec<String> {
    let named = env::var("PLIMSOLL_LINTED").unwrap_or_default();
    let files = env::split_paths(&named).filter_map(|file| fs::read_to_string(file).ok());
    let cases = super::cases().into_iter().flat_map(|case| std::iter::once(case.state).chain(case.quiet));
    cases.chain(files).collect()
}

/// Where the command kube-linter is at hand: the checks that say the same have the same verdicts. Agreement for each check
/// is printed (`--nocapture`).
#[test]
fn verdicts_agree_where_the_command_is_at_hand() {
    let probe = env::temp_dir().join(format!("plimsoll-linter-{}.yaml", std::process::id()));
    fs::write(&probe, web("", "")).unwrap();
    if of_linter(&probe).is_none() {
        println!("not run: the command kube-linter is not on PATH");
        fs::remove_file(&probe).unwrap();
        return;
    }
    let mut agreement: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for text in texts() {
        fs::write(&probe, &text).unwrap();
        let Some(theirs) = of_linter(&probe) else { continue };
        let ours = verdicts(&still(&text).findings);
        for Listed { name, ours: answer, .. } in
            catalogue().checks.iter().filter(|check| check.ours != "absent")
        {
            let none = BTreeSet::new();
            let (us, them) = (ours.get(name).unwrap_or(&none), theirs.get(name).unwrap_or(&none));
            let counts = agreement.entry(name.clone()).or_default();
            counts[0] += us.intersection(them).count();
            counts[1] += us.difference(them).count();
            counts[2] += them.difference(us).count();
            assert!(answer != "same" || us == them, "{name}: ours {us:?}, theirs {them:?} in\n{text}");
        }
    }
    fs::remove_file(&probe).unwrap();
    for (check, [both, ours, theirs]) in agreement {
        println!("{check}: both {both}, ours alone {ours}, theirs alone {theirs}");
    }
}
