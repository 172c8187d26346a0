//! What a profile tells of, and that no fact is told twice.

use risk_rules::{CHECKS, Facts, Level, Profile, RiskReport, assess, assess_under};

use super::web;
use crate::case::{SHOP, edit, objects};

fn rules(report: &RiskReport) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.rule.as_str()).collect()
}

fn changed(before: &str, after: &str) -> RiskReport {
    assess(Some(&objects(before)), &objects(after), &Facts::default())
}

const PRIVILEGED: &str = ", securityContext: {privileged: true}";

#[test]
fn what_was_always_so_is_told_under_all_alone() {
    let state = objects(&web(PRIVILEGED, ""));
    assert_eq!(changed(&web(PRIVILEGED, ""), &web(PRIVILEGED, "")).findings, []);
    let report = assess_under(Profile::All, Some(&state), &state, &Facts::default());
    assert!(rules(&report).contains(&"container-privileged"));
    assert_eq!((report.profile, report.risk_level), (Profile::All, Level::High));
}

/// A second place of a check that fires already is new.
#[test]
fn a_place_that_is_new_is_told() {
    let one = web(", ports: [{containerPort: 8080, name: a--b}]", "");
    let two = web(", ports: [{containerPort: 8080, name: a--b}, {containerPort: 9090, name: c--d}]", "");
    let report = changed(&one, &two);
    let found: Vec<String> =
        report.findings.iter().map(|finding| format!("{} {}", finding.rule, finding.path)).collect();
    assert_eq!(
        found,
        [
            "port-name-invalid spec.template.spec.containers[name=web].ports[containerPort=9090,protocol=TCP].name"
        ]
    );
    assert_eq!(changed(&two, &one).findings, []);
}

/// Checks that kube-linter has off by default, and the restricted standard, wait to be asked for.
#[test]
fn what_is_new_is_held_to_less_than_everything() {
    let new = assess(None, &objects(&web("", "")), &Facts::default());
    let told = rules(&new);
    for check in CHECKS {
        if told.contains(&check.id) {
            assert_eq!(check.profile, Profile::Changed, "{}", check.id);
        }
    }
    assert!(told.contains(&"root-file-system-not-read-only") && !told.contains(&"seccomp-not-set"));
    assert_eq!(new.risk_level, Level::Low);
    let all = assess_under(Profile::All, None, &objects(&web("", "")), &Facts::default());
    assert!(rules(&all).contains(&"seccomp-not-set"));
}

/// The change-aware rule stands, and says which checks see the same.
#[test]
fn a_fact_is_told_once() {
    let after = edit(
        SHOP,
        "          allowPrivilegeEscalation: false\n",
        "          allowPrivilegeEscalation: true\n          privileged: true\n",
    );
    for profile in [Profile::Changed, Profile::All] {
        let report = assess_under(profile, Some(&objects(SHOP)), &objects(&after), &Facts::default());
        let of_web = report
            .findings
            .iter()
            .filter(|finding| finding.object.name == "web" && finding.level > Level::Low);
        let of_web: Vec<(&str, Vec<String>)> =
            of_web.map(|finding| (finding.rule.as_str(), finding.equivalents.clone())).collect();
        let equal = [
            "kube-linter/privilege-escalation-container",
            "kube-linter/privileged-container",
            "pod-security-baseline/privileged-containers",
            "pod-security-restricted/privilege-escalation",
        ];
        let privileged = of_web.iter().find(|(rule, _)| *rule == "privileged-container").unwrap();
        assert_eq!(privileged.1, equal);
        assert!(
            of_web.iter().all(|(rule, _)| *rule != "container-privileged" && *rule != "escalation-allowed"),
            "{of_web:#?}"
        );
    }
}

/// Three pods still are what kube-linter asks for: the finding of a fall to three is equal to none of its checks.
#[test]
fn a_finding_is_equal_only_to_checks_that_fire() {
    let at = |pods: u32| {
        web("", "").replace("spec:\n  selector", &format!("spec:\n  replicas: {pods}\n  selector"))
    };
    let equal = |after: u32| {
        let report = changed(&at(6), &at(after));
        let cut = report.findings.into_iter().find(|finding| finding.rule == "replicas-cut").unwrap();
        cut.equivalents
    };
    assert_eq!(equal(3), Vec::<String>::new());
    assert_eq!(equal(1), ["kube-linter/minimum-three-replicas"]);
}

/// A label of the namespace that is new refuses pods that nobody touches.
#[test]
fn a_standard_that_is_newly_enforced_refuses_pods() {
    let namespace = |labels: &str| {
        format!(
            "{}---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{{labels}}}}}\n",
            web("", "")
        )
    };
    let report = changed(&namespace(""), &namespace("pod-security.kubernetes.io/enforce: restricted"));
    let refused = report.findings.iter().find(|finding| finding.rule == "pod-security-refuses").unwrap();
    assert_eq!(refused.level, Level::High);
    assert_eq!(
        refused.message,
        "The namespace shop enforces the restricted standard, and refuses these pods for Capabilities, Privilege \
         Escalation, Running as Non-root and Seccomp."
    );
    assert_eq!(refused.affected, Vec::<String>::new());
}
