use risk_rules::Level::{High, Low, Medium};

use crate::case::{Case, case, case_of};

pub(crate) fn cases() -> Vec<Case> {
    [held_back(), order(), definitions(), namespaces(), webhooks(), policies(), levels(), restarts()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn how_a_change_arrives() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

fn held_back() -> Vec<Case> {
    let rule = "rollout-held-back";
    vec![
        case(rule).edit("  replicas: 3\n", "  replicas: 3\n  paused: true\n").gives(
            Medium,
            "Deployment/web",
            "spec.paused",
            "It is paused: what the change says of its pods does not run until somebody acts.",
        ),
        case(rule).edit("  serviceName: db\n", "  serviceName: db\n  updateStrategy: {type: OnDelete}\n").gives(
            Medium,
            "StatefulSet/db",
            "spec.updateStrategy.type",
            "Its pods are updated only when somebody deletes them (OnDelete): what the change says of its pods does not \
             run until somebody acts.",
        ),
        case(rule)
            .edit("  serviceName: db\n", "  serviceName: db\n  updateStrategy: {rollingUpdate: {partition: 2}}\n")
            .gives(
                Medium,
                "StatefulSet/db",
                "spec.updateStrategy.rollingUpdate.partition",
                "Its partition is 2, and it has 2 pods: what the change says of its pods does not run until somebody \
                 acts.",
            ),
        case(rule).edit("  serviceName: db\n", "  serviceName: db\n  updateStrategy: {rollingUpdate: {partition: 1}}\n"),
        case(rule).given("  replicas: 3\n", "  replicas: 3\n  paused: true\n").edit("web:2.4.1", "web:2.5.0"),
    ]
}

fn order() -> Vec<Case> {
    let rule = "needed-before-it-is-applied";
    let config = |wave: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: tuning, namespace: shop, annotations: {{argocd.argoproj.io/sync-wave: \"{wave}\"}}}}\ndata: {{a: b}}"
        )
    };
    let hook = |phase: &str, weight: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: tuning, namespace: shop, annotations: {{helm.sh/hook: {phase}, helm.sh/hook-weight: \"{weight}\"}}}}\ndata: {{a: b}}"
        )
    };
    let migrates = |weight: &str| {
        let hook = format!(
            "metadata: {{name: migrate, namespace: shop, annotations: {{helm.sh/hook: pre-upgrade, helm.sh/hook-weight: \"{weight}\"}}}}"
        );
        case(rule).given("metadata: {name: migrate, namespace: shop}", &hook).edit(
            "{name: migrate, image: \"registry.example/shop/migrate:5.0.0\"}",
            "{name: migrate, image: \"registry.example/shop/migrate:5.0.0\", envFrom: [{configMapRef: {name: tuning}}]}",
        )
    };
    let worker = "      - name: worker\n";
    let reads = "      - name: worker\n        envFrom: [{configMapRef: {name: tuning}}]\n";
    vec![
        case(rule).edit(worker, reads).add(&config("5")).gives(
            High,
            "Deployment/worker",
            "spec.template.spec.containers[name=worker].envFrom",
            "It needs ConfigMap tuning, which is new and is applied only after it: its pods wait for it, and the sync for \
             them.",
        ),
        case(rule).edit(worker, reads).add(&config("-1")),
        case(rule).edit(worker, reads).add(&config("0")),
        case(rule).given_also(&config("5")).edit(worker, reads),
        // Helm's hooks: by phase, and by weight in it.
        case(rule).edit(worker, reads).add(&hook("post-upgrade", "0")).says(
            High,
            "Deployment/worker",
            "spec.template.spec.containers[name=worker].envFrom",
            "is applied only after it",
        ),
        case(rule).edit(worker, reads).add(&hook("pre-upgrade", "5")),
        migrates("-5").add(&hook("pre-upgrade", "5")).says(
            High,
            "Job/migrate",
            "spec.template.spec.containers[name=migrate].envFrom",
            "is applied only after it",
        ),
        migrates("5").add(&hook("pre-upgrade", "-5")),
    ]
}

const BANNERS: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: banners.shop.example}\nspec: {group: shop.example, scope: Namespaced, names: {kind: Banner, plural: banners}}";

fn definitions() -> Vec<Case> {
    let rule = "definition-with-its-object";
    let object = "apiVersion: shop.example/v1\nkind: Banner\nmetadata: {name: spring, namespace: shop}";
    let late = BANNERS.replace(
        "{name: banners.shop.example}",
        "{name: banners.shop.example, annotations: {argocd.argoproj.io/sync-wave: \"1\"}}",
    );
    vec![
        case(rule).add(BANNERS).add(object).gives(
            Low,
            "Banner/spring",
            "",
            "It is the first Banner here and is applied together with the definition: an API server that does not know \
             the kind yet refuses it.",
        ),
        case(rule).add(&late).add(object).gives(
            High,
            "Banner/spring",
            "",
            "It is the first Banner here and is applied before the definition: an API server that does not know the kind \
             yet refuses it.",
        ),
        case(rule).given_also(BANNERS).add(object),
        case(rule).add(BANNERS),
    ]
}

fn namespaces() -> Vec<Case> {
    let rule = "namespace-undeclared";
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tuning, namespace: shop-new}";
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop-new}";
    vec![
        case(rule).add(config).gives(
            Medium,
            "ConfigMap/tuning",
            "metadata.namespace",
            "It goes to the namespace shop-new, where nothing was before and which no file declares: it must exist, or \
             whoever applies the change must make it.",
        ),
        case(rule).add(config).add(namespace),
        case(rule).add(&config.replace("shop-new", "kube-system")),
        case_of(rule, &format!("{namespace}\n")).add(&config.replace("shop-new", "shop-newer")),
    ]
}

fn webhooks() -> Vec<Case> {
    let rule = "webhook-fails-closed";
    let webhook = |more: &str| {
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {{name: checks}}\nwebhooks:\n- name: pods.checks.example\n  clientConfig: {{service: {{name: checks, namespace: checks}}}}\n  rules: [{{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [pods]}}]\n{more}"
        )
    };
    let path = "webhooks[name=pods.checks.example].failurePolicy";
    const ALL: &str = "If the webhook pods.checks.example does not answer, no pod starts in any namespace, its own \
                       included (failurePolicy Fail).";
    vec![
        case(rule).add(&webhook("  failurePolicy: Fail")).gives(High, "ValidatingWebhookConfiguration/checks", path, ALL),
        // Fail is the default.
        case(rule).given_also(&webhook("  failurePolicy: Ignore")).edit("  failurePolicy: Ignore", "").gives(
            High,
            "ValidatingWebhookConfiguration/checks",
            path,
            ALL,
        ),
        case(rule).add(&webhook("  namespaceSelector: {matchLabels: {checks: \"on\"}}")).gives(
            Medium,
            "ValidatingWebhookConfiguration/checks",
            path,
            "If the webhook pods.checks.example does not answer, the API server refuses what it is asked about \
             (failurePolicy Fail).",
        ),
        // cert-manager's own: `*/*` of its groups, of which pods are none.
        case(rule)
            .add(&webhook("").replace("apiGroups: [\"\"]", "apiGroups: [cert-manager.io, acme.cert-manager.io]").replace("resources: [pods]", "resources: [\"*/*\"]"))
            .says(Medium, "ValidatingWebhookConfiguration/checks", path, "the API server refuses what it is asked about"),
        // Pods are made by CREATE, and are no objects of the cluster.
        case(rule).add(&webhook("").replace("CREATE", "DELETE")).says(Medium, "ValidatingWebhookConfiguration/checks", path, "is asked about"),
        case(rule)
            .add(&webhook("").replace("resources: [pods]", "resources: [\"*\"], scope: Cluster"))
            .says(Medium, "ValidatingWebhookConfiguration/checks", path, "is asked about"),
        case(rule)
            .add(&webhook("").replace("apiGroups: [\"\"]", "apiGroups: [\"*\"]").replace("CREATE", "\"*\""))
            .gives(High, "ValidatingWebhookConfiguration/checks", path, ALL),
        case(rule).add(&webhook("  failurePolicy: Ignore")),
        case(rule).given_also(&webhook("  failurePolicy: Fail")).edit("operations: [CREATE]", "operations: [CREATE, UPDATE]"),
    ]
}

fn policies() -> Vec<Case> {
    let rule = "policy-starts-to-deny";
    const FROM_NOW: &str =
        "It refuses from now on what breaks it, also pods that run today and are made anew.";
    let kyverno = |action: &str| {
        format!(
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: no-latest}}\nspec: {{validationFailureAction: {action}, rules: []}}"
        )
    };
    let gatekeeper = "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: RequireLabels\nmetadata: {name: owner}\nspec: {enforcementAction: dryrun}";
    let binding = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: owner}\nspec: {policyName: owner, validationActions: [Warn]}";
    let label = "metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted}}";
    vec![
        case(rule).given_also(&kyverno("Audit")).edit("validationFailureAction: Audit", "validationFailureAction: Enforce").gives(
            Medium,
            "ClusterPolicy/no-latest",
            "spec.validationFailureAction",
            FROM_NOW,
        ),
        case(rule).given_also(gatekeeper).edit("{enforcementAction: dryrun}", "{match: {}}").gives(
            Medium,
            "RequireLabels/owner",
            "spec.enforcementAction",
            FROM_NOW,
        ),
        case(rule).given_also(binding).edit("[Warn]", "[Deny]").gives(
            Medium,
            "ValidatingAdmissionPolicyBinding/owner",
            "spec.validationActions",
            FROM_NOW,
        ),
        case(rule).edit("kind: Namespace\nmetadata: {name: shop}", &format!("kind: Namespace\n{label}")).gives(
            Medium,
            "Namespace/shop",
            "metadata.labels[\"pod-security.kubernetes.io/enforce\"]",
            "The namespace enforces restricted from now on: pods below that level are refused when they are made.",
        ),
        case(rule).add(&kyverno("Audit")),
        case(rule).given_also(&kyverno("enforce")).edit("rules: []", "rules: [{name: a}]"),
        case(rule).given_also(binding).edit("[Warn]", "[Warn, Audit]"),
    ]
}

fn levels() -> Vec<Case> {
    let rule = "pod-security-level-lowered";
    let namespace = "kind: Namespace\nmetadata: {name: shop}";
    let labelled = |level: &str| {
        format!(
            "kind: Namespace\nmetadata: {{name: shop, labels: {{pod-security.kubernetes.io/enforce: {level}}}}}"
        )
    };
    vec![
        case(rule)
            .given(namespace, &labelled("restricted"))
            .edit("enforce: restricted", "enforce: baseline")
            .gives(
                Medium,
                "Namespace/shop",
                "metadata.labels[\"pod-security.kubernetes.io/enforce\"]",
                "The namespace enforces baseline from now on: pods may ask for more than before.",
            ),
        case(rule).given(namespace, &labelled("baseline")).edit("enforce: baseline", "enforce: restricted"),
        case(rule).given(namespace, &labelled("baseline")).remove("Namespace", "shop"),
    ]
}

/// The shop has four workloads that last; five Deployments more make nine.
fn restarts() -> Vec<Case> {
    let rule = "restarts-together";
    let deployment = |name: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec: {{containers: [{{name: {name}, image: \"registry.example/{name}:1.0\"}}]}}\n"
        )
    };
    let all = |edit: &dyn Fn(String) -> String, count: usize| -> String {
        let texts = ["one", "two", "three", "four", "five", "six"]
            .iter()
            .enumerate()
            .map(|(index, name)| if index < count { edit(deployment(name)) } else { deployment(name) });
        texts.collect::<Vec<_>>().join("---\n")
    };
    let before = all(&|text| text, 0);
    let labelled = |text: String| text.replace("labels: {app", "labels: {team: shop, app");
    let bumped = |text: String| text.replace(":1.0\"", ":1.1\"");
    vec![
        case_of(rule, &before).edit(&before, &all(&labelled, 6)).gives(
            Low,
            "Deployment/five",
            "",
            "6 workloads restart although their images stay: Deployment five, Deployment four, Deployment one, \
             Deployment six, Deployment three and 1 more.",
        ),
        case_of(rule, &before).edit(&before, &all(&labelled, 4)),
        case_of(rule, &before).edit(&before, &all(&bumped, 6)),
    ]
}
