use application::{Application, Policy, Render};
use serde_json::json;

use crate::{SHOP, SMALL};

#[test]
fn everything_that_is_written_is_read() {
    let shop = Application::parse(SHOP).unwrap();
    assert_eq!(shop.metadata.name, "shop");
    assert_eq!(shop.spec.source.repo.as_deref(), Some("https://git.example/shop.git"));
    assert_eq!(shop.spec.source.render, Some(Render::Kustomize));
    let production = shop.environment("production").unwrap();
    assert_eq!(production.path, "overlays/production");
    assert_eq!(production.cluster.as_deref(), Some("eu-prod"));
    assert_eq!(production.namespace.as_deref(), Some("shop"));
    let promotion = shop.promotion("staging", "production").unwrap();
    assert!(promotion.promote.is_empty());
    assert_eq!(promotion.keep[0].to_string(), "Deployment/*:spec.replicas");
    assert_eq!((promotion.approvals, promotion.self_approval), (1, false));
    assert_eq!(shop.spec.ignore.len(), 1);
    assert_eq!(shop.spec.waivers[0].until.to_string(), "2026-12-31");
    assert_eq!(shop.spec.budgets[0].monthly.as_ref().unwrap().micros, 1_200_000_000);
}

#[test]
fn what_is_left_out_has_its_default() {
    let small = Application::parse(SMALL).unwrap();
    assert!(small.spec.source.render.is_none());
    assert!(small.environment("test").is_none());
    assert!(small.promotion("staging", "production").is_none());
    let text = format!("{SMALL}  promotions: [{{from: staging, to: production}}]\n");
    let promotion = Application::parse(&text).unwrap().promotion("staging", "production").cloned().unwrap();
    assert_eq!((promotion.approvals, promotion.self_approval), (1, false));
    assert!(Application::parse(&text).unwrap().promotion("production", "staging").is_none());
}

#[test]
fn what_is_written_again_is_the_same_application() {
    for text in [SHOP, SMALL] {
        let written = serde_json::to_string(&Application::parse(text).unwrap()).unwrap();
        let again = Application::parse(&written).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), written);
        assert!(!written.contains("null"), "{written}");
    }
}

#[test]
fn the_policy_of_a_promotion_is_its_rules_and_those_of_all() {
    let shop = Application::parse(SHOP).unwrap();
    let policy = shop.policy("staging", "production");
    let written = json!({
        "approvals": 1, "self_approval": false, "promote": [], "keep": ["Deployment/*:spec.replicas"],
        "ignore": ["*/*:metadata.annotations[\"deploy.example/at\"]"],
        "waivers": [{"rule": "probe-removed", "place": "Deployment/web:spec", "reason": "it has none", "who": "ana",
            "until": "2026-12-31"}],
        "budgets": [{"environment": "production", "monthly": "1200.00 USD"}],
    });
    assert_eq!(serde_json::to_value(&policy).unwrap(), written);
    assert_eq!(serde_json::from_value::<Policy>(written).unwrap(), policy);

    // Nothing is said of the way back: its rules are the defaults, and the ceiling is not on staging.
    let back = shop.policy("production", "staging");
    assert_eq!((back.approvals, back.keep.len(), back.budgets.len()), (1, 0, 0));
    assert_eq!((back.ignore, back.waivers), (policy.ignore, policy.waivers));
}

/// A team's budget is on every environment together; the limit for a change is the application's.
#[test]
fn budgets_are_on_an_environment_or_on_all() {
    let text = format!(
        "{SMALL}  budgets:\n  - {{name: checkout, selector: {{team: checkout}}, monthly: 300 USD}}\n  - {{environment: production, growth: 10%}}\n  cost: {{failAbove: 5%}}\n"
    );
    let small = Application::parse(&text).unwrap();
    let names = |to: &str| -> Vec<String> {
        small.policy("", to).budgets.iter().map(application::Budget::label).collect()
    };
    assert_eq!(names("production"), ["checkout", "production"]);
    assert_eq!(names("staging"), ["checkout"]);
    let policy = small.policy("staging", "production");
    assert_eq!(policy.fail_above.as_ref().unwrap().to_string(), "5%");
    let written = serde_json::to_value(&policy).unwrap();
    assert_eq!(written["budgets"][1], json!({"environment": "production", "growth": "10%"}));
    assert_eq!(serde_json::from_value::<Policy>(written).unwrap(), policy);
}

#[test]
fn a_path_is_relative_to_the_file_that_says_it() {
    let mut environment = Application::parse(SMALL).unwrap().spec.environments.remove(0);
    for (directory, path, below) in [
        ("", "overlays/production", "overlays/production"),
        ("deploy/shop", "./overlays//production/", "deploy/shop/overlays/production"),
        ("deploy", ".", "deploy"),
        ("", ".", ""),
    ] {
        path.clone_into(&mut environment.path);
        assert_eq!(environment.path_below(directory), below);
    }
}

#[test]
fn an_environment_says_how_it_is_rendered() {
    let charts = Application::parse(crate::CHARTS).unwrap();
    let render = |name: &str| charts.render(charts.environment(name).unwrap()).cloned();
    assert_eq!(render("staging"), Some(Render::Helm));
    assert_eq!(render("cue"), Some(Render::Command(vec!["cue".to_owned(), "export".to_owned()])));
    let options = charts.environment("production").unwrap().helm.clone().unwrap();
    assert_eq!((options.chart.as_deref(), options.release.as_deref()), (Some("charts/shop"), Some("web")));
    assert_eq!(options.set["image.tag"], "v2");
    // What Helm is given is a word on how it is rendered; another word beside it is a contradiction.
    let error = Application::parse(
        &crate::CHARTS.replace("path: envs/production", "path: envs/production\n      render: plain"),
    )
    .unwrap_err();
    assert_eq!((error.field.as_str(), error.line), ("spec.environments[1].helm", 12));
}

#[test]
fn a_waiver_counts_in_its_environment_or_in_all() {
    let waiver = |rule: &str, more: &str| {
        format!("  - {{rule: {rule}, place: Deployment/web, reason: r, who: ana, until: 2026-12-31{more}}}\n")
    };
    let text = format!("{SMALL}  waivers:\n{}{}", waiver("a", ""), waiver("b", ", environment: production"));
    let small = Application::parse(&text).unwrap();
    let rules = |to: &str| -> Vec<String> {
        small.policy("", to).waivers.into_iter().map(|waiver| waiver.rule).collect()
    };
    assert_eq!(rules("production"), ["a", "b"]);
    assert_eq!(rules("staging"), ["a"]);
    let unknown = text.replace("environment: production", "environment: prod");
    let error = Application::parse(&unknown).unwrap_err();
    assert_eq!(error.field, "spec.waivers[1].environment");
    let secret = text.replace("reason: r,", "reason: \"login is ana, password=hunter2\",");
    let error = Application::parse(&secret).unwrap_err();
    assert_eq!(error.field, "spec.waivers[0].reason");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

/// The day is pinned with the waivers that it is for, so that a policy without any is the same one tomorrow.
#[test]
fn a_policy_has_a_day_where_it_has_waivers() {
    let day = "2026-11-22".parse().unwrap();
    let with = |text: &str| {
        Application::parse(text).unwrap().policy("staging", "production").with_waivers(Vec::new(), day)
    };
    assert_eq!(with(SHOP).waivers_on, Some(day));
    assert_eq!(with(SMALL).waivers_on, None);
}
