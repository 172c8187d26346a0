//! Replicas, placement, probes, resources, environment, metadata.

use risk_rules::Level::{High, Low, Medium};

use super::{CONTAINER, Case, case, web};

pub(super) fn cases() -> Vec<Case> {
    [counts(), placement(), probes(), resources(), variables(), marks()].into_iter().flatten().collect()
}

fn scaled(replicas: &str) -> String {
    web("", "").replace("spec:\n  selector", &format!("spec:\n  {replicas}\n  selector"))
}

const SCALER: &str = "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web, namespace: shop}\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n  maxReplicas: 9\n";

fn counts() -> Vec<Case> {
    let with_scaler = |least: &str| format!("{}{SCALER}{least}", web("", ""));
    vec![
        case("fewer-than-three-replicas", scaled("replicas: 2"))
            .gives(Low, "Deployment/web", "spec.replicas")
            .equal_to(&["kube-linter/minimum-three-replicas"])
            .not(scaled("replicas: 3"))
            // kube-linter counts one pod here: the autoscaler's bound is what counts.
            .not(with_scaler("  minReplicas: 3\n")),
        case("autoscaler-fewer-than-three", with_scaler("  minReplicas: 2\n"))
            .gives(Low, "HorizontalPodAutoscaler/web", "spec.minReplicas")
            .equal_to(&["kube-linter/hpa-minimum-three-replicas"])
            .not(with_scaler("  minReplicas: 3\n")),
        case(
            "autoscaler-without-target",
            format!("{}{}", web("", ""), SCALER.replace("name: web}\n  max", "name: old}\n  max")),
        )
        .gives(Medium, "HorizontalPodAutoscaler/web", "spec.scaleTargetRef")
        .equal_to(&["kube-linter/dangling-horizontalpodautoscaler"])
        .not(with_scaler(""))
        // A custom resource with a scale subresource, which kube-linter does not look for.
        .not(format!(
            "{}---\napiVersion: example.com/v1\nkind: Fleet\nmetadata: {{name: web, namespace: shop}}\n",
            SCALER.replace("apps/v1, kind: Deployment", "example.com/v1, kind: Fleet")
        )),
        case("autoscaler-without-target", SCALER)
            .gives(Low, "HorizontalPodAutoscaler/web", "spec.scaleTargetRef")
            .equal_to(&["kube-linter/dangling-horizontalpodautoscaler"]),
        case("no-rolling-update", scaled("strategy: {type: Recreate}"))
            .gives(Low, "Deployment/web", "spec.strategy.type")
            .equal_to(&["kube-linter/no-rolling-update-strategy"])
            // Not set means RollingUpdate (Kubernetes API); kube-linter reports it.
            .not(scaled("replicas: 1"))
            .not(scaled("strategy: {type: RollingUpdate}")),
    ]
}

fn placement() -> Vec<Case> {
    let two = |pod: &str| web("", pod).replace("spec:\n  selector", "spec:\n  replicas: 2\n  selector");
    let term = "labelSelector: {matchLabels: {app: web}}, topologyKey: kubernetes.io/hostname";
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    let affinity = |term: &str| {
        format!(
            ", affinity: {{podAntiAffinity: {{{preferred}: [{{weight: 1, podAffinityTerm: {{{term}}}}}]}}}}"
        )
    };
    let path = "spec.template.spec.affinity.podAntiAffinity";
    vec![
        case("pods-not-kept-apart", two(""))
            .gives(Low, "Deployment/web", path)
            .equal_to(&["kube-linter/no-anti-affinity"])
            .not(two(&affinity(term)))
            .not(web("", ""))
            // kube-linter does not know topology spread constraints.
            .not(two(&format!(
                ", topologySpreadConstraints: [{{maxSkew: 1, whenUnsatisfiable: DoNotSchedule, {term}}}]"
            ))),
        // An anti-affinity to other pods keeps nothing apart.
        case(
            "pods-not-kept-apart",
            two(&affinity("labelSelector: {matchLabels: {app: db}}, topologyKey: kubernetes.io/hostname")),
        )
        .gives(Low, "Deployment/web", path)
        .equal_to(&["kube-linter/no-anti-affinity"]),
        case("node-affinity-missing", web("", ""))
            .gives(Low, "Deployment/web", "spec.template.spec.affinity.nodeAffinity")
            .equal_to(&["kube-linter/no-node-affinity"])
            .not(web("", ", affinity: {nodeAffinity: {}}"))
            .not(web("", ", nodeSelector: {disk: ssd}")),
        case("priority-class-custom", web("", ", priorityClassName: important"))
            .gives(Low, "Deployment/web", "spec.template.spec.priorityClassName")
            .equal_to(&["kube-linter/priority-class-name"])
            .not(web("", ", priorityClassName: system-node-critical"))
            .not(web("", "")),
        case("dns-options-missing", web("", ", dnsConfig: {options: [{name: ndots, value: \"5\"}]}"))
            .gives(Low, "Deployment/web", "spec.template.spec.dnsConfig.options")
            .equal_to(&["kube-linter/dnsconfig-options"])
            .not(web("", ", dnsConfig: {options: [{name: ndots, value: \"2\"}]}")),
    ]
}

fn probes() -> Vec<Case> {
    let asks = |port: &str| format!(", readinessProbe: {{httpGet: {{path: /, port: {port}}}}}");
    let ports = ", ports: [{name: http, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]";
    let path = format!("{CONTAINER}.readinessProbe.httpGet.port");
    let job = |fields: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: web, namespace: shop}}\nspec:\n  ttlSecondsAfterFinished: 60\n  \
             template: {{spec: {{restartPolicy: Never, containers: [{{name: web, image: \"web:1.0\"}}]}}}}\n{fields}"
        )
    };
    vec![
        case("readiness-probe-missing", web("", ""))
            .gives(Low, "Deployment/web", format!("{CONTAINER}.readinessProbe"))
            .equal_to(&["kube-linter/no-readiness-probe"])
            .not(web(&asks("80"), ""))
            .not(job("")),
        case("liveness-probe-missing", web("", ""))
            .gives(Low, "Deployment/web", format!("{CONTAINER}.livenessProbe"))
            .equal_to(&["kube-linter/no-liveness-probe"])
            .not(web(", livenessProbe: {exec: {command: [alive]}}", ""))
            .not(job("")),
        // A name that no port has: every probe fails.
        case("probe-port-unknown", web(&format!("{}{ports}", asks("web")), ""))
            .gives(High, "Deployment/web", path.as_str())
            .equal_to(&["kube-linter/readiness-port"])
            .not(web(&format!("{}{ports}", asks("http")), ""))
            .not(web(&format!("{}{ports}", asks("8080")), ""))
            .not(web(", readinessProbe: {exec: {command: [ready]}}", "")),
        case("probe-port-unknown", web(&format!("{}{ports}", asks("53")), ""))
            .gives(Low, "Deployment/web", path.as_str())
            .equal_to(&["kube-linter/readiness-port"]),
        case("probe-port-unknown", web(", livenessProbe: {grpc: {port: 9090}}", ""))
            .gives(Low, "Deployment/web", format!("{CONTAINER}.livenessProbe.grpc.port"))
            .equal_to(&["kube-linter/liveness-port"]),
        case("probe-port-unknown", web(", startupProbe: {tcpSocket: {port: http}}", ""))
            .gives(High, "Deployment/web", format!("{CONTAINER}.startupProbe.tcpSocket.port"))
            .equal_to(&["kube-linter/startup-port"]),
    ]
}

fn resources() -> Vec<Case> {
    let with = |resources: &str| web(&format!(", resources: {{{resources}}}"), "");
    vec![
        case("cpu-request-missing", with("requests: {memory: 1Gi}"))
            .gives(Low, "Deployment/web", format!("{CONTAINER}.resources.requests.cpu"))
            .equal_to(&["kube-linter/unset-cpu-requirements"])
            .not(with("requests: {cpu: 100m}"))
            // Kubernetes takes the limit as the request.
            .not(with("limits: {cpu: 1}")),
        case("cpu-request-missing", with("requests: {cpu: 0}, limits: {cpu: 1}"))
            .gives(Low, "Deployment/web", format!("{CONTAINER}.resources.requests.cpu"))
            .equal_to(&["kube-linter/unset-cpu-requirements"]),
        case("memory-limit-missing", with("requests: {memory: 1Gi}"))
            .gives(Low, "Deployment/web", format!("{CONTAINER}.resources.limits.memory"))
            .equal_to(&["kube-linter/unset-memory-requirements"])
            .not(with("limits: {memory: 1Gi}")),
    ]
}

fn variables() -> Vec<Case> {
    let with = |env: &str| web(&format!(", env: [{env}]"), "");
    vec![
        case("variable-twice", with("{name: PORT, value: \"1\"}, {name: HOST, value: a}, {name: PORT, value: \"2\"}, {name: PORT, value: \"3\"}"))
            .gives(Medium, "Deployment/web", format!("{CONTAINER}.env[name=PORT]"))
            .equal_to(&["kube-linter/duplicate-env-var"])
            .not(with("{name: PORT, value: \"1\"}, {name: HOST, value: a}")),
        case("secret-in-plain-variable", with("{name: CLIENT_SECRET, value: abc}"))
            .gives(Low, "Deployment/web", format!("{CONTAINER}.env[name=CLIENT_SECRET].value"))
            .equal_to(&["kube-linter/env-var-secret"])
            .not(with("{name: CLIENT_SECRET, valueFrom: {secretKeyRef: {name: web, key: a}}}"))
            // kube-linter issue 1198.
            .not(with("{name: SECRETS_DIR, value: /mnt/secrets}")),
        case("secret-by-variable", with("{name: TOKEN, valueFrom: {secretKeyRef: {name: web, key: a}}}"))
            .gives(Low, "Deployment/web", format!("{CONTAINER}.env[name=TOKEN]"))
            .equal_to(&["kube-linter/read-secret-from-env-var"])
            .not(with("{name: TOKEN, valueFrom: {configMapKeyRef: {name: web, key: a}}}")),
        case("secret-by-variable", web(", envFrom: [{secretRef: {name: web}}]", ""))
            .gives(Low, "Deployment/web", format!("{CONTAINER}.envFrom"))
            .equal_to(&["kube-linter/read-secret-from-env-var"]),
    ]
}

fn marks() -> Vec<Case> {
    let marked = |with: &str| web("", "").replace("namespace: shop}", with);
    let path = "metadata.annotations.email";
    vec![
        case("default-namespace", marked("namespace: default}"))
            .gives(Low, "Deployment/web", "metadata.namespace")
            .equal_to(&["kube-linter/use-namespace"])
            .not(marked("namespace: shop}"))
            .not(marked("labels: {}}")),
        case("owner-label-missing", marked("labels: {team: shop}}"))
            .gives(Low, "Deployment/web", "metadata.labels.owner")
            .equal_to(&["kube-linter/required-label-owner"])
            .not(marked("labels: {owner: shop}}")),
        case("email-annotation-missing", marked("annotations: {email: nobody}}"))
            .gives(Low, "Deployment/web", path)
            .equal_to(&["kube-linter/required-annotation-email"])
            .not(marked("annotations: {email: \"team <team@shop.example>\"}}")),
        case("email-annotation-missing", marked("annotations: {email: \"team@shop\"}}"))
            .gives(Low, "Deployment/web", path)
            .equal_to(&["kube-linter/required-annotation-email"]),
    ]
}
