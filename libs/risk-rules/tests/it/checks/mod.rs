//! The static checks: a state that each has to see, and one close to it that it must not.

mod annotations;
mod linter;
mod network;
mod pods;
mod profiles;
mod security;
mod standards;
mod states;

use std::collections::{BTreeMap, BTreeSet};

use risk_rules::{CHECKS, Facts, Finding, Level, Profile, RULES, RiskReport, assess_under};

use crate::case::objects;

/// A Deployment of the namespace shop: fields of its container, and of its pods, each as `, field: value`.
pub(crate) fn web(container: &str, pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: shop}}\nspec:\n  selector: {{matchLabels: {{app: web}}}}\n  \
         template:\n    metadata: {{labels: {{app: web}}}}\n    spec: {{containers: [{{name: web, image: \"web:1.0\"{container}}}]{pod}}}\n"
    )
}

pub(crate) const CONTAINER: &str = "spec.template.spec.containers[name=web]";

/// What the checks find in a state that nobody changes.
pub(crate) fn still(state: &str) -> RiskReport {
    let state = objects(state);
    assess_under(Profile::All, Some(&state), &state, &Facts::default())
}

/// A check with a state that it has to see.
pub(crate) struct Case {
    check: &'static str,
    state: String,
    quiet: Vec<String>,
    level: Level,
    object: &'static str,
    path: String,
    equivalents: Vec<&'static str>,
}

pub(crate) fn case(check: &'static str, state: impl Into<String>) -> Case {
    Case {
        check,
        state: state.into(),
        quiet: Vec::new(),
        level: Level::Low,
        object: "Deployment/web",
        path: String::new(),
        equivalents: Vec::new(),
    }
}

impl Case {
    /// The finding has this level, is in this object at this path.
    pub(crate) fn gives(mut self, level: Level, object: &'static str, path: impl Into<String>) -> Self {
        (self.level, self.object, self.path) = (level, object, path.into());
        self
    }

    /// It is equal to exactly these checks.
    pub(crate) fn equal_to(mut self, equivalents: &[&'static str]) -> Self {
        self.equivalents = equivalents.to_vec();
        self
    }

    /// A state that the check must not see.
    pub(crate) fn not(mut self, state: impl Into<String>) -> Self {
        self.quiet.push(state.into());
        self
    }

    fn of<'r>(&self, report: &'r RiskReport) -> Vec<&'r Finding> {
        report.findings.iter().filter(|finding| finding.rule == self.check).collect()
    }

    fn hold(&self) {
        for quiet in &self.quiet {
            let report = still(quiet);
            assert!(self.of(&report).is_empty(), "{} must not fire: {:#?}", self.check, self.of(&report));
        }
        let report = still(&self.state);
        let found = self.of(&report);
        assert_eq!(found.len(), 1, "{} has to fire once: {:#?}", self.check, report.findings);
        let finding = found[0];
        let object = format!("{}/{}", finding.object.kind, finding.object.name);
        let path = finding.path.to_string();
        assert_eq!(
            (finding.level, object.as_str(), path.as_str()),
            (self.level, self.object, self.path.as_str()),
            "{}: {}",
            self.check,
            finding.message
        );
        let equal: BTreeSet<&str> = finding.equivalents.iter().map(String::as_str).collect();
        assert_eq!(equal, self.equivalents.iter().copied().collect(), "{}", self.check);
        assert!(finding.message.ends_with('.'), "{}", finding.message);
    }
}

fn cases() -> Vec<Case> {
    [pods::cases(), security::cases(), network::cases(), states::cases()].into_iter().flatten().collect()
}

#[test]
fn each_check_sees_what_it_has_to_and_nothing_else() {
    cases().iter().for_each(Case::hold);
}

#[test]
fn each_check_has_a_state_that_fires_it_and_one_that_must_not() {
    let all: BTreeSet<&str> = CHECKS.iter().map(|check| check.id).collect();
    let (fired, missed): (BTreeSet<&str>, BTreeSet<&str>) = (
        cases().iter().map(|case| case.check).collect(),
        cases().iter().filter(|case| !case.quiet.is_empty()).map(|case| case.check).collect(),
    );
    assert_eq!(all.difference(&fired).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(all.difference(&missed).collect::<Vec<_>>(), Vec::<&&str>::new());
}

/// The table says what the cases reach: levels, and the checks that they are equal to.
#[test]
fn the_table_says_what_checks_give() {
    let mut reached: BTreeMap<&str, (BTreeSet<Level>, BTreeSet<&str>)> = BTreeMap::new();
    for case in cases() {
        let (levels, equal) = reached.entry(case.check).or_default();
        levels.insert(case.level);
        equal.extend(case.equivalents.iter().copied());
    }
    let mut wrong = Vec::new();
    for check in CHECKS {
        let (levels, equal) = &reached[check.id];
        if [levels.first(), levels.last()] != check.levels.each_ref().map(Some) {
            wrong.push(format!("{}: {levels:?}", check.id));
        }
        let table: BTreeSet<&str> = check.equivalents.iter().copied().collect();
        if table != *equal {
            wrong.push(format!("{}: {equal:?} is not {table:?}", check.id));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A rule that stands for checks names them in its table, and no others.
#[test]
fn rules_and_the_checks_that_they_stand_for_agree() {
    for check in CHECKS {
        for rule in check.seen_by {
            assert!(RULES.iter().any(|known| known.id == *rule), "{}: {rule}", check.id);
        }
    }
    for rule in RULES {
        let seen = CHECKS.iter().filter(|check| check.seen_by.contains(&rule.id));
        let seen: BTreeSet<&str> = seen.flat_map(|check| check.equivalents).copied().collect();
        for equal in rule.equivalents {
            assert!(seen.contains(equal), "{}: {equal} is no check's that it stands for", rule.id);
        }
    }
}
