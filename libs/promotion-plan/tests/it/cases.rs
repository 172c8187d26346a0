//! Decisions that the published examples do not show, each with the rule that it follows.

use crate::triple::Triple;

fn deployment(container: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web}}}}\n    spec:\n      containers:\n        - name: web\n{}",
        container.lines().map(|line| format!("          {line}\n")).collect::<String>()
    )
}

const CONTAINER: &str = "Deployment/web:spec.template.spec.containers[name=web]";

fn at(path: &str) -> String {
    format!("{CONTAINER}.{path}")
}

#[test]
fn a_hotfix_of_an_image_is_a_conflict_until_somebody_decides() {
    let of = |tag: &str| deployment(&format!("image: r.example/web:{tag}"));
    let triple = || Triple::new(&of("3"), &of("2-hotfix"), &of("2"));
    triple().plan().is(&at("image"), "blocked");
    let taken = triple().take(&format!("{}=source", at("image"))).plan();
    taken.is(&at("image"), "carried");
    assert!(taken.text().contains("image: r.example/web:3\n"));
    let left = triple().take(&format!("{}=target", at("image"))).plan();
    left.is(&at("image"), "kept");
    assert!(left.plan.edits.is_empty());
}

#[test]
fn a_version_goes_into_the_repository_that_the_target_pulls_from() {
    let of = |image: &str| deployment(&format!("image: {image}"));
    let plan = Triple::new(
        &of("hub.example/web:2@sha256:bb"),
        &of("mirror.example/m/web:1@sha256:aa"),
        &of("hub.example/web:1@sha256:aa"),
    )
    .plan();
    plan.is(&at("image"), "carried");
    assert!(plan.text().contains("image: mirror.example/m/web:2@sha256:bb\n"));
    // Another image: its tag means nothing in the target's repository (ADR 6).
    Triple::new(&of("hub.example/proxy:7"), &of("hub.example/web:1"), &of("hub.example/web:1"))
        .plan()
        .is(&at("image"), "blocked");
    // The same version from another registry is the environment's own business.
    Triple::without_base(&of("hub.example/web:1"), &of("mirror.example/web:1"))
        .plan()
        .is(&at("image"), "kept");
}

#[test]
fn arguments_go_over_by_flag() {
    let of = |args: &str| deployment(&format!("args: {args}"));
    let plan = Triple::new(
        &of("[serve, --level=debug, --port, \"81\", --new=1]"),
        &of("[serve, --level=info, --port, \"80\", --own=2]"),
        &of("[serve, --level=info, --port, \"80\"]"),
    )
    .plan();
    plan.is(&at("args[--level]"), "carried");
    plan.is(&at("args[--port]"), "carried");
    plan.is(&at("args[--new]"), "carried");
    plan.is(&at("args[--own]"), "kept");
    assert!(
        plan.text().contains("args: [serve, --level=debug, --port, \"81\", --new=1, --own=2]\n"),
        "{}",
        plan.text()
    );
}

#[test]
fn a_variable_that_becomes_a_secret_waits_whole() {
    let value = deployment("env:\n  - name: KEY\n    value: plain");
    let reference = deployment("env:\n  - name: KEY\n    valueFrom: {secretKeyRef: {name: web, key: k}}");
    let plan = Triple::new(&reference, &value, &value).plan();
    plan.is(&at("env[name=KEY].valueFrom"), "blocked");
    plan.is(&at("env[name=KEY].value"), "blocked");
    assert!(plan.plan.edits.is_empty());
    let secret = "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: web}\nspec: {encryptedData: {k: AgX}}\n";
    let plan = Triple::new(
        &format!("{reference}{secret}"),
        &format!("{value}{secret}"),
        &format!("{value}{secret}"),
    )
    .plan();
    plan.is(&at("env[name=KEY].valueFrom"), "carried");
    plan.is(&at("env[name=KEY].value"), "carried");
    assert!(
        plan.text().contains("- name: KEY\n              valueFrom: {secretKeyRef: {name: web, key: k}}\n"),
        "{}",
        plan.text()
    );
}

#[test]
fn an_edit_that_would_write_a_secret_is_refused_alone() {
    let of = |env: &str, tag: &str| {
        deployment(&format!("image: web:{tag}\nenv:\n  - {{name: A, value: a}}\n{env}"))
    };
    let plan =
        Triple::new(&of("  - {name: DB_PASSWORD, value: hunter2}", "2"), &of("", "1"), &of("", "1")).plan();
    plan.is(&at("env[name=DB_PASSWORD]"), "pending");
    plan.is(&at("image"), "carried");
    assert!(plan.verdict(&at("env[name=DB_PASSWORD]")).1.starts_with("PLAN_SECRET_EDIT"));
    let shown = serde_json::to_string(&(&plan.plan.edits, &plan.plan.pending, &plan.plan.carried)).unwrap();
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn an_ingress_gets_the_paths_and_keeps_its_host() {
    let ingress = |host: &str, paths: &[&str]| {
        let paths: String = paths
            .iter()
            .map(|path| format!("      - path: {path}\n        pathType: Prefix\n        backend: {{service: {{name: web, port: {{number: 80}}}}}}\n"))
            .collect();
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: web}}\nspec:\n  rules:\n  - host: {host}\n    http:\n      paths:\n{paths}"
        )
    };
    let plan = Triple::new(
        &ingress("staging.example.org", &["/", "/v2"]),
        &ingress("example.org", &["/"]),
        &ingress("staging.example.org", &["/"]),
    )
    .plan();
    plan.is("Ingress/web:spec.rules", "carried");
    assert_eq!(plan.text(), ingress("example.org", &["/", "/v2"]));
}

#[test]
fn a_policy_that_denies_by_default_is_asked_for() {
    let policy = |spec: &str| {
        format!(
            "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p}}\nspec: {spec}\n"
        )
    };
    let app = deployment("image: web:1");
    for (spec, list) in [
        ("{podSelector: {}, policyTypes: [Ingress]}", "blocked"),
        ("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}]}", "blocked"),
        (
            "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}]}",
            "carried",
        ),
    ] {
        let plan = Triple::new(&format!("{app}{}", policy(spec)), &app, &app).plan();
        plan.is("NetworkPolicy/p:", list);
    }
}

#[test]
fn rules_split_a_place_that_they_reach_into() {
    let with = deployment("image: web:1\nresources: {requests: {cpu: 100m}, limits: {memory: 1Gi}}");
    let without = deployment("image: web:1");
    let triple = || Triple::new(&with, &without, &without);
    triple().plan().is(&at("resources"), "kept");
    let plan = triple()
        .promote(&format!("Deployment/*:{}", "spec.template.spec.containers[*].resources.limits"))
        .plan();
    plan.is(&at("resources.limits"), "carried");
    plan.is(&at("resources.requests"), "kept");
    assert!(plan.text().contains("resources: {limits: {memory: 1Gi}}\n"), "{}", plan.text());
}

#[test]
fn a_rule_that_keeps_wins_over_one_that_promotes_and_taking_wins_over_both() {
    let of = |replicas: u8| format!("{}  replicas: {replicas}\n", deployment("image: web:1"));
    let triple = || Triple::new(&of(3), &of(1), &of(1)).promote("Deployment/web:spec.replicas");
    triple().plan().is("Deployment/web:spec.replicas", "carried");
    let kept = || triple().keep("Deployment/*:spec.replicas");
    kept().plan().is("Deployment/web:spec.replicas", "kept");
    kept().take("Deployment/web:spec.replicas").plan().is("Deployment/web:spec.replicas", "carried");
}

#[test]
fn what_is_not_selected_waits_and_blocks_nothing() {
    let of = |tag: &str, delay: u8| {
        deployment(&format!("image: web:{tag}\nreadinessProbe: {{initialDelaySeconds: {delay}}}"))
    };
    let plan = Triple::new(&of("2", 3), &of("1", 2), &of("1", 1)).only(&at("image")).plan();
    plan.is(&at("image"), "carried");
    plan.is(&at("readinessProbe.initialDelaySeconds"), "pending");
}

#[test]
fn a_place_in_which_nothing_differs_is_an_error_that_names_what_does() {
    let of = |tag: &str| deployment(&format!("image: web:{tag}"));
    let error = Triple::new(&of("2"), &of("1"), &of("1"))
        .take("Deployment/web:spec.replicas")
        .try_plan()
        .unwrap_err();
    assert_eq!(error.code(), "PLAN_PLACE_UNKNOWN");
    assert!(error.to_string().contains(&at("image")), "{error}");
}

#[test]
fn a_service_that_something_calls_by_name_is_not_removed() {
    let service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: thumbs}\nspec: {selector: {app: thumbs}, ports: [{port: 80}]}\n";
    let calls = deployment("image: web:1\nenv:\n  - {name: THUMBS, value: \"http://thumbs:80/\"}");
    let plan = Triple::new(&calls, &format!("{calls}{service}"), &format!("{calls}{service}")).plan();
    assert_eq!(plan.verdict("Service/thumbs:"), ("blocked", "Deployment/web still needs it"));
    let taken = Triple::new(&calls, &format!("{calls}{service}"), &format!("{calls}{service}"))
        .take("Service/thumbs:")
        .plan();
    assert_eq!(taken.text(), calls);
}

#[test]
fn a_container_goes_although_the_target_sized_it_itself() {
    let web = "image: web:1";
    let sidecar = |memory: &str, level: &str| {
        format!(
            "        - name: proxy\n          image: proxy:1\n          args: [--log={level}]\n          resources: {{limits: {{memory: {memory}}}}}\n"
        )
    };
    let with = |memory: &str, level: &str| format!("{}{}", deployment(web), sidecar(memory, level));
    let place = "Deployment/web:spec.template.spec.containers[name=proxy]";
    let plan = Triple::new(&deployment(web), &with("1Gi", "info"), &with("64Mi", "info")).plan();
    plan.is(place, "carried");
    assert_eq!(plan.text(), deployment(web));
    Triple::new(&deployment(web), &with("1Gi", "debug"), &with("64Mi", "info")).plan().is(place, "blocked");
}

#[test]
fn what_belongs_to_the_cluster_is_pending_only_if_the_source_changed_it() {
    let class = |value: u8| {
        format!(
            "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {{name: p}}\nvalue: {value}\n"
        )
    };
    Triple::new(&class(2), &class(1), &class(1)).plan().is("PriorityClass/p:value", "pending");
    Triple::new(&class(2), &class(1), &class(2)).plan().is("PriorityClass/p:value", "kept");
    Triple::without_base(&class(2), &class(1)).plan().is("PriorityClass/p:value", "candidate");
}

fn config(name: &str, namespace: &str, data: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {namespace}}}\ndata: {data}\n"
    )
}

#[test]
fn namespaces_are_one_to_one() {
    let web = |namespace: &str, tag: &str| {
        deployment(&format!("image: web:{tag}"))
            .replace("{name: web}", &format!("{{name: web, namespace: {namespace}}}"))
    };
    let deny = |namespace: &str| config("deny", namespace, "{A: b}");
    let source = format!("{}---\n{}---\n{}", web("shop-stg", "2"), deny("shop-stg"), deny("infra-stg"));
    let target = format!("{}---\n{}", web("shop-prod", "1"), deny("infra-prod"));
    Triple::without_base(&source, &target).plan().is(&at("image"), "carried");
}

#[test]
fn a_namespace_that_the_target_leaves_out_is_the_same_place() {
    let target = config("a", "x", "{A: b}").replace(", namespace: x", "");
    let plan =
        Triple::new(&config("a", "shop-stg", "{A: c}"), &target, &config("a", "shop-stg", "{A: b}")).plan();
    plan.is("ConfigMap/a:data.A", "carried");
}

#[test]
fn a_secret_of_another_namespace_gives_nothing() {
    let web = |env: &str| {
        deployment(&format!("image: web:1{env}")).replace("{name: web}", "{name: web, namespace: shop}")
    };
    let reference = "\nenv:\n  - name: K\n    valueFrom: {secretKeyRef: {name: db, key: k}}";
    let secret = |namespace: &str| {
        format!(
            "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: db, namespace: {namespace}}}\nspec: {{encryptedData: {{k: AgX}}}}\n"
        )
    };
    for (namespace, list) in [("infra", "blocked"), ("shop", "carried")] {
        let both = |env: &str| format!("{}{}", web(env), secret(namespace));
        Triple::new(&both(reference), &both(""), &both("")).plan().is(&at("env"), list);
    }
}

#[test]
fn what_is_named_inside_a_list_that_only_the_source_has_is_decided_alone() {
    let with = deployment("image: web:1\nenv:\n  - {name: A, value: a}\n  - {name: X, value: x}");
    let without = deployment("image: web:1");
    let plan = Triple::new(&with, &without, &without)
        .keep("Deployment/*:spec.template.spec.containers[*].env[name=X]")
        .plan();
    plan.is(&at("env[name=X]"), "kept");
    plan.is(&at("env[name=A]"), "carried");
    assert!(plan.text().contains("env: [{name: A, value: a}]\n"), "{}", plan.text());
    let probe = deployment("image: web:1\nlivenessProbe: {httpGet: {path: /}, periodSeconds: 5}");
    let error = Triple::new(&probe, &without, &without)
        .take(&at("livenessProbe.periodSeconds"))
        .try_plan()
        .unwrap_err();
    assert!(error.to_string().contains("which goes over whole"), "{error}");
}

#[test]
fn networks_of_the_source_never_come_in_with_a_rule() {
    let policy = |rules: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p}}\nspec: {{podSelector: {{}}, ingress: {rules}}}\n"
        )
    };
    let base = policy("[{ports: [{port: 80}]}]");
    let place = "NetworkPolicy/p:spec.ingress";
    let cidr = policy("[{ports: [{port: 80}]}, {from: [{ipBlock: {cidr: 10.1.0.0/16}}]}]");
    Triple::new(&cidr, &base, &base).plan().is(place, "blocked");
    let from = policy("[{ports: [{port: 80}], from: [{ipBlock: {cidr: 10.1.0.0/16}}]}]");
    Triple::new(&from, &base, &base).plan().is(place, "blocked");
    let port = policy("[{ports: [{port: 80}, {port: 81}]}]");
    Triple::new(&port, &base, &base).plan().is(place, "carried");
}

#[test]
fn a_renamed_secret_in_env_from_keeps_the_targets_name() {
    let of = |secret: &str, map: &str| {
        deployment(&format!(
            "image: web:1\nenvFrom:\n  - secretRef: {{name: {secret}}}\n  - configMapRef: {{name: {map}}}"
        ))
    };
    let plan = Triple::new(&of("stg-2", "b"), &of("prod", "a"), &of("stg", "a")).plan();
    plan.is(&at("envFrom"), "carried");
    assert_eq!(plan.text(), of("prod", "b"));
}

#[test]
fn custom_resources_that_may_hold_data_ask_before_they_go() {
    let custom = |group: &str, kind: &str| {
        format!("apiVersion: {group}\nkind: {kind}\nmetadata: {{name: x}}\nspec: {{}}\n")
    };
    let app = deployment("image: web:1");
    for (group, kind, list) in [
        ("argoproj.io/v1alpha1", "Application", "blocked"),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshot", "blocked"),
        ("postgresql.cnpg.io/v1", "Cluster", "blocked"),
        ("monitoring.coreos.com/v1", "ServiceMonitor", "carried"),
        ("cert-manager.io/v1", "ClusterIssuer", "blocked"),
    ] {
        let both = format!("{app}---\n{}", custom(group, kind));
        Triple::new(&app, &both, &both).plan().is(&format!("{kind}/x:"), list);
    }
    let issuer = format!("{app}---\n{}", custom("cert-manager.io/v1", "ClusterIssuer"));
    Triple::new(&issuer, &app, &app).plan().is("ClusterIssuer/x:", "pending");
}
