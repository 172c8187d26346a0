use risk_rules::Level::{Critical, High, Low, Medium};

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    [replicas(), absurd(), removals(), scaling(), to_zero(), rollouts(), probes(), budgets()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn what_keeps_pods_serving() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

fn replicas() -> Vec<Case> {
    vec![
        case("replicas-cut").edit("replicas: 3", "replicas: 1").gives(
            High,
            "Deployment/web",
            "spec.replicas",
            "The least number of pods falls from 3 to 1. With a single pod every restart, eviction or lost node is \
             an outage.",
        ),
        case("replicas-cut").edit("replicas: 3", "replicas: 0").gives(
            Critical,
            "Deployment/web",
            "spec.replicas",
            "The least number of pods falls from 3 to 0. Service web has nobody to answer.",
        ),
        case("replicas-cut").given("replicas: 2\n  selector:\n    matchLabels: {app: worker}", "replicas: 10\n  selector:\n    matchLabels: {app: worker}")
            .edit("replicas: 10", "replicas: 5").gives(
            Medium,
            "Deployment/worker",
            "spec.replicas",
            "The least number of pods falls from 10 to 5. The rest has to carry at least twice the load each.",
        ),
        case("replicas-cut").edit("minReplicas: 4", "minReplicas: 1").gives(
            High,
            "HorizontalPodAutoscaler/api",
            "spec.minReplicas",
            "The least number of pods of Deployment api falls from 4 to 1. With a single pod every restart, eviction \
             or lost node is an outage.",
        ),
        // One pod less of three is a size, and the autoscaler's bound counts, not spec.replicas beside it.
        case("replicas-cut").edit("replicas: 3", "replicas: 2"),
        case("replicas-cut").edit("replicas: 3", "replicas: 5"),
        case("replicas-cut")
            .given("name: api, namespace: shop}\nspec:\n  selector:\n    matchLabels: {app: api}", "name: api, namespace: shop}\nspec:\n  replicas: 6\n  selector:\n    matchLabels: {app: api}")
            .edit("replicas: 6", "replicas: 1"),
    ]
}

/// Numbers that nobody means, and that the arithmetic has to bear.
fn absurd() -> Vec<Case> {
    let most = "replicas: 9000000000000000000";
    let budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: both, namespace: shop}\nspec: {minAvailable: 1, selector: {}}";
    vec![
        case("replicas-cut").given("replicas: 3", most).edit(most, "replicas: 8000000000000000000"),
        case("disruption-budget-blocks")
            .given("replicas: 3", most)
            .given(
                "replicas: 2\n  selector:\n    matchLabels: {app: worker}",
                &format!("{most}\n  selector:\n    matchLabels: {{app: worker}}"),
            )
            .add(budget),
    ]
}

fn removals() -> Vec<Case> {
    let rule = "workload-removed";
    let workload = |kind: &str, name: &str, more: &str, image: &str| {
        format!(
            "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: shop{more}}}\nspec: {{selector: {{matchLabels: {{app: {name}}}}}, template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{containers: [{{name: a, image: \"{image}\"}}]}}}}}}"
        )
    };
    let nightly = |more: &str| {
        format!(
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: nightly, namespace: shop}}\nspec: {{schedule: \"0 2 * * *\", {more}jobTemplate: {{spec: {{template: {{spec: {{restartPolicy: Never, containers: [{{name: a, image: \"registry.example/n:1.0.0\"}}]}}}}}}}}}}"
        )
    };
    let job = |more: &str, spec: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: once, namespace: shop{more}}}\nspec: {{{spec}template: {{spec: {{restartPolicy: Never, containers: [{{name: a, image: \"registry.example/o:1.0.0\"}}]}}}}}}"
        )
    };
    let owned =
        ", ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: nightly, uid: a, controller: true}]";
    let worker = "registry.example/shop/worker:1.9.0";
    vec![
        case(rule).remove("Deployment", "worker").gives(
            Medium,
            "Deployment/worker",
            "",
            "It is removed: its pods stop, and nothing new takes their place.",
        ),
        case(rule)
            .given_also(&workload("DaemonSet", "agent", "", "agent:1.0.0"))
            .remove("DaemonSet", "agent")
            .says(Medium, "DaemonSet/agent", "", "its pods stop"),
        case(rule).given_also(&nightly("")).remove("CronJob", "nightly").gives(
            Medium,
            "CronJob/nightly",
            "",
            "It is removed: what it did on its schedule is done no more.",
        ),
        case(rule).given_also(&job("", "")).remove("Job", "once").gives(
            Low,
            "Job/once",
            "",
            "It is removed: if it still runs, it is stopped half-way.",
        ),
        // One new workload takes the place of one.
        case(rule)
            .given_also(&workload("Deployment", "second", "", worker))
            .remove("Deployment", "second")
            .remove("Deployment", "worker")
            .add(&workload("Deployment", "jobs", "", worker))
            .says(Medium, "Deployment/worker", "", "It is removed"),
        // Another name; another kind; another workload with the same software was always there.
        case(rule).remove("Deployment", "worker").add(&workload("Deployment", "jobs", "", worker)),
        case(rule).remove("Deployment", "worker").add(&workload("DaemonSet", "worker", "", "other:1.0.0")),
        case(rule)
            .given_also(&workload("Deployment", "second", "", worker))
            .remove("Deployment", "worker")
            .says(Medium, "Deployment/worker", "", "It is removed"),
        // Of a Job that cleans up, or that a CronJob or the API server named, nothing is left to miss.
        case(rule).given_also(&job("", "ttlSecondsAfterFinished: 60, ")).remove("Job", "once"),
        case(rule).given_also(&job(owned, "")).remove("Job", "once"),
        case(rule).given_also(&job(", annotations: {helm.sh/hook: post-install}", "")).remove("Job", "once"),
        // What was switched off; what is kept; what its Service, or its Namespace, says.
        case(rule).given_also(&nightly("suspend: true, ")).remove("CronJob", "nightly"),
        case(rule)
            .given(
                "replicas: 2\n  selector:\n    matchLabels: {app: worker}",
                "replicas: 0\n  selector:\n    matchLabels: {app: worker}",
            )
            .remove("Deployment", "worker"),
        case(rule)
            .given_also(&workload(
                "Deployment",
                "kept",
                ", annotations: {helm.sh/resource-policy: keep}",
                "k:1.0.0",
            ))
            .remove("Deployment", "kept"),
        case(rule).remove("Deployment", "api"),
        case(rule).remove("Deployment", "worker").remove("Namespace", "shop"),
    ]
}

fn scaling() -> Vec<Case> {
    let keda = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: web, namespace: shop}\nspec:\n  scaleTargetRef: {name: web}";
    vec![
        case("replicas-dropped").edit("  replicas: 3\n", "").gives(
            High,
            "Deployment/web",
            "spec.replicas",
            "spec.replicas is removed. It was 3, and without it one pod is the default.",
        ),
        case("replicas-dropped").edit("  replicas: 3\n", "").add(keda).gives(
            Medium,
            "Deployment/web",
            "spec.replicas",
            "spec.replicas is removed for ScaledObject web. It was 3, and the first apply may leave one pod until \
             the autoscaler acts.",
        ),
        case("replicas-dropped").given("replicas: 3", "replicas: 1").edit("  replicas: 1\n", ""),
        case("replicas-fight-autoscaler").add(keda).gives(
            Medium,
            "Deployment/web",
            "spec.replicas",
            "spec.replicas is 3 while ScaledObject web sets the number of pods: every apply takes it back to 3.",
        ),
        // They always did.
        case("replicas-fight-autoscaler").given_also(keda).edit("replicas: 3", "replicas: 4"),
        // KEDA may go to zero: that is what it is for.
        case("replicas-cut").edit("  replicas: 3\n", "").add(keda),
    ]
}

fn to_zero() -> Vec<Case> {
    let rule = "autoscaler-to-zero";
    let keda = |target: &str, rest: &str| {
        format!(
            "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {{name: {target}, namespace: shop}}\nspec:\n  \
             scaleTargetRef: {{name: {target}}}\n  maxReplicaCount: 20\n{rest}"
        )
    };
    let four = "  minReplicaCount: 4\n";
    vec![
        case(rule).given_also(&keda("web", four)).edit("minReplicaCount: 4", "minReplicaCount: 0").gives(
            High,
            "ScaledObject/web",
            "spec.minReplicaCount",
            "While there is nothing to do it takes every pod of Deployment web, of which at least 4 ran: Service web has \
             nobody to answer until one has started.",
        ),
        // Left out, it is 0.
        case(rule).given_also(&keda("worker", four)).edit(four, "").gives(
            Medium,
            "ScaledObject/worker",
            "spec.minReplicaCount",
            "While there is nothing to do it takes every pod of Deployment worker, of which at least 4 ran: what comes in \
             waits until one has started.",
        ),
        case(rule).given_also(&keda("worker", four)).edit(four, "  minReplicaCount: 4\n  idleReplicaCount: 0\n").says(
            Medium,
            "ScaledObject/worker",
            "spec.idleReplicaCount",
            "of which at least 4 ran",
        ),
        case(rule)
            .given_also(&keda("web", four))
            .edit("{name: web, namespace: shop}\nspec:\n  scaleTargetRef", "{name: web, namespace: shop, annotations: {autoscaling.keda.sh/paused-replicas: \"0\"}}\nspec:\n  scaleTargetRef")
            .gives(
                Critical,
                "ScaledObject/web",
                "metadata.annotations[\"autoscaling.keda.sh/paused-replicas\"]",
                "KEDA is paused at 0 pods of Deployment web by an annotation: Service web has nobody to answer.",
            ),
        // That is what it is for, where work waits in a queue.
        case(rule).add(&keda("worker", "")),
        case(rule).given_also(&keda("worker", four)).edit("minReplicaCount: 4", "minReplicaCount: 2"),
        case(rule).given_also(&keda("web", "")).edit("maxReplicaCount: 20", "maxReplicaCount: 30"),
    ]
}

fn rollouts() -> Vec<Case> {
    vec![
        case("rollout-empties-workload")
            .edit("type: RollingUpdate\n    rollingUpdate: {maxUnavailable: 25%}", "type: Recreate")
            .gives(
                High,
                "Deployment/web",
                "spec.strategy.type",
                "The strategy becomes Recreate: every rollout stops all pods before it starts new ones. Service web \
                 has nobody to answer meanwhile.",
            ),
        case("rollout-empties-workload").edit("maxUnavailable: 25%", "maxUnavailable: 3").gives(
            High,
            "Deployment/web",
            "spec.strategy.rollingUpdate.maxUnavailable",
            "maxUnavailable becomes 3: a rollout may stop all 3 pods at once. Service web has nobody to answer \
             meanwhile.",
        ),
        // Nobody calls the worker by a Service.
        case("rollout-empties-workload")
            .edit("  replicas: 2\n  selector:\n    matchLabels: {app: worker}", "  replicas: 2\n  strategy: {type: Recreate}\n  selector:\n    matchLabels: {app: worker}")
            .gives(
                Medium,
                "Deployment/worker",
                "spec.strategy.type",
                "The strategy becomes Recreate: every rollout stops all pods before it starts new ones.",
            ),
        // 25% of 1 is 0 when rounded down; with no surge either, Kubernetes lets one pod be unavailable (its
        // controller's ResolveFenceposts: "1 desired, max unavailable 1%, surge 0%" takes the old pod first).
        case("rollout-empties-workload")
            .given("  replicas: 3\n", "  replicas: 1\n")
            .edit("{maxUnavailable: 25%}", "{maxUnavailable: 25%, maxSurge: 0}")
            .gives(
                High,
                "Deployment/web",
                "spec.strategy.rollingUpdate.maxSurge",
                "maxSurge becomes 0, so that maxUnavailable, which rounds down to 0, counts as 1: a rollout may stop \
                 the only pod before the next is ready. Service web has nobody to answer meanwhile.",
            ),
        // The same with the default of maxUnavailable, which is 25%.
        case("rollout-empties-workload")
            .given("  replicas: 3\n", "  replicas: 1\n")
            .edit("{maxUnavailable: 25%}", "{maxSurge: 0%}")
            .gives(
                High,
                "Deployment/web",
                "spec.strategy.rollingUpdate.maxSurge",
                "maxSurge becomes 0, so that maxUnavailable, which rounds down to 0, counts as 1: a rollout may stop \
                 the only pod before the next is ready. Service web has nobody to answer meanwhile.",
            ),
        // A surge of 1% is one pod when rounded up, and one pod of three is not all.
        case("rollout-empties-workload")
            .given("  replicas: 3\n", "  replicas: 1\n")
            .edit("{maxUnavailable: 25%}", "{maxUnavailable: 25%, maxSurge: 1%}"),
        case("rollout-empties-workload").edit("{maxUnavailable: 25%}", "{maxUnavailable: 25%, maxSurge: 0}"),
        // 99% of 3 is 2 when rounded down.
        case("rollout-empties-workload").edit("maxUnavailable: 25%", "maxUnavailable: 99%"),
        case("rollout-empties-workload")
            .given("type: RollingUpdate\n    rollingUpdate: {maxUnavailable: 25%}", "type: Recreate")
            .edit("web:2.4.1", "web:2.5.0"),
    ]
}

fn probes() -> Vec<Case> {
    vec![
        case("probe-removed")
            .edit("        readinessProbe: {httpGet: {path: /ready, port: http}}\n", "")
            .gives(
                High,
                "Deployment/web",
                "spec.template.spec.containers[name=web].readinessProbe",
                "The readiness probe of container web is gone: Service web sends it traffic as soon as it runs, \
                 ready or not.",
            ),
        case("probe-removed").edit("        startupProbe: {httpGet: {path: /live, port: http}}\n", "").gives(
            High,
            "Deployment/web",
            "spec.template.spec.containers[name=web].startupProbe",
            "The startup probe of container web is gone: its liveness probe counts from the start and may kill it \
             before it is up.",
        ),
        case("probe-removed").edit("        livenessProbe: {exec: {command: [alive]}}\n", "").gives(
            Medium,
            "Deployment/worker",
            "spec.template.spec.containers[name=worker].livenessProbe",
            "The liveness probe of container worker is gone: if it hangs, nothing restarts it.",
        ),
        case("probe-removed")
            .given("        livenessProbe: {httpGet: {path: /live, port: http}}\n", "")
            .edit("        startupProbe: {httpGet: {path: /live, port: http}}\n", "")
            .gives(
                Low,
                "Deployment/web",
                "spec.template.spec.containers[name=web].startupProbe",
                "The startup probe of container web is gone: nothing says any more when it is up.",
            ),
        case("probe-removed").edit("path: /ready, port: http", "path: /healthz, port: http"),
        // The container goes with its probe.
        case("probe-removed").remove("Deployment", "worker"),
    ]
}

fn budgets() -> Vec<Case> {
    const FOREVER: &str = "minAvailable 1 lets no pod of Deployment web, which has at least 1, be evicted: node drains \
                           and cluster upgrades wait for ever.";
    vec![
        case("disruption-budget-blocks").edit("replicas: 3", "replicas: 1").gives(
            High,
            "PodDisruptionBudget/web",
            "spec.minAvailable",
            FOREVER,
        ),
        // 75% of 4 is 3; of the autoscaler's new minimum of 3 it is 2.25, rounded up 3.
        case("disruption-budget-blocks").edit("minReplicas: 4", "minReplicas: 3").gives(
            High,
            "PodDisruptionBudget/api",
            "spec.minAvailable",
            "minAvailable 75% lets no pod of Deployment api, which has at least 3, be evicted: node drains and \
             cluster upgrades wait for ever.",
        ),
        case("disruption-budget-blocks").edit("minAvailable: 1\n", "maxUnavailable: 0\n").gives(
            High,
            "PodDisruptionBudget/web",
            "spec.maxUnavailable",
            "maxUnavailable 0 lets no pod of Deployment web, which has at least 3, be evicted: node drains and \
             cluster upgrades wait for ever.",
        ),
        case("disruption-budget-blocks").edit("minAvailable: 1\n", "minAvailable: 100%\n").gives(
            High,
            "PodDisruptionBudget/web",
            "spec.minAvailable",
            "minAvailable 100% lets no pod of Deployment web, which has at least 3, be evicted: node drains and \
             cluster upgrades wait for ever.",
        ),
        case("disruption-budget-blocks").edit("minAvailable: 1\n", "minAvailable: 2\n"),
        case("disruption-budget-blocks").edit("replicas: 3", "replicas: 2"),
        // It always blocked.
        case("disruption-budget-blocks")
            .given("minAvailable: 1\n", "minAvailable: 3\n")
            .edit("replicas: 3", "replicas: 2"),
        case("disruption-budget-removed").remove("PodDisruptionBudget", "web").gives(
            Medium,
            "PodDisruptionBudget/web",
            "",
            "The budget is gone: a node drain may take every pod of Deployment web at once.",
        ),
        // The workload goes too; another budget protects the same pods.
        case("disruption-budget-removed").remove("PodDisruptionBudget", "web").remove("Deployment", "web"),
        case("disruption-budget-removed").edit(
            "kind: PodDisruptionBudget\nmetadata: {name: web,",
            "kind: PodDisruptionBudget\nmetadata: {name: web-budget,",
        ),
    ]
}
