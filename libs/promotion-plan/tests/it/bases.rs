//! Several promotions in a row: the base of each place is what it was when the place was last carried, or equal.

use kube_model::Place;

use crate::triple::{Planned, Triple};

/// A Deployment with a log level and a timeout.
fn app(tag: u8, level: &str, timeout: u8) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: shop}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        image: shop/web:{tag}\n        env:\n        - {{name: LEVEL, value: {level}}}\n        - {{name: TIMEOUT, value: \"{timeout}\"}}\n"
    )
}

const LEVEL: &str = "Deployment/web:spec.template.spec.containers[name=web].env[name=LEVEL].value";
const TIMEOUT: &str = "Deployment/web:spec.template.spec.containers[name=web].env[name=TIMEOUT].value";
const IMAGE: &str = "Deployment/web:spec.template.spec.containers[name=web].image";

/// The first promotion: everything but the level is carried.
fn first() -> Planned {
    let plan = Triple::new(&app(2, "debug", 20), &app(1, "info", 10), &app(1, "info", 10)).skip(LEVEL).plan();
    plan.is(LEVEL, "pending");
    plan.is(TIMEOUT, "carried");
    plan
}

#[test]
fn what_was_declined_stays_a_change_of_the_source() {
    let level = first().place(LEVEL);
    let (source, target) = (app(2, "debug", 20), app(2, "info", 20));
    // The source has not changed since: with its newest state for a base nothing would be left of the decision.
    Triple::new(&source, &target, &source).plan().is(LEVEL, "kept");
    let held = Triple::new(&source, &target, &source).held(&level, Some(&app(1, "info", 10)));
    held.plan().is(LEVEL, "carried");
    assert_eq!(held.skip(LEVEL).plan().plan.pending[0].source_changed, Some(true));
}

#[test]
fn the_older_base_counts_in_the_held_place_alone() {
    let level = first().place(LEVEL);
    let carried = app(2, "debug", 20);
    // Production has made its own timeout of what was carried, and the source has another one: both changed it.
    let again = Triple::new(&app(3, "debug", 30), &app(2, "info", 25), &carried);
    let plan = again.held(&level, Some(&app(1, "info", 10))).plan();
    plan.is(IMAGE, "carried");
    plan.is(LEVEL, "carried");
    plan.is(TIMEOUT, "blocked");
}

#[test]
fn an_object_that_was_declined_is_new_until_it_is_carried() {
    let with = |text: &str| {
        format!(
            "{text}---\napiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: shop}}\nspec: {{ports: [{{port: 80}}]}}\n"
        )
    };
    let (old, source) = (app(1, "info", 10), with(&app(1, "info", 10)));
    let declined = Triple::new(&source, &old, &old).skip("Service/web:").plan();
    let service = declined.place("Service/web:");
    Triple::new(&source, &old, &source).plan().is("Service/web:", "kept");
    Triple::new(&source, &old, &source).held(&service, Some(&old)).plan().is("Service/web:", "carried");
}

/// The place is named as the target has it, and the older state is the source's.
#[test]
fn a_held_place_is_found_in_the_sources_namespace() {
    let staging = |text: String| text.replace("namespace: shop", "namespace: shop-staging");
    let older = staging(app(1, "info", 10));
    let first = Triple::new(&staging(app(1, "debug", 10)), &app(1, "info", 10), &older).skip(LEVEL).plan();
    let level = first.place(LEVEL);
    assert_eq!(level.object.namespace.as_deref(), Some("shop"));
    let newest = staging(app(1, "debug", 10));
    let again = Triple::new(&newest, &app(1, "info", 10), &newest).held(&level, Some(&older));
    again.plan().is(LEVEL, "carried");
}

#[test]
fn what_is_absent_in_the_older_state_is_absent_in_the_base() {
    let added = app(1, "info", 10)
        .replace("        - {name: TIMEOUT", "        - {name: REGION, value: eu}\n        - {name: TIMEOUT");
    let place = "Deployment/web:spec.template.spec.containers[name=web].env[name=REGION]";
    let declined = Triple::new(&added, &app(1, "info", 10), &app(1, "info", 10)).skip(place).plan();
    let region: Place = declined.place(place);
    Triple::new(&added, &app(1, "info", 10), &added).plan().is(place, "kept");
    let again = Triple::new(&added, &app(1, "info", 10), &added).held(&region, Some(&app(1, "info", 10)));
    again.plan().is(place, "carried");
}

/// The first promotion had no base: what it did not carry is decided again as if there were none, and what is new
/// since by what is new.
#[test]
fn where_nobody_knows_the_base_only_versions_go_over() {
    let (source, target) = (app(2, "debug", 20), app(1, "info", 10));
    let first = Triple::without_base(&source, &target).skip(IMAGE).plan();
    for place in [LEVEL, TIMEOUT, IMAGE] {
        first.is(place, "candidate");
    }
    let held = |level: &str, timeout: u8| {
        let again = Triple::new(&app(2, level, timeout), &target, &source);
        [LEVEL, TIMEOUT, IMAGE].into_iter().fold(again, |again, place| again.held(&first.place(place), None))
    };
    let plan = held("trace", 20).plan();
    plan.is(IMAGE, "carried");
    plan.is(LEVEL, "candidate");
    plan.is(TIMEOUT, "candidate");
    assert_eq!(plan.plan.candidates[0].source_changed, None);
    // With the newest source for a base the new level would be a conflict of two sides.
    Triple::new(&app(2, "trace", 20), &target, &source).plan().is(LEVEL, "blocked");
}

#[test]
fn a_held_order_of_init_containers_holds_no_container() {
    let app = |names: [&str; 2], tag: u8| {
        let container = |name: &str| format!("      - {{name: {name}, image: 'shop/{name}:{tag}'}}\n");
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  template:\n    spec:\n      initContainers:\n{}{}      containers:\n      - {{name: web, image: 'shop/web:1'}}\n",
            container(names[0]),
            container(names[1])
        )
    };
    let order = "Deployment/web:spec.template.spec.initContainers";
    let old = app(["a", "b"], 1);
    let first = Triple::new(&app(["b", "a"], 2), &old, &old).skip(order);
    let declined = first.plan();
    declined.is(order, "pending");
    let place = declined.place(order);
    // The skip of the list is one of all that is in it; the images came later, by hand.
    let source = app(["b", "a"], 2);
    let again = Triple::new(&source, &app(["a", "b"], 2), &source).held(&place, Some(&old)).plan();
    again.is(order, "carried");
    assert_eq!(again.plan.carried.len(), 1, "{:#?}", again.plan);
}

#[test]
fn a_side_that_a_person_took_is_told() {
    let plan = Triple::new(&app(2, "debug", 10), &app(1, "info", 10), &app(1, "warn", 10));
    let plan = plan.take(&format!("{LEVEL}=target")).plan();
    let taken = |items: &[promotion_plan::PlanItem]| items.iter().map(|item| item.taken).collect::<Vec<_>>();
    assert_eq!(taken(&plan.plan.kept), [Some(promotion_plan::Side::Target)]);
    assert_eq!(taken(&plan.plan.carried), [None]);
}
