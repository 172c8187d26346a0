//! What load balancers an object makes: Services, Ingresses, Gateways.

use crate::cursor::Cursor;
use crate::kinds::why_unknown;
use crate::surroundings::Surroundings;

/// What an object makes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Balancer {
    /// Nothing that costs.
    None,
    /// One of a kind, as price books name them (empty: not known which), and what to say of it.
    Own(&'static str, Option<String>),
    /// It takes part in one that is counted with another object.
    Shared(String),
    Unknown(String),
}

const IN_CLUSTER: [(&str, &str); 5] = [
    ("metallb", "MetalLB"),
    ("io.cilium", "Cilium"),
    ("kube-vip", "kube-vip"),
    ("tailscale", "Tailscale"),
    ("klipper", "Klipper"),
];

/// A Service of type LoadBalancer. Which kind it makes is said by `loadBalancerClass` or by annotations of the clouds'
/// controllers (AWS Load Balancer Controller, "NLB annotations"; GKE, "LoadBalancer Service parameters"; AKS, "Use a public
/// standard load balancer").
pub(crate) fn service(root: &Cursor<'_>) -> Balancer {
    let Some(spec) = root.get("spec").filter(|spec| spec.text("type") == Some("LoadBalancer")) else {
        return Balancer::None;
    };
    let class = spec.text("loadBalancerClass").unwrap_or_default();
    if let Some((_, name)) = IN_CLUSTER.iter().find(|(part, _)| class.contains(part)) {
        return Balancer::Shared(format!(
            "{name} balances in the cluster itself, on nodes that are paid for"
        ));
    }
    let annotations = root.at(&["metadata", "annotations"]);
    let text = |key: &str| annotations.as_ref().and_then(|all| all.text(key)).unwrap_or_default();
    let of_aws = text("service.beta.kubernetes.io/aws-load-balancer-type");
    if class == "service.k8s.aws/nlb" || matches!(of_aws, "nlb" | "nlb-ip" | "external") {
        return Balancer::Own("nlb", None);
    }
    if annotations
        .as_ref()
        .is_some_and(|all| has_prefix(all, "service.beta.kubernetes.io/aws-load-balancer-"))
    {
        return Balancer::Own("classic", None);
    }
    if class.starts_with("networking.gke.io/")
        || annotations.as_ref().is_some_and(|all| {
            all.get("networking.gke.io/load-balancer-type").is_some()
                || all.get("cloud.google.com/load-balancer-type").is_some()
        })
    {
        return Balancer::Own("forwarding-rule", None);
    }
    if annotations.as_ref().is_some_and(|all| has_prefix(all, "service.beta.kubernetes.io/azure-")) {
        return Balancer::Own("standard", None);
    }
    Balancer::Own("", None)
}

/// Why one of a kind may cost less than its price: of Google's forwarding rules and of the rules of Azure's standard load
/// balancer the first five cost the price together, each further one less (Google Cloud, "Cloud Load Balancing pricing";
/// Azure, "Load Balancer pricing").
pub(crate) fn billed_together(kind: &str) -> Option<&'static str> {
    matches!(kind, "forwarding-rule" | "standard").then_some(
        "the first five rules of a project cost this much together and further ones less; it is counted as a first one",
    )
}

fn has_prefix(annotations: &Cursor<'_>, prefix: &str) -> bool {
    annotations.value().as_object().is_some_and(|all| all.keys().any(|key| key.starts_with(prefix)))
}

/// The controllers of IngressClasses and GatewayClasses that make balancers, the names under which they are usually
/// installed, and what they make.
const CONTROLLERS: [(&[&str], &str); 6] = [
    (&["ingress.k8s.aws/alb", "gateway.k8s.aws/alb", "alb", "aws-alb", "amazon-alb"], "alb"),
    (&["gateway.k8s.aws/nlb", "aws-nlb", "amazon-nlb"], "nlb"),
    (&["k8s.io/ingress-gce", "networking.gke.io/gateway", "gce", "gce-internal"], "forwarding-rule"),
    (
        &["azure/application-gateway", "azure-application-gateway", "alb.networking.azure.io/alb-controller"],
        "application-gateway",
    ),
    (&["azure-alb-external"], "application-gateway"),
    (&["ingress.ibm.com/alb", "public-iks-k8s-nginx"], ""),
];

fn made_by(controller: &str) -> Option<&'static str> {
    let names = |names: &[&str]| names.contains(&controller);
    CONTROLLERS.iter().find(|(all, _)| names(all)).map(|(_, kind)| *kind)
}

/// An Ingress whose class makes a balancer for each (`gce`), for each group (`alb`), or shares one (Azure's Application
/// Gateway). What others (nginx, Traefik) route goes through the controller's own Service.
pub(crate) fn ingress(root: &Cursor<'_>, around: &Surroundings<'_>) -> Balancer {
    let Some(class) = ingress_class(root).or_else(|| around.default_ingress_class()) else {
        return Balancer::Unknown(
            "it names no IngressClass, and the default one is not known: GKE makes a load balancer for it"
                .to_owned(),
        );
    };
    let controller = around.ingress_controller(class);
    let Some((kind, group)) = ingress_balancer(root, class, controller) else {
        return match controller.is_some() || routes_in_cluster(class) {
            true => Balancer::None,
            false => Balancer::Unknown(format!(
                "the IngressClass {class} is not in this state: whether it makes a load balancer is not known"
            )),
        };
    };
    let Some(group) = group else { return Balancer::Own(kind, None) };
    match around.first_of_ingress_group(&group) {
        Some(first) if *first != root.object.key => {
            Balancer::Shared(format!("it shares the balancer of the {group}, which is counted with {first}"))
        }
        _ => Balancer::Own(kind, Some(format!("one balancer for the {group}"))),
    }
}

/// Whether a class has the name of a controller that routes in the cluster, or one after it (`nginx-internal`): what it routes
/// goes through the controller's own Service.
fn routes_in_cluster(class: &str) -> bool {
    const NAMES: [&str; 6] = ["nginx", "traefik", "haproxy", "contour", "kong", "istio"];
    class.split(['-', '.', '_']).any(|word| NAMES.contains(&word))
}

/// The kind of balancer that an Ingress of a class asks for, with the name of the group that shares it.
pub(crate) fn ingress_balancer(
    root: &Cursor<'_>,
    class: &str,
    controller: Option<&str>,
) -> Option<(&'static str, Option<String>)> {
    let kind = controller.and_then(made_by).or_else(|| made_by(class))?;
    let group = match kind {
        "alb" => ingress_group(root).map(|group| format!("ALB group {group}")),
        "application-gateway" => Some(format!("gateway of {class}")),
        _ => None,
    };
    Some((kind, group))
}

pub(crate) fn ingress_class<'a>(root: &Cursor<'a>) -> Option<&'a str> {
    let of_spec = root.get("spec").and_then(|spec| spec.text("ingressClassName"));
    let annotations = root.at(&["metadata", "annotations"]);
    of_spec.or_else(|| annotations.and_then(|all| all.text("kubernetes.io/ingress.class")))
}

fn ingress_group<'a>(root: &Cursor<'a>) -> Option<&'a str> {
    root.at(&["metadata", "annotations"])?.text("alb.ingress.kubernetes.io/group.name")
}

/// The GatewayClass controllers that run proxies behind a Service of type LoadBalancer, with the names under which their
/// classes are usually installed (each project's documentation of its GatewayClass).
const RUNS_PROXIES: [(&str, &[&str]); 7] = [
    ("istio", &["istio.io/gateway-controller", "istio"]),
    ("envoy", &["gateway.envoyproxy.io/gatewayclass-controller", "envoy", "envoy-gateway", "eg"]),
    ("cilium", &["io.cilium/gateway-controller", "cilium"]),
    ("nginx", &["gateway.nginx.org/nginx-gateway-controller", "nginx"]),
    ("kong", &["konghq.com/kic-gateway-controller", "konghq.com/gateway-operator", "kong"]),
    ("traefik", &["traefik.io/gateway-controller", "traefik"]),
    ("contour", &["projectcontour.io/gateway-controller", "contour"]),
];

/// A Gateway: by the controller of its class, or by the class's usual name.
pub(crate) fn gateway(root: &Cursor<'_>, around: &Surroundings<'_>) -> Balancer {
    let class = root.get("spec").and_then(|spec| spec.text("gatewayClassName")).unwrap_or_default();
    let controller = around.gateway_controller(class).unwrap_or(class);
    if let Some(kind) = made_by(controller).or_else(|| made_by(class)) {
        return Balancer::Own(kind, None);
    }
    if class.starts_with("gke-l7-") {
        return Balancer::Own("forwarding-rule", None);
    }
    let names = |names: &[&str]| names.contains(&controller) || names.contains(&class);
    match RUNS_PROXIES.iter().find(|(_, all)| names(all)) {
        Some((name, _)) => Balancer::Own("", Some(format!("{name} makes a Service for it, with a balancer"))),
        None if class.is_empty() => Balancer::Unknown(why_unknown(&root.object.key)),
        None => Balancer::Unknown(format!("what the GatewayClass {class} makes is not known")),
    }
}
