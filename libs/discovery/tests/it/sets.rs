//! ApplicationSets: the pages "Generators" of Argo CD's operator manual, and "Templates".

use crate::{check, find};

fn set(generators: &str, options: &str, template: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: all, namespace: argocd}}\nspec:\n{options}  generators:\n{generators}  template:\n{template}"
    )
}

const FAST: &str = "    metadata: {name: '{{app}}-{{env}}'}\n    spec:\n      destination: {name: '{{cluster}}', namespace: '{{app}}'}\n      source:\n        repoURL: https://git.example/shop.git\n        path: 'apps/{{app}}/overlays/{{env}}'\n        kustomize:\n          images: ['{{image}}']\n";
const OVERLAYS: &str = "-- apps/shop/overlays/staging/kustomization.yaml --\na: b\n-- apps/shop/overlays/production/kustomization.yaml --\na: b\n";

/// "List Generator": a field that is one parameter is edited in its element.
#[test]
fn a_list_makes_an_application_for_each_element() {
    let generators = "    - list:\n        elements:\n          - {app: shop, env: staging, cluster: eu-1,\n             image: 'web:v2'}\n          - {app: shop, env: production, cluster: eu-2,\n             image: 'web:v1'}\n";
    let text = format!("-- set.yaml --\n{}{OVERLAYS}", set(generators, "", FAST));
    check(
        &text,
        &[
            "shop/production: kustomize apps/shop/overlays/production image web:v1@set.yaml:11 ns=shop cluster=eu-2",
            "shop/staging: kustomize apps/shop/overlays/staging image web:v2@set.yaml:9 ns=shop cluster=eu-1",
        ],
    );
    let found = find(&text);
    let (_, production) = found.environment("production").unwrap();
    assert_eq!(production.found_by.at.line, 10);
    assert_eq!(production.found_by.why, "Argo CD ApplicationSet argocd/all, which makes shop-production");
}

/// "Git Generator: Directories", with an exclusion, and Go templates.
#[test]
fn git_directories() {
    let generators = "    - git:\n        repoURL: https://git.example/shop.git\n        revision: HEAD\n        directories:\n          - path: apps/*/overlays/*\n          - {path: apps/*/overlays/old, exclude: true}\n";
    let template = "    metadata: {name: '{{index .path.segments 1}}-{{.path.basename}}'}\n    spec:\n      destination: {server: https://kubernetes.default.svc, namespace: '{{index .path.segments 1}}'}\n      source:\n        repoURL: https://git.example/shop.git\n        path: '{{.path.path}}'\n";
    let text = format!(
        "-- set.yaml --\n{}{OVERLAYS}-- apps/shop/overlays/old/kustomization.yaml --\na: b\n-- apps/.hidden/overlays/x/kustomization.yaml --\na: b\n",
        set(generators, "  goTemplate: true\n  goTemplateOptions: [missingkey=error]\n", template)
    );
    // What is excluded is found by its directory all the same: it is there, and no Application renders it.
    check(
        &text,
        &[
            "shop/old: kustomize apps/shop/overlays/old",
            "shop/production: kustomize apps/shop/overlays/production ns=shop cluster=in-cluster",
            "shop/staging: kustomize apps/shop/overlays/staging ns=shop cluster=in-cluster",
        ],
    );
}

/// The same without Go templates: `{{path}}`, `{{path.basename}}`, `{{path[n]}}`.
#[test]
fn git_directories_in_the_older_language() {
    let generators = "    - git:\n        repoURL: https://git.example/shop.git\n        directories: [{path: 'apps/*/overlays/*'}]\n";
    let template = "    metadata: {name: '{{path[1]}}-{{path.basename}}'}\n    spec:\n      destination: {namespace: '{{ path[1] }}'}\n      source: {repoURL: https://git.example/shop.git, path: '{{path}}'}\n";
    check(
        &format!("-- set.yaml --\n{}{OVERLAYS}", set(generators, "", template)),
        &[
            "shop/production: kustomize apps/shop/overlays/production ns=shop",
            "shop/staging: kustomize apps/shop/overlays/staging ns=shop",
        ],
    );
}

/// "Git Generator: Files": nested parameters, and the element's file is where an edit belongs.
#[test]
fn git_files() {
    let generators = "    - git:\n        repoURL: https://git.example/shop.git\n        files: [{path: 'envs/*/config.json'}]\n        values: {release: 'shop-{{.path.basename}}'}\n";
    let template = "    metadata: {name: 'shop-{{.path.basename}}', labels: {region: '{{.cluster.region}}'}}\n    spec:\n      destination: {name: '{{.cluster.name}}', namespace: shop}\n      source:\n        repoURL: https://git.example/shop.git\n        path: charts/shop\n        helm:\n          releaseName: '{{.values.release}}'\n          parameters:\n            - {name: image.tag, value: '{{.image.tag}}'}\n            - {name: host, value: 'shop.{{.cluster.name}}.example'}\n";
    let text = format!(
        "-- set.yaml --\n{}-- charts/shop/Chart.yaml --\nname: shop\n-- envs/staging/config.json --\n{{\"cluster\": {{\"name\": \"eu-1\", \"region\": \"eu\"}},\n \"image\": {{\"tag\": \"v2\"}}}}\n-- envs/prod/config.json --\n{{\"cluster\": {{\"name\": \"eu-2\", \"region\": \"eu\"}},\n \"image\": {{\n  \"tag\": \"v1\"}}}}\n",
        set(generators, "  goTemplate: true\n", template)
    );
    check(
        &text,
        &[
            "shop/prod: helm charts/shop set image.tag=v1@envs/prod/config.json:3 set host=shop.eu-2.example@set.yaml:22 as shop-prod ns=shop cluster=eu-2",
            "shop/staging: helm charts/shop set image.tag=v2@envs/staging/config.json:2 set host=shop.eu-1.example@set.yaml:22 as shop-staging ns=shop cluster=eu-1",
        ],
    );
}

/// "Matrix Generator": the second generator sees the parameters of the first.
#[test]
fn a_matrix_is_the_product() {
    let generators = "    - matrix:\n        generators:\n          - list: {elements: [{env: staging}, {env: production}]}\n          - git:\n              repoURL: https://git.example/shop.git\n              directories: [{path: 'apps/*/overlays/{{env}}'}]\n";
    let template = "    metadata: {name: '{{path[1]}}-{{env}}'}\n    spec:\n      destination: {namespace: '{{path[1]}}'}\n      source: {repoURL: https://git.example/shop.git, path: '{{path}}'}\n";
    check(
        &format!(
            "-- set.yaml --\n{}{OVERLAYS}-- apps/cart/overlays/staging/kustomization.yaml --\na: b\n",
            set(generators, "", template)
        ),
        &[
            "cart/staging: kustomize apps/cart/overlays/staging ns=cart",
            "shop/production: kustomize apps/shop/overlays/production ns=shop",
            "shop/staging: kustomize apps/shop/overlays/staging ns=shop",
        ],
    );
}

/// "Merge Generator": what has the same keys is laid over; what has no partner is dropped.
#[test]
fn a_merge_overrides() {
    let generators = "    - merge:\n        mergeKeys: [env]\n        generators:\n          - list: {elements: [{app: shop, env: staging, cluster: a, image: 'web:v1'}, {app: shop, env: production, cluster: b, image: 'web:v1'}]}\n          - list: {elements: [{env: staging, image: 'web:v2'}, {env: qa, image: 'web:v9'}]}\n";
    check(
        &format!("-- set.yaml --\n{}{OVERLAYS}", set(generators, "", FAST)),
        &[
            "shop/production: kustomize apps/shop/overlays/production image web:v1@set.yaml:9 ns=shop cluster=b",
            "shop/staging: kustomize apps/shop/overlays/staging image web:v2@set.yaml:10 ns=shop cluster=a",
        ],
    );
}

/// "Cluster Generator": clusters are Secrets; those in the repository are used and the list is said to be open.
#[test]
fn clusters_of_the_repository_are_listed() {
    let generators = "    - clusters:\n        selector: {matchLabels: {env: production}}\n        values: {replicas: '3'}\n";
    let template = "    metadata: {name: 'shop-{{name}}'}\n    spec:\n      destination: {server: '{{server}}', namespace: shop}\n      source: {repoURL: https://git.example/shop.git, path: deploy, kustomize: {replicas: [{name: web, count: '{{values.replicas}}'}]}}\n";
    let cluster = |name: &str, env: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, labels: {{argocd.argoproj.io/secret-type: cluster, env: {env}}}}}\nstringData: {{name: {name}, server: 'https://{name}.example:6443'}}\n"
        )
    };
    let text = format!(
        "-- set.yaml --\n{}-- clusters.yaml --\n{}---\n{}---\n{}-- deploy/kustomization.yaml --\na: b\n",
        set(generators, "", template),
        cluster("eu-1", "production"),
        cluster("us-1", "production"),
        cluster("test-1", "staging"),
    );
    check(
        &text,
        &[
            "shop-eu-1/deploy: kustomize deploy replicas web=3 ns=shop cluster=eu-1.example:6443",
            "shop-us-1/deploy: kustomize deploy replicas web=3 ns=shop cluster=us-1.example:6443",
            "note DISCOVERY_ELSEWHERE set.yaml:7",
        ],
    );
    let without = text.split("-- clusters.yaml").next().unwrap().to_owned() + "-- deploy/a.txt --\na\n";
    check(&without, &["note DISCOVERY_ELSEWHERE set.yaml:7"]);
}

/// "Template Patch" and a generator's own template.
#[test]
fn templates_are_patched() {
    let generators = "    - list:\n        elements: [{env: production, big: true}]\n        template:\n          metadata: {}\n          spec: {project: shop, source: {repoURL: '', path: 'deploy/{{.env}}'}}\n";
    let options = "  goTemplate: true\n  templatePatch: |\n    spec:\n      source:\n        kustomize:\n          {{- if .big }}\n          namePrefix: big-\n          {{- end }}\n";
    let template = "    metadata: {name: 'shop-{{.env}}'}\n    spec:\n      destination: {namespace: shop}\n      source: {repoURL: https://git.example/shop.git, path: unused}\n";
    check(
        &format!(
            "-- set.yaml --\n{}-- deploy/production/kustomization.yaml --\na: b\n",
            set(generators, options, template)
        ),
        &["shop/production: kustomize deploy/production prefix=big- ns=shop"],
    );
}

/// "Post Selector all generators".
#[test]
fn a_selector_chooses_among_the_sets() {
    let generators = "    - list:\n        elements: [{app: shop, env: staging, cluster: a, image: 'web:v1'}, {app: shop, env: production, cluster: b, image: 'web:v1'}]\n      selector: {matchExpressions: [{key: env, operator: NotIn, values: [staging]}]}\n";
    let found = find(&format!("-- set.yaml --\n{}{OVERLAYS}", set(generators, "", FAST)));
    let by_set = found.all().filter(|(_, one)| one.found_by.why.contains("ApplicationSet"));
    assert_eq!(by_set.map(|(_, one)| one.name.as_str()).collect::<Vec<_>>(), ["production"]);
}

/// What only a Git host or a plugin knows is said, and the rest of the set is listed.
#[test]
fn what_is_outside_is_said() {
    let generators = "    - pullRequest: {github: {owner: a, repo: b}}\n    - scmProvider: {github: {organization: a}}\n    - list: {elements: [{app: shop, env: staging, cluster: a, image: 'web:v1'}]}\n    - git: {repoURL: https://git.example/other.git, directories: [{path: '*'}]}\n";
    let text = format!("-- set.yaml --\n{}{OVERLAYS}", set(generators, "", FAST));
    let files = crate::repository(&text);
    let urls = ["git@git.example:team/shop.git".to_owned()];
    let found = discovery::discover(discovery::Repository { files: &files, urls: &urls }, None);
    let notes: Vec<String> =
        found.notes.iter().map(|note| format!("{} {}", note.problem.code(), note.at)).collect();
    assert_eq!(
        notes,
        [
            "DISCOVERY_ELSEWHERE set.yaml:6",
            "DISCOVERY_ELSEWHERE set.yaml:7",
            "DISCOVERY_ELSEWHERE set.yaml:9"
        ]
    );
    assert_eq!(found.names(), ["production", "staging"]);
}
