use risk_rules::Level::{Critical, High, Medium};

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    [services(), ports(), routes(), policies()].into_iter().flatten().collect()
}

#[test]
fn what_carries_traffic() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

fn services() -> Vec<Case> {
    let metrics = "apiVersion: v1\nkind: Service\nmetadata: {name: metrics, namespace: shop}\nspec: {selector: {app: metrics}, ports: [{port: 9100}]}";
    vec![
        case("service-selects-nothing").edit("selector: {app: web}\n", "selector: {app: web, tier: edge}\n").gives(
            Critical,
            "Service/web",
            "spec.selector",
            "It sent traffic to Deployment web; after the change no pod has app=web and tier=edge. Ingress shop sends \
             users there.",
        ),
        case("service-selects-nothing").remove("StatefulSet", "db").gives(
            High,
            "Service/db",
            "spec.selector",
            "It sent traffic to StatefulSet db; after the change no pod has app=db.",
        ),
        case("service-selects-nothing").add(metrics).gives(
            Medium,
            "Service/metrics",
            "spec.selector",
            "It is new, and no pod in the files has app=metrics.",
        ),
        case("service-selects-nothing").given_also(metrics).edit("web:2.4.1", "web:2.5.0"),
        case("service-selects-nothing").edit("selector: {app: web}\n", "selector: {app: web, tier: front}\n"),
        case("service-selects-nothing").remove("StatefulSet", "db").remove("Service", "db"),
    ]
}

fn ports() -> Vec<Case> {
    vec![
        case("service-port-lost")
            .edit("{name: http, containerPort: 8080}", "{name: web, containerPort: 8080}")
            .gives(
                High,
                "Service/web",
                "spec.ports[port=80,protocol=TCP].targetPort",
                "It sends traffic to the port named http, and no container of Deployment web has one.",
            ),
        case("service-port-lost").edit("[{containerPort: 9090}]", "[{containerPort: 9091}]").gives(
            Medium,
            "Service/api",
            "spec.ports[port=9090,protocol=TCP].targetPort",
            "It sends traffic to port 9090, which no container of Deployment api declares any more.",
        ),
        // The number behind a name may move, and ports need not be declared at all.
        case("service-port-lost")
            .edit("{name: http, containerPort: 8080}", "{name: http, containerPort: 8081}"),
        case("service-port-lost").edit("        ports: [{containerPort: 9090}]\n", ""),
        case("service-port-lost")
            .given("{port: 80, targetPort: http}", "{port: 80, targetPort: https}")
            .edit("web:2.4.1", "web:2.5.0"),
    ]
}

fn routes() -> Vec<Case> {
    let api_rule = "  - host: api.shop.example\n    http:\n      paths:\n      - {path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 9090}}}}\n";
    let route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: api, namespace: shop}\nspec:\n  hostnames: [\"*.shop.example\"]\n  rules: [{backendRefs: [{name: api, port: 9090}]}]";
    vec![
        case("ingress-host-removed").edit(api_rule, "").gives(
            High,
            "Ingress/shop",
            "spec.rules",
            "Nothing serves the host api.shop.example any more: requests for it fail.",
        ),
        // The Gateway serves it now, by its wildcard.
        case("ingress-host-removed").edit(api_rule, "").add(route),
        case("ingress-host-removed").edit("number: 9090", "name: grpc"),
        case("ingress-backend-missing").remove("Service", "api").gives(
            High,
            "Ingress/shop",
            "spec.rules",
            "It still sends traffic to Service api, which the change removes.",
        ),
        case("ingress-backend-missing").edit("number: 9090", "number: 9091").gives(
            High,
            "Ingress/shop",
            "spec.rules",
            "It sends traffic to port 9091 of Service api, which has no such port.",
        ),
        case("ingress-backend-missing").add(&route.replace("name: api, port", "name: edge, port")).gives(
            Medium,
            "HTTPRoute/api",
            "spec.rules",
            "It sends traffic to Service edge, which is not in the files; it must exist in namespace shop.",
        ),
        case("ingress-backend-missing").given_without("Service", "api").edit("web:2.4.1", "web:2.5.0"),
        case("ingress-backend-missing").remove("Service", "api").edit(api_rule, ""),
    ]
}

fn policies() -> Vec<Case> {
    let deny = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\nspec:\n  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Egress]";
    let deny_ingress = &deny.replace("Egress", "Ingress");
    let deny_all = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: all, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Ingress]}";
    let new_app = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: mail, namespace: shop}\nspec:\n  selector: {matchLabels: {app: mail}}\n  template: {metadata: {labels: {app: mail}}, spec: {containers: [{name: mail, image: \"mail:1.0\"}]}}";
    let deny_all_ingress = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny-ingress, namespace: \
                            shop}\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]";
    let allow = |app: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {app}, namespace: shop}}\nspec:\n  \
             podSelector: {{matchLabels: {{app: {app}}}}}\n  ingress: [{{}}]"
        )
    };
    vec![
        case("default-deny-added").add(deny).gives(
            High,
            "NetworkPolicy/deny",
            "spec",
            "It denies all traffic from Deployment web, and no other policy in the files allows any.",
        ),
        case("default-deny-added").add(deny_ingress).gives(
            Medium,
            "NetworkPolicy/deny",
            "spec",
            "It denies all traffic to Deployment web, except what NetworkPolicy db allows.",
        ),
        case("default-deny-added").given_also(deny).edit("web:2.4.1", "web:2.5.0"),
        // Every workload that a Service sends traffic to has a policy that allows some, added with the denial.
        case("default-deny-added").add(deny_all_ingress).add(&allow("web")).add(&allow("api")),
        case("default-deny-added").add(deny_all_ingress).add(&allow("api")).gives(
            Medium,
            "NetworkPolicy/deny-ingress",
            "spec",
            "It denies all traffic to Deployment api, Deployment web, Deployment worker and 2 more, except what \
             NetworkPolicy api and NetworkPolicy db allow.",
        ),
        case("default-deny-added").add(&format!("{deny}\n  egress: [{{to: [{{podSelector: {{}}}}]}}]")),
        // Pods that are new had no traffic.
        case("default-deny-added").add(new_app).add(&deny.replace("app: web", "app: mail")),
        // Nobody is known to call db, and something was meant to.
        case("default-deny-added").given_also(deny_all).remove("NetworkPolicy", "db").gives(
            High,
            "NetworkPolicy/db",
            "spec",
            "It is removed, and what is left denies all traffic to StatefulSet db, some of which it allowed.",
        ),
        case("default-deny-added")
            .given_also(deny_all)
            .given_also(deny_ingress)
            .remove("NetworkPolicy", "deny"),
        case("network-policy-removed").remove("NetworkPolicy", "db").gives(
            Medium,
            "NetworkPolicy/db",
            "",
            "No NetworkPolicy selects StatefulSet db any more: all traffic is allowed.",
        ),
        case("network-policy-removed")
            .remove("NetworkPolicy", "db")
            .add(&deny.replace("app: web", "app: db")),
    ]
}
