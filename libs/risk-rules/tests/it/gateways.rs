//! What Gateways serve, what pods find by name, and what webhooks ask.

use risk_rules::Level::{High, Medium};

use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    [attached(), weights(), routes(), certificates(), names(), webhooks()].into_iter().flatten().collect()
}

#[test]
fn what_gateways_serve() {
    cases().iter().for_each(|case| {
        case.check();
    });
}

const GATEWAY: &str = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gw, namespace: shop}\nspec:\n  \
                       gatewayClassName: x\n  listeners:\n  - {name: secure, port: 443, protocol: HTTPS, hostname: \
                       g.example, tls: {certificateRefs: [{name: db}]}}";

const ROUTE: &str = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop}\nspec:\n  \
                     parentRefs: [{name: gw, sectionName: secure}]\n  hostnames: [g.example]\n  rules:\n  - matches: [{path: \
                     {type: PathPrefix, value: /a}}]\n    backendRefs: [{name: api, port: 9090, weight: 2}]\n  - matches: \
                     [{path: {value: /b}}]\n    backendRefs: [{name: web, port: 80, weight: 1}, {name: api, port: 9090, weight: \
                     3}]";

fn served(rule: &'static str) -> Case {
    case(rule).given_also(GATEWAY).given_also(ROUTE)
}

fn attached() -> Vec<Case> {
    let rule = "route-detached";
    vec![
        served(rule).remove("Gateway", "gw").gives(
            High,
            "HTTPRoute/r",
            "spec.parentRefs",
            "It hangs at Gateway gw, which the change removes: nothing serves it there any more.",
        ),
        served(rule).edit("- {name: secure,", "- {name: tls,").gives(
            High,
            "HTTPRoute/r",
            "spec.parentRefs",
            "It hangs at a listener secure of Gateway gw, which has no such listener: nothing serves it there.",
        ),
        served(rule).edit("- {name: secure,", "- {name: tls,").edit("sectionName: secure", "sectionName: tls"),
        served(rule).edit("sectionName: secure", "port: 443"),
        served(rule).edit("sectionName: secure", "port: 8443").says(
            High,
            "HTTPRoute/r",
            "spec.parentRefs",
            "which has no such listener",
        ),
        case(rule).given_also(ROUTE).edit("web:2.4.1", "web:2.5.0"),
        served(rule).remove("Gateway", "gw").remove("HTTPRoute", "r"),
    ]
}

fn weights() -> Vec<Case> {
    let rule = "route-without-weight";
    vec![
        served(rule).edit("weight: 2", "weight: 0").gives(
            High,
            "HTTPRoute/r",
            "spec.rules",
            "Every backend of a rule has the weight 0: requests for /a are sent nowhere and fail.",
        ),
        served(rule).edit("weight: 3", "weight: 0"),
        served(rule).given("weight: 2", "weight: 0").edit("weight: 3", "weight: 9"),
    ]
}

fn routes() -> Vec<Case> {
    let rule = "ingress-path-removed";
    let first = "  - matches: [{path: {type: PathPrefix, value: /a}}]\n    backendRefs: [{name: api, port: 9090, weight: 2}]\n";
    vec![
        served(rule).edit(first, "").gives(
            High,
            "HTTPRoute/r",
            "spec.rules",
            "Nothing serves /a of the host g.example any more.",
        ),
        served(rule).edit("{type: PathPrefix, value: /a}", "{type: Exact, value: /a}").gives(
            High,
            "HTTPRoute/r",
            "spec.rules",
            "Nothing serves what is below /a of the host g.example any more.",
        ),
        // A rule without matches is for every path.
        served(rule)
            .edit("  - matches: [{path: {type: PathPrefix, value: /a}}]\n    backendRefs", "  - backendRefs"),
        served(rule).edit("{type: PathPrefix, value: /a}", "{value: /a}"),
    ]
}

fn certificates() -> Vec<Case> {
    let (tls, removed) = ("tls-secret-missing", "tls-removed");
    vec![
        served(tls).edit("certificateRefs: [{name: db}]", "certificateRefs: [{name: nope}]").gives(
            Medium,
            "Gateway/gw",
            "spec.listeners",
            "It serves TLS with Secret nope, which is not in the files; it must exist in the target.",
        ),
        served(tls).remove("Secret", "db").says(High, "Gateway/gw", "spec.listeners", "which the change removes"),
        served(tls).edit("certificateRefs: [{name: db}]", "certificateRefs: [{name: nope, namespace: infra}]"),
        served(removed).edit("port: 443, protocol: HTTPS", "port: 80, protocol: HTTP").gives(
            High,
            "Gateway/gw",
            "spec.listeners",
            "The listener secure of Gateway gw speaks HTTP instead of HTTPS: what comes in is served without the \
             certificate that it had.",
        ),
        served(removed).edit("protocol: HTTPS", "protocol: TLS"),
    ]
}

fn names() -> Vec<Case> {
    let rule = "cluster-names-lost";
    let pod = "spec:\n      containers:\n      - name: worker\n";
    let with = |fields: &str| format!("spec:\n{fields}      containers:\n      - name: worker\n");
    let call = |fields: &str| {
        with(fields)
            .replace("- name: worker\n", "- name: worker\n        args: [\"--api=http://api.shop:9090\"]\n")
    };
    let path = "spec.template.spec.dnsPolicy";
    vec![
        case(rule).given(pod, &call("")).edit(&call(""), &call("      dnsPolicy: Default\n")).gives(
            High,
            "Deployment/worker",
            path,
            "Its pods ask the DNS of their node (dnsPolicy Default): Service api, which it is told to call, is not found \
             by name.",
        ),
        case(rule).edit(pod, &with("      dnsPolicy: Default\n")).gives(
            Medium,
            "Deployment/worker",
            path,
            "Its pods ask the DNS of their node (dnsPolicy Default): names of Services are not found.",
        ),
        case(rule)
            .edit(pod, &with("      dnsPolicy: None\n      dnsConfig: {nameservers: [8.8.8.8]}\n"))
            .says(Medium, "Deployment/worker", path, "Its pods ask 8.8.8.8 alone (dnsPolicy None)"),
        case(rule).edit(pod, &with("      hostNetwork: true\n")).says(
            Medium,
            "Deployment/worker",
            "spec.template.spec.hostNetwork",
            "where dnsPolicy ClusterFirst means the DNS of the node",
        ),
        case(rule).edit(pod, &with("      hostNetwork: true\n      dnsPolicy: ClusterFirstWithHostNet\n")),
        // The cache of a node, and a cluster's own address.
        case(rule)
            .edit(pod, &with("      dnsPolicy: None\n      dnsConfig: {nameservers: [169.254.20.10, 10.96.0.10]}\n")),
    ]
}

fn webhooks() -> Vec<Case> {
    let rule = "webhook-backend-lost";
    let guard = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: \
                 guard}\nwebhooks:\n- {name: guard.shop.example, failurePolicy: Fail, clientConfig: {service: {name: web, \
                 namespace: shop}}, rules: [{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: \
                 [pods]}]}";
    let path = "webhooks[name=guard.shop.example].clientConfig";
    vec![
        case(rule).given_also(guard).remove("Service", "web").gives(
            High,
            "ValidatingWebhookConfiguration/guard",
            path,
            "The webhook guard.shop.example asks Service web, which the change removes: the API server refuses what it is to \
             be asked about (failurePolicy Fail).",
        ),
        case(rule).given_also(guard).edit("replicas: 3", "replicas: 0").says(
            High,
            "ValidatingWebhookConfiguration/guard",
            path,
            "and Deployment web has no pods after the change",
        ),
        case(rule).add(&guard.replace("name: web,", "name: nobody,")).says(
            Medium,
            "ValidatingWebhookConfiguration/guard",
            path,
            "asks Service nobody, which is not in the files",
        ),
        case(rule).given_also(&guard.replace("failurePolicy: Fail", "failurePolicy: Ignore")).remove("Service", "web"),
        case(rule).given_also(guard).remove("Service", "web").remove("ValidatingWebhookConfiguration", "guard"),
        case(rule).given_also(guard).edit("replicas: 3", "replicas: 2"),
    ]
}
