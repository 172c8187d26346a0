use risk_rules::Level::{Critical, High, Medium};

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    [containers(), capabilities(), nodes(), roles(), given_to_many(), bindings(), exposure()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn who_may_do_more() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

const ESCALATION: &str = "          allowPrivilegeEscalation: false\n";
const CONTEXT: &str = "spec.template.spec.containers[name=web].securityContext";

fn containers() -> Vec<Case> {
    vec![
        case("privileged-container").edit(ESCALATION, "          privileged: true\n").gives(
            High,
            "Deployment/web",
            const_path("privileged"),
            "The container web becomes privileged: it may do everything on its node that root may do there.",
        ),
        case("privileged-container").edit(ESCALATION, "          privileged: false\n"),
        case("privileged-container").given(ESCALATION, "          privileged: true\n").edit("web:2.4.1", "web:2.5.0"),
        case("privilege-escalation-allowed").edit(ESCALATION, "").gives(
            Medium,
            "Deployment/web",
            const_path("allowPrivilegeEscalation"),
            "The container web lets its processes get more privileges than their parent (allowPrivilegeEscalation).",
        ),
        // The worker never said anything, and a new container that says nothing is as all of them are.
        case("privilege-escalation-allowed").edit("worker:1.8.0", "worker:1.9.0"),
        case("privilege-escalation-allowed").edit("      containers:\n      - name: web\n", "      containers:\n      - {name: proxy, image: \"proxy:1.0\"}\n      - name: web\n"),
        case("runs-as-root").edit("securityContext: {runAsNonRoot: true}", "securityContext: {fsGroup: 2000}").gives(
            Medium,
            "Deployment/web",
            "spec.template.spec.securityContext.runAsNonRoot",
            "runAsNonRoot was true for container web and is not set: it may run as root.",
        ),
        case("runs-as-root").edit("- name: worker\n", "- name: worker\n        securityContext: {runAsUser: 0}\n").gives(
            Medium,
            "Deployment/worker",
            "spec.template.spec.containers[name=worker].securityContext.runAsUser",
            "The container worker runs as root (runAsUser 0).",
        ),
        // A user of its own is as good, and a container may say it for itself.
        case("runs-as-root").edit("securityContext: {runAsNonRoot: true}", "securityContext: {runAsUser: 1000}"),
        case("runs-as-root")
            .edit("      securityContext: {runAsNonRoot: true}\n", "")
            .edit(ESCALATION, "          allowPrivilegeEscalation: false\n          runAsNonRoot: true\n"),
    ]
}

fn const_path(field: &str) -> &'static str {
    match field {
        "privileged" => "spec.template.spec.containers[name=web].securityContext.privileged",
        "capabilities" => "spec.template.spec.containers[name=web].securityContext.capabilities",
        _ => "spec.template.spec.containers[name=web].securityContext.allowPrivilegeEscalation",
    }
}

fn capabilities() -> Vec<Case> {
    let path = "spec.template.spec.containers[name=web].securityContext.capabilities";
    assert_eq!(path, format!("{CONTEXT}.capabilities"));
    vec![
        case("capabilities-widened").edit("{drop: [ALL]}", "{drop: [ALL], add: [NET_ADMIN, CHOWN]}").gives(
            High,
            "Deployment/web",
            path,
            "The container web gets the capabilities NET_ADMIN and CHOWN, beyond the baseline standard.",
        ),
        case("capabilities-widened").edit("{drop: [ALL]}", "{drop: [ALL], add: [CHOWN]}").gives(
            Medium,
            "Deployment/web",
            path,
            "The container web gets the capability CHOWN back.",
        ),
        case("capabilities-widened").edit("{drop: [ALL]}", "{drop: [NET_RAW]}").gives(
            Medium,
            "Deployment/web",
            path,
            "The container web does not drop all capabilities any more.",
        ),
        // The restricted standard allows this one.
        case("capabilities-widened").edit("{drop: [ALL]}", "{drop: [ALL], add: [NET_BIND_SERVICE]}"),
        case("capabilities-widened")
            .given("{drop: [ALL]}", "{add: [NET_ADMIN]}")
            .edit("{add: [NET_ADMIN]}", "{drop: [ALL], add: [CAP_NET_ADMIN]}"),
    ]
}

fn nodes() -> Vec<Case> {
    let socket = "      volumes:\n      - {name: docker, hostPath: {path: /var/run/docker.sock}}\n";
    vec![
        case("host-namespace-shared")
            .edit("serviceAccountName: web", "serviceAccountName: web\n      hostNetwork: true")
            .gives(
                High,
                "Deployment/web",
                "spec.template.spec.hostNetwork",
                "Its pods share the network of their node (hostNetwork).",
            ),
        case("host-namespace-shared")
            .edit("serviceAccountName: web", "serviceAccountName: web\n      hostNetwork: false"),
        case("host-path-added").edit("      volumes:\n", socket).gives(
            High,
            "Deployment/web",
            "spec.template.spec.volumes[name=docker].hostPath.path",
            "Its pods mount /var/run/docker.sock of their node.",
        ),
        case("host-path-added").given("      volumes:\n", socket).edit("name: docker,", "name: socket,"),
    ]
}

fn roles() -> Vec<Case> {
    let rule = "- {apiGroups: [\"\"], resources: [configmaps], verbs: [get, list]}";
    vec![
        case("rbac-widened")
            .edit(rule, &format!("{rule}\n- {{apiGroups: [\"\"], resources: [secrets, configmaps], verbs: [get, list]}}"))
            .gives(High, "Role/web", "rules", "It newly allows get and list on secrets."),
        case("rbac-widened")
            .edit(rule, "- {apiGroups: [\"\"], resources: [configmaps, pods/exec], verbs: [get, list, create]}")
            .gives(
                High,
                "Role/web",
                "rules",
                "It newly allows create on configmaps; get, list and create on pods/exec.",
            ),
        case("rbac-widened")
            .add("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: ops}\nrules: [{apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"]}]")
            .gives(
                Critical,
                "ClusterRole/ops",
                "rules",
                "It newly allows * on *.* in every namespace it is bound for.",
            ),
        case("rbac-widened")
            .add("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: api, namespace: shop}\nrules: [{apiGroups: [\"\", apps], resources: [pods], verbs: [get, watch]}]")
            .gives(Medium, "Role/api", "rules", "It newly allows get and watch on pods; get and watch on pods.apps."),
        // URLs are no resources of the core group.
        case("rbac-widened")
            .given_also(&cluster_role("core", "", "{apiGroups: [\"\"], resources: [\"*\"], verbs: [\"*\"]}"))
            .edit("verbs: [\"*\"]}]", "verbs: [\"*\"]}, {nonResourceURLs: [\"*\"], verbs: [\"*\"]}]")
            .gives(
                High,
                "ClusterRole/core",
                "rules",
                "It newly allows * on * in every namespace it is bound for.",
            ),
        case("rbac-widened")
            .add(&cluster_role("coupons", TO_EDIT, "{apiGroups: [shop.example], resources: [coupons], verbs: [create]}"))
            .gives(
                High,
                "ClusterRole/coupons",
                "rules",
                "It newly allows create on coupons.shop.example to everybody who has the ClusterRole edit.",
            ),
        // The same permissions, split up; fewer of them.
        case("rbac-widened").edit(rule, "- {apiGroups: [\"\"], resources: [configmaps], verbs: [get]}\n- {apiGroups: [\"\"], resources: [configmaps], verbs: [list]}"),
        case("rbac-widened").edit(rule, "- {apiGroups: [\"\"], resources: [configmaps], resourceNames: [web-config], verbs: [get]}"),
    ]
}

const TO_EDIT: &str = ", labels: {rbac.authorization.k8s.io/aggregate-to-edit: \"true\"}";

fn cluster_role(name: &str, more: &str, rule: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: {name}{more}}}\nrules: [{rule}]"
    )
}

fn bound(role: &str, subject: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: {role}}}\nroleRef: {{kind: ClusterRole, name: {role}}}\nsubjects: [{subject}]"
    )
}

/// Who gets what a ClusterRole allows without a binding to it, or with everybody else.
fn given_to_many() -> Vec<Case> {
    let look = cluster_role("look", "", "{apiGroups: [\"\"], resources: [pods], verbs: [get]}");
    let whole = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: whole}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {team: shop}}]}\nrules: []";
    let web = "{kind: ServiceAccount, name: web, namespace: shop}";
    vec![
        case("binding-widened")
            .given_also(&look)
            .edit("metadata: {name: look}", &format!("metadata: {{name: look{TO_EDIT}}}"))
            .gives(
                High,
                "ClusterRole/look",
                "metadata.labels[\"rbac.authorization.k8s.io/aggregate-to-edit\"]",
                "Everybody who has the ClusterRole edit gets what it allows.",
            ),
        case("binding-widened").add(&look).add(&bound("look", "{kind: Group, name: \"system:unauthenticated\"}")).gives(
            High,
            "ClusterRoleBinding/look",
            "subjects",
            "Group system:unauthenticated gets the ClusterRole look: that is whoever reaches the API server, without a name.",
        ),
        case("binding-widened").add(whole).add(&bound("whole", web)).gives(
            High,
            "ClusterRoleBinding/whole",
            "subjects",
            "ServiceAccount shop/web gets the ClusterRole whole.",
        ),
        case("binding-widened").add(&look).add(&bound("look", web)),
        case("binding-widened")
            .given_also(&look)
            .edit("metadata: {name: look}", "metadata: {name: look, labels: {rbac.authorization.k8s.io/aggregate-to-edit: \"false\"}}"),
    ]
}

fn bindings() -> Vec<Case> {
    let subject = "- {kind: ServiceAccount, name: web, namespace: shop}";
    vec![
        case("binding-widened")
            .edit(subject, &format!("{subject}\n- {{kind: Group, name: \"system:authenticated\", apiGroup: rbac.authorization.k8s.io}}"))
            .gives(High, "RoleBinding/web", "subjects", "Group system:authenticated gets the Role web."),
        case("binding-widened")
            .add("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: ops}\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, name: ops, namespace: shop}]")
            .gives(
                Critical,
                "ClusterRoleBinding/ops",
                "subjects",
                "ServiceAccount shop/ops gets the ClusterRole cluster-admin.",
            ),
        case("binding-widened").edit(&format!("subjects:\n{subject}"), "subjects: []"),
        // The role is new too: rbac-widened says what it allows.
        case("binding-widened").add("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: api, namespace: shop}\nrules: [{apiGroups: [\"\"], resources: [pods], verbs: [get]}]\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: api, namespace: shop}\nroleRef: {kind: Role, name: api}\nsubjects: [{kind: ServiceAccount, name: web, namespace: shop}]"),
    ]
}

fn exposure() -> Vec<Case> {
    let internal = "metadata: {name: web, namespace: shop, annotations: {networking.gke.io/load-balancer-type: Internal}}\nspec:\n  type: LoadBalancer";
    let plain = "metadata: {name: web, namespace: shop}\nspec:\n  type: ClusterIP";
    vec![
        case("service-exposed").edit("type: ClusterIP", "type: LoadBalancer").gives(
            High,
            "Service/web",
            "spec.type",
            "It becomes a LoadBalancer that nothing marks as internal: it may be reachable from the internet.",
        ),
        case("service-exposed").edit("type: ClusterIP", "type: NodePort").gives(
            Medium,
            "Service/web",
            "spec.type",
            "It becomes a NodePort: it answers on a port of every node, past any Ingress.",
        ),
        case("service-exposed")
            .given(plain, internal)
            .edit(", annotations: {networking.gke.io/load-balancer-type: Internal}", "")
            .gives(
                High,
                "Service/web",
                "spec.type",
                "Its load balancer was marked internal and is no more: it may become public.",
            ),
        case("service-exposed")
            .given("type: ClusterIP", "type: LoadBalancer\n  loadBalancerSourceRanges: [192.0.2.0/24]")
            .edit("\n  loadBalancerSourceRanges: [192.0.2.0/24]", "")
            .gives(
                High,
                "Service/web",
                "spec.type",
                "Its loadBalancerSourceRanges no longer limit who may reach its load balancer: it may be reachable from \
                 the internet.",
            ),
        // All of IPv6, and one half of IPv4 and the other.
        case("service-exposed")
            .edit("type: ClusterIP", "type: LoadBalancer\n  loadBalancerSourceRanges: [\"::/0\"]")
            .says(High, "Service/web", "spec.type", "nothing marks as internal"),
        case("service-exposed")
            .edit("type: ClusterIP", "type: LoadBalancer\n  loadBalancerSourceRanges: [0.0.0.0/1, 128.0.0.0/1]")
            .says(High, "Service/web", "spec.type", "nothing marks as internal"),
        case("service-exposed").edit("type: ClusterIP", "type: LoadBalancer\n  loadBalancerSourceRanges: [\"2001:db8::/32\"]"),
        case("service-exposed").edit(plain, internal),
        case("service-exposed").given("type: ClusterIP", "type: LoadBalancer").edit("type: LoadBalancer", "type: ClusterIP"),
    ]
}
