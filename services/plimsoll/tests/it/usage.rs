//! What is measured, as a file of `--usage`.
//!
//! A core costs 0.1 an hour and memory nothing: a replica of half a core is 36.50 a month.

use crate::sandbox::{Run, Sandbox, deployment};
use crate::schemas::follows;

const BOOK: &str = r#"{"currency": "USD", "as_of": "2026-09-06", "source": "contract 4711", "cpu_core_hour": "0.1", "ram_gib_hour": "0", "gpu_hour": "0", "storage_gib_month": "0", "load_balancer_hour": "0"}"#;

/// Two replicas that ask for a core together.
fn cost(usage: &str, more: &[&str]) -> Run {
    let sandbox = Sandbox::new()
        .file("book.json", BOOK)
        .file("usage.yaml", usage)
        .file("now/web.yaml", deployment("web", "a:1"));
    sandbox.run(&[&["cost", "now", "--price-book", "book.json", "--usage", "usage.yaml"], more].concat())
}

/// 1.5 cores are used, one is asked for: 1.5 × 730 × 0.1 = 109.50.
#[test]
fn what_is_used_counts_where_it_is_more_than_what_is_asked_for() {
    let used = "workloads: [{object: Deployment/web, cpu_cores: 1.5}]";
    let run = cost(used, &[]);
    assert!(run.out.starts_with("Cost: $109.50 a month\n"), "{run:?}");
    let document = follows("cost", &cost(used, &["--format", "json"]));
    assert_eq!(document["assumptions"]["usage"]["workloads"][0]["cpu_cores"], "1.5");
    assert!(
        cost("workloads: [{object: Deployment/web, cpu_cores: 0.5}]", &[]).out.starts_with("Cost: $73.00 ")
    );
}

#[test]
fn an_entry_that_means_nothing_is_told_and_a_wrong_file_is_refused() {
    let run = cost("workloads: [{object: Deployment/api, cpu_cores: 1.5}]", &[]);
    let words = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Note: the usage file's Deployment/api is no object here."), "{words}");
    let wrong = cost("workloads: [{object: Deployment/web, cpu: 1}]", &[]);
    assert_eq!((wrong.code, wrong.error_code()), (1, "USAGE_INVALID"), "{wrong:?}");
    assert!(wrong.err.contains("unknown field `cpu`"), "{wrong:?}");
}
