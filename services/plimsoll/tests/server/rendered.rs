//! Promotions of environments that are rendered: overlays and charts, over REST and in a real repository.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::flow::{Shop, carried, id, to_production};
use crate::repository::{Repository, web};

const IMAGE: &str = "Deployment/web:spec.template.spec.containers[name=web].image";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// An application named `shop` with both environments at these paths, and what else is said of each.
fn application(repository: &Repository, render: &str, environments: [(&str, Value); 2]) -> String {
    let [staging, production] = [("staging", 0), ("production", 1)].map(|(name, at)| {
        let (path, mut more) = environments[at].clone();
        let environment = json!({"name": name, "path": path, "cluster": "eu"});
        more.as_object_mut().unwrap().extend(environment.as_object().unwrap().clone());
        more
    });
    json!({"apiVersion": "plimsoll.dev/v1", "kind": "Application", "metadata": {"name": "shop"}, "spec": {
        "source": {"repo": repository.url(), "render": render},
        "environments": [staging, production],
        "promotions": [{"from": "staging", "to": "production", "approvals": 1, "selfApproval": false}]}})
    .to_string()
}

/// An overlay of the base: a namespace, an image tag, a setting.
fn overlay(namespace: &str, tag: &str, level: &str) -> String {
    format!(
        "# Owned by the web team.\nnamespace: {namespace}\nresources:\n  - ../../base\nimages:\n  - name: registry.example/web\n    \
         newTag: \"{tag}\"   # by CI\nconfigMapGenerator:\n  - name: web\n    literals:\n      - LEVEL={level}\n"
    )
}

fn overlays() -> Repository {
    let repository = Repository::empty();
    let environments = ["overlays/staging", "overlays/production"].map(|path| (path, json!({})));
    repository.write("plimsoll.yaml", &application(&repository, "kustomize", environments));
    let mut base = web("x", "registry.example/web:0", 2);
    base = base.replace("  namespace: x\n", "");
    repository.write("base/web.yaml", &base);
    repository.write("base/kustomization.yaml", "resources: [web.yaml]\n");
    repository.write("overlays/staging/kustomization.yaml", &overlay("shop-staging", "1.2.0", "debug"));
    repository.write("overlays/production/kustomization.yaml", &overlay("shop", "1.1.0", "warn"));
    repository.publish("The shop");
    repository
}

#[test]
fn overlays_are_promoted_by_an_edit_of_the_overlay() {
    let shop = Shop::of(overlays(), &[]);
    let preview = shop.preview();
    assert_eq!(carried(&preview), [IMAGE]);
    assert_eq!(preview["plan"]["candidates"][0]["place"], "ConfigMap/web:data.LEVEL");
    let change = &preview["diff"]["changes"][0];
    assert_eq!(
        (&change["before"], &change["after"]),
        (&json!("registry.example/web:1.1.0"), &json!("registry.example/web:1.2.0"))
    );
    let promotion = id(&preview);
    // What it is rendered from moves below the preview, and it comes out the same.
    let base = format!("# The shop window, for both.\n{}", shop.repository.read("main", "base/web.yaml"));
    shop.repository.write("base/web.yaml", &base);
    shop.repository.write("docs/notes.yaml", "not: read\n");
    let head = shop.repository.publish("Say what it is for");
    shop.approve(&promotion);
    let open = shop.alice.until_status(&promotion, "open");
    let branch = open["branch"].as_str().unwrap();
    let path = "overlays/production/kustomization.yaml";
    assert_eq!(shop.repository.read(branch, path), overlay("shop", "1.2.0", "warn"));
    assert_eq!(shop.repository.git(&["diff", "--name-only", &head, branch]), path);
    let replanned = shop.admin.audit(&format!("&promotion_id={promotion}&type=ApprovalCarried"));
    assert_eq!(replanned.len(), 1, "the base is read");
    next_is_three_way(&shop, &promotion, branch);
}

/// After the merge the base is known, as the overlay of staging rendered then.
fn next_is_three_way(shop: &Shop, promotion: &str, branch: &str) {
    shop.repository.squash_merge(branch);
    shop.alice.until_status(promotion, "merged");
    let later = format!("{}      - RETRIES=3\n", overlay("shop-staging", "1.3.0", "debug"));
    shop.repository.write("overlays/staging/kustomization.yaml", &later);
    shop.repository.publish("Try three times");
    let preview = shop.preview();
    assert_eq!(carried(&preview), ["ConfigMap/web:data.RETRIES", IMAGE]);
    // What was on offer before the base was known still is: nobody decided about it.
    assert_eq!(preview["plan"]["candidates"][0]["place"], "ConfigMap/web:data.LEVEL");
    let second = id(&preview);
    shop.approve(&second);
    let open = shop.alice.until_status(&second, "open");
    let expected = format!("{}      - RETRIES=3\n", overlay("shop", "1.3.0", "warn"));
    assert_eq!(
        shop.repository.read(open["branch"].as_str().unwrap(), "overlays/production/kustomization.yaml"),
        expected
    );
}

/// What lies outside of what an overlay is rendered from may move as it likes.
#[test]
fn what_an_overlay_does_not_read_is_no_move() {
    let shop = Shop::of(overlays(), &[]);
    let promotion = id(&shop.preview());
    shop.repository.write("docs/notes.yaml", "not: read\n");
    shop.repository.write("overlays/staging/kustomization.yaml", &overlay("shop-staging", "1.4.0", "debug"));
    shop.repository.publish("Others work on");
    shop.approve(&promotion);
    shop.alice.until_status(&promotion, "open");
    assert_eq!(
        shop.admin.audit(&format!("&promotion_id={promotion}&type=ReplanRequested")),
        Vec::<Value>::new()
    );
}

/// A base in another repository is not read: the preview fails where a person sees it.
#[test]
fn an_overlay_that_does_not_build_says_so() {
    let repository = overlays();
    let remote = "resources:\n  - https://git.example/base.git//web?ref=v1\n";
    repository.write("overlays/production/kustomization.yaml", remote);
    repository.publish("From afar");
    let shop = Shop::of(repository, &[]);
    shop.alice.post("/promotions?wait=60", &to_production("shop")).refused(422, "KUSTOMIZE_REMOTE_BASE");
}

/// The scenario of the same name, with a `plimsoll.yaml`; `helm` answers from the record.
#[test]
fn a_chart_is_promoted_by_an_edit_of_its_values() {
    let scenario = workspace().join("tests/scenarios/h01-helm-image-tag");
    let repository = Repository::empty();
    for path in [
        "values-staging.yaml",
        "values-production.yaml",
        "chart/Chart.yaml",
        "chart/values.yaml",
        "chart/templates/deployment.yaml",
    ] {
        repository.write(path, &fs::read_to_string(scenario.join("repo").join(path)).unwrap());
    }
    let environments = ["values-staging.yaml", "values-production.yaml"]
        .map(|values| ("chart", json!({"helm": {"values": [values], "release": "reviews"}})));
    // Others know the repository by another name than the one that it is registered with.
    let document = application(&repository, "helm", environments);
    let document = document.replace(repository.url(), "https://git.example/reviews.git");
    repository.write("plimsoll.yaml", &document);
    repository.publish("The reviews");
    let answers = format!("render.helm={}", workspace().join("tests/helm-answers").display());
    let shop = Shop::of(repository, &[&answers]);
    let preview = shop.preview();
    let expected: Value = serde_json::from_slice(&fs::read(scenario.join("expected.json")).unwrap()).unwrap();
    assert_eq!(json!(carried(&preview)), expected["carried"]);
    let promotion = id(&preview);
    shop.approve(&promotion);
    let open = shop.alice.until_status(&promotion, "open");
    let after = fs::read_to_string(scenario.join("after/values-production.yaml")).unwrap();
    assert_eq!(shop.repository.read(open["branch"].as_str().unwrap(), "values-production.yaml"), after);
}
