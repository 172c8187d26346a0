use preview::{Arrived, EdgeBase, HeldPlace, held_after};

use crate::promotion::{Files, Promotion, app};

const LEVEL: &str = "Deployment.apps/shop/web:spec.template.spec.containers[name=web].env[name=LEVEL].value";

fn files(tag: u8, level: &str, memory: &str) -> Files {
    vec![("web.yaml", app("web", tag, level, memory))]
}

fn held(base: &EdgeBase) -> Vec<(String, Option<&str>)> {
    base.held.iter().map(|held| (held.place.to_string(), held.commit.as_deref())).collect()
}

#[test]
fn what_was_declined_is_held_at_the_base_that_it_was_declined_against() {
    let first = EdgeBase { commit: "c0".to_owned(), held: Vec::new() };
    let base = files(1, "info", "128Mi");
    let source = files(2, "debug", "128Mi");
    let plan = Promotion::new(source.clone(), files(1, "info", "512Mi"), Some(base.clone()))
        .skip("Deployment/web:spec.template.spec.containers[name=web].env[name=LEVEL]")
        .preview()
        .plan;
    assert_eq!(held_after(&plan, Arrived::Whole).len(), 1);
    let second = EdgeBase::after(Some(&first), &plan, Arrived::Whole, "c1");
    assert_eq!((second.commit.as_str(), held(&second)), ("c1", vec![(LEVEL.to_owned(), Some("c0"))]));

    // Declined again: still against the oldest. The memory, which the source has not changed, is held by nobody.
    let again = Promotion {
        held: vec![(second.clone(), Some(base))],
        ..Promotion::new(files(3, "trace", "128Mi"), files(2, "info", "512Mi"), Some(source))
    };
    let skipped = again.clone().skip("Deployment/web:spec.template.spec.containers[name=web].env");
    let third = EdgeBase::after(Some(&second), &skipped.preview().plan, Arrived::Whole, "c2");
    assert_eq!((third.commit.as_str(), held(&third)), ("c2", vec![(LEVEL.to_owned(), Some("c0"))]));

    // Carried: held no longer.
    let carried = again.preview().plan;
    assert_eq!(carried.carried.len(), 2, "{:#?}", carried.carried);
    assert_eq!(held(&EdgeBase::after(Some(&second), &carried, Arrived::Whole, "c2")), []);

    // Carried, and merged without a part of it: each place is held where it was.
    let part = EdgeBase::after(Some(&second), &carried, Arrived::Part, "c2");
    let mut expected: Vec<_> = carried.carried.iter().map(|item| item.place.to_string()).collect();
    expected.sort();
    let mut places: Vec<_> = held(&part).into_iter().map(|(place, _)| place).collect();
    places.sort();
    assert_eq!(places, expected);
    assert_eq!(part.commit_at(&LEVEL.parse().unwrap()).as_deref(), Some("c0"));
}

#[test]
fn after_the_first_promotion_nobody_knows_what_was_left() {
    let plan = Promotion::new(files(2, "debug", "128Mi"), files(1, "info", "512Mi"), None).preview().plan;
    let base = EdgeBase::after(None, &plan, Arrived::Whole, "c1");
    assert!(
        base.held.iter().any(|held| held.place.to_string() == LEVEL && held.commit.is_none()),
        "{base:?}"
    );
    assert_eq!(base.held.len(), held_after(&plan, Arrived::Whole).len());
    let place = plan.carried[0].place.clone();
    assert_eq!(base.commit_at(&place).as_deref(), Some("c1"));
    assert_eq!(base.commit_at(&LEVEL.parse().unwrap()), None);
}

#[test]
fn a_side_that_a_person_took_for_the_target_is_settled() {
    let conflict = Promotion::new(
        files(1, "debug", "128Mi"),
        files(1, "warn", "128Mi"),
        Some(files(1, "info", "128Mi")),
    );
    assert_eq!(conflict.preview().plan.obstacle(), Some("PLAN_BLOCKED"));
    let plan = conflict.take(&format!("{LEVEL}=target")).preview().plan;
    assert_eq!((plan.kept.len(), held_after(&plan, Arrived::Whole).len()), (1, 0));
}

/// An object is declined whole after one of its fields was: both are held, each at its own commit, and the inner one
/// counts within the outer.
#[test]
fn what_is_held_within_a_held_place_keeps_its_own_commit() {
    let level: HeldPlace = HeldPlace { place: LEVEL.parse().unwrap(), commit: Some("c0".to_owned()) };
    let previous = EdgeBase { commit: "c1".to_owned(), held: vec![level.clone()] };
    let other = |files: Files| -> Files {
        files.into_iter().chain([("o.yaml", app("other", 1, "info", "64Mi"))]).collect()
    };
    let gone = Promotion::new(
        vec![("o.yaml", app("other", 1, "info", "64Mi"))],
        other(files(1, "info", "64Mi")),
        Some(other(files(1, "debug", "64Mi"))),
    );
    let plan = gone.skip("Deployment/web:").preview().plan;
    let after = EdgeBase::after(Some(&previous), &plan, Arrived::Whole, "c2");
    let whole = "Deployment.apps/shop/web:";
    assert_eq!(held(&after), [(whole.to_owned(), Some("c1")), (LEVEL.to_owned(), Some("c0"))]);
    assert_eq!(after.commit_at(&LEVEL.parse().unwrap()).as_deref(), Some("c0"));
    let replicas = "Deployment.apps/shop/web:spec.replicas".parse().unwrap();
    assert_eq!(after.commit_at(&replicas).as_deref(), Some("c1"));
}
