use risk_rules::Level::{Low, Medium};

use crate::case::{Case, case};

const PLACE: &str = "      securityContext: {runAsNonRoot: true}\n";

pub(crate) fn cases() -> Vec<Case> {
    [spread(), zones(), nodes(), affinities(), tolerations(), ceilings(), scalers(), priorities()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn where_pods_run_and_how_many_may() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

fn with(field: &str) -> String {
    format!("{PLACE}      {field}\n")
}

fn spread() -> Vec<Case> {
    let rule = "spread-lost";
    let apart = "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}]}}";
    let spread = "topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway}]";
    vec![
        case(rule).given(PLACE, &with(apart)).edit(&with(apart), PLACE).gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution",
            "Nothing keeps its pods apart any more: one node or zone may hold all of them, and take them along when it \
             goes.",
        ),
        case(rule).given(PLACE, &with(apart)).edit(apart, spread),
        case(rule).given("  replicas: 3\n", "  replicas: 1\n").given(PLACE, &with(apart)).edit(&with(apart), PLACE),
    ]
}

fn zones() -> Vec<Case> {
    let rule = "single-zone";
    let selector = "nodeSelector: {topology.kubernetes.io/zone: eu-1a}";
    let affinity = |zones: &str| {
        with(&format!(
            "affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: \
             [{{matchExpressions: [{{key: topology.kubernetes.io/zone, operator: In, values: [{zones}]}}]}}]}}}}}}"
        ))
    };
    const LOST: &str = "Its pods may run in zone eu-1a alone: if it is lost, all of them are.";
    vec![
        case(rule).edit(PLACE, &with(selector)).gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.nodeSelector",
            LOST,
        ),
        case(rule).given(PLACE, &affinity("eu-1a, eu-1b")).edit("[eu-1a, eu-1b]", "[eu-1a]").gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution",
            LOST,
        ),
        case(rule).edit(PLACE, &affinity("eu-1a, eu-1b")),
        case(rule).given(PLACE, &with(selector)).edit("zone: eu-1a", "zone: eu-1b"),
        // A single pod is in one zone anyway.
        case(rule).given("  replicas: 3\n", "  replicas: 1\n").edit(PLACE, &with(selector)),
    ]
}

fn nodes() -> Vec<Case> {
    let rule = "nodes-narrowed";
    let toleration = "tolerations: [{key: batch, operator: Exists}]";
    vec![
        case(rule).edit(PLACE, &with("nodeSelector: {disk: ssd, pool: web}")).gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.nodeSelector",
            "Its pods newly need nodes with disk=ssd and pool=web: without room on such nodes they stay pending.",
        ),
        case(rule).given(PLACE, &with(toleration)).edit(&with(toleration), PLACE).gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.tolerations",
            "Its pods no longer tolerate batch: nodes with that taint do not take them any more.",
        ),
        case(rule).given(PLACE, &with("nodeSelector: {disk: ssd}")).edit(&with("nodeSelector: {disk: ssd}"), PLACE),
        case(rule).edit(PLACE, &with(toleration)),
        case(rule).given(PLACE, &with(toleration)).edit("{key: batch, operator: Exists}", "{operator: Exists}"),
    ]
}

fn affinities() -> Vec<Case> {
    let rule = "nodes-narrowed";
    let path = "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
    let terms = |terms: &str| {
        with(&format!(
            "affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{terms}]}}}}}}"
        ))
    };
    let disk =
        |values: &str| format!("{{matchExpressions: [{{key: disk, operator: In, values: [{values}]}}]}}");
    let more = "{matchExpressions: [{key: disk, operator: In, values: [ssd]}, {key: gpu, operator: Exists}]}";
    let from_to = |was: &str, is: &str| case(rule).given(PLACE, &terms(was)).edit(&terms(was), &terms(is));
    vec![
        case(rule).edit(PLACE, &terms(&disk("ssd"))).gives(
            Medium,
            "Deployment/web",
            path,
            "Its pods newly need nodes with disk=ssd: without room on such nodes they stay pending.",
        ),
        from_to(&disk("ssd, hdd"), &disk("ssd")).says(Medium, "Deployment/web", path, "nodes with disk=ssd:"),
        from_to(&disk("ssd"), more).says(Medium, "Deployment/web", path, "nodes with the label gpu:"),
        // More values; one more term, of which one is enough; less asked for; none any more.
        from_to(&disk("ssd"), &disk("ssd, hdd")),
        from_to(&disk("ssd"), &format!("{}, {more}", disk("ssd"))),
        from_to(more, &disk("ssd")),
        case(rule).given(PLACE, &terms(&disk("ssd"))).edit(&terms(&disk("ssd")), PLACE),
    ]
}

fn tolerations() -> Vec<Case> {
    let rule = "nodes-narrowed";
    let path = "spec.template.spec.tolerations";
    let from_to =
        |was: &str, is: &str| case(rule).given(PLACE, &with(&format!("tolerations: [{was}]"))).edit(was, is);
    let batch = "{key: batch, value: \"yes\", effect: NoSchedule}";
    vec![
        // Every value; the default operator written out; every effect; for longer.
        from_to(batch, "{key: batch, operator: Exists, effect: NoSchedule}"),
        from_to(batch, "{key: batch, operator: Equal, value: \"yes\", effect: NoSchedule}"),
        from_to(batch, "{key: batch, value: \"yes\"}"),
        from_to(
            "{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 30}",
            "{key: a, operator: Exists, effect: NoExecute}",
        ),
        from_to(batch, "{key: batch, value: \"no\", effect: NoSchedule}").says(
            Medium,
            "Deployment/web",
            path,
            "no longer tolerate batch",
        ),
        // Every key, and one effect alone.
        from_to(batch, "{operator: Exists, effect: NoExecute}").says(
            Medium,
            "Deployment/web",
            path,
            "no longer tolerate batch",
        ),
        from_to(batch, "{operator: Exists, effect: NoSchedule}"),
    ]
}

fn ceilings() -> Vec<Case> {
    let rule = "autoscaler-ceiling-cut";
    let most = |level, message| {
        move |case: Case| case.gives(level, "HorizontalPodAutoscaler/api", "spec.maxReplicas", message)
    };
    vec![
        most(Medium, "It may make 6 pods instead of 12; more load than they carry finds none.")(
            case(rule).edit("maxReplicas: 12", "maxReplicas: 6"),
        ),
        most(Low, "It may make 10 pods instead of 12; more load than they carry finds none.")(
            case(rule).edit("maxReplicas: 12", "maxReplicas: 10"),
        ),
        most(Medium, "Both its bounds are 12: it cannot answer to load any more.")(
            case(rule).edit("minReplicas: 4", "minReplicas: 12"),
        ),
        case(rule).edit("maxReplicas: 12", "maxReplicas: 16"),
        case(rule).edit("minReplicas: 4", "minReplicas: 8"),
    ]
}

fn scalers() -> Vec<Case> {
    let rule = "autoscaler-removed";
    let keda = "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: api, namespace: shop}\nspec:\n  scaleTargetRef: {name: api}";
    vec![
        case(rule).remove("HorizontalPodAutoscaler", "api").gives(
            Medium,
            "HorizontalPodAutoscaler/api",
            "",
            "Nothing scales Deployment api any more: it keeps the number of pods that it happens to have.",
        ),
        case(rule).remove("HorizontalPodAutoscaler", "api").add(keda),
        case(rule).remove("HorizontalPodAutoscaler", "api").remove("Deployment", "api"),
    ]
}

fn priorities() -> Vec<Case> {
    let rule = "priority-lowered";
    let class = |name: &str| with(&format!("priorityClassName: {name}"));
    let classes = "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: front}\nvalue: 1000\n---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: back}\nvalue: 10";
    let path = "spec.template.spec.priorityClassName";
    vec![
        case(rule).given(PLACE, &class("system-cluster-critical")).edit(&class("system-cluster-critical"), PLACE).gives(
            Medium,
            "Deployment/web",
            path,
            "Its pods lose the priority class system-cluster-critical: on a full node they may have to make room for \
             others.",
        ),
        case(rule).given_also(classes).given(PLACE, &class("front")).edit("priorityClassName: front", "priorityClassName: back").gives(
            Medium,
            "Deployment/web",
            path,
            "The priority class back is below front: on a full node they may have to make room for others.",
        ),
        case(rule).given(PLACE, &class("front")).edit("priorityClassName: front", "priorityClassName: back").gives(
            Low,
            "Deployment/web",
            path,
            "The priority class becomes back instead of front: on a full node they may have to make room for others.",
        ),
        case(rule).given_also(classes).given(PLACE, &class("back")).edit("priorityClassName: back", "priorityClassName: front"),
        case(rule).edit(PLACE, &class("front")),
    ]
}
