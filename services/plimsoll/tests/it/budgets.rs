//! Budgets and limits of `plimsoll.yaml`, in `cost` and in `preview`.
//!
//! A core costs 0.1 an hour and memory nothing: a replica of half a core is 36.50 a month.

use crate::sandbox::{Run, Sandbox, deployment};
use crate::schemas::follows;

const BOOK: &str = r#"{"currency": "USD", "as_of": "2026-09-06", "source": "contract 4711", "cpu_core_hour": "0.1", "ram_gib_hour": "0", "gpu_hour": "0", "storage_gib_month": "0", "load_balancer_hour": "0"}"#;

fn web(replicas: u32) -> String {
    deployment("web", "a:1").replace("replicas: 2", &format!("replicas: {replicas}"))
}

/// Two replicas in production, 73.00; in staging `staging` of them.
fn sandbox(staging: u32, rules: &str) -> Sandbox {
    let application = format!(
        "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {{name: shop}}\nspec:\n  environments: [{{name: staging, path: blue}}, {{name: production, path: green}}]\n{rules}"
    );
    Sandbox::new()
        .file("plimsoll.yaml", application)
        .file("book.json", BOOK)
        .file("blue/web.yaml", web(staging))
        .file("green/web.yaml", web(2))
        .file("old/web.yaml", web(1))
}

fn cost(sandbox: &Sandbox, more: &[&str]) -> Run {
    sandbox.run(&[&["cost", "old", "production", "--price-book", "book.json"], more].concat())
}

#[test]
fn a_budget_that_holds_says_what_is_left() {
    let sandbox = sandbox(1, "  budgets: [{environment: production, monthly: 100 USD}]\n");
    let run = cost(&sandbox, &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let head: Vec<&str> = run.out.lines().take(3).collect();
    assert_eq!(
        head,
        [
            "Cost: +$36.50 a month (+100 %), on $36.50",
            "Budget production: $27.00 left of $100.00 a month",
            "What was spent this month so far is not known: bills are not connected.",
        ]
    );
    let page = cost(&sandbox, &["--format", "markdown"]).out;
    assert!(page.contains(r"- Budget production: \$27.00 left of \$100.00 a month"), "{page}");
}

#[test]
fn a_broken_budget_is_a_verdict_against() {
    let sandbox = sandbox(
        1,
        "  budgets: [{environment: production, monthly: 70 USD}, {environment: staging, monthly: 1 USD}]\n",
    );
    let run = cost(&sandbox, &["--format", "json"]);
    let document = follows("cost", &run);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("the budget production is broken: $3.00 over $70.00 a month"), "{run:?}");
    // That of staging is none of production's.
    assert_eq!(document["budgets"].as_array().unwrap().len(), 1);
    assert_eq!(document["budgets"][0]["left_micros"], -3_000_000);
    // Over already, and no dearer.
    let same = sandbox.run(&["cost", "production", "production", "--price-book", "book.json"]);
    assert_eq!(same.code, 0, "{same:?}");
    assert!(same.out.contains("$3.00 over $70.00 a month, as before"), "{same:?}");
    // What is no environment of the application has none of its budgets.
    assert_eq!(sandbox.run(&["cost", "green", "old", "--price-book", "book.json"]).code, 0);
}

/// Production's 73.00 and staging's 36.50 are 109.50.
#[test]
fn a_budget_on_the_application_counts_all_its_environments() {
    let of = |amount: &str| sandbox(1, &format!("  budgets: [{{name: shop, monthly: {amount} USD}}]\n"));
    assert_eq!(cost(&of("109.50"), &[]).code, 0);
    let run = cost(&of("109"), &[]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("the budget shop is broken: $0.50 over $109.00 a month"), "{run:?}");
    let unread = of("1000").file("blue/web.yaml", "a: [");
    let run = cost(&unread, &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.err.contains("whether the budget shop holds is not known: not evaluated: blue: blue/web.yaml:1"),
        "{run:?}"
    );
}

#[test]
fn a_limit_of_the_application_holds_where_none_is_asked_for() {
    let sandbox = sandbox(1, "  cost: {failAbove: 10%}\n");
    let run = cost(&sandbox, &[]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("and failAbove of plimsoll.yaml is 10% of $36.50"), "{run:?}");
    assert_eq!(cost(&sandbox, &["--fail-above", "40"]).code, 0);
    // Of one state alone nothing is a rise.
    assert_eq!(sandbox.run(&["cost", "production", "--price-book", "book.json"]).code, 0);
}

/// Three replicas come over to production: 109.50 instead of 73.00, beside staging's 109.50.
#[test]
fn a_preview_holds_the_targets_budgets() {
    let rules = "  promotions: [{from: staging, to: production, promote: [\"Deployment/web:spec.replicas\"]}]\n  budgets:\n  - {environment: production, monthly: 100 USD}\n  - {name: shop, monthly: 500 USD}\n  - {environment: staging, monthly: 1 USD}\n";
    let preview = |more: &[&str]| {
        let arguments = ["preview", "--from", "staging", "--to", "production", "--price-book", "book.json"];
        sandbox(3, rules).run(&[&arguments[..], more].concat())
    };
    let run = preview(&["--format", "json"]);
    let document = follows("preview", &run);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("the budget production is broken: $9.50 over $100.00 a month"), "{run:?}");
    assert_eq!(document["budgets"][1]["projected_micros"], 219_000_000);
    let text = preview(&[]).out;
    assert!(text.contains("Budget shop: $281.00 left of $500.00 a month"), "{text}");
    let page = preview(&["--format", "markdown"]).out;
    assert!(page.contains(r"- **Budget production: broken: \$9.50 over \$100.00 a month**"), "{page}");
}
