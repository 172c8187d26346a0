use application::{Application, ApplicationError};

use crate::SMALL;

fn error(text: &str) -> ApplicationError {
    let error = Application::parse(text).unwrap_err();
    assert_eq!(error.code(), "APPLICATION_INVALID");
    error
}

#[test]
fn an_unknown_field_is_named_with_its_line() {
    let error = error(&format!("{SMALL}  promotion: []\n"));
    assert_eq!(error.field, "spec.promotion");
    assert!(error.problem.contains("unknown field `promotion`"), "{error}");
}

#[test]
fn a_field_of_the_wrong_shape_is_named_with_its_place() {
    let error = error(&SMALL.replace("path: staging}", "path: [staging]}"));
    assert_eq!((error.field.as_str(), error.line), ("spec.environments[0].path", 5));
    // `path: [` opens its list in column 40 of that line.
    assert_eq!(error.column, SMALL.lines().nth(4).unwrap().find("path: staging").unwrap() + 7);
}

#[test]
fn a_duplicate_key_is_an_error_with_its_line() {
    let error = error(&format!("{SMALL}  environments: []\n"));
    assert_eq!(error.line, 6);
    assert!(error.to_string().contains("\"environments\" is given twice"), "{error}");
}

#[test]
fn a_wrong_place_is_named_by_its_index() {
    let text = format!(
        "{SMALL}  promotions:\n  - from: staging\n    to: production\n    keep:\n    - Deployment/web:spec\n    - replicas\n"
    );
    let error = error(&text);
    assert_eq!((error.field.as_str(), error.line), ("spec.promotions[0].keep[1]", 11));
    assert!(error.problem.contains("\"replicas\" is not a place"), "{error}");
}

#[test]
fn environments_are_named_once_and_promotions_name_them() {
    for (text, field, says) in [
        (SMALL.replace("name: production", "name: staging"), "spec.environments[1].name", "given twice"),
        (
            format!("{SMALL}  promotions: [{{from: staging, to: prod}}]\n"),
            "spec.promotions[0].to",
            "there is no environment \"prod\"; there are staging, production",
        ),
        (
            format!("{SMALL}  promotions: [{{from: staging, to: staging}}]\n"),
            "spec.promotions[0].to",
            "cannot be promoted to itself",
        ),
        (
            format!(
                "{SMALL}  promotions: [{{from: staging, to: production}}, {{from: staging, to: production}}]\n"
            ),
            "spec.promotions[1].from",
            "given twice",
        ),
        (
            format!("{SMALL}  budgets: [{{environment: prod, monthly: 5 USD}}]\n"),
            "spec.budgets[0].environment",
            "no environment \"prod\"",
        ),
        (
            format!("{SMALL}  budgets: [{{environment: production}}]\n"),
            "spec.budgets[0]",
            "either `monthly` or `growth` is expected",
        ),
        (
            format!("{SMALL}  budgets: [{{monthly: 5 USD, growth: 10%}}]\n"),
            "spec.budgets[0]",
            "either `monthly` or `growth` is expected",
        ),
        (
            format!("{SMALL}  budgets: [{{growth: ten%}}]\n"),
            "spec.budgets[0].growth",
            "\"ten%\" is not a share",
        ),
        (
            format!("{SMALL}  budgets: [{{monthly: \"5\"}}]\n"),
            "spec.budgets[0].monthly",
            "names its currency",
        ),
        (
            format!("{SMALL}  cost: {{failAbove: a lot}}\n"),
            "spec.cost.failAbove",
            "neither an amount nor a share",
        ),
    ] {
        let error = error(&text);
        assert_eq!(error.field, field, "{text}");
        assert!(error.problem.contains(says), "{error}");
    }
}

#[test]
fn a_file_holds_one_application() {
    assert!(error("").problem.contains("empty"));
    assert_eq!(error(&format!("{SMALL}---\n{SMALL}")).line, 7);
    assert!(error("- a\n").to_string().contains("a mapping is expected"));
    assert_eq!(Application::read(b"\xff\xfe").unwrap_err().code(), "APPLICATION_INVALID");
}
