//! `plimsoll cost --set`: what another value would cost.
//!
//! By the shipped prices half a core and 1 GiB are 730 × (0.5 × 0.031611 + 0.004237) = 14.631025 USD a month: two
//! replicas 29.26205.

use crate::sandbox::{Sandbox, deployment};
use crate::schemas::follows;

const GROUPS: &str = "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {name: production}
spec:
  groups:
    - {name: general, instanceType: m5.large, region: us-east-1, allocatable: {cpu: 1900m, memory: 7Gi}, min: 1, max: 5, current: 1}
";

fn sandbox() -> Sandbox {
    let of = |namespace: &str| {
        deployment("web", "a:1")
            .replace("  name: web\nspec", &format!("  name: web\n  namespace: {namespace}\nspec"))
    };
    Sandbox::new()
        .file("web.yaml", deployment("web", "a:1"))
        .file("more.yaml", deployment("web", "a:1").replace("replicas: 2", "replicas: 5"))
        .file("both.yaml", format!("{}---\n{}", of("shop"), of("test")))
        .file("nodes.yaml", GROUPS)
}

#[test]
fn a_value_is_set_in_the_state_after() {
    let run =
        sandbox().run(&["cost", "web.yaml", "--set", "Deployment/web:spec.replicas=10", "--format", "json"]);
    let document = follows("cost", &run);
    assert_eq!(document["estimated_cost"]["baseline_micros"], 29_262_050);
    assert_eq!(document["estimated_cost"]["projected_micros"], 146_310_250);
    assert_eq!(document["set"][0], "Deployment/web:spec.replicas");
    // Several, one of them in a container.
    let cpu = "Deployment/web:spec.template.spec.containers[name=web].resources.requests.cpu=1";
    let arguments =
        ["cost", "web.yaml", "--set", "Deployment/web:spec.replicas=1", "--set", cpu, "--format", "json"];
    // 730 × (0.031611 + 0.004237) = 26.16904.
    assert_eq!(sandbox().run(&arguments).json()["estimated_cost"]["projected_micros"], 26_169_040);
    // Of two states it is the one after that is changed: it costs what it did before.
    let run = sandbox().run(&["cost", "web.yaml", "more.yaml", "--set", "Deployment/web:spec.replicas=2"]);
    assert!(run.out.starts_with("Cost: unchanged at $29.26 a month\n"), "{run:?}");
    assert!(run.out.contains("What if: with another value at Deployment/web:spec.replicas\n"), "{run:?}");
}

/// Ten pods of 500m are three to a node of 1900m: four nodes instead of one, at 70.08 a month.
#[test]
fn a_what_if_is_asked_of_the_nodes_too() {
    let arguments = ["cost", "web.yaml", "--set", "Deployment/web:spec.replicas=10", "--nodes", "nodes.yaml"];
    let document = follows("cost", &sandbox().run(&[&arguments[..], &["--format", "json"]].concat()));
    assert_eq!(document["bill"]["total"]["baseline_micros"], 70_080_000);
    assert_eq!(document["bill"]["total"]["projected_micros"], 4 * 70_080_000);
}

#[test]
fn what_is_set_nowhere_is_an_error() {
    for (file, set, code, says) in [
        ("web.yaml", "Deployment/api:spec.replicas=1", "OBJECT_NOT_FOUND", "there are Deployment.apps/web"),
        ("web.yaml", "Service/web:spec.type=LoadBalancer", "OBJECT_NOT_FOUND", "the state has no Service"),
        (
            "both.yaml",
            "Deployment/web:spec.replicas=1",
            "OBJECT_AMBIGUOUS",
            "it may be Deployment.apps/shop/web, Deployment.apps/test/web",
        ),
        ("web.yaml", "Deployment/web:spec.replica=1", "SET_PATH", "Deployment has no field spec.replica"),
        ("web.yaml", "Deployment/web:metadata.name=1", "SET_PATH", "cannot be set"),
        ("web.yaml", "Deployment/web:spec.replicas=ten", "FIELD_INVALID", "spec.replicas"),
        ("web.yaml", "Deployment/web:spec.replicas", "", "expected PLACE=VALUE"),
    ] {
        let run = sandbox().run(&["cost", file, "--set", set]);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{set}: {run:?}");
        assert!(run.err.contains(says), "{set}: {run:?}");
        assert!(code.is_empty() || run.error_code() == code, "{set}: {run:?}");
    }
    // A pattern means all that it matches, and a namespace one of them.
    for (set, projected) in
        [("Deployment/*:spec.replicas=1", 29_262_050), ("Deployment/test/web:spec.replicas=1", 43_893_075)]
    {
        let run = sandbox().run(&["cost", "both.yaml", "--set", set, "--format", "json"]);
        assert_eq!(run.json()["estimated_cost"]["projected_micros"], projected, "{set}");
    }
}

#[test]
fn a_value_that_is_set_is_not_shown() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: hunter2}\n";
    let sandbox = sandbox().file("secret.yaml", format!("{}---\n{secret}", deployment("web", "a:1")));
    for format in ["text", "json", "markdown"] {
        let set = "Secret/db:stringData.password=correct-horse";
        let run = sandbox.run(&["cost", "secret.yaml", "--set", set, "--all", "--format", format]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.out.contains("Secret/db:stringData.password"), "{run:?}");
        assert!(!run.out.contains("correct-horse") && !run.err.contains("correct-horse"), "{run:?}");
    }
    let run = sandbox.run(&["cost", "secret.yaml", "--set", "Secret/dx:stringData.password=correct-horse"]);
    assert!(!run.err.contains("correct-horse"), "{run:?}");
}
