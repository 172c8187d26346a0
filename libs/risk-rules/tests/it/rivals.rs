//! Objects in each other's way, work at its time, and how Argo Rollouts brings a version.

use risk_rules::Level::{High, Low, Medium};

use crate::case::{Case, case, case_of};

pub(crate) fn cases() -> Vec<Case> {
    [autoscalers(), budgets(), misses(), shared(), cronjobs(), priorities(), rollouts()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn what_stands_in_its_own_way() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

fn autoscalers() -> Vec<Case> {
    let rule = "autoscalers-collide";
    let keda = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: api-by-queue, namespace: shop}\nspec:\n  \
                scaleTargetRef: {name: api}\n  minReplicaCount: 4";
    vec![
        case(rule).add(keda).gives(
            High,
            "ScaledObject/api-by-queue",
            "spec.scaleTargetRef",
            "It scales Deployment api, as HorizontalPodAutoscaler api does: where two select the same pods, Kubernetes acts \
             on neither.",
        ),
        case(rule).add(keda).remove("HorizontalPodAutoscaler", "api"),
        case(rule).given_also(keda).edit("maxReplicas: 12", "maxReplicas: 16"),
        case(rule).add(&keda.replace("{name: api}", "{name: worker}")),
        case(rule).add(&keda.replace(
            "namespace: shop}",
            "namespace: shop, annotations: {scaledobject.keda.sh/transfer-hpa-ownership: \"true\"}}",
        )),
    ]
}

fn budgets() -> Vec<Case> {
    let rule = "disruption-budgets-overlap";
    let second = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: front, namespace: shop}\nspec:\n  \
                  maxUnavailable: 1\n  selector: {matchLabels: {tier: front}}";
    vec![
        case(rule).add(second).gives(
            High,
            "PodDisruptionBudget/front",
            "spec.selector",
            "It selects the pods of Deployment web, as PodDisruptionBudget web does: the API server refuses to evict a pod \
             that has two budgets, so that node drains and cluster upgrades wait for ever.",
        ),
        case(rule).add(second).remove("PodDisruptionBudget", "web"),
        case(rule).add(&second.replace("tier: front", "tier: back")),
        case(rule).given_also(second).edit("minAvailable: 1", "minAvailable: 2"),
        // Without anything in it a selector of policy/v1beta1 is for no pod (API reference, "PodDisruptionBudgetSpec").
        case(rule).add(&OLD.replace("{app: mail}", "{}")),
    ]
}

const OLD: &str = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: old, namespace: shop}\nspec: \
                   {maxUnavailable: 1, selector: {matchLabels: {app: mail}}}";

fn misses() -> Vec<Case> {
    let rule = "disruption-budget-misses";
    let mail = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: mail, namespace: shop}\nspec:\n  \
                maxUnavailable: 1\n  selector: {matchLabels: {app: mail}}";
    let web = "minAvailable: 1\n  selector: {matchLabels: {app: web}}";
    let path = "spec.selector";
    const LEFT: &str =
        "It selects the pods of Deployment web no more: a node drain may take every one of them at once.";
    vec![
        case(rule).edit(web, "minAvailable: 1\n  selector: {matchLabels: {app: website}}").gives(
            Medium,
            "PodDisruptionBudget/web",
            path,
            LEFT,
        ),
        // The pods move away from it; it goes over to other pods; without a selector it is for none.
        case(rule).edit("labels: {app: web, tier: front}", "labels: {app: website, tier: front}").gives(
            Medium,
            "PodDisruptionBudget/web",
            path,
            LEFT,
        ),
        case(rule).edit(web, "minAvailable: 1\n  selector: {matchLabels: {app: worker}}").gives(
            Medium,
            "PodDisruptionBudget/web",
            path,
            LEFT,
        ),
        case(rule).edit(web, "minAvailable: 1").gives(Medium, "PodDisruptionBudget/web", path, LEFT),
        case(rule).add(mail).gives(
            Low,
            "PodDisruptionBudget/mail",
            path,
            "It is new, and selects no pods of the files.",
        ),
        case(rule).given_also(mail).edit("web:2.4.1", "web:2.5.0"),
        case(rule).remove("Deployment", "web"),
        case(rule).given("  replicas: 3\n", "  replicas: 1\n").edit(web, "minAvailable: 0"),
        case(rule)
            .edit(web, "minAvailable: 1\n  selector: {matchLabels: {app: website}}")
            .add(&mail.replace("{app: mail}", "{tier: front}")),
        case(rule).add(&mail.replace("{app: mail}", "{app: worker}")),
    ]
}

/// The shop has 3 pods of web, 2 of worker, at least 4 of api and 2 of db, and a Job.
fn shared() -> Vec<Case> {
    let rule = "disruption-budget-shared";
    let web = "minAvailable: 1\n  selector: {matchLabels: {app: web}}";
    let both = |amount: &str| {
        format!(
            "{amount}\n  selector: {{matchExpressions: [{{key: app, operator: In, values: [web, worker]}}]}}"
        )
    };
    let path = "spec.selector";
    let named = "kind: PodDisruptionBudget\nmetadata: {name: web,";
    vec![
        case(rule).edit(web, &both("minAvailable: 1")).gives(
            Medium,
            "PodDisruptionBudget/web",
            path,
            "It counts the pods of Deployment web and Deployment worker together; by minAvailable 1 of 5 a node drain may \
             take all 3 pods of Deployment web at once.",
        ),
        // One of five at a time is neither of them.
        case(rule).edit(web, &both("maxUnavailable: 1")).gives(
            Low,
            "PodDisruptionBudget/web",
            path,
            "It counts the pods of Deployment web and Deployment worker together; what it allows may all be taken from one of \
             them, and none from the other.",
        ),
        // 40% of 5 is 2.
        case(rule).edit(web, &both("maxUnavailable: 40%")).says(
            Medium,
            "PodDisruptionBudget/web",
            path,
            "by maxUnavailable 40% of 5 a node drain may take all 2 pods of Deployment worker at once",
        ),
        case(rule).edit(web, "minAvailable: 1\n  selector: {}").says(
            Low,
            "PodDisruptionBudget/web",
            path,
            "Its selector is empty, which stands for every pod of the namespace: those of Deployment api, Deployment web, \
             Deployment worker and 2 more; ",
        ),
        // In policy/v1beta1 it is none, and in policy/v1 all.
        case(rule).given_also(&OLD.replace("{matchLabels: {app: mail}}", "{}")).edit("policy/v1beta1", "policy/v1").says(
            Low,
            "PodDisruptionBudget/old",
            path,
            "every pod of the namespace",
        ),
        case(rule).add(&OLD.replace("{matchLabels: {app: mail}}", "{}")),
        case(rule).given(web, &both("minAvailable: 1")).edit("web:2.4.1", "web:2.5.0"),
        case(rule).edit(web, "minAvailable: 1\n  selector: {matchLabels: {app: web, tier: front}}"),
        case(rule).edit(named, "kind: PodDisruptionBudget\nmetadata: {name: web-one,"),
    ]
}

fn cronjobs() -> Vec<Case> {
    let nightly = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly, namespace: shop}\nspec:\n  schedule: \"0 3 \
                   * * *\"\n  suspend: false\n  concurrencyPolicy: Forbid\n  jobTemplate: {spec: {template: {spec: \
                   {restartPolicy: Never, containers: []}}}}";
    let held = nightly.replace("suspend: false", "suspend: true");
    vec![
        case_of("cronjob-suspended", nightly).edit("suspend: false", "suspend: true").gives(
            Medium,
            "CronJob/nightly",
            "spec.suspend",
            "It is suspended: what it does at \"0 3 * * *\" is not done until somebody switches it on again.",
        ),
        case_of("cronjob-suspended", &held).edit("0 3 ", "0 4 "),
        case("cronjob-suspended").add(&held),
        case_of("cronjob-may-overlap", nightly).edit("  concurrencyPolicy: Forbid\n", "").gives(
            Medium,
            "CronJob/nightly",
            "spec.concurrencyPolicy",
            "A Job that is due starts while the last one still runs; concurrencyPolicy Forbid kept it from that.",
        ),
        case_of("cronjob-may-overlap", nightly).edit("Forbid", "Replace"),
    ]
}

fn priorities() -> Vec<Case> {
    let rule = "priority-class-missing";
    let class =
        "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: important}\nvalue: 1000";
    let pod = "spec:\n      containers:\n      - name: worker\n";
    let with = |class: &str| {
        format!("spec:\n      priorityClassName: {class}\n      containers:\n      - name: worker\n")
    };
    let path = "spec.template.spec.priorityClassName";
    vec![
        case(rule).given(pod, &with("important")).given_also(class).remove("PriorityClass", "important").gives(
            High,
            "Deployment/worker",
            path,
            "Its pods have the PriorityClass important, which the change removes: its new pods are refused.",
        ),
        case(rule).edit(pod, &with("high")).gives(
            Medium,
            "Deployment/worker",
            path,
            "Its pods have the PriorityClass high, which is not in the files: pods are refused unless the target has it.",
        ),
        case(rule).edit(pod, &with("system-cluster-critical")),
        case(rule).given_also(class).edit(pod, &with("important")),
        case(rule).given(pod, &with("high")).edit("worker:1.8.0@sha256:aaaa", "worker:1.8.1@sha256:bbbb"),
    ]
}

fn rollouts() -> Vec<Case> {
    let canary = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: shop, namespace: shop}\nspec:\n  strategy:\n    \
                  canary:\n      stableService: web\n      steps: [{setWeight: 10}, {pause: {}}]\n  selector: {matchLabels: \
                  {app: shop}}\n  template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: c, image: \
                  \"x:1\"}]}}";
    let (steps, service) = ("canary-steps-removed", "rollout-service-missing");
    let blue = "    blueGreen:\n      activeService: web\n";
    let strategy = "    canary:\n      stableService: web\n      steps: [{setWeight: 10}, {pause: {}}]\n";
    vec![
        case(steps).given_also(canary).edit("      steps: [{setWeight: 10}, {pause: {}}]\n", "").gives(
            Medium,
            "Rollout/shop",
            "spec.strategy.canary.steps",
            "The 2 steps of its canary are gone: a new version goes to everybody at once.",
        ),
        case(steps).given_also(canary).edit("setWeight: 10", "setWeight: 20"),
        case(steps).given_also(canary).edit(strategy, blue),
        case(service).given_also(canary).remove("Service", "web").says(
            High,
            "Rollout/shop",
            "spec.strategy.canary.stableService",
            "It switches Service web, which the change removes: without it no rollout goes on.",
        ),
        case(service).given_also(canary).edit(strategy, &blue.replace("web", "nope")).says(
            Medium,
            "Rollout/shop",
            "spec.strategy.blueGreen.activeService",
            "Service nope, which is not in the files",
        ),
        case(service).given_also(canary).edit(strategy, blue),
    ]
}
