use risk_rules::Level::{High, Low, Medium};

use crate::case::{Case, case};

const PLACE: &str = "      securityContext: {runAsNonRoot: true}\n";

pub(crate) fn cases() -> Vec<Case> {
    [
        spread(),
        loosened(),
        unsatisfiable(),
        zones(),
        nodes(),
        affinities(),
        tolerations(),
        ceilings(),
        scalers(),
        priorities(),
    ]
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

fn loosened() -> Vec<Case> {
    let rule = "spread-loosened";
    let spread = |constraints: &str| with(&format!("topologySpreadConstraints: [{constraints}]"));
    let over = |key: &str, skew: u8, when: &str| {
        format!(
            "{{maxSkew: {skew}, topologyKey: {key}, whenUnsatisfiable: {when}, labelSelector: {{matchLabels: {{app: web}}}}}}"
        )
    };
    let (zone, host) = ("topology.kubernetes.io/zone", "kubernetes.io/hostname");
    let (by_zone, by_host) = (over(zone, 1, "DoNotSchedule"), over(host, 1, "ScheduleAnyway"));
    let from_to = |was: &str, is: &str| case(rule).given(PLACE, was).edit(was, is);
    let away = |app: &str| {
        format!(
            "affinity: {{podAntiAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{{topologyKey: {host}, labelSelector: {{matchLabels: {{app: {app}}}}}}}]}}}}"
        )
    };
    let rather = format!(
        "affinity: {{podAntiAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{{weight: 1, podAffinityTerm: {{topologyKey: {host}, labelSelector: {{matchLabels: {{app: web}}}}}}}}]}}}}"
    );
    let path = "spec.template.spec.topologySpreadConstraints";
    vec![
        from_to(&spread(&format!("{by_zone}, {by_host}")), &spread(&by_host)).gives(
            Medium,
            "Deployment/web",
            path,
            "Nothing keeps its pods apart by topology.kubernetes.io/zone any more: all of them may share one value of it, and \
             go with it.",
        ),
        from_to(&spread(&format!("{by_zone}, {by_host}")), &spread(&by_zone)).gives(
            Low,
            "Deployment/web",
            path,
            "Nothing keeps its pods on different nodes any more but that they are in different zones.",
        ),
        from_to(&spread(&by_zone), &spread(&over(zone, 1, "ScheduleAnyway"))).gives(
            Low,
            "Deployment/web",
            path,
            "Its pods are kept apart by topology.kubernetes.io/zone only where there is room: when that is short, all of them \
             may share one value of it.",
        ),
        from_to(&spread(&by_zone), &spread(&over(zone, 2, "DoNotSchedule"))).gives(
            Low,
            "Deployment/web",
            path,
            "One value of topology.kubernetes.io/zone may hold 2 of its pods more than another, instead of 1.",
        ),
        // Three pods in one zone are no more than a skew of 3.
        from_to(&spread(&by_zone), &spread(&over(zone, 3, "DoNotSchedule"))).gives(
            Medium,
            "Deployment/web",
            path,
            "maxSkew by topology.kubernetes.io/zone becomes 3, and it has 3 pods: all of them may share one value of it.",
        ),
        from_to(&with(&away("web")), &with(&rather)).says(
            Low,
            "Deployment/web",
            "spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution",
            "only where there is room",
        ),
        // Closer; the same by other means; other pods; one pod; all of it, which `spread-lost` tells.
        from_to(&spread(&over(zone, 3, "ScheduleAnyway")), &spread(&by_zone)),
        from_to(&with(&away("web")), &spread(&over(host, 1, "DoNotSchedule"))),
        from_to(&spread(&by_zone).replace("      topology", &format!("      {}\n      topology", away("db"))), &spread(&by_zone)),
        case(rule).given("  replicas: 3\n", "  replicas: 1\n").given(PLACE, &spread(&by_zone)).edit("DoNotSchedule", "ScheduleAnyway"),
        from_to(&spread(&by_zone), PLACE),
    ]
}

fn unsatisfiable() -> Vec<Case> {
    let rule = "spread-unsatisfiable";
    let over = |key: &str, rest: &str| {
        format!("topologySpreadConstraints: [{{maxSkew: 1, topologyKey: {key}{rest}}}]")
    };
    let zone = "topology.kubernetes.io/zone";
    let zones = |zones: &str| {
        format!(
            "affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{{matchExpressions: [{{key: {zone}, operator: In, values: [{zones}]}}]}}]}}}}}}"
        )
    };
    let three = over(zone, ", minDomains: 3, whenUnsatisfiable: DoNotSchedule");
    let path = "spec.template.spec.topologySpreadConstraints";
    let in_two = || case(rule).given(PLACE, &with(&zones("eu-1a, eu-1b")));
    vec![
        case(rule).edit(PLACE, &with(&over("rack", ", whenUnsatisfiable: DoNotSchedule"))).gives(
            Medium,
            "Deployment/web",
            path,
            "Its pods start on nodes with the label rack alone (DoNotSchedule): where no node has it, they stay pending.",
        ),
        case(rule).edit(PLACE, &with(&over("rack", ", whenUnsatisfiable: ScheduleAnyway"))),
        case(rule).edit(PLACE, &with(&over(zone, ", whenUnsatisfiable: DoNotSchedule"))),
        // Somebody knows the label.
        case(rule)
            .given("      containers:\n      - name: worker\n", "      nodeSelector: {rack: a}\n      containers:\n      - name: worker\n")
            .edit(PLACE, &with(&over("rack", ", whenUnsatisfiable: DoNotSchedule"))),
        case(rule).given(PLACE, &with(&over("rack", ", whenUnsatisfiable: DoNotSchedule"))).edit("web:2.4.1", "web:2.5.0"),
        in_two().edit(PLACE, &with(&three)).gives(
            High,
            "Deployment/web",
            path,
            "minDomains by topology.kubernetes.io/zone is 3, and its pods may run in 2 of them: 2 of 3 pods start, and the \
             others stay pending.",
        ),
        // The other zones go.
        case(rule)
            .given(PLACE, &with(&format!("{}\n      {three}", zones("eu-1a, eu-1b, eu-1c"))))
            .edit("eu-1a, eu-1b, eu-1c", "eu-1a")
            .says(High, "Deployment/web", path, "may run in 1 of them: 1 of 3 pods start"),
        in_two().edit(PLACE, &with(&three.replace("minDomains: 3", "minDomains: 2"))),
        in_two().edit(PLACE, &with(&three.replace("maxSkew: 1", "maxSkew: 2"))),
        in_two().edit(PLACE, &with(&three.replace("minDomains: 3", "minDomains: 3, nodeAffinityPolicy: Ignore"))),
        case(rule).given(PLACE, &with(&format!("{}\n      {three}", zones("eu-1a, eu-1b")))).edit("web:2.4.1", "web:2.5.0"),
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
