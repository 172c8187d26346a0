use risk_rules::Level::{High, Low, Medium};

use crate::case::{Case, case};

const ENV: &str = "        - name: LOG_LEVEL\n";

pub(crate) fn cases() -> Vec<Case> {
    [removed(), ports(), dependencies(), environments(), balancers(), policies(), policy_ports(), dns()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn what_workloads_are_told_to_call() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

/// Web is told a value.
fn told(value: &str) -> String {
    format!("        - {{name: TARGET, value: \"{value}\"}}\n{ENV}")
}

fn removed() -> Vec<Case> {
    let rule = "service-removed";
    vec![
        case(rule).given(ENV, &told("http://api:9090/v1")).remove("Service", "api").gives(
            High,
            "Service/api",
            "",
            "It is removed, and Deployment web is still told to call it.",
        ),
        case(rule).remove("Service", "api").gives(
            Medium,
            "Service/api",
            "",
            "It is removed, and no Service leads to Deployment api any more.",
        ),
        // Its pods go too; the host of another namespace is another Service.
        case(rule).remove("Service", "api").remove("Deployment", "api"),
        case(rule)
            .given(ENV, &told("http://api.billing.svc:9090"))
            .remove("Service", "api")
            .remove("Deployment", "api"),
    ]
}

fn ports() -> Vec<Case> {
    let rule = "service-port-removed";
    vec![
        case(rule)
            .given(ENV, &told("api:9090"))
            .edit("  - {port: 9090}", "  - {port: 9091, targetPort: 9090}")
            .gives(
                High,
                "Service/api",
                "spec.ports",
                "It no longer answers on port 9090: Deployment web is still told to call it there.",
            ),
        case(rule)
            .given(ENV, &told("api:80"))
            .edit("  - {port: 9090}", "  - {port: 9091, targetPort: 9090}")
            .says(Medium, "Service/api", "spec.ports", "who calls it there finds nobody"),
        // Without a port a URL means that of its scheme.
        case(rule)
            .given(ENV, &told("http://api/v1"))
            .given("  - {port: 9090}", "  - {port: 80, name: a}")
            .edit("  - {port: 80, name: a}", "  - {port: 8080, name: a}")
            .says(High, "Service/api", "spec.ports", "Deployment web is still told to call it there"),
        case(rule)
            .given(ENV, &told("https://api.shop.svc/v1"))
            .given("  - {port: 9090}", "  - {port: 80, name: a}\n  - {port: 443, name: b}")
            .edit("  - {port: 80, name: a}\n", "")
            .says(Medium, "Service/api", "spec.ports", "who calls it there finds nobody"),
        case(rule).edit("  - {port: 9090}", "  - {port: 9090, targetPort: 9091}"),
        case(rule).edit("  - {port: 9090}", "  - {port: 9090}\n  - {port: 9091, name: more}"),
    ]
}

const VALUE: &str = "spec.template.spec.containers[name=web].env[name=TARGET].value";

fn dependencies() -> Vec<Case> {
    let rule = "dependency-missing";
    let payments = "apiVersion: v1\nkind: Service\nmetadata: {name: payments, namespace: shop}\nspec: {selector: {app: api}, ports: [{port: 80}]}";
    vec![
        case(rule).edit(ENV, &told("http://payments:8080")).gives(
            Medium,
            "Deployment/web",
            VALUE,
            "It is newly told to call payments, and no Service in the files has that name: it must exist in the target.",
        ),
        case(rule).edit("  log-level: info\n", "  log-level: \"to tracing.observability.svc.cluster.local:4317\"\n").says(
            Medium,
            "ConfigMap/web-config",
            "data.log-level",
            "tracing.observability.svc.cluster.local",
        ),
        case(rule).edit(ENV, &told("http://payments:8080")).add(payments),
        case(rule).edit(ENV, &told("https://payments.example/v1")),
        case(rule).given(ENV, &told("http://payments:8080")).edit("http://payments:8080", "http://payments:8081"),
    ]
}

fn environments() -> Vec<Case> {
    let rule = "other-environment-called";
    vec![
        case(rule).given(ENV, &told("postgres://db.example:5432")).edit("db.example", "db.staging.example").gives(
            Medium,
            "Deployment/web",
            VALUE,
            "It is newly told about db.staging.example, which by its name belongs to staging; nothing here did so before.",
        ),
        case(rule).given(ENV, &told("https://db.staging.example")).edit("db.staging.example", "cache.staging.example"),
        case(rule).edit(ENV, &told("https://latest.example")),
        // A top-level domain, and a provider's own name.
        case(rule).edit(ENV, &told("https://europe-docker.pkg.dev/shop")),
        case(rule).edit(ENV, &told("https://go.dev/dl")),
        case(rule).edit(ENV, &told("https://dev.azure.com/shop")),
        case(rule).edit(ENV, &told("https://api-dev.pkg.dev")).says(Medium, "Deployment/web", VALUE, "belongs to dev"),
        // A Service and its namespace.
        case(rule).edit(ENV, &told("http://api.dev:8080")).says(Medium, "Deployment/web", VALUE, "belongs to dev"),
    ]
}

fn balancers() -> Vec<Case> {
    let address = "balancer-recreated";
    let spread = "traffic-policy-changed";
    let balancer = "  type: LoadBalancer\n  selector: {app: web}\n";
    let (is_inside, of_web) = ("  type: ClusterIP\n  selector: {app: web}\n", "  selector: {app: web}\n");
    let address_of = "  type: LoadBalancer\n  loadBalancerIP: 192.0.2.1\n  selector: {app: web}\n";
    let class = "  type: LoadBalancer\n  loadBalancerClass: a.example/one\n  selector: {app: web}\n";
    vec![
        case(address).given(is_inside, balancer).edit(balancer, of_web).gives(
            High,
            "Service/web",
            "spec.type",
            "It is no longer a LoadBalancer: its address is given up, and who calls it finds nobody.",
        ),
        case(address).given(is_inside, address_of).edit("192.0.2.1", "192.0.2.2").gives(
            High,
            "Service/web",
            "spec.loadBalancerIP",
            "loadBalancerIP changes: most clouds make another balancer, with another address.",
        ),
        // The API server refuses that: immutable-field-changed.
        case(address).given(is_inside, class).edit("a.example/one", "a.example/two"),
        case(address).given(is_inside, balancer).remove("Service", "web").says(
            High,
            "Service/web",
            "spec",
            "is removed",
        ),
        case(address).given(is_inside, balancer).edit(
            "  - {port: 80, targetPort: http}",
            "  - {port: 80, targetPort: http}\n  - {port: 443, name: tls, targetPort: http}",
        ),
        case(spread)
            .given(is_inside, balancer)
            .edit(balancer, &format!("{balancer}  externalTrafficPolicy: Local\n"))
            .gives(
                Medium,
                "Service/web",
                "spec.externalTrafficPolicy",
                "externalTrafficPolicy becomes Local: a node without one of its pods drops what it gets.",
            ),
        case(spread)
            .given(is_inside, &format!("{balancer}  externalTrafficPolicy: Local\n"))
            .edit("  externalTrafficPolicy: Local\n", "")
            .says(Low, "Service/web", "spec.externalTrafficPolicy", "addresses of their clients"),
        case(spread)
            .given(is_inside, balancer)
            .edit(balancer, &format!("{balancer}  externalTrafficPolicy: Cluster\n")),
    ]
}

const FROM_API: &str = "  ingress:\n  - from: [{podSelector: {matchLabels: {app: api}}}]\n";

const DENY_ALL: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}";

fn policies() -> Vec<Case> {
    let rule = "policy-cuts-used-path";
    let both = "  ingress:\n  - from: [{podSelector: {matchLabels: {app: api}}}, {podSelector: {matchLabels: {app: web}}}]\n";
    let other = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: front, namespace: shop}\nspec:\n  podSelector: {matchLabels: {app: db}}\n  ingress:\n  - from: [{podSelector: {matchLabels: {tier: front}}}]";
    vec![
        case(rule).given(ENV, &told("db:5432")).given(FROM_API, both).edit(both, FROM_API).gives(
            High,
            "NetworkPolicy/db",
            "spec.ingress",
            "It no longer lets Deployment web reach StatefulSet db, which is told to call Service db.",
        ),
        case(rule).given(ENV, &told("db:5432")).given(FROM_API, both).edit(both, FROM_API).add(other),
        case(rule).given(FROM_API, both).edit(both, FROM_API),
        case(rule).given(ENV, &told("db:5432")).edit(FROM_API, both),
        // The label by which web was let in goes from its pods.
        case(rule)
            .given(ENV, &told("db:5432"))
            .given_without("NetworkPolicy", "db")
            .given_also(other)
            .edit("labels: {app: web, tier: front}", "labels: {app: web}")
            .says(High, "NetworkPolicy/front", "spec.ingress", "It stays as it is, while labels or ports move"),
        // What denies was always there; the one policy that let web in goes.
        case(rule).given(ENV, &told("db:5432")).given_also(&DENY_ALL.replace(", Egress", "")).given_also(other).remove("NetworkPolicy", "front").gives(
            High,
            "NetworkPolicy/front",
            "spec.ingress",
            "It is removed, and what is left does not let Deployment web reach StatefulSet db, which is told to call \
             Service db.",
        ),
        case(rule)
            .given(ENV, &told("db:5432"))
            .given_without("NetworkPolicy", "db")
            .given_also(&DENY_ALL.replace(", Egress", ""))
            .given_also(other)
            .remove("NetworkPolicy", "front")
            .says(High, "NetworkPolicy/front", "spec.ingress", "It is removed, and what is left does not let Deployment web"),
        // Of a call that does not leave web's pods nothing is lost.
        case(rule).given(ENV, &told("db:5432")).given_also(DENY_ALL).given_also(other).remove("NetworkPolicy", "front"),
        // A denial that is new has a rule of its own.
        case(rule).given(ENV, &told("db:5432")).given_without("NetworkPolicy", "db").add(DENY_ALL),
    ]
}

/// Traffic to a Service is seen by policies at the port of the pods; db has the headless Service db at 5432, which its
/// container names sql; api listens at 9090.
fn policy_ports() -> Vec<Case> {
    let rule = "policy-cuts-used-path";
    let to_db = |ports: &str| {
        format!(
            "  ingress:\n  - from: [{{podSelector: {{matchLabels: {{app: web}}}}}}]\n    ports: [{ports}]\n"
        )
    };
    let db = |was: &str, is: &str| {
        let told = case(rule).given(ENV, &told("db:5432")).given(FROM_API, &to_db(was));
        told.edit(&to_db(was), &to_db(is))
    };
    const SQL: &str = "It no longer lets Deployment web reach StatefulSet db on TCP port 5432, which is told to call \
                       Service db.";
    let out = |ports: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: out, namespace: shop}}\nspec:\n  podSelector: {{matchLabels: {{app: web}}}}\n  policyTypes: [Egress]\n  egress:\n  - ports: [{{port: 53, protocol: UDP}}]\n  - to: [{{podSelector: {{matchLabels: {{app: api}}}}}}]\n    ports: [{ports}]"
        )
    };
    let renumbered = "  - {port: 80, targetPort: 9090}";
    let to_api = |called: &str, was: &str, is: &str| {
        case(rule)
            .given(ENV, &told(called))
            .given("  - {port: 9090}", renumbered)
            .given_also(&out(was))
            .edit(was, is)
    };
    const OUT: &str = "It no longer lets Deployment web reach Deployment api on TCP port 9090, which is told to call Service api.";
    let api_in = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: in, namespace: shop}\nspec:\n  podSelector: {matchLabels: {app: api}}\n  ingress:\n  - ports: [{port: 9090}]";
    vec![
        db("{port: 5432}", "{port: 9187}").gives(High, "NetworkPolicy/db", "spec.ingress", SQL),
        // The protocol is TCP where nothing is said; a range ends with its endPort.
        db("{port: 5432}", "{port: 5432, protocol: UDP}").gives(High, "NetworkPolicy/db", "spec.ingress", SQL),
        db("{port: 5432}", "{port: 5000, endPort: 5431}").gives(High, "NetworkPolicy/db", "spec.ingress", SQL),
        db("{port: sql}", "{port: metrics}").gives(High, "NetworkPolicy/db", "spec.ingress", SQL),
        db("{port: 5432}", "{port: 5000, endPort: 5432}"),
        db("{port: 5432}", "{port: 9187}, {port: sql}"),
        db("{port: 5432}", "{protocol: TCP}"),
        // The name moves in the container, and the policy knows it by the old one.
        case(rule)
            .given(ENV, &told("db:5432"))
            .given(FROM_API, &to_db("{port: sql}"))
            .edit("{name: sql, containerPort: 5432}", "{name: postgres, containerPort: 5432}")
            .gives(
                High,
                "NetworkPolicy/db",
                "spec.ingress",
                "It stays as it is, while labels or ports move, and does not let Deployment web reach StatefulSet db on \
                 TCP port 5432, which is told to call Service db.",
            ),
        // Policies are asked about the port behind the Service, not about its own.
        to_api("http://api/v1", "{port: 9090}", "{port: 80}").gives(High, "NetworkPolicy/out", "spec.egress", OUT),
        to_api("http://api/v1", "{port: 80}, {port: 9090}", "{port: 9090}"),
        to_api("api.shop.svc", "{port: 9090}", "{port: 9091}").gives(High, "NetworkPolicy/out", "spec.egress", OUT),
        // api is no peer any more but for names.
        case(rule).given(ENV, &told("api:9090")).given_also(&out("{port: 9090}")).edit("matchLabels: {app: api}}}]\n    ports", "matchLabels: {app: mail}}}]\n    ports").gives(
            High,
            "NetworkPolicy/out",
            "spec.egress",
            OUT,
        ),
        // The target port moves, and the policy stays.
        case(rule)
            .given(ENV, &told("api:80"))
            .given("  - {port: 9090}", renumbered)
            .given_also(api_in)
            .edit("targetPort: 9090", "targetPort: 9191")
            .says(High, "NetworkPolicy/in", "spec.ingress", "It stays as it is, while labels or ports move"),
        case(rule).given(ENV, &told("api:80")).given("  - {port: 9090}", renumbered).given_also(api_in).edit(
            "{port: 80, targetPort: 9090}",
            "{port: 80, targetPort: 9090, name: http}",
        ),
        // A new call that the policy never let through; one that it always kept out.
        case(rule).edit(ENV, &told("db:5432")).gives(
            High,
            "NetworkPolicy/db",
            "spec.ingress",
            "It does not let Deployment web reach StatefulSet db, which is newly told to call Service db.",
        ),
        case(rule).given(ENV, &told("db:5432")).edit("web:2.4.1", "web:2.5.0"),
        case(rule).given(ENV, &told("db:5432")).edit("value: \"db:5432\"", "value: \"postgres://db:5432/shop\""),
    ]
}

fn dns() -> Vec<Case> {
    let rule = "egress-without-dns";
    let policy = |ports: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: out, namespace: shop}}\nspec:\n  podSelector: {{matchLabels: {{app: web}}}}\n  policyTypes: [Egress]\n  egress:\n  - {ports}"
        )
    };
    vec![
        case(rule).add(&policy("ports: [{port: 5432}]")).gives(
            High,
            "NetworkPolicy/out",
            "spec.egress",
            "Deployment web may no longer ask for names: no egress rule in the files allows port 53 of UDP.",
        ),
        case(rule).add(&policy("ports: [{port: 5432}]\n  - ports: [{port: 53, protocol: UDP}]")),
        case(rule).given_also(&policy("ports: [{port: 5432}]")).edit("{port: 5432}]", "{port: 5433}]"),
        // Pods of the own namespace alone (API reference, "NetworkPolicyPeer"): the cluster's DNS is in another.
        case(rule).add(&policy("to: [{podSelector: {}}]")).says(High, "NetworkPolicy/out", "spec.egress", "Deployment web"),
        case(rule).add(&policy("to: [{podSelector: {matchLabels: {k8s-app: kube-dns}}}]\n    ports: [{port: 53}]")).says(
            High,
            "NetworkPolicy/out",
            "spec.egress",
            "Deployment web",
        ),
        case(rule).add(&policy("to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}]")).says(
            High,
            "NetworkPolicy/out",
            "spec.egress",
            "Deployment web",
        ),
        case(rule).add(&policy("to: [{podSelector: {}}]\n  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]")),
        case(rule).add(&policy("to: [{namespaceSelector: {matchLabels: {role: system}}}]")),
        case(rule).add(&policy("to: [{ipBlock: {cidr: 10.0.0.0/8}}]")),
        // Without a protocol a port is one of TCP, by which nobody asks first.
        case(rule).add(&policy("ports: [{port: 53}]")).says(High, "NetworkPolicy/out", "spec.egress", "port 53 of UDP"),
        case(rule).add(&policy("ports: [{port: 53}, {port: 53, protocol: UDP}]")),
        case(rule).add(&policy("ports: [{port: 1, endPort: 1023, protocol: UDP}]")),
        case(rule).add(&policy("ports: [{protocol: TCP}]")).says(High, "NetworkPolicy/out", "spec.egress", "port 53 of UDP"),
        // OpenShift's DNS answers behind its address at another port.
        case(rule).add(&policy("ports: [{port: 5353, protocol: UDP}]")),
        // A DNS of the team's own, in its own namespace.
        case(rule).given("[{containerPort: 9090}]", "[{containerPort: 53}]").add(&policy("to: [{podSelector: {}}]")),
        // The policy for names goes, and what denies stays.
        case(rule)
            .given_also(DENY_ALL)
            .given_also(&policy("ports: [{port: 53, protocol: UDP}]"))
            .remove("NetworkPolicy", "out")
            .gives(
                High,
                "NetworkPolicy/out",
                "spec.egress",
                "Deployment web may no longer ask for names: it is removed, and no egress rule left in the files allows \
                 port 53 of UDP.",
            ),
    ]
}
