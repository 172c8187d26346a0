//! The report as a document.

use kube_model::{ObjectRef, Path};
use risk_rules::{Enforced, Facts, Level, PolicyOutcome, PolicyVerdict, RULES, RiskReport, assess};
use serde_json::Value;

use crate::case::{SHOP, edit, objects, risk, without};

const SCHEMA: &str = include_str!("../../../../schemas/json/risk.schema.json");

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

/// Many things at once go wrong.
fn bad_day() -> RiskReport {
    let after = [
        ("replicas: 3", "replicas: 1"),
        ("limits: {memory: 512Mi}", "limits: {memory: 256Mi}"),
        ("selector: {app: web}\n", "selector: {app: web, tier: edge}\n"),
        ("shop/api:3.0.0", "shop/api:latest"),
        ("  log-level: info\n", ""),
    ]
    .iter()
    .fold(SHOP.to_owned(), |text, (from, to)| edit(&text, from, to));
    let after = without(&after, "PersistentVolumeClaim", "uploads");
    assess(Some(&objects(SHOP)), &objects(&after), &Facts::default())
}

/// With a policy that cannot be held against everything, and with policies that nobody has held against it.
fn open() -> RiskReport {
    let shop = objects(SHOP);
    let why = PolicyOutcome::NotEvaluated("who applies it".to_owned());
    let verdict = |number: usize| PolicyVerdict {
        policy: "K8sX/owner".to_owned(),
        enforced: Enforced::AtApply,
        object: Some(ObjectRef {
            api_version: "apps/v1".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: None,
            name: format!("web-{number}"),
        }),
        path: Path::root(),
        outcome: why.clone(),
        was_so_before: false,
    };
    let policies = Some((0..30).map(verdict).collect());
    let mut report = assess(Some(&shop), &shop, &Facts { policies, ..Facts::default() });
    let bound = objects(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: b}\n",
    );
    report.not_evaluated.extend(assess(Some(&bound), &bound, &Facts::default()).not_evaluated);
    report
}

#[test]
fn the_document_follows_its_schema() {
    let validator = validator();
    for report in [bad_day(), risk(SHOP, SHOP), assess(None, &objects(SHOP), &Facts::default()), open()] {
        let document = serde_json::to_value(&report).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        assert_eq!(serde_json::from_value::<RiskReport>(document).unwrap(), report);
    }
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let validator = validator();
    let document = serde_json::to_value(bad_day()).unwrap();
    for (pointer, value) in [
        ("/risk_level", Value::from("severe")),
        ("/findings/0/level", Value::from("none")),
        ("/findings/0/object/namespace", Value::from(1)),
        ("/findings/0/message", Value::Null),
        ("/not_evaluated/0/needs", Value::Null),
    ] {
        let mut broken = document.clone();
        *broken.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

#[test]
fn the_worst_comes_first_and_gives_the_level() {
    let report = bad_day();
    let lines: Vec<String> = report
        .findings
        .iter()
        .map(|f| format!("{} {}/{} {}", f.level, f.object.kind, f.object.name, f.rule))
        .collect();
    assert_eq!(
        lines,
        [
            "critical PersistentVolumeClaim/uploads claim-removed",
            "critical Service/web service-selects-nothing",
            "high Deployment/web replicas-cut",
            "high Deployment/web config-key-missing",
            "high Deployment/web memory-limit-lowered",
            "high PodDisruptionBudget/web disruption-budget-blocks",
            "medium Deployment/api image-unpinned",
        ]
    );
    assert_eq!(report.risk_level, Level::Critical);
    assert_eq!(report.risk_level_from, ["claim-removed", "service-selects-nothing"]);
}

/// The pods of Deployment web answer to Service web, which the Ingress sends shop.example to; ConfigMap web-config is
/// read by Deployment web alone; Role web is bound to the ServiceAccount web.
#[test]
fn a_finding_says_who_is_affected() {
    let report = bad_day();
    let of = |rule: &str| {
        report.findings.iter().find(|finding| finding.rule == rule).map(|f| f.affected.clone()).unwrap()
    };
    let callers = ["Service web", "host shop.example of Ingress shop"];
    assert_eq!(of("replicas-cut"), callers);
    assert_eq!(of("service-selects-nothing"), ["host shop.example of Ingress shop"]);
    assert_eq!(of("disruption-budget-blocks"), ["Deployment web", callers[0], callers[1]]);
    assert_eq!(of("image-unpinned"), ["Service api", "host api.shop.example of Ingress shop"]);
    let after = edit(SHOP, "  banner: \"spring\"\n", "").replace("  log-level: info", "  log-level: warn");
    let report = risk(SHOP, &after);
    assert_eq!(report.findings[0].affected, ["Deployment web", callers[0], callers[1]]);
    let report = risk(SHOP, &edit(SHOP, "verbs: [get, list]", "verbs: [get, list, watch]"));
    assert_eq!(report.findings[0].affected, ["ServiceAccount shop/web"]);
}

/// DESIGN section 5: the same input gives the same bytes.
#[test]
fn the_order_of_the_objects_does_not_matter() {
    let (before, after) = (objects(SHOP), objects(&edit(SHOP, "replicas: 3", "replicas: 1")));
    let reversed: Vec<_> = after.iter().rev().cloned().collect();
    let one = assess(Some(&before), &after, &Facts::default());
    let other = assess(Some(&before), &reversed, &Facts::default());
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap());
}

#[test]
fn no_name_of_a_manifest_reaches_a_terminal_unescaped() {
    let after = edit(
        SHOP,
        "- name: worker\n",
        "- name: \"worker\\u001b[31m. All is well\"\n        securityContext: {privileged: true}\n",
    );
    let report = risk(SHOP, &after);
    let finding = report.findings.iter().find(|finding| finding.rule == "privileged-container").unwrap();
    assert_eq!(
        finding.message,
        "The container \"worker\\u{1b}[31m. All is well\" becomes privileged: it may do everything on its node that \
         root may do there."
    );
}

#[test]
fn a_field_of_the_pod_is_one_finding_for_all_its_containers() {
    let two = edit(
        SHOP,
        "      containers:\n      - name: web\n",
        "      containers:\n      - {name: proxy, image: \"proxy:1.0\"}\n      - name: web\n",
    );
    let after = edit(&two, "securityContext: {runAsNonRoot: true}", "securityContext: {runAsUser: 0}");
    let report = risk(&two, &after);
    assert_eq!(report.findings.iter().filter(|finding| finding.rule == "runs-as-root").count(), 1);
}

#[test]
fn every_finding_is_within_the_levels_of_its_rule() {
    for finding in bad_day().findings {
        let rule = RULES.iter().find(|rule| rule.id == finding.rule).unwrap();
        assert!(rule.levels[0] <= finding.level && finding.level <= rule.levels[1], "{}", rule.id);
    }
}

/// Findings of the rules a, b and a: each is named once.
#[test]
fn a_rule_is_named_once_among_those_of_the_level() {
    let rbac = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ";
    let all = "rules: [{apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"]}]";
    let after = format!(
        "{rbac}ClusterRole\nmetadata: {{name: a}}\n{all}\n---\n{rbac}ClusterRoleBinding\nmetadata: {{name: b}}\nroleRef: {{kind: ClusterRole, name: cluster-admin}}\nsubjects: [{{kind: User, name: c}}]\n---\n{rbac}Role\nmetadata: {{name: d, namespace: shop}}\n{all}\n"
    );
    let report = assess(Some(&[]), &objects(&after), &Facts::default());
    assert_eq!(report.risk_level_from, ["rbac-widened", "binding-widened"]);
}
