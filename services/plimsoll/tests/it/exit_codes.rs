//! 0 done, 1 an error, 2 a verdict against.

use crate::sandbox::{Run, Sandbox, deployment};

fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("one.yaml", deployment("web", "a:1"))
        .file("two.yaml", deployment("web", "a:1").replace("replicas: 2", "replicas: 1"))
        .file("more.yaml", deployment("web", "a:1").replace("replicas: 2", "replicas: 5"))
        .file("odd.yaml", "apiVersion: db.example/v1\nkind: Postgres\nmetadata: {name: main}\n")
}

fn against(run: &Run, text: &str) {
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains(text), "{run:?}");
    assert!(!run.out.is_empty(), "a verdict against is printed with what it rests on");
}

#[test]
fn help_and_version_are_done() {
    for arguments in
        [&["--help"][..], &["diff", "--help"], &["--version"], &["version"], &["help", "preview"]]
    {
        let run = sandbox().run(arguments);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{arguments:?}");
        assert!(!run.out.is_empty());
    }
    let kafka = if cfg!(feature = "kafka") { " with Kafka" } else { "" };
    let version = format!("plimsoll {}{kafka}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(sandbox().run(&["version"]).out, version);
    assert_eq!(sandbox().run(&["--version"]).out, version);
}

#[test]
fn a_wrong_flag_is_an_error_and_no_verdict() {
    for arguments in [
        &[][..],
        &["frobnicate"],
        &["diff"],
        &["diff", "one.yaml"],
        &["diff", "one.yaml", "two.yaml", "--colour"],
        &["cost", "one.yaml", "two.yaml", "more.yaml"],
        &["diff", "one.yaml", "two.yaml", "--format", "xml"],
        &["risk", "one.yaml", "--fail-on", "dreadful"],
        &["cost", "one.yaml", "--fail-above", "lots"],
        &["cost", "one.yaml", "--fail-above", "-5"],
        &["preview", "--from", "one.yaml"],
        &["preview", "--from", "one.yaml", "--to", "two.yaml", "--only", "no place"],
        &["preview", "--from", "one.yaml", "--to", "two.yaml", "--take", "Deployment=source"],
        &["preview", "--from", "one.yaml", "--to", "two.yaml", "--patch", "--rendered"],
        &["completions", "tcl"],
    ] {
        let run = sandbox().run(arguments);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{arguments:?}: {run:?}");
        let usage = run.err.starts_with("error[USAGE]: ") || run.err.contains("Usage:");
        assert!(usage, "{arguments:?}: {run:?}");
    }
}

#[test]
fn a_difference_is_no_verdict() {
    assert_eq!(sandbox().run(&["diff", "one.yaml", "two.yaml"]).code, 0);
    assert_eq!(sandbox().run(&["risk", "one.yaml", "two.yaml"]).code, 0);
    assert_eq!(sandbox().run(&["cost", "one.yaml", "more.yaml"]).code, 0);
}

#[test]
fn a_gate_on_risk_is_for_its_level_and_above() {
    // Two replicas cut to one: a loss of availability that the rules call high.
    let level =
        sandbox().run(&["risk", "one.yaml", "two.yaml", "--format", "json"]).json()["risk_level"].clone();
    let levels = ["low", "medium", "high", "critical"];
    let found = levels.iter().position(|name| level == *name).unwrap();
    for (index, name) in levels.iter().enumerate() {
        for verb in ["risk", "diff", "cost"] {
            let run = sandbox().run(&[verb, "one.yaml", "two.yaml", "--fail-on", name]);
            match index <= found {
                true => against(&run, &format!("--fail-on is {name}")),
                false => assert_eq!(run.code, 0, "{run:?}"),
            }
        }
    }
}

/// Three more replicas of 0.5 cores and 1 GiB, by hand from the shipped prices: 3 × 730 × (0.5 × 0.031611 +
/// 1 × 0.004237) = 43.893075 USD a month. The states themselves are 29.262 and 73.155, shown as 29.26 and 73.16.
#[test]
fn a_gate_on_cost_is_for_what_a_change_adds() {
    for (amount, code) in [("43.89", 2), ("43.90", 0), ("43.90USD", 0), ("0", 2), ("43.89 USD", 2)] {
        let run = sandbox().run(&["cost", "one.yaml", "more.yaml", "--fail-above", amount]);
        assert_eq!(run.code, code, "{amount}: {run:?}");
    }
    let run = sandbox().run(&["cost", "one.yaml", "more.yaml", "--fail-above", "40"]);
    against(&run, "the change costs +$43.90 a month, and --fail-above is 40.00 USD");
    assert_eq!(sandbox().run(&["cost", "more.yaml", "one.yaml", "--fail-above", "0"]).code, 0);
    let run = sandbox().run(&["cost", "one.yaml", "more.yaml", "--fail-above", "40EUR"]);
    assert_eq!((run.code, run.error_code()), (1, "MONEY_CURRENCIES"));
    against(&sandbox().run(&["diff", "one.yaml", "more.yaml", "--fail-above", "40"]), "--fail-above");
}

/// From 29.262 to 73.155 is 150 % more.
#[test]
fn a_gate_on_cost_may_be_a_share_of_what_there_is_before() {
    let run =
        |before: &str, share: &str| sandbox().run(&["cost", before, "more.yaml", "--fail-above", share]);
    assert_eq!(run("one.yaml", "150%").code, 0);
    against(
        &run("one.yaml", "149.9%"),
        "the change costs +$43.90 a month, and --fail-above is 149.9% of $29.26",
    );
    let free = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let from_nothing = sandbox().file("free.yaml", free);
    let run = from_nothing.run(&["cost", "free.yaml", "more.yaml", "--fail-above", "1000%"]);
    against(&run, "there was nothing before, of which any rise is more than --fail-above 1000%");
    assert_eq!(from_nothing.run(&["cost", "free.yaml", "free.yaml", "--fail-above", "0%"]).code, 0);
}

#[test]
fn what_is_not_known_may_be_above_a_gate() {
    let run = sandbox().run(&["cost", "odd.yaml", "--fail-above", "1000000"]);
    against(&run, "what the change of Postgres.db.example/main costs is not known");
    assert_eq!(sandbox().run(&["cost", "odd.yaml", "odd.yaml", "--fail-above", "0"]).code, 0);
}

#[test]
fn a_blocked_plan_is_a_verdict_against() {
    let at = |delay: u32| {
        deployment("web", "a:1").replace(
            "        resources:",
            &format!("        readinessProbe: {{tcpSocket: {{port: 80}}, initialDelaySeconds: {delay}}}\n        resources:"),
        )
    };
    let sandbox = Sandbox::new()
        .file("base/w.yaml", at(1))
        .file("staging/w.yaml", at(2))
        .file("production/w.yaml", at(3));
    let arguments = ["preview", "--from", "staging", "--to", "production", "--base", "base"];
    let run = sandbox.run(&arguments);
    against(&run, "the plan is blocked in 1 place");
    assert!(run.out.contains("Blocked until decided: 1 place"), "{}", run.out);
}

#[test]
fn completions_are_printed_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = sandbox().run(&["completions", shell]);
        assert_eq!(run.code, 0);
        assert!(run.out.contains("preview"), "{shell}");
    }
}

#[test]
fn two_doors_on_one_port_are_refused_before_anything_is_started() {
    let sandbox = sandbox();
    let same = "127.0.0.1:9300";
    let run = sandbox.run(&["up", "--data", "data", "--listen", same, "--grpc-listen", same]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("error[CONFIG_INVALID]") && run.err.contains("each needs its own"), "{run:?}");
}

/// Two Applications lay different things over the same directory: which of them holds nobody can say.
#[test]
fn a_partial_plan_is_shown_and_is_a_verdict_against() {
    let over = |tag: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: web-{tag}}}\nspec:\n  source: {{repoURL: https://git.example/web.git, path: overlays/production, kustomize: {{images: ['web:{tag}']}}}}\n  destination: {{namespace: shop}}\n"
        )
    };
    let overlay =
        |tag: &str| format!("resources: [../../base]\nimages: [{{name: web, newTag: \"{tag}\"}}]\n");
    let sandbox = Sandbox::new()
        .file("base/kustomization.yaml", "resources: [web.yaml]\n")
        .file("base/web.yaml", deployment("web", "web:0"))
        .file("overlays/staging/kustomization.yaml", overlay("2"))
        .file("overlays/production/kustomization.yaml", overlay("1"))
        .file("argocd/a.yaml", over("7"))
        .file("argocd/b.yaml", over("8"));
    sandbox.commit();
    sandbox.git(&["remote", "add", "origin", "https://git.example/web.git"]);
    let arguments = ["preview", "--from", "overlays/staging", "--to", "overlays/production"];
    let run = sandbox.run(&arguments);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("the plan is partial: 1 input could not be read"), "{run:?}");
    assert!(run.out.contains("Not read: "), "{run:?}");
    let run = sandbox.run(&[&arguments[..], &["--format", "json"]].concat());
    let partial = run.json()["plan"]["partial"].clone();
    assert_eq!(partial.as_array().unwrap().len(), 1, "{partial}");
    assert!(partial[0].as_str().unwrap().contains("is rendered in several ways"), "{partial}");
}
