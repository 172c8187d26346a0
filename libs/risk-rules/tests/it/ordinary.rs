//! Ordinary changes: nobody is to be woken by them.

use std::fs;
use std::path::Path;

use risk_rules::{Facts, Level, assess};

use crate::case::{SHOP, edit, objects, risk};

#[test]
fn nothing_changes_and_nothing_is_found() {
    let report = risk(SHOP, SHOP);
    assert_eq!(report.risk_level, Level::None);
    assert!(report.findings.is_empty() && report.not_evaluated.is_empty());
}

#[test]
fn version_bumps_are_no_risk() {
    let bumps = [
        ("shop/web:2.4.1", "shop/web:2.4.2"),
        ("shop/web:2.4.1", "shop/web:3.0.0"),
        ("shop/web:2.4.1", "shop/web:2.5.0-rc.1"),
        ("shop/web:2.4.1", "shop/web:v2.5.0"),
        ("shop/web:2.4.1", "shop/web:2.4.1-build.7"),
        ("shop/web:2.4.1", "shop/web:9fceb02d0ae598e95dc970b74767f19372d61af8"),
        ("shop/web:2.4.1", "shop/web:2.5.0@sha256:cccc"),
        ("worker:1.8.0@sha256:aaaa", "worker:1.9.0@sha256:bbbb"),
        ("postgres:16.2", "postgres:16.3"),
        ("shop/api:3.0.0", "shop/api:3.0.1"),
    ];
    for (from, to) in bumps {
        let report = risk(SHOP, &edit(SHOP, from, to));
        assert_eq!(report.risk_level, Level::None, "{from} -> {to}: {:#?}", report.findings);
    }
}

/// A registry that is new is worth knowing; a database that may not read its data is more.
#[test]
fn bumps_that_are_not_ordinary() {
    for (to, rule, level) in [
        ("mirror.example/postgres:16.2", "image-registry-new", Level::Low),
        ("registry.example/postgres:17", "database-major-jump", Level::High),
    ] {
        let report = risk(SHOP, &edit(SHOP, "registry.example/postgres:16.2", to));
        assert_eq!((report.risk_level, report.risk_level_from), (level, vec![rule.to_owned()]), "{to}");
    }
}

#[test]
fn an_ordinary_release_is_no_risk() {
    let after = [
        ("shop/web:2.4.1", "shop/web:2.5.0"),
        (
            "        - name: LOG_LEVEL\n",
            "        - {name: TIMEOUT, value: \"5\"}\n        - name: LOG_LEVEL\n",
        ),
        ("  log-level: info\n", "  log-level: warn\n  log-format: json\n"),
        ("replicas: 3", "replicas: 4"),
        ("requests: {cpu: 250m", "requests: {cpu: 300m"),
        ("limits: {memory: 512Mi}", "limits: {memory: 640Mi}"),
        ("path: /ready", "path: /healthz"),
        ("storage: 50Gi", "storage: 80Gi"),
        ("maxReplicas: 12", "maxReplicas: 16"),
    ]
    .iter()
    .fold(SHOP.to_owned(), |text, (from, to)| edit(&text, from, to));
    let report = risk(SHOP, &after);
    assert_eq!(report.risk_level, Level::None, "{:#?}", report.findings);
}

/// With no state before everything is new; the shop is a sound one.
#[test]
fn a_sound_application_that_is_new_has_no_high_risk() {
    let report = assess(None, &objects(SHOP), &Facts::default());
    let worth = report.findings.iter().filter(|finding| finding.level > Level::Low);
    let found: Vec<(&str, &str)> =
        worth.map(|finding| (finding.rule.as_str(), finding.object.name.as_str())).collect();
    // New permissions are worth an approver's look, whoever asks for them.
    assert_eq!(found, [("rbac-widened", "web")]);
    assert_eq!(report.risk_level, Level::Medium);
    // What nobody hardened is said of what is new, at low, and of what is there not at all.
    let low = |name: &str, rule: &str| {
        report.findings.iter().any(|finding| finding.object.name == name && finding.rule == rule)
    };
    assert!(low("worker", "may-run-as-root") && !low("web", "may-run-as-root"));
}

/// The folders of `tests/ordinary`: bumps of charts, agents, operators, databases and jobs as teams make them. The
/// two with findings are worth a look: a schema step beside old pods, and a registry that is new.
#[test]
fn bumps_of_other_software_give_nothing_above_low() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ordinary");
    let mut found = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let read = |name: &str| objects(&fs::read_to_string(path.join(name)).unwrap());
        let report = assess(Some(&read("before.yaml")), &read("after.yaml"), &Facts::default());
        assert!(report.risk_level <= Level::Low, "{}: {:#?}", path.display(), report.findings);
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        found.extend(report.findings.into_iter().map(|finding| (name.clone(), finding.rule)));
        count += 1;
    }
    found.sort_unstable();
    let found: Vec<(&str, &str)> = found.iter().map(|(name, rule)| (name.as_str(), rule.as_str())).collect();
    assert_eq!(found, [("mirror", "image-registry-new"), ("with-migration", "migration-beside-old-pods")]);
    assert!(count >= 10, "{count}");
}
