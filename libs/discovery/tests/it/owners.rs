//! Who else writes what an environment is rendered from.

use crate::check;

fn application(annotations: &str, source: &str) -> String {
    format!(
        "-- app.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: shop\n  annotations:\n{annotations}spec:\n  source: {{repoURL: https://git.example/shop.git, {source}}}\n"
    )
}

const OVERLAY: &str = "-- overlays/production/kustomization.yaml --\na: b\n";

/// Kargo, "Argo CD Integration": an Application names the Stage that may change it; the Stage's Freight is named.
#[test]
fn a_stage_owns_its_application() {
    let stage = "-- kargo/stages.yaml --\napiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nmetadata: {name: prod, namespace: shop}\nspec:\n  requestedFreight:\n    - origin: {kind: Warehouse, name: images}\n      sources: {stages: [staging]}\n";
    let text = application("    kargo.akuity.io/authorized-stage: shop:prod\n", "path: overlays/production")
        + OVERLAY;
    check(
        &format!("{text}{stage}"),
        &["shop/production: kustomize overlays/production !kargo shop:prod [images<staging]"],
    );
    check(&text, &["shop/production: kustomize overlays/production !kargo shop:prod []"]);
}

/// Kargo, "Promotion Steps": a Stage writes the paths of its steps, below the directories that it checks out to.
#[test]
fn a_stage_owns_what_its_steps_write() {
    let stage = "-- kargo/stages.yaml --
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {name: production, namespace: shop}
spec:
  vars: [{name: dir, value: overlays}]
  promotionTemplate:
    spec:
      steps:
        - uses: git-clone
          config: {repoURL: https://git.example/shop.git, checkout: [{branch: main, path: ./src}]}
        - task: {name: set-image}
          vars: [{name: path, value: './src/${{ vars.dir }}/${{ ctx.stage }}'}]
-- kargo/task.yaml --
apiVersion: kargo.akuity.io/v1alpha1
kind: PromotionTask
metadata: {name: set-image, namespace: shop}
spec:
  vars: [{name: path}]
  steps:
    - uses: kustomize-set-image
      config: {path: '${{ vars.path }}', images: [{image: web}]}
";
    check(
        &format!("{OVERLAY}-- overlays/staging/kustomization.yaml --\na: b\n{stage}"),
        &[
            "application/production: kustomize overlays/production !kargo shop:production []",
            "application/staging: kustomize overlays/staging",
        ],
    );
}

const LIST: &str =
    "    argocd-image-updater.argoproj.io/image-list: web=ghcr.io/shop/web:~1.2, ghcr.io/shop/api\n";

/// Argo CD Image Updater, "Update methods": the method `git` writes a file of parameters by default.
#[test]
fn an_image_updater_writes_parameters() {
    let git = "    argocd-image-updater.argoproj.io/write-back-method: git:secret:argocd/creds\n";
    check(
        &(application(&format!("{LIST}{git}"), "path: overlays/production") + OVERLAY),
        &[
            "shop/production: kustomize overlays/production !updater ghcr.io/shop/web owns overlays/production/.argocd-source-shop.yaml !updater ghcr.io/shop/api owns overlays/production/.argocd-source-shop.yaml",
        ],
    );
}

/// The same, with the targets `kustomization` and `helmvalues`, and the names of the values.
#[test]
fn an_image_updater_writes_its_targets() {
    let target = |target: &str| {
        format!(
            "{LIST}    argocd-image-updater.argoproj.io/write-back-method: git\n    argocd-image-updater.argoproj.io/write-back-target: {target}\n    argocd-image-updater.argoproj.io/web.helm.image-tag: web.tag\n    argocd-image-updater.argoproj.io/web.kustomize.image-name: web\n"
        )
    };
    check(
        &(application(&target("kustomization"), "path: overlays/production") + OVERLAY),
        &[
            "shop/production: kustomize overlays/production !updater ghcr.io/shop/web owns overlays/production/kustomization.yaml#images[name=web] !updater ghcr.io/shop/api owns overlays/production/kustomization.yaml#images[name=ghcr.io/shop/api]",
        ],
    );
    check(
        &(application(
            &target("helmvalues:/envs/prod.yaml"),
            "path: chart, helm: {valueFiles: [/envs/prod.yaml]}",
        ) + "-- chart/Chart.yaml --\nname: shop\n-- envs/prod.yaml --\na: b\n"),
        &[
            "shop/prod: helm chart -f envs/prod.yaml as shop !updater ghcr.io/shop/web owns envs/prod.yaml#image.name !updater ghcr.io/shop/web owns envs/prod.yaml#web.tag !updater ghcr.io/shop/api owns envs/prod.yaml#image.name !updater ghcr.io/shop/api owns envs/prod.yaml#image.tag",
        ],
    );
}

/// The method `argocd`, which is the default, keeps versions in the cluster alone: the environment is partial.
#[test]
fn an_image_updater_may_keep_versions_in_the_cluster() {
    check(
        &(application(LIST, "path: overlays/production") + OVERLAY),
        &[
            "shop/production: kustomize overlays/production !updater ghcr.io/shop/web owns app.yaml#spec.source.kustomize.images[name=ghcr.io/shop/web] !updater ghcr.io/shop/api owns app.yaml#spec.source.kustomize.images[name=ghcr.io/shop/api] ?DISCOVERY_ELSEWHERE",
        ],
    );
}

/// The kind `ImageUpdater` of its version 1.
#[test]
fn an_image_updater_may_be_an_object() {
    let updater = "-- updater.yaml --\napiVersion: argocd-image-updater.argoproj.io/v1alpha1\nkind: ImageUpdater\nmetadata: {name: all, namespace: argocd}\nspec:\n  writeBackConfig: {method: git, gitConfig: {writeBackTarget: kustomization}}\n  applicationRefs:\n    - namePattern: sh*\n      images: [{alias: web, imageName: 'ghcr.io/shop/web:1.x'}]\n";
    check(
        &(application("    a: b\n", "path: overlays/production") + OVERLAY + updater),
        &[
            "shop/production: kustomize overlays/production !updater ghcr.io/shop/web owns overlays/production/kustomization.yaml#images[name=ghcr.io/shop/web]",
        ],
    );
}

/// Flux, "Configure image update for custom resources": the comment marks the value before it on its line.
#[test]
fn flux_policies_own_what_they_mark() {
    let text = "-- overlays/staging/kustomization.yaml --\nimages:\n- name: web\n  newTag: v2 # {\"$imagepolicy\": \"flux-system:web:tag\"}\nresources: [../../base]\n-- overlays/production/kustomization.yaml --\nresources: [../../base]\n-- base/kustomization.yaml --\nresources: [d.yaml]\n-- base/d.yaml --\nimage: 'api:1' # {\"$imagepolicy\": \"flux-system:api\"}\n";
    // `images:\n- name: web\n  newTag: v2`: the value starts at 8 + 12 + 10 = 30. `image: ` is 7 long, `'api:1'` too.
    check(
        text,
        &[
            "application/production: kustomize overlays/production !policy flux-system:api owns base/d.yaml:1[7..14]",
            "application/staging: kustomize overlays/staging !policy flux-system:api owns base/d.yaml:1[7..14] !policy flux-system:web owns overlays/staging/kustomization.yaml:3[30..32]",
        ],
    );
}
