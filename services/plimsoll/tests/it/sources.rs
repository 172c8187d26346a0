//! Every form of source, on the command line.

use crate::sandbox::{Sandbox, deployment};

#[test]
fn a_file_a_directory_standard_input_and_git_are_read_alike() {
    let old = deployment("web", "a:1");
    let sandbox = Sandbox::new().file("app/web.yaml", &old).file(
        "app/deep/down/api.json",
        "{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"api\"}}",
    );
    sandbox.commit();
    sandbox.put("app/web.yaml", deployment("web", "a:2"));
    let modified = |before: &str, after: &str, input: &str| {
        let run = sandbox.run_with(&["diff", before, after, "--format", "json"], input.as_bytes(), &[]);
        assert_eq!(run.code, 0, "{run:?}");
        run.json()["diff_summary"].clone()
    };
    let expected = serde_json::json!({"added": [], "removed": [], "modified": ["deployment/web"]});
    assert_eq!(modified("git+.//app@main", "app", ""), expected);
    assert_eq!(modified("git+.//app", "app", ""), expected);
    assert_eq!(modified("git+.//app/web.yaml@main", "app/web.yaml", ""), expected);
    assert_eq!(modified("-", "app/web.yaml", &old), expected);
    let url = format!("git+file://{}//app@main", sandbox.path().canonicalize().unwrap().display());
    assert_eq!(modified(&url, "app", ""), expected);
}

#[test]
fn standard_input_is_read_once() {
    let sandbox = Sandbox::new().file("a.yaml", deployment("web", "a:1"));
    for arguments in [&["diff", "-", "-"][..], &["cost", "-", "-"], &["preview", "--from", "-", "--to", "-"]]
    {
        let run = sandbox.run_with(arguments, b"", &[]);
        assert_eq!((run.code, run.error_code()), (1, "SOURCE_INVALID"), "{run:?}");
    }
}

#[test]
fn one_state_alone_is_the_state_after() {
    let sandbox = Sandbox::new().file("a.yaml", deployment("web", "a:1"));
    let cost = sandbox.run(&["cost", "a.yaml", "--format", "json"]).json();
    assert_eq!(cost["estimated_cost"]["baseline"], 0.0);
    assert_eq!(cost["estimated_cost"]["delta"], cost["estimated_cost"]["projected"]);
}

#[test]
fn environments_are_found_through_plimsoll_yaml() {
    let sandbox = Sandbox::new()
        .file("conf/plimsoll.yaml", "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: s}\nspec:\n  environments: [{name: staging, path: blue}, {name: production, path: green}]\n")
        .file("conf/blue/web.yaml", deployment("web", "a:2"))
        .file("conf/green/web.yaml", deployment("web", "a:1"));
    let run = sandbox.run(&["diff", "production", "staging", "--application", "conf/plimsoll.yaml"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("a:1 → a:2"), "{}", run.out);
    let run = sandbox.run(&["diff", "production", "test", "--application", "conf/plimsoll.yaml"]);
    assert!(run.err.contains("an environment of plimsoll.yaml (staging, production)"), "{run:?}");
    sandbox.put("conf/plimsoll.yaml", "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {nam: s}\n");
    let run = sandbox.run(&["diff", "production", "staging", "--application", "conf/plimsoll.yaml"]);
    assert_eq!((run.code, run.error_code()), (1, "APPLICATION_INVALID"));
    assert!(run.err.contains("conf/plimsoll.yaml:3:"), "{run:?}");
}

#[test]
fn the_namespaces_of_two_environments_are_one_place() {
    let web = |namespace: &str, image: &str| {
        deployment("web", image)
            .replace("  name: web\nspec", &format!("  name: web\n  namespace: {namespace}\nspec"))
    };
    let sandbox = Sandbox::new()
        .file("plimsoll.yaml", "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: s}\nspec:\n  environments: [{name: staging, path: blue, namespace: shop-staging}, {name: production, path: green, namespace: shop}]\n  budgets: [{environment: production, monthly: 5 USD}]\n")
        .file("blue/web.yaml", web("shop-staging", "a:2"))
        .file("green/web.yaml", web("shop", "a:1"));
    let run = sandbox.run(&["diff", "production", "staging", "--format", "json"]);
    let changes = run.json()["changes"].clone();
    assert_eq!(changes.as_array().unwrap().len(), 1, "{changes}");
    assert_eq!(changes[0]["object"]["namespace"], "shop-staging");
    let cost = sandbox.run(&["cost", "production", "staging"]);
    assert!(cost.out.starts_with("Cost: unchanged at "), "{cost:?}");
    assert!(!cost.err.contains("budgets of plimsoll.yaml"), "{cost:?}");
}

#[test]
fn credentials_of_a_url_are_never_shown() {
    let run = Sandbox::new().run(&["diff", "git+http://ana:s3cret@127.0.0.1:1/x.git//a@main", "-"]);
    assert_eq!((run.code, run.error_code()), (1, "GIT_FAILED"));
    assert!(!run.err.contains("s3cret"), "{run:?}");
}

#[test]
fn a_price_book_of_ones_own() {
    let book = r#"{"currency": "EUR", "as_of": "2026-09-06", "source": "contract 4711", "cpu_core_hour": "0.1", "ram_gib_hour": "0", "gpu_hour": "0", "storage_gib_month": "0", "load_balancer_hour": "0"}"#;
    let sandbox = Sandbox::new().file("a.yaml", deployment("web", "a:1")).file("book.json", book);
    // Two replicas of half a core: 730 hours at 0.1.
    let run = sandbox.run(&["cost", "a.yaml", "--price-book", "book.json"]);
    assert!(run.out.starts_with("Cost: €73.00 a month\n"), "{run:?}");
    assert!(run.out.contains("Prices as of 2026-09-06: contract 4711."), "{run:?}");
    sandbox.put("book.json", book.replace("0.1", "minus one"));
    let run = sandbox.run(&["cost", "a.yaml", "--price-book", "book.json"]);
    assert_eq!((run.code, run.error_code()), (1, "PRICE_BOOK_INVALID"));
    sandbox.put("book.json", "{");
    assert_eq!(
        sandbox.run(&["cost", "a.yaml", "--price-book", "book.json"]).error_code(),
        "PRICE_BOOK_SYNTAX"
    );
    let run = sandbox.run(&["cost", "a.yaml", "--price-book", "none.json"]);
    assert_eq!((run.code, run.error_code()), (1, "PRICE_BOOK_UNREADABLE"));
}

/// The base of a promotion is the source's environment at an older commit, however it is rendered there.
#[test]
fn an_environment_of_a_commit_is_named_as_one_of_the_working_tree() {
    let overlay = |tag: &str, level: &str| {
        format!(
            "resources: [../../base]\nimages: [{{name: web, newTag: \"{tag}\"}}]\nconfigMapGenerator:\n- name: web\n  literals: [LEVEL={level}]\n"
        )
    };
    let sandbox = Sandbox::new()
        .file("base/kustomization.yaml", "resources: [web.yaml]\n")
        .file("base/web.yaml", deployment("web", "web:0"))
        .file("overlays/staging/kustomization.yaml", overlay("1", "info"))
        .file("overlays/production/kustomization.yaml", overlay("1", "info"));
    sandbox.commit();
    sandbox.put("overlays/staging/kustomization.yaml", overlay("2", "debug"));
    let carried = |base: &str| {
        let run = sandbox.run(&[
            "preview",
            "--from",
            "staging",
            "--to",
            "production",
            "--base",
            base,
            "--format",
            "json",
        ]);
        assert_eq!(run.code, 0, "{run:?}");
        let plan = run.json()["plan"]["carried"].clone();
        plan.as_array()
            .unwrap()
            .iter()
            .map(|item| item["place"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let expected =
        ["ConfigMap/web:data.LEVEL", "Deployment/web:spec.template.spec.containers[name=web].image"];
    assert_eq!(carried("git+.//staging@main"), expected);
    assert_eq!(carried("git+.//overlays/staging@main"), expected);
    let run = sandbox.run(&["diff", "git+.//test@main", "staging"]);
    assert_eq!((run.code, run.error_code()), (1, "SOURCE_NOT_FOUND"), "{run:?}");
}
