use risk_rules::Level::{High, Low, Medium};

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    [variables(), references(), keys(), features(), quotas(), ranges()].into_iter().flatten().collect()
}

#[test]
fn what_containers_are_given() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

const ENV: &str = "        - name: LOG_LEVEL\n";

fn with(variable: &str) -> String {
    format!("        - {variable}\n{ENV}")
}

fn variables() -> Vec<Case> {
    let rule = "variable-dropped";
    let timeout = with("{name: TIMEOUT, value: \"5\"}");
    let path = "spec.template.spec.containers[name=web].env";
    let whole = "        args: [\"--level=info\"]\n        envFrom: [{configMapRef: {name: web-config}}]\n";
    vec![
        case(rule).given(ENV, &timeout).edit(&timeout, ENV).gives(
            Medium,
            "Deployment/web",
            path,
            "The container web loses TIMEOUT while its image stays.",
        ),
        case(rule).given(ENV, &timeout).edit(&timeout, ENV).edit("web:2.4.1", "web:2.5.0").gives(
            Low,
            "Deployment/web",
            path,
            "The container web loses TIMEOUT with its new image.",
        ),
        case(rule).given(ENV, &timeout).edit(&timeout, ENV).edit(
            "        args: [\"--level=info\"]\n",
            "        args: [\"--level=info\"]\n        envFrom: [{configMapRef: {name: web-config}}]\n",
        ),
        case(rule).given(ENV, &timeout).edit("value: \"5\"", "value: \"9\""),
        // The ConfigMap that `envFrom` has always read gets it.
        case(rule)
            .given(ENV, &timeout)
            .given("        args: [\"--level=info\"]\n", whole)
            .edit(&timeout, ENV)
            .edit("  banner: \"spring\"\n", "  banner: \"spring\"\n  TIMEOUT: \"5\"\n"),
        case(rule)
            .given(ENV, &timeout)
            .given("        args: [\"--level=info\"]\n", whole)
            .edit(&timeout, ENV)
            .edit("  banner: \"spring\"\n", "  banner: \"spring\"\n  OTHER: \"5\"\n")
            .says(Medium, "Deployment/web", path, "loses TIMEOUT while its image stays"),
    ]
}

fn references() -> Vec<Case> {
    let rule = "variable-reference-broken";
    let args = "args: [\"--level=info\"]";
    let host = with("{name: HOST, value: db}");
    vec![
        case(rule).given(ENV, &host).given(args, "args: [\"--host=$(HOST)\"]").edit(&host, ENV).gives(
            High,
            "Deployment/web",
            "spec.template.spec.containers[name=web].args",
            "The container web gets the text $(HOST) as it stands: it has no such variable.",
        ),
        case(rule).edit(args, "args: [\"--host=$$(HOST)\"]"),
        // A shell runs what Kubernetes leaves as it stands.
        case(rule).edit(args, "command: [sh, -c, 'export ID=$(hostname)']"),
        case(rule).edit(args, "command: [/bin/bash, -euc]\n        args: ['exec run --id=$(hostname)']"),
        case(rule)
            .given(ENV, &host)
            .given(args, "command: [sh, -c, 'exec run --host=$(HOST) --id=$(hostname)']")
            .edit(&host, ENV)
            .says(
                High,
                "Deployment/web",
                "spec.template.spec.containers[name=web].command",
                "gets the text $(HOST)",
            ),
        case(rule).edit(args, "args: [-c, '$(HOST)/config.yaml']").says(
            High,
            "Deployment/web",
            "spec.template.spec.containers[name=web].args",
            "gets the text $(HOST)",
        ),
        // What is in no file may have it; what is in the files has its keys and no more.
        case(rule)
            .edit(args, "args: [\"--host=$(HOST)\"]\n        envFrom: [{configMapRef: {name: of-others}}]"),
        case(rule)
            .edit(args, "args: [\"--host=$(banner)\"]\n        envFrom: [{configMapRef: {name: web-config}}]"),
        case(rule)
            .edit(args, "args: [\"--host=$(HOST)\"]\n        envFrom: [{configMapRef: {name: web-config}}]")
            .says(
                High,
                "Deployment/web",
                "spec.template.spec.containers[name=web].args",
                "gets the text $(HOST) as it stands: it has no such variable.",
            ),
        // Only what is defined before is expanded.
        case(rule).edit(ENV, &with("{name: URL, value: \"http://$(HOST)\"}\n        - {name: HOST, value: db}")).gives(
            High,
            "Deployment/web",
            "spec.template.spec.containers[name=web].env[name=URL].value",
            "The container web gets the text $(HOST) as it stands: the variable is defined only after it.",
        ),
        case(rule).edit(ENV, &with("{name: HOST, value: db}\n        - {name: URL, value: \"http://$(HOST)\"}")),
        case(rule).given(args, "args: [\"--host=$(HOST)\"]").edit("web:2.4.1", "web:2.5.0"),
    ]
}

fn keys() -> Vec<Case> {
    let rule = "config-key-dropped";
    let args = "        args: [\"--level=info\"]\n";
    let whole = "        args: [\"--level=info\"]\n        envFrom: [{configMapRef: {name: web-config}}]\n";
    vec![
        case(rule).given(args, whole).edit("  banner: \"spring\"\n", "").gives(
            Medium,
            "ConfigMap/web-config",
            "data",
            "banner is gone, and Deployment web reads the whole.",
        ),
        case(rule).given(args, whole).edit("  banner: \"spring\"\n", "").edit("web:2.4.1", "web:2.5.0").says(
            Low,
            "ConfigMap/web-config",
            "data",
            "banner is gone",
        ),
        case(rule).edit("  banner: \"spring\"\n", ""),
        case(rule).given(args, whole).edit("\"spring\"", "\"summer\""),
    ]
}

fn features() -> Vec<Case> {
    let rule = "feature-switched";
    vec![
        case(rule)
            .given("  banner: \"spring\"\n", "  enable-banner: \"false\"\n")
            .edit("\"false\"", "\"true\"")
            .gives(
                Low,
                "ConfigMap/web-config",
                "data.enable-banner",
                "enable-banner goes from false to true.",
            ),
        case(rule)
            .given(ENV, &with("{name: FEATURE_CART, value: \"on\"}"))
            .edit("value: \"on\"", "value: \"off\"")
            .says(
                Low,
                "Deployment/web",
                "spec.template.spec.containers[name=web].env[name=FEATURE_CART].value",
                "FEATURE_CART goes from",
            ),
        case(rule)
            .given(ENV, &with("{name: FEATURE_CART, value: \"on\"}"))
            .edit("value: \"on\"", "value: \"true\""),
        case(rule).given(ENV, &with("{name: WORKERS, value: \"1\"}")).edit("value: \"1\"", "value: \"0\""),
    ]
}

/// The pods of the shop ask for 3 × 250m (web), 2 × 100m (worker), 4 × 500m (api) and nothing (db): 2950m.
fn quotas() -> Vec<Case> {
    let rule = "quota-exceeded";
    let quota = |hard: &str| {
        format!(
            "apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: all, namespace: shop}}\nspec: {{hard: {{{hard}}}}}"
        )
    };
    vec![
        case(rule).given_also(&quota("requests.cpu: \"3\"")).edit("replicas: 3", "replicas: 4").gives(
            High,
            "ResourceQuota/all",
            "spec.hard[\"requests.cpu\"]",
            "The pods of the namespace ask for 3200m of requests.cpu at the least, and the quota allows 3: those beyond \
             it are refused.",
        ),
        // 3 + 2 + 4 + 2 are 11 pods.
        case(rule).add(&quota("pods: \"10\"")).says(High, "ResourceQuota/all", "spec.hard.pods", "ask for 11 of pods"),
        case(rule).add(&quota("requests.cpu: 2950m, pods: \"11\"")),
        // Sums that are no numbers of 128 bits.
        case(rule).given("replicas: 3", "replicas: 9000000000000000000").given("{cpu: 250m, memory", "{cpu: 9000000000000000000, memory").given_also(&quota("requests.cpu: 1")),
        case(rule).given_also(&quota("requests.cpu: \"2\"")).edit("replicas: 3", "replicas: 4"),
    ]
}

fn ranges() -> Vec<Case> {
    let rule = "limit-range-broken";
    let range = "apiVersion: v1\nkind: LimitRange\nmetadata: {name: each, namespace: shop}\nspec: {limits: [{type: Container, max: {memory: 1Gi}, min: {cpu: 50m}}]}";
    let limits = "limits: {memory: 512Mi}";
    vec![
        case(rule).given_also(range).edit(limits, "limits: {memory: 2Gi}").gives(
            High,
            "Deployment/web",
            "spec.template.spec.containers[name=web].resources.limits.memory",
            "The \"limits memory\" of container web, 2Gi, is beyond 1Gi, which LimitRange each sets: its pods are refused.",
        ),
        case(rule).given_also(range).edit("{cpu: 250m,", "{cpu: 10m,").says(
            High,
            "Deployment/web",
            "spec.template.spec.containers[name=web].resources.requests.cpu",
            "10m, is beyond 50m",
        ),
        case(rule).given_also(range).edit(limits, "limits: {memory: 1Gi}"),
        case(rule).given_also(&range.replace("1Gi", "256Mi")).edit(limits, "limits: {memory: 600Mi}"),
    ]
}
