use preview::equal_plan;

use crate::promotion::{Files, Promotion, app};

fn target(text: String) -> Files {
    vec![("web.yaml", text)]
}

fn promotion() -> Promotion {
    let old = app("web", 1, "info", "128Mi");
    Promotion::new(
        vec![("web.yaml", app("web", 2, "debug", "128Mi"))],
        target(app("web", 1, "info", "512Mi")),
        Some(vec![("web.yaml", old)]),
    )
}

/// The first difference of a plan that is made again.
#[track_caller]
fn difference(again: &Promotion) -> String {
    let (old, new) = (promotion().preview(), again.preview());
    equal_plan(old.previewed(), new.previewed()).unwrap_err().to_string()
}

const PLACE: &str = "Deployment/web:spec.template.spec.containers[name=web]";

#[test]
fn what_moves_beside_the_edit_leaves_the_plan_equal() {
    let old = promotion().preview();
    let text = app("web", 1, "info", "512Mi");
    for moved in [
        format!("# the team says hello\n{text}"),
        text.replace("  replicas: 2\n", "  # two are enough\n  replicas: 2\n"),
        text.replace("shop/web:1", "'shop/web:1'"),
    ] {
        let again = Promotion { target: target(moved), ..promotion() };
        let new = again.preview();
        assert_ne!(new.plan.inputs, old.plan.inputs);
        assert_ne!(new.plan.edits, old.plan.edits);
        assert_eq!(equal_plan(old.previewed(), new.previewed()), Ok(()));
    }
}

#[test]
fn the_first_difference_is_told() {
    let with = |text: String| Promotion { target: target(text), ..promotion() };
    let text = app("web", 1, "info", "512Mi");
    assert_eq!(
        difference(&with(text.replace("512Mi", "1Gi"))),
        format!("the target has another value in {PLACE}.resources.limits.memory")
    );
    assert_eq!(
        difference(&with(text.replace("value: info", "value: debug"))),
        format!("{PLACE}.env[name=LEVEL].value is no longer carried over")
    );
    assert_eq!(
        difference(&with(text.replace("value: info", "value: warn"))),
        format!("{PLACE}.env[name=LEVEL].value has to be settled first now")
    );
    assert_eq!(
        difference(&with(text.replace("shop/web:1", "shop/web:9"))),
        format!("{PLACE}.image has to be settled first now")
    );
    assert_eq!(
        difference(&promotion().skip(&format!("{PLACE}.image"))),
        format!("{PLACE}.image is no longer carried over")
    );
    let newer = Promotion { source: vec![("web.yaml", app("web", 3, "debug", "128Mi"))], ..promotion() };
    assert_eq!(difference(&newer), format!("the promotion has another value for {PLACE}.image"));
    let elsewhere = Promotion { target: vec![("apps.yaml", text.clone())], ..promotion() };
    assert_eq!(difference(&elsewhere), "production/apps.yaml would be edited now");
}

#[test]
fn what_is_only_on_offer_is_no_difference() {
    let without_base = |text: String| Promotion { target: target(text), base: None, ..promotion() };
    let (old, new) = (
        without_base(app("web", 1, "info", "512Mi")).preview(),
        without_base(app("web", 1, "warn", "512Mi")).preview(),
    );
    assert_ne!(old.plan.candidates, new.plan.candidates);
    assert_eq!(equal_plan(old.previewed(), new.previewed()), Ok(()));
}

/// The files and the plan may be the same while something beside them makes another cost.
#[test]
fn another_cost_or_finding_is_a_difference() {
    let (old, mut new) = (promotion().preview(), promotion().preview());
    new.cost.total.projected.money.micros += 1;
    let said = equal_plan(old.previewed(), new.previewed()).unwrap_err().to_string();
    assert!(said.starts_with("a month costs $") && said.contains(", and not $"), "{said}");
    let mut new = promotion().preview();
    new.cost.objects[0].notes.push("counted otherwise".to_owned());
    let said = equal_plan(old.previewed(), new.previewed()).unwrap_err().to_string();
    assert_eq!(said, "the cost of Deployment.apps/shop/web is made up in another way");
    let mut new = promotion().preview();
    new.changes.changes.pop();
    let said = equal_plan(old.previewed(), new.previewed()).unwrap_err().to_string();
    assert_eq!(
        said,
        format!(
            "{} no longer changes",
            format!("{PLACE}.image").replace("Deployment/", "Deployment.apps/shop/")
        )
    );
}
