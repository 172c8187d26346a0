//! Where traffic from outside goes: Ingresses, and the routes of the Gateway API.

use kube_model::{Object, Path, shown};
use serde_json::Value;

use super::{View, items};

/// A Service that a route sends traffic to.
pub(crate) struct Backend<'a> {
    /// The list that holds it: its items have no keys.
    pub(crate) path: Path,
    pub(crate) service: &'a str,
    /// Where the Service is, if the route says so.
    pub(crate) namespace: Option<&'a str>,
    /// A port's number or name.
    pub(crate) port: Option<&'a Value>,
    /// The only host whose requests go there, if an Ingress names one.
    pub(crate) host: Option<&'a str>,
}

const ROUTES: [&str; 4] = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"];
const GATEWAY: &str = "gateway.networking.k8s.io";

impl<'a> View<'a> {
    /// Everything that routes traffic from outside.
    pub(crate) fn routers(&self) -> impl Iterator<Item = &'a Object> {
        let routes = ROUTES.iter().flat_map(|kind| self.custom(GATEWAY, kind));
        self.of_kind("Ingress").chain(routes)
    }
}

/// The hosts that an Ingress or a route answers to.
pub(crate) fn hosts(object: &Object) -> Vec<(Path, &str)> {
    let spec = Path::root().key("spec");
    match object.key.kind.as_str() {
        "Ingress" => items(object.at(&["spec", "rules"]))
            .filter_map(|rule| rule.get("host")?.as_str())
            .map(|host| (spec.key("rules"), host))
            .collect(),
        _ => items(object.at(&["spec", "hostnames"]))
            .filter_map(Value::as_str)
            .map(|host| (spec.key("hostnames"), host))
            .collect(),
    }
}

/// The Services that an Ingress or a route sends traffic to.
pub(crate) fn backends(object: &Object) -> Vec<Backend<'_>> {
    let spec = Path::root().key("spec");
    if object.key.kind != "Ingress" {
        return items(object.at(&["spec", "rules"]))
            .flat_map(|rule| items(rule.get("backendRefs")))
            .filter_map(|backend| of_route(backend, spec.key("rules")))
            .collect();
    }
    let default = ["defaultBackend", "backend"]
        .into_iter()
        .filter_map(|field| of_ingress(object.at(&["spec", field])?, spec.key(field)));
    let by_path = items(object.at(&["spec", "rules"])).flat_map(|rule| {
        let host = rule.get("host").and_then(Value::as_str);
        items(rule.get("http").and_then(|http| http.get("paths")))
            .filter_map(|path| of_ingress(path.get("backend")?, spec.key("rules")))
            .map(move |backend| Backend { host, ..backend })
            .collect::<Vec<_>>()
    });
    default.chain(by_path).collect()
}

fn of_route(backend: &Value, path: Path) -> Option<Backend<'_>> {
    let kind = backend.get("kind").and_then(Value::as_str).unwrap_or("Service");
    if kind != "Service" {
        return None;
    }
    let service = backend.get("name")?.as_str()?;
    let namespace = backend.get("namespace").and_then(Value::as_str);
    Some(Backend { path, service, namespace, port: backend.get("port"), host: None })
}

/// `service: {name, port: {number | name}}`, or before `networking.k8s.io/v1` `serviceName` and `servicePort`.
fn of_ingress(backend: &Value, path: Path) -> Option<Backend<'_>> {
    if let Some(service) = backend.get("service") {
        let port = service.get("port").and_then(|port| port.get("number").or_else(|| port.get("name")));
        return Some(Backend {
            path,
            service: service.get("name")?.as_str()?,
            namespace: None,
            port,
            host: None,
        });
    }
    let service = backend.get("serviceName")?.as_str()?;
    Some(Backend { path, service, namespace: None, port: backend.get("servicePort"), host: None })
}

impl Backend<'_> {
    /// `web:80`, as evidence.
    pub(crate) fn evidence(&self) -> String {
        match self.port {
            Some(Value::String(port)) => format!("{}:{port}", self.service),
            Some(port) => format!("{}:{port}", self.service),
            None => self.service.to_owned(),
        }
    }

    /// Whether a Service has the port that is meant.
    pub(crate) fn finds_port(&self, service: &Object) -> bool {
        let Some(wanted) = self.port else { return true };
        items(service.at(&["spec", "ports"]))
            .any(|port| port.get("port") == Some(wanted) || port.get("name") == Some(wanted))
    }

    /// How a sentence names it: `Service web`.
    pub(crate) fn named(&self) -> String {
        format!("Service {}", shown(self.service))
    }
}
