//! A branch for each environment.

use crate::sandbox::{Sandbox, deployment};

/// An Application whose environment is a branch of one path.
fn application(environment: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-{environment}, namespace: argocd}}\nspec:\n  source: {{repoURL: https://git.example/shop.git, path: deploy, targetRevision: {environment}}}\n  destination: {{name: {environment}, namespace: shop}}\n"
    )
}

/// On `main` lie the Applications; each branch has its own `deploy`. Production was merged from staging since, as `ours`.
fn repository() -> (Sandbox, String) {
    let sandbox = Sandbox::new()
        .file("argocd/staging.yaml", application("staging"))
        .file("argocd/production.yaml", application("production"))
        .file("deploy/web.yaml", deployment("web", "registry.example/web:1"));
    sandbox.commit();
    for branch in ["staging", "production"] {
        sandbox.git(&["branch", branch]);
    }
    sandbox.git(&["checkout", "--quiet", "production"]);
    let production = deployment("web", "registry.example/web:1").replace("replicas: 2", "replicas: 5");
    sandbox.put("deploy/web.yaml", production);
    sandbox.git(&["commit", "--quiet", "--all", "-m", "production's own"]);
    sandbox.git(&["checkout", "--quiet", "staging"]);
    let promoted = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.put("deploy/web.yaml", deployment("web", "registry.example/web:2"));
    sandbox.git(&["commit", "--quiet", "--all", "-m", "2 in staging"]);
    sandbox.git(&["checkout", "--quiet", "production"]);
    sandbox.git(&["merge", "--quiet", "--strategy=ours", "-m", "history alone", "staging"]);
    sandbox.git(&["checkout", "--quiet", "main"]);
    (sandbox, promoted)
}

const IMAGE: &str = "Deployment/web:spec.template.spec.containers[name=web].image";

/// Git's merge-base is the tip of staging, as which nothing has changed; the base that is given is what counts.
#[test]
fn each_environment_is_read_from_its_branch_and_the_base_is_what_was_promoted() {
    let (sandbox, promoted) = repository();
    let base = format!("git+.//deploy@{promoted}");
    let by_name = ["preview", "--from", "staging", "--to", "production", "--base", &base, "--format", "json"];
    let by_branch = ["git+.//deploy@staging", "git+.//deploy@production"].map(str::to_owned);
    let by_branch =
        ["preview", "--from", &by_branch[0], "--to", &by_branch[1], "--base", &base, "--format", "json"];
    for arguments in [by_name, by_branch] {
        let run = sandbox.run(&arguments);
        assert_eq!(run.code, 0, "{run:?}");
        let plan = &run.json()["plan"];
        let places = |list: &str| -> Vec<String> {
            let items = plan[list].as_array().unwrap().iter();
            items.map(|item| item["place"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(places("carried"), [IMAGE]);
        assert_eq!(places("kept"), ["Deployment/web:spec.replicas"]);
        assert_eq!(plan["edits"][0]["path"], "deploy/web.yaml");
    }
}

/// A branch that is checked out is the working tree, and can be written to; another one cannot.
#[test]
fn the_branch_that_is_checked_out_is_written_to() {
    let (sandbox, _) = repository();
    let write = ["preview", "--from", "staging", "--to", "production", "--write"];
    let elsewhere = sandbox.run(&write);
    assert_eq!((elsewhere.code, elsewhere.error_code()), (1, "TARGET_NOT_WRITABLE"), "{elsewhere:?}");
    sandbox.git(&["checkout", "--quiet", "production"]);
    assert_eq!(sandbox.run(&write).code, 0);
    let written = std::fs::read_to_string(sandbox.path().join("deploy/web.yaml")).unwrap();
    let expected = deployment("web", "registry.example/web:2").replace("replicas: 2", "replicas: 5");
    assert_eq!(written, expected);
}

/// A branch that is not there is an error, and never the working tree in its place.
#[test]
fn a_branch_that_is_missing_is_said() {
    let (sandbox, _) = repository();
    sandbox.git(&["branch", "--quiet", "-D", "staging"]);
    let run = sandbox.run(&["preview", "--from", "staging", "--to", "production"]);
    assert_eq!((run.code, run.error_code()), (1, "REVISION_NOT_FOUND"), "{run:?}");
}
