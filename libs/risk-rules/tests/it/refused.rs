//! Values that the API server, the kubelet or KEDA refuses.

use risk_rules::Level::High;

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    [bounds(), pods(), texts(), users()].into_iter().flatten().collect()
}

#[test]
fn what_is_refused() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

const RULE: &str = "value-refused";

fn bounds() -> Vec<Case> {
    let keda = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: web, namespace: shop}\nspec:\n  \
                scaleTargetRef: {name: web}\n  minReplicaCount: 20\n  maxReplicaCount: 12";
    let cron = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly, namespace: shop}\nspec:\n  schedule: \
                \"0 3 * * *\"\n  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: []}}}}";
    vec![
        case(RULE).edit("minReplicas: 4", "minReplicas: 20").gives(
            High,
            "HorizontalPodAutoscaler/api",
            "spec.minReplicas",
            "minReplicas 20 is above maxReplicas 12: the API server refuses it.",
        ),
        case(RULE).edit("minReplicas: 4", "minReplicas: 12"),
        // It is refused, and no bound that is cut.
        case("autoscaler-ceiling-cut").edit("minReplicas: 4", "minReplicas: 20"),
        case(RULE).add(keda).says(
            High,
            "ScaledObject/web",
            "spec.minReplicaCount",
            "minReplicaCount 20 is above maxReplicaCount 12: KEDA refuses it.",
        ),
        case(RULE).edit("{maxUnavailable: 25%}", "{maxUnavailable: 0, maxSurge: 0%}").gives(
            High,
            "Deployment/web",
            "spec.strategy.rollingUpdate.maxUnavailable",
            "maxSurge and maxUnavailable are both 0: no rollout could begin, and the API server refuses it.",
        ),
        case(RULE).edit("{maxUnavailable: 25%}", "{maxUnavailable: 0}"),
        case(RULE)
            .edit("  replicas: 3\n", "  replicas: 3\n  minReadySeconds: 60\n  progressDeadlineSeconds: 30\n")
            .says(
                High,
                "Deployment/web",
                "spec.progressDeadlineSeconds",
                "progressDeadlineSeconds 30 is not above minReadySeconds 60",
            ),
        case(RULE).edit("  replicas: 3\n", "  replicas: 3\n  minReadySeconds: 60\n"),
        case(RULE).given_also(cron).edit("0 3 * * *", "0 25 * * *").gives(
            High,
            "CronJob/nightly",
            "spec.schedule",
            "The schedule \"0 25 * * *\" has 25 as its hour: the API server refuses it.",
        ),
        case(RULE).given_also(cron).edit("0 3 * * *", "*/10 1-5 * jan mon,wed"),
    ]
}

fn pods() -> Vec<Case> {
    let pod = "spec:\n      containers:\n      - name: worker\n";
    vec![
        case(RULE).edit(pod, "spec:\n      restartPolicy: Never\n      containers:\n      - name: worker\n").gives(
            High,
            "Deployment/worker",
            "spec.template.spec.restartPolicy",
            "Its restartPolicy is Never, and pods of a Deployment may have Always: the API server refuses it.",
        ),
        case(RULE).edit(pod, "spec:\n      restartPolicy: Always\n      containers:\n      - name: worker\n"),
        case(RULE).edit("      restartPolicy: Never\n", "").says(
            High,
            "Job/migrate",
            "spec.template.spec.restartPolicy",
            "Its restartPolicy is Always, and pods of a Job may have OnFailure or Never",
        ),
        case(RULE).edit("restartPolicy: Never", "restartPolicy: OnFailure"),
        case(RULE).edit("      - name: rates\n        configMap:", "      - name: prices\n        configMap:").gives(
            High,
            "Deployment/web",
            "spec.template.spec.containers[name=web].volumeMounts[mountPath=/etc/rates]",
            "The container web mounts the volume rates at /etc/rates, and its pod has no such volume: the API server \
             refuses it.",
        ),
        // The claim that a StatefulSet makes is a volume of its pods.
        case(RULE).edit(
            "ports: [{name: sql, containerPort: 5432}]",
            "ports: [{name: sql, containerPort: 5432}]\n        volumeMounts: [{name: data, mountPath: /data}]",
        ),
    ]
}

fn texts() -> Vec<Case> {
    let env = "        env:\n        - name: LOG_LEVEL\n";
    let with = |value: &str| {
        format!("        env:\n        - {{name: LIMIT, value: {value}}}\n        - name: LOG_LEVEL\n")
    };
    vec![
        case(RULE).edit(env, &with("60")).gives(
            High,
            "Deployment/web",
            "spec.template.spec.containers[name=web].env[name=LIMIT].value",
            "LIMIT is 60 without quotes, a number: the API server takes text alone there and refuses the object.",
        ),
        case(RULE).edit(env, &with("\"60\"")),
        case(RULE).edit(env, &with("")),
        case(RULE).given(env, &with("60")).edit("replicas: 3", "replicas: 4"),
        case(RULE).edit("  banner: \"spring\"\n", "  banner: yes\n").says(
            High,
            "ConfigMap/web-config",
            "data.banner",
            "banner is true without quotes, a boolean",
        ),
        case(RULE).edit("labels: {app: worker}\n", "labels: {app: worker, canary: true}\n").says(
            High,
            "Deployment/worker",
            "spec.template.metadata.labels.canary",
            "canary is true without quotes",
        ),
        case(RULE)
            .edit(
                "kind: ServiceAccount\nmetadata: {name: web, namespace: shop}",
                "kind: ServiceAccount\nmetadata: {name: web, namespace: shop, annotations: {wave: 1}}",
            )
            .says(High, "ServiceAccount/web", "metadata.annotations.wave", "wave is 1 without quotes"),
    ]
}

fn users() -> Vec<Case> {
    let rule = "root-user-refused";
    let of_container = "          allowPrivilegeEscalation: false\n";
    let with =
        |user: u32| format!("          allowPrivilegeEscalation: false\n          runAsUser: {user}\n");
    vec![
        case(rule).edit(of_container, &with(0)).gives(
            High,
            "Deployment/web",
            "spec.template.spec.containers[name=web].securityContext.runAsUser",
            "The container web has to run as another user than root, and its user is 0: the kubelet does not start it.",
        ),
        case("runs-as-root").edit(of_container, &with(0)),
        case(rule).edit("securityContext: {runAsNonRoot: true}", "securityContext: {runAsNonRoot: true, runAsUser: 0}").says(
            High,
            "Deployment/web",
            "spec.template.spec.securityContext.runAsUser",
            "its user is 0",
        ),
        case(rule).edit(of_container, &with(1000)),
        case(rule).edit("- name: worker\n", "- name: worker\n        securityContext: {runAsUser: 0}\n"),
    ]
}
