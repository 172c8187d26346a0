//! kube-linter's annotations waive, as they were before the change.

use risk_rules::{Facts, Level, Profile, RiskReport, WaiverOrigin, assess, assess_under};

use super::web;
use crate::case::objects;

fn annotated(state: &str, annotation: &str) -> String {
    state.replace("namespace: shop}", &format!("namespace: shop, annotations: {{{annotation}}}}}"))
}

fn waived(report: &RiskReport) -> Vec<(&str, &str, &str)> {
    report
        .waived
        .iter()
        .map(|waived| {
            (waived.finding.rule.as_str(), waived.waiver.rule.as_str(), waived.waiver.reason.as_str())
        })
        .collect()
}

const IGNORE: &str = "ignore-check.kube-linter.io/privileged-container: agent of the nodes, ignore-check.kube-linter.io/privilege-escalation-container: agent of the nodes";
const PRIVILEGED: &str = ", securityContext: {privileged: true}";

#[test]
fn a_change_cannot_waive_its_own_risk() {
    let (before, after) = (web("", ""), web(PRIVILEGED, ""));
    let risk = |before: &str, after: &str| assess(Some(&objects(before)), &objects(after), &Facts::default());
    let report = risk(&before, &annotated(&after, IGNORE));
    assert_eq!((report.risk_level, waived(&report)), (Level::High, Vec::new()));
    let report = risk(&annotated(&before, IGNORE), &after);
    let expected =
        ("privileged-container", "kube-linter/privilege-escalation-container", "agent of the nodes");
    assert_eq!((report.risk_level, waived(&report)), (Level::None, vec![expected]));
    assert_eq!(report.waived[0].waiver.origin, WaiverOrigin::Annotation);
    assert_eq!(report.waived[0].waiver.place.to_string(), "Deployment.apps/shop/web:");
}

/// Who ignores the one check has not said anything of the other.
#[test]
fn all_checks_that_see_a_fact_have_to_be_ignored() {
    let one = "ignore-check.kube-linter.io/privileged-container: agent of the nodes";
    let state = annotated(&web(PRIVILEGED, ""), one);
    let report = assess(None, &objects(&state), &Facts::default());
    assert!(report.findings.iter().any(|finding| finding.rule == "privileged-container"));
}

/// Of a state alone its own annotations count, `ignore-all` too: for what kube-linter sees, and nothing else.
#[test]
fn a_state_alone_is_taken_at_its_word() {
    let state = annotated(
        &web(PRIVILEGED, ", volumes: [{name: a, nfs: {server: a, path: /a}}]"),
        "kube-linter.io/ignore-all: ours",
    );
    let report = assess_under(Profile::All, None, &objects(&state), &Facts::default());
    let left: Vec<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(left, ["seccomp-not-set", "volume-type-restricted"]);
    assert!(report.waived.iter().any(|waived| waived.finding.rule == "privileged-container"));
    assert!(
        waived(&report).iter().all(|(_, rule, reason)| rule.starts_with("kube-linter/") && *reason == "ours")
    );
}

const RBAC: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ";

/// Who ignores wildcards in a role that reads has not said that it may do everything: the rule is graver than the check.
#[test]
fn an_annotation_waives_no_more_than_its_check_says() {
    let role = |verbs: &str, groups: &str| {
        format!(
            "{RBAC}ClusterRole\nmetadata: {{name: reader, annotations: {{ignore-check.kube-linter.io/wildcard-in-rules: it reads}}}}\nrules: [{{apiGroups: [\"{groups}\"], resources: [\"*\"], verbs: [{verbs}]}}]"
        )
    };
    let (reads, does_all) = (role("get, list", ""), role("\"*\"", "*"));
    let risk = |before: &str, after: &str| assess(Some(&objects(before)), &objects(after), &Facts::default());
    let report = risk(&reads, &does_all);
    assert_eq!((report.risk_level, waived(&report)), (Level::Critical, Vec::new()));
    assert_eq!(report.findings[0].rule, "rbac-widened");
    let binding = |subjects: &str| {
        format!(
            "{RBAC}ClusterRoleBinding\nmetadata: {{name: ops, annotations: {{kube-linter.io/ignore-all: ours}}}}\nroleRef: {{kind: ClusterRole, name: cluster-admin}}\nsubjects: [{subjects}]"
        )
    };
    let (one, two) =
        (binding("{kind: User, name: a}"), binding("{kind: User, name: a}, {kind: User, name: b}"));
    let report = risk(&one, &two);
    assert_eq!((report.risk_level, waived(&report)), (Level::Critical, Vec::new()));
    let all = assess_under(Profile::All, None, &objects(&does_all), &Facts::default());
    assert!(
        all.waived.iter().any(|waived| waived.finding.rule == "wildcard-in-role") || !all.findings.is_empty()
    );
}
