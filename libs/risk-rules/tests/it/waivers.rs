//! Findings that somebody has accepted.

use application::Date;
use risk_rules::{Facts, Idle, Level, RiskReport, Waiver, WaiverOrigin, assess, waive};
use serde_json::{Value, json};

use crate::case::{SHOP, edit, objects};

const TODAY: &str = "2026-11-22";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn waiver(rule: &str, place: &str, until: &str) -> Waiver {
    Waiver {
        rule: rule.to_owned(),
        place: place.parse().unwrap(),
        reason: "one replica is enough until the new cache is there".to_owned(),
        who: Some("ana".to_owned()),
        until: Some(day(until)),
        origin: WaiverOrigin::Application,
        id: None,
    }
}

/// Three replicas become one, and an image is no longer pinned to a version.
fn report() -> RiskReport {
    let after = edit(SHOP, "replicas: 3", "replicas: 1");
    let after = edit(&after, "shop/api:3.0.0", "shop/api:latest");
    assess(Some(&objects(SHOP)), &objects(&after), &Facts::default())
}

fn waived(waivers: &[Waiver], today: &str) -> RiskReport {
    let shop = objects(SHOP);
    waive(report(), waivers, day(today), shop.iter().map(|object| &object.key))
}

fn rules(report: &RiskReport) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn what_is_waived_counts_no_more_and_is_shown() {
    let plain = report();
    let worst = &plain.findings[0];
    let report = waived(&[waiver(&worst.rule, "Deployment/web", "2026-12-31")], TODAY);
    assert_eq!(report.waived.len(), 1);
    assert_eq!(report.waived[0].finding, *worst);
    assert_eq!(report.waived[0].waiver.who.as_deref(), Some("ana"));
    assert_eq!(rules(&report), rules(&plain)[1..]);
    assert!(report.waivers_idle.is_empty());

    let worst = plain.findings.iter().filter(|finding| finding.level == plain.risk_level);
    let list: Vec<Waiver> =
        worst.map(|finding| waiver(&finding.rule, &finding.object.key().to_string(), "2026-12-31")).collect();
    let report = waived(&list, TODAY);
    assert_eq!(report.risk_level, report.findings[0].level);
    assert!(report.risk_level < plain.risk_level, "{} < {}", report.risk_level, plain.risk_level);
    assert_eq!(report.risk_level_from[0], report.findings[0].rule);
}

#[test]
fn with_everything_waived_there_is_no_risk() {
    let report = waived(&[waiver("*", "*/*", "2026-12-31")], TODAY);
    assert_eq!((report.risk_level, report.risk_level_from.len()), (Level::None, 0));
    assert!(report.findings.is_empty());
    assert_eq!(
        report.waived.iter().map(|one| &one.finding).collect::<Vec<_>>(),
        self::report().findings.iter().collect::<Vec<_>>()
    );
}

/// The last day is a day on which it counts; on the next one it does not, and that is said with how many it would waive.
#[test]
fn a_waiver_ends_with_its_last_day() {
    let worst = report().findings[0].rule.clone();
    let list = [waiver(&worst, "Deployment/web", TODAY)];
    assert_eq!(waived(&list, TODAY).waived.len(), 1);
    let after = waived(&list, "2026-11-23");
    assert_eq!((after.findings, after.waived.len()), (report().findings, 0));
    assert_eq!(after.risk_level, report().risk_level);
    assert_eq!((after.waivers_idle[0].why, after.waivers_idle[0].findings), (Idle::Ended, 1));
}

#[test]
fn another_rule_object_or_place_is_not_waived() {
    let plain = report();
    let worst = plain.findings[0].clone();
    let inside = format!("Deployment/web:{}.deeper", worst.path);
    for (rule, place) in [
        ("probe-removed", "Deployment/web"),
        (worst.rule.as_str(), "Deployment/api"),
        (worst.rule.as_str(), "StatefulSet/web"),
        (worst.rule.as_str(), "Deployment.batch/web"),
        (worst.rule.as_str(), inside.as_str()),
    ] {
        let report = waived(&[waiver(rule, place, "2026-12-31")], TODAY);
        assert_eq!((&report.findings, report.waived.len()), (&plain.findings, 0), "{rule} {place}");
    }
}

#[test]
fn a_waiver_that_names_nothing_any_more_is_said() {
    let list = [
        waiver("no-such-rule", "Deployment/web", "2026-12-31"),
        waiver("probe-removed", "Deployment/gone", "2026-12-31"),
        // The object is there, and this change does nothing that the rule sees: that is how it should be.
        waiver("probe-removed", "Deployment/web", "2026-12-31"),
    ];
    let report = waived(&list, TODAY);
    let idle: Vec<(&str, Idle)> =
        report.waivers_idle.iter().map(|idle| (idle.waiver.rule.as_str(), idle.why)).collect();
    assert_eq!(idle, [("no-such-rule", Idle::NoSuchRule), ("probe-removed", Idle::NoSuchObject)]);
}

/// It counts, as whoever reviews `plimsoll.yaml` has let it, and is said until it has a day that somebody lives to see.
#[test]
fn a_waiver_that_lasts_for_years_is_said() {
    let worst = report().findings[0].rule.clone();
    let said = |until: &str| {
        let report = waived(&[waiver(&worst, "Deployment/web", until)], TODAY);
        assert_eq!(report.waived.len(), 1, "{until}");
        report.waivers_idle.iter().map(|idle| (idle.why, idle.findings)).collect::<Vec<_>>()
    };
    // TODAY is 2026-11-22.
    assert_eq!(said("2027-11-22"), []);
    assert_eq!(said("2027-11-23"), [(Idle::TooLong, 1)]);
    assert_eq!(said("9999-12-31"), [(Idle::TooLong, 1)]);
    // The API has its own limit, which an administrator sets.
    let granted = Waiver { origin: WaiverOrigin::Api, ..waiver(&worst, "Deployment/web", "9999-12-31") };
    assert_eq!(waived(&[granted], TODAY).waivers_idle, []);
}

/// The equivalents of `image-floating` stand in its row.
#[test]
fn a_waiver_may_name_the_check_that_people_know() {
    let report = waived(&[waiver("kube-linter/latest-tag", "Deployment/*", "2026-12-31")], TODAY);
    let rules: Vec<&str> = report.waived.iter().map(|one| one.finding.rule.as_str()).collect();
    assert!(!rules.is_empty());
    assert!(
        report.waived.iter().all(|one| one
            .finding
            .equivalents
            .iter()
            .any(|check| check == "kube-linter/latest-tag"))
    );
}

/// Of several that are about one finding, the one that counts longest stands for it: a preview is good until that one ends.
#[test]
fn the_longest_waiver_stands() {
    let worst = report().findings[0].rule.clone();
    let list =
        ["2026-12-01", "2027-01-31", "2026-12-31"].map(|until| waiver(&worst, "Deployment/web", until));
    assert_eq!(waived(&list, TODAY).waived[0].waiver.until, Some(day("2027-01-31")));
    let forever = Waiver { until: None, ..list[0].clone() };
    let list = [list.to_vec(), vec![forever]].concat();
    assert_eq!(waived(&list, TODAY).waived[0].waiver.until, None);
}

#[test]
fn the_document_with_waivers_follows_its_schema() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../schemas/json/risk.schema.json")).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let annotation = Waiver {
        who: None,
        until: None,
        origin: WaiverOrigin::Annotation,
        ..waiver("*", "Deployment/web", TODAY)
    };
    let granted =
        Waiver { origin: WaiverOrigin::Api, id: Some("wav_1".to_owned()), ..waiver("*", "Gone/x", TODAY) };
    for list in [vec![annotation, granted], vec![waiver("*", "*/*", "2026-01-01")]] {
        let document = serde_json::to_value(waived(&list, TODAY)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        assert!(document["waivers_idle"].is_array());
    }
    let ended = waived(&[waiver("*", "*/*", "2026-01-01")], TODAY);
    let document = serde_json::to_value(&ended).unwrap();
    assert_eq!(document["waivers_idle"][0]["waiver"]["until"], json!("2026-01-01"));
    assert_eq!(serde_json::from_value::<RiskReport>(document).unwrap(), ended);
}
