//! What has to be there, what is refused, work that ends, images.

use risk_rules::Level::{High, Low, Medium};

use super::{CONTAINER, Case, case, web};

pub(super) fn cases() -> Vec<Case> {
    [missing(), refused(), jobs(), images()].into_iter().flatten().collect()
}

fn missing() -> Vec<Case> {
    let account = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\n";
    let config =
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: shop}\ndata: {level: info}\n";
    let reads = |key: &str| {
        web(
            &format!(", env: [{{name: LEVEL, valueFrom: {{configMapKeyRef: {{name: web, key: {key}}}}}}}]"),
            "",
        )
    };
    let path = format!("{CONTAINER}.env[name=LEVEL]");
    vec![
        case("needed-object-missing", web("", ", serviceAccountName: web"))
            .gives(Medium, "Deployment/web", "spec.template.spec.serviceAccountName")
            .equal_to(&["kube-linter/non-existent-service-account"])
            .not(format!("{}{account}", web("", ", serviceAccountName: web")))
            .not(web("", ", serviceAccountName: default")),
        case("needed-object-missing", web("", ", serviceAccount: web"))
            .gives(Medium, "Deployment/web", "spec.template.spec.serviceAccount")
            .equal_to(&["kube-linter/non-existent-service-account"]),
        case("needed-object-missing", reads("level"))
            .gives(Medium, "Deployment/web", path.as_str())
            .equal_to(&["kube-linter/env-value-from"])
            .not(format!("{}{config}", reads("level"))),
        case("needed-object-missing", format!("{}{config}", reads("levle")))
            .gives(High, "Deployment/web", path.as_str())
            .equal_to(&["kube-linter/env-value-from"]),
    ]
}

fn refused() -> Vec<Case> {
    let labelled = |label: &str| {
        format!(
            "{}---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{{label}}}}}\n",
            web("", "")
        )
    };
    let enforce = "pod-security.kubernetes.io/enforce";
    let labels = |labels: &str| web("", "").replace("labels: {app: web}", labels);
    vec![
        case("pod-security-refuses", labelled(&format!("{enforce}: restricted")))
            .gives(High, "Deployment/web", "spec.template.spec")
            .not(labelled("pod-security.kubernetes.io/warn: restricted"))
            .not(labelled(&format!("{enforce}: baseline")))
            .not(labelled(&format!("{enforce}: privileged"))),
        case("extensions-api", web("", "").replace("apps/v1", "extensions/v1beta1"))
            .gives(High, "Deployment/web", "apiVersion")
            .equal_to(&["kube-linter/no-extensions-v1beta"])
            .not(web("", "")),
        case("selector-not-its-own", labels("labels: {app: shop}"))
            .gives(High, "Deployment/web", "spec.template.metadata.labels")
            .equal_to(&["kube-linter/mismatching-selector"])
            .not(labels("labels: {app: web, tier: front}")),
        case("selector-not-its-own", web("", "").replace("  selector: {matchLabels: {app: web}}\n", ""))
            .gives(High, "Deployment/web", "spec.selector")
            .equal_to(&["kube-linter/mismatching-selector"]),
    ]
}

fn jobs() -> Vec<Case> {
    let job = |metadata: &str, spec: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: web, namespace: shop{metadata}}}\nspec: {{{spec}template: {{spec: {{restartPolicy: Never, containers: [{{name: web, image: \"web:1.0\"}}]}}}}}}\n"
        )
    };
    let cron = |spec: &str| {
        format!(
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: web, namespace: shop}}\nspec: {{schedule: \"@daily\", jobTemplate: {{spec: {{{spec}template: {{spec: {{restartPolicy: Never, containers: [{{name: web, image: \"web:1.0\"}}]}}}}}}}}}}\n"
        )
    };
    let linter = "kube-linter/job-ttl-seconds-after-finished";
    vec![
        case("finished-job-kept", job("", ""))
            .gives(Low, "Job/web", "spec.ttlSecondsAfterFinished")
            .equal_to(&[linter])
            .not(job("", "ttlSecondsAfterFinished: 60, "))
            .not(job(
                ", annotations: {helm.sh/hook: pre-install, helm.sh/hook-delete-policy: hook-succeeded}",
                "",
            ))
            .not(cron("")),
        case("finished-job-kept", cron("ttlSecondsAfterFinished: 60, "))
            .gives(Low, "CronJob/web", "spec.jobTemplate.spec.ttlSecondsAfterFinished")
            .equal_to(&[linter]),
        case("restart-policy-never", job("", "backoffLimit: 0, "))
            .gives(Low, "Job/web", "spec.template.spec.restartPolicy")
            .equal_to(&["kube-linter/restart-policy"])
            // The Job tries again in a new pod; no policy means Always.
            .not(job("", ""))
            .not(web("", "")),
    ]
}

fn images() -> Vec<Case> {
    let image = |image: &str| web("", "").replace("web:1.0", image);
    let floats = |text: &str| {
        case("image-floating", image(text))
            .gives(Medium, "Deployment/web", format!("{CONTAINER}.image"))
            .equal_to(&["kube-linter/latest-tag"])
            .not(image("registry.example:5000/web:1.0"))
            .not(image("web@sha256:aaaa"))
    };
    vec![floats("web"), floats("web:latest"), floats("registry.example:5000/web")]
}
