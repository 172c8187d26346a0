//! What `plimsoll cost` shows of its figures: for another span, by what objects have in common, the whole calculation.
//!
//! A core costs 0.1 an hour and a GiB 0.01: half a core and 1 GiB are 730 × (0.05 + 0.01) = 43.80 a month.

use crate::sandbox::{Sandbox, deployment};
use crate::schemas::follows;

const BOOK: &str = r#"{"currency": "USD", "as_of": "2026-09-06", "source": "contract 4711", "cpu_core_hour": "0.1", "ram_gib_hour": "0.01", "gpu_hour": "0", "storage_gib_month": "0", "load_balancer_hour": "0"}"#;

fn labelled(name: &str, replicas: u32, team: &str) -> String {
    deployment(name, "a:1").replace("replicas: 2", &format!("replicas: {replicas}")).replacen(
        "  name:",
        &format!("  labels: {{team: {team}}}\n  name:"),
        1,
    )
}

fn sandbox() -> Sandbox {
    let many: Vec<String> = (1..=14).map(|number| labelled(&format!("w{number:02}"), number, "x")).collect();
    Sandbox::new()
        .file("book.json", BOOK)
        .file("one.yaml", labelled("web", 1, "shop"))
        .file("two.yaml", format!("{}---\n{}", labelled("web", 2, "shop"), labelled("job", 1, "data")))
        .file("many.yaml", many.join("---\n"))
}

fn cost(more: &[&str]) -> String {
    let run = sandbox().run(&[&["cost"][..], more, &["--price-book", "book.json"]].concat());
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    run.out
}

#[test]
fn amounts_are_shown_for_an_hour_and_a_year() {
    let hour = cost(&["one.yaml", "two.yaml", "--per", "hour"]);
    assert!(hour.starts_with("Cost: +$0.1200 an hour (+200 %), on $0.0600\n"), "{hour}");
    assert!(hour.contains("total           $0.0600  $0.1800  +$0.1200\n"), "{hour}");
    let year = cost(&["two.yaml", "--per", "year"]);
    assert!(year.starts_with("Cost: $1,576.80 a year\n"), "{year}");
    let page = cost(&["two.yaml", "--per", "year", "--format", "markdown"]);
    assert!(page.contains("| Object | A year |"), "{page}");
}

#[test]
fn lines_are_what_objects_have_in_common() {
    let lines = |by: &str| -> Vec<String> {
        let text = cost(&["one.yaml", "two.yaml", "--by", by]);
        let table = text.lines().skip_while(|line| !line.starts_with("a month")).skip(1);
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        table.take_while(|line| !line.is_empty()).map(words).collect()
    };
    let total = "total $43.80 $131.40 +$87.60".to_owned();
    assert_eq!(lines("label=team"), ["data $0.00 $43.80 +$43.80", "shop $43.80 $87.60 +$43.80", &total]);
    assert_eq!(lines("kind"), ["Deployment $43.80 $131.40 +$87.60", &total]);
    assert_eq!(lines("namespace"), ["(none) $43.80 $131.40 +$87.60", &total]);
    assert_eq!(lines("resource"), ["cpu $36.50 $109.50 +$73.00", "memory $7.30 $21.90 +$14.60", &total]);
    let containers = lines("container");
    assert_eq!(containers[0], "Deployment.apps/job:job $0.00 $43.80 +$43.80");
    let arguments = [
        "cost",
        "one.yaml",
        "two.yaml",
        "--by",
        "label=team",
        "--price-book",
        "book.json",
        "--format",
        "json",
    ];
    let document = follows("cost", &sandbox().run(&arguments));
    assert_eq!(document["groups"]["by"], "label=team");
    assert_eq!(document["groups"]["of"][0]["delta_micros"], 43_800_000);
    let wrong = sandbox().run(&["cost", "one.yaml", "--by", "team"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("label=KEY"), "{wrong:?}");
}

/// 43.80 in each of two environments; the other counts as it stands.
#[test]
fn environments_are_lines_of_their_application() {
    let application = "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec:\n  environments: [{name: staging, path: one.yaml}, {name: production, path: one.yaml}]\n";
    let sandbox = sandbox().file("plimsoll.yaml", application);
    let arguments = ["cost", "production", "--by", "environment", "--price-book", "book.json"];
    let text = sandbox.run(&arguments).out;
    assert!(text.contains("production   $43.80\nstaging      $43.80\ntotal        $87.60\n"), "{text}");
}

#[test]
fn the_largest_are_shown_and_the_rest_in_a_line() {
    let text = cost(&["many.yaml"]);
    let at = |name: &str| text.find(name);
    assert!(at("Deployment/w14") < at("Deployment/w13") && at("Deployment/w05").is_some(), "{text}");
    assert_eq!(at("Deployment/w04"), None, "{text}");
    // 1 + 2 + 3 + 4 replicas.
    assert!(text.contains("4 more objects    $438.00\n"), "{text}");
    assert!(text.lines().count() < 24, "{text}");
    let all = cost(&["many.yaml", "--all"]);
    assert!(all.find("Deployment/w01") < all.find("Deployment/w14"), "{all}");
}

#[test]
fn the_calculation_of_an_object_can_be_checked() {
    let text = cost(&["one.yaml", "two.yaml", "--explain", "Deployment/web"]);
    assert!(
        text.contains("Deployment/web, before the change\n") && text.contains("Deployment/web, after it\n"),
        "{text}"
    );
    // Two replicas × 730 hours × half a core.
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains("730 core-hour × 0.1 USD (contract: contract 4711, 2026-09-06) = 73"), "{text}");
    let arguments =
        ["cost", "two.yaml", "--explain", "Deployment/job", "--price-book", "book.json", "--format", "json"];
    let document = follows("cost", &sandbox().run(&arguments));
    assert_eq!(document["explained"]["object"], "Deployment/job");
    assert!(document["explained"]["before"].is_null());
    let page = cost(&["two.yaml", "--explain", "Deployment/job", "--format", "markdown"]);
    assert!(page.contains("#### `Deployment/job`"), "{page}");
    let run = sandbox().run(&["cost", "two.yaml", "--explain", "Deployment/api"]);
    assert_eq!((run.code, run.error_code()), (1, "OBJECT_NOT_FOUND"), "{run:?}");
}

#[test]
fn a_saved_result_is_a_baseline() {
    let sandbox = sandbox();
    let save = |source: &str, name: &str, more: &[&str]| {
        let run = sandbox.run(&[&["cost", source, "--format", "json"][..], more].concat());
        sandbox.put(name, run.out);
    };
    let book = ["--price-book", "book.json"];
    save("one.yaml", "saved.json", &book);
    let compare = |saved: &str, more: &[&str]| {
        sandbox.run(&[&["cost", "two.yaml", "--compare-to", saved][..], more].concat())
    };
    let run = compare("saved.json", &book);
    assert!(run.out.starts_with("Cost: +$87.60 a month (+200 %), on $43.80\n"), "{run:?}");
    assert!(run.out.contains("of the same prices (2026-09-06: contract 4711) and assumptions."), "{run:?}");
    assert!(run.out.contains("Deployment/job   $0.00   $43.80  +$43.80\n"), "{run:?}");
    let json = compare("saved.json", &[&book[..], &["--format", "json"]].concat());
    let document = follows("cost", &json);
    assert_eq!(document["compared_with"]["is_alike"], true);
    assert_eq!(document["compared_with"]["of_quantities_micros"], 87_600_000);
    // A result of a comparison is one to compare with, too: nothing has changed since.
    sandbox.put("again.json", &json.out);
    assert!(compare("again.json", &book).out.starts_with("Cost: unchanged at $131.40 a month\n"));
    // A gate is held against what has changed since.
    let above = compare("saved.json", &[&book[..], &["--fail-above", "80"]].concat());
    assert_eq!(above.code, 2, "{above:?}");
}

/// A core has become twice as dear: of 43.80 the cores are 36.50, so 36.50 is other prices. Now web and job are
/// 730 × (0.5 × 0.2 + 0.01) = 80.30 each, web twice: 240.90, which is 197.10 more; 160.60 is what is held.
#[test]
fn other_prices_and_assumptions_are_said() {
    let sandbox = sandbox();
    sandbox.put(
        "saved.json",
        sandbox.run(&["cost", "one.yaml", "--format", "json", "--price-book", "book.json"]).out,
    );
    sandbox.put("dear.json", BOOK.replace("\"0.1\"", "\"0.2\"").replace("4711", "4712"));
    let compare = |book: &str, more: &[&str]| {
        sandbox.run(
            &[&["cost", "two.yaml", "--compare-to", "saved.json", "--price-book", book][..], more].concat(),
        )
    };
    let run = compare("dear.json", &["--run-minutes", "30"]);
    let text = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "Cost: +$197.10 a month",
        "the prices were those of 2026-09-06 (contract 4711), and are those of 2026-09-06 (contract 4712); 1 price of what is held in both differ",
        "run_minutes was assumed as 10, and is 30",
        "held: 365 core-hour a month then, 1095 now",
        "Of the change, +$36.50 is other prices, and +$160.60 what is held.",
    ] {
        assert!(text.contains(expected), "{expected}\n{run:?}");
    }
    // In another currency quantities alone can be compared.
    sandbox.put("euro.json", BOOK.replace("USD", "EUR"));
    let run = compare("euro.json", &[]);
    assert!(run.out.starts_with("Cost: €131.40 a month\n"), "{run:?}");
    assert!(run.out.contains("held: 365 core-hour a month then, 1095 now"), "{run:?}");
}

#[test]
fn what_is_no_saved_result_is_refused() {
    let sandbox = sandbox();
    let saved = sandbox.run(&["cost", "one.yaml", "--format", "json"]).out;
    sandbox.put("cut.json", &saved[..saved.len() / 2]);
    sandbox.put("other.json", "{\"findings\": []}");
    for (file, code, says) in [
        ("cut.json", "BASELINE_INVALID", "it ends in the middle"),
        ("other.json", "BASELINE_INVALID", "missing field"),
        ("none.json", "BASELINE_UNREADABLE", "none.json"),
    ] {
        let run = sandbox.run(&["cost", "one.yaml", "--compare-to", file]);
        assert_eq!((run.code, run.error_code()), (1, code), "{run:?}");
        assert!(run.err.contains(says), "{run:?}");
    }
    let run = sandbox.run(&["cost", "one.yaml", "two.yaml", "--compare-to", "cut.json"]);
    assert_eq!((run.code, run.error_code()), (1, "USAGE"), "{run:?}");
}
