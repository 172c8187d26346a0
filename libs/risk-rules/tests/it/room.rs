//! Pods for which the target's nodes have no room.

use risk_rules::{Facts, Level, PlanFacts, PodsOf, RiskReport, RoomFacts, StuckRollout, WaitingPods, assess};

use crate::case::{SHOP, edit, objects, of_rule};

pub(crate) fn pods(kind: &str, name: &str) -> PodsOf {
    PodsOf { kind: kind.to_owned(), namespace: "shop".to_owned(), name: name.to_owned() }
}

pub(crate) fn waiting(before: u32, after: u32, wanted: u32) -> WaitingPods {
    let text = format!("{after} pods stay Pending: no node has 24 GiB of memory free");
    WaitingPods { pods: pods("Deployment", "web"), before, after, wanted, text }
}

fn risk(after: &str, room: Option<RoomFacts>) -> RiskReport {
    let facts = Facts { plan: Some(PlanFacts::default()), room, ..Facts::default() };
    assess(Some(&objects(SHOP)), &objects(after), &facts)
}

/// High where none of a workload's pods runs, medium where some do; what waited before is no finding.
#[test]
fn more_pods_that_wait_are_a_finding() {
    let rule = "pods-without-room";
    for (before, after, wanted, expected) in [
        (0, 3, 3, Some(Level::High)),
        (0, 1, 3, Some(Level::Medium)),
        (1, 2, 3, Some(Level::Medium)),
        (2, 2, 3, None),
        (3, 1, 3, None),
    ] {
        let room = RoomFacts { waiting: vec![waiting(before, after, wanted)], stuck: Vec::new() };
        let report = risk(SHOP, Some(room));
        let found = of_rule(&report, rule);
        assert_eq!(found.first().map(|finding| finding.level), expected, "{before} {after} {wanted}");
        if let Some(finding) = found.first() {
            assert!(finding.message.contains("no node has 24 GiB of memory free"), "{}", finding.message);
            assert_eq!(
                (finding.before.clone(), finding.after.clone()),
                (Some(before.into()), Some(after.into()))
            );
            assert_eq!(finding.object.api_version, "apps/v1");
        }
    }
    assert!(of_rule(&risk(SHOP, Some(RoomFacts::default())), rule).is_empty());
}

#[test]
fn a_rollout_without_room_is_a_finding() {
    let text = "1 pod stays Pending: no node has 0.6 CPU free".to_owned();
    let stuck = vec![StuckRollout { pods: pods("Deployment", "web"), surge: 1, text }];
    let report = risk(SHOP, Some(RoomFacts { waiting: Vec::new(), stuck }));
    let found = of_rule(&report, "rollout-without-room");
    assert_eq!(found[0].level, Level::High);
    assert!(found[0].message.contains("1 new pod beside the old pods"), "{}", found[0].message);
    assert!(of_rule(&risk(SHOP, Some(RoomFacts::default())), "rollout-without-room").is_empty());
}

/// Without nodes it is said where the change may need room, and only there.
#[test]
fn without_nodes_it_is_not_evaluated() {
    let needs = |report: &RiskReport| {
        let missing = report.not_evaluated.iter().find(|one| one.rule == "pods-without-room");
        missing.map(|one| one.needs.clone())
    };
    let more = edit(SHOP, "replicas: 3", "replicas: 4");
    assert_eq!(needs(&risk(&more, None)).as_deref(), Some("nodes"));
    assert_eq!(needs(&risk(SHOP, None)), None);
    assert_eq!(needs(&risk(&more, Some(RoomFacts::default()))), None);
}
