//! `plimsoll prices`.

use crate::sandbox::Sandbox;

/// OpenCost's own `default.json` with another price of a core.
const CUSTOM: &str =
    r#"{"provider": "custom", "CPU": "0.04", "RAM": "0.004237", "GPU": "0.95", "storage": "0.0001"}"#;

const SPOT: &str = r#"{"SpotPriceHistory": [{"AvailabilityZone": "eu-west-1a", "InstanceType": "m5.large",
    "ProductDescription": "Linux/UNIX", "SpotPrice": "0.041", "Timestamp": "2026-09-01T12:00:00Z"}]}"#;

const NODES: &str = "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {name: production}
spec:
  groups:
    - {name: general, instanceType: m5.large, region: eu-west-1, capacityType: spot, allocatable: {cpu: 1900m, memory: 7Gi}, min: 1, max: 5}
";

const WEB: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  template:
    spec: {containers: [{name: c, image: a, resources: {requests: {cpu: 500m}}}]}
";

fn imported() -> Sandbox {
    let sandbox = Sandbox::new().file("custom.json", CUSTOM).file("spot.json", SPOT);
    for (provider, file) in [("opencost", "custom"), ("aws", "spot")] {
        let (from, to) = (format!("{file}.json"), format!("{file}-book.json"));
        let run = sandbox.run(&["prices", "import", provider, &from, "--on", "2026-09-06", "--output", &to]);
        assert_eq!((run.code, run.out), (0, format!("wrote {to}\n")), "{}", run.err);
    }
    sandbox
}

/// A core at 0.04 for 730 hours is 29.20. A spot m5.large at 0.041 for 730 hours is 29.93; one of two pods of half a core fit on it
/// with the other.
#[test]
fn what_is_imported_is_what_is_estimated_with() {
    let sandbox = imported().file("web.yaml", WEB).file("nodes.yaml", NODES);
    let books = ["--price-book", "custom-book.json", "--price-book", "spot-book.json"];
    let mut arguments = vec!["cost", "web.yaml", "--nodes", "nodes.yaml"];
    arguments.extend(books);
    let run = sandbox.run(&arguments);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("$29.20") && run.out.contains("OpenCost custom pricing"), "{}", run.out);
    assert!(run.out.contains("$29.93"), "{}", run.out);
}

#[test]
fn a_price_is_shown_with_its_source_and_day() {
    let sandbox = imported();
    let run = sandbox.run(&[
        "prices",
        "show",
        "m5.large",
        "--region",
        "eu-west-1",
        "--price-book",
        "spot-book.json",
    ]);
    assert!(
        run.out.contains("m5.large in eu-west-1: 0.041 USD (0.041 to 0.041) an hour as spot\n  list\n"),
        "{run:?}"
    );
    assert!(run.out.contains("AWS spot price history, 2026-09-01 to 2026-09-01: the latest"), "{run:?}");
    // On demand only another region has a price, and that is said.
    let why = "assumed: m5.large has no price in eu-west-1; that of us-east-1 is taken";
    assert!(run.out.contains(why), "{run:?}");
    let run = sandbox.run(&["prices", "show", "--price-book", "custom-book.json", "--format", "json"]);
    let document = run.json();
    assert_eq!(document["prices"][0]["name"], "cpu_core_hour");
    assert_eq!(document["prices"][0]["price"], "0.04");
    assert_eq!(document["prices"][0]["confidence"], "contract");
    assert_eq!(document["prices"][4]["confidence"], "assumed");
    let run = sandbox.run(&["prices", "show", "m99.huge"]);
    assert_eq!((run.code, run.error_code()), (1, "PRICE_UNKNOWN"));
}

#[test]
fn a_file_is_checked() {
    let sandbox = imported();
    let run = sandbox.run(&["prices", "check", "custom-book.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.starts_with("custom-book.json: well, sha256 "), "{run:?}");
    assert!(
        run.out.contains("  contract, USD, as of 2026-09-06: 4 unit prices. OpenCost custom pricing\n"),
        "{run:?}"
    );
    // A control character of a source goes to no terminal, and no price is of a day that nobody has seen.
    let own = |day: &str| {
        format!(r#"{{"currency": "USD", "as_of": "{day}", "source": "a\u001b[2Jb", "cpu_core_hour": "1"}}"#)
    };
    sandbox.put("own.json", own("2026-09-06"));
    let run = sandbox.run(&["prices", "check", "own.json"]);
    assert!(run.out.contains(r"a\u{1b}[2Jb"), "{run:?}");
    sandbox.put("later.json", own("2999-01-01"));
    for arguments in
        [["prices", "check", "later.json"].as_slice(), &["prices", "show", "--price-book", "later.json"]]
    {
        let run = sandbox.run(arguments);
        assert!(run.error_code() == "PRICE_BOOK_INVALID" && run.err.contains("lies after today"), "{run:?}");
    }
    sandbox.put("broken.json", r#"{"currency": "USD"}"#);
    assert_eq!(sandbox.run(&["prices", "check", "broken.json"]).error_code(), "PRICE_BOOK_INVALID");
    let run = sandbox.run(&["prices", "import", "aws", "custom.json"]);
    assert_eq!((run.code, run.error_code()), (1, "PRICE_IMPORT_SCHEMA"));
    let run = sandbox.run(&["prices", "import", "aws", "none.json"]);
    assert_eq!((run.code, run.error_code()), (1, "PRICE_IMPORT_UNREADABLE"));
}

/// A discount of an agreement holds until its last day: 0.096 less 10 % is 0.0864.
#[test]
fn a_discount_holds_on_its_days() {
    let book = r#"{"version": 2, "currency": "USD", "as_of": "2026-01-01", "source": "agreement 12", "rules": [
        {"name": "agreement", "discount_percent": 10, "scope": {"provider": "aws"}, "until": "2026-12-31"}]}"#;
    let sandbox = Sandbox::new().file("book.json", book);
    for (day, price) in [("2026-12-31", "0.0864"), ("2027-01-01", "0.096")] {
        let arguments = ["prices", "show", "m5.large", "--price-book", "book.json", "--on", day];
        let run = sandbox.run(&arguments);
        assert!(
            run.out.starts_with(&format!("m5.large in us-east-1: {price} USD an hour on demand\n")),
            "{run:?}"
        );
    }
}
