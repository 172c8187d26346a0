use cost_model::Usage;

use super::{check_priced, of};
use crate::support::{BALANCER, cost};

fn service(annotations: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Service, metadata: {{name: web, annotations: {{{annotations}}}}}, spec: {{type: LoadBalancer, {spec}}}}}\n---\n"
    )
}

fn ingress(name: &str, annotations: &str, class: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: {name}, annotations: {{{annotations}}}}}, spec: {{{class}}}}}\n---\n"
    )
}

/// An NLB 0.0225 × 730 = 16.425; an ALB and a forwarding rule 0.025 × 730 = 18.25; any other 14.60.
const NLB: i64 = 16_425_000;
const ALB: i64 = 18_250_000;

#[test]
fn services() {
    const AWS: &str = "service.beta.kubernetes.io/aws-load-balancer";
    check_priced(&[
        ("nobody says which", service("", ""), BALANCER),
        ("an NLB by annotation", service(&format!("{AWS}-type: nlb"), ""), NLB),
        (
            "an NLB of the controller",
            service(&format!("{AWS}-type: external, {AWS}-scheme: internal"), ""),
            NLB,
        ),
        ("an NLB by class", service("", "loadBalancerClass: service.k8s.aws/nlb"), NLB),
        // a Classic Load Balancer has no price in this book: that of any
        ("AWS's older one", service(&format!("{AWS}-internal: 'true'"), ""), BALANCER),
        ("GKE's internal one", service("networking.gke.io/load-balancer-type: Internal", ""), ALB),
        ("in the cluster itself", service("", "loadBalancerClass: metallb.io/metallb"), 0),
    ]);
}

#[test]
fn ingresses() {
    const GROUP: &str = "alb.ingress.kubernetes.io/group.name";
    let class = "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: public}, spec: {controller: ingress.k8s.aws/alb}}\n---\n";
    let default = class.replace(
        "name: public",
        "name: public, annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}",
    );
    let house = "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: house}, spec: {controller: example.com/house}}\n---\n";
    check_priced(&[
        ("nginx", ingress("a", "", "ingressClassName: nginx"), 0),
        ("nginx by another name", ingress("a", "", "ingressClassName: nginx-internal"), 0),
        (
            "a class of a controller that is not known",
            house.to_owned() + &ingress("a", "", "ingressClassName: house"),
            0,
        ),
        ("the default class", default.clone() + &ingress("a", "", ""), ALB),
        ("an ALB", ingress("a", "", "ingressClassName: alb"), ALB),
        ("an ALB by annotation", ingress("a", "kubernetes.io/ingress.class: alb", ""), ALB),
        (
            "an ALB by its class's controller",
            format!("{class}{}", ingress("a", "", "ingressClassName: public")),
            ALB,
        ),
        (
            "two ALBs",
            ingress("a", "", "ingressClassName: alb") + &ingress("b", "", "ingressClassName: alb"),
            ALB * 2,
        ),
        // one group is one balancer, two are two
        (
            "three in one group",
            ["a", "b", "c"]
                .map(|name| ingress(name, &format!("{GROUP}: shop"), "ingressClassName: alb"))
                .concat(),
            ALB,
        ),
        (
            "two groups",
            ["a", "b"]
                .map(|name| ingress(name, &format!("{GROUP}: {name}"), "ingressClassName: alb"))
                .concat(),
            ALB * 2,
        ),
        ("GKE's", ingress("a", "kubernetes.io/ingress.class: gce", ""), ALB),
        // an Application Gateway has no price in this book: that of any, once
        (
            "one Application Gateway for all",
            ["a", "b"].map(|name| ingress(name, "", "ingressClassName: azure-application-gateway")).concat(),
            BALANCER,
        ),
    ]);
}

#[test]
fn an_ingress_of_which_it_is_not_known_what_it_makes() {
    let why = |yaml: &str| cost(yaml).unknown.first().map(|unknown| unknown.why.clone()).unwrap_or_default();
    let none = why(&ingress("a", "", ""));
    assert_eq!(
        none,
        "it names no IngressClass, and the default one is not known: GKE makes a load balancer for it"
    );
    let other = why(&ingress("a", "", "ingressClassName: house"));
    assert_eq!(
        other,
        "the IngressClass house is not in this state: whether it makes a load balancer is not known"
    );
}

/// The first five of Google's rules cost 0.025 an hour together: two that are counted with 0.025 each are a guess.
#[test]
fn rules_that_are_billed_together_are_a_guess() {
    let is_guess = |yaml: &str| {
        let report = super::report(yaml, &super::priced(), Usage::default());
        report.objects[0].parts[0].assumed.is_some()
    };
    assert!(is_guess(&service("networking.gke.io/load-balancer-type: Internal", "")));
    assert!(is_guess(&service("service.beta.kubernetes.io/azure-load-balancer-internal: 'true'", "")));
    assert!(is_guess(&ingress("a", "kubernetes.io/ingress.class: gce", "")));
    assert!(!is_guess(&service("", "loadBalancerClass: service.k8s.aws/nlb")));
}

/// What a Gateway's controller makes for it is one balancer with it.
#[test]
fn the_service_of_a_gateway_is_counted_with_it() {
    let gateway = of("gateway.networking.k8s.io/v1", "Gateway", "gatewayClassName: istio");
    let made = |metadata: &str| {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: web-proxy, namespace: shop, {metadata}}}, spec: {{type: LoadBalancer}}}}\n---\n"
        )
    };
    let owned = made(
        "ownerReferences: [{apiVersion: gateway.networking.k8s.io/v1beta1, kind: Gateway, name: web, uid: u}]",
    );
    let labelled = made(
        "labels: {gateway.envoyproxy.io/owning-gateway-namespace: shop, gateway.envoyproxy.io/owning-gateway-name: web}",
    );
    check_priced(&[
        ("owned", gateway.clone() + &owned, BALANCER),
        (
            "of Envoy Gateway",
            gateway.replace("istio", "eg") + &labelled.replacen("namespace: shop,", "namespace: envoy,", 1),
            BALANCER,
        ),
        ("of no Gateway here", owned.clone(), BALANCER),
        ("one of its own", gateway.clone() + &made(""), BALANCER * 2),
    ]);
    // what a Gateway makes is not known, its Service is
    let unknown = cost(&(gateway.replace("istio", "house") + &owned));
    assert_eq!((unknown.total.projected.money.micros, unknown.unknown.len()), (BALANCER, 1));
}

#[test]
fn gateways() {
    let gateway =
        |class: &str| of("gateway.networking.k8s.io/v1", "Gateway", &format!("gatewayClassName: {class}"));
    let class = "{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: edge}, spec: {controllerName: gateway.k8s.aws/nlb}}\n---\n";
    check_priced(&[
        ("GKE's", gateway("gke-l7-global-external-managed"), ALB),
        ("by its class's controller", format!("{class}{}", gateway("edge")), NLB),
        ("Istio makes a Service for it", gateway("istio"), BALANCER),
    ]);
    // a name that only holds that of one of them ("eg")
    let class = class.replace("gateway.k8s.aws/nlb", "example.com/integration");
    let other = cost(&format!("{class}{}", gateway("edge")));
    assert_eq!(other.unknown[0].why, "what the GatewayClass edge makes is not known");
    let unknown = cost(&gateway("house"));
    assert_eq!(unknown.unknown[0].why, "what the GatewayClass house makes is not known");
}
