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
    check_priced(&[
        ("nginx", ingress("a", "", "ingressClassName: nginx"), 0),
        ("no class", ingress("a", "", ""), 0),
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
fn gateways() {
    let gateway =
        |class: &str| of("gateway.networking.k8s.io/v1", "Gateway", &format!("gatewayClassName: {class}"));
    let class = "{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: edge}, spec: {controllerName: gateway.k8s.aws/nlb}}\n---\n";
    check_priced(&[
        ("GKE's", gateway("gke-l7-global-external-managed"), ALB),
        ("by its class's controller", format!("{class}{}", gateway("edge")), NLB),
        ("Istio makes a Service for it", gateway("istio"), BALANCER),
    ]);
    let unknown = cost(&gateway("house"));
    assert_eq!(unknown.unknown[0].why, "what the GatewayClass house makes is not known");
}
