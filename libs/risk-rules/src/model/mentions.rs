//! The hosts that the pods of a workload are told about: in variables, arguments and the ConfigMaps that they read.

use std::collections::HashMap;

use kube_model::{Object, Path, Segment};
use serde_json::Value;

use super::{View, Workload, items, references, same_namespace};

/// A host that a text names, with the port if it names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Host<'a> {
    pub(crate) name: &'a str,
    pub(crate) port: Option<u16>,
    /// The port that its scheme stands for.
    default_port: Option<u16>,
}

impl Host<'_> {
    /// The port at which it is asked, as far as the text says.
    pub(crate) fn asked_at(&self) -> Option<u16> {
        self.port.or(self.default_port)
    }
}

/// A text that pods read, and where it stands.
pub(crate) struct Mention<'a> {
    pub(crate) object: &'a Object,
    pub(crate) path: Path,
    pub(crate) text: &'a str,
}

/// What the pods of a workload are told in its own manifest, and in the ConfigMaps that they read.
pub(crate) fn mentions<'a>(view: &View<'a>, workload: &Workload<'a>) -> Vec<Mention<'a>> {
    let mut found = Vec::new();
    let object = workload.object;
    for container in &workload.containers {
        for variable in items(container.value.get("env")) {
            let text = |field: &str| variable.get(field).and_then(Value::as_str);
            if let (Some(name), Some(text)) = (text("name"), text("value")) {
                let item = Segment::Item(vec![("name".to_owned(), name.to_owned())]);
                found.push(Mention { object, path: container.path.key("env").join(item).key("value"), text });
            }
        }
        for field in ["command", "args"] {
            let texts = items(container.value.get(field)).filter_map(Value::as_str);
            found.extend(texts.map(|text| Mention { object, path: container.path.key(field), text }));
        }
    }
    for reference in references(workload).iter().filter(|reference| reference.kind == "ConfigMap") {
        let Some(object) = view.named("ConfigMap", reference.name, workload.object) else { continue };
        let data = object.at(&["data"]).and_then(Value::as_object);
        let mut add = |(key, value): (&'a String, &'a Value)| {
            let path = Path::root().key("data").key(key);
            found.extend(value.as_str().map(|text| Mention { object, path, text }));
        };
        match reference.key {
            Some(only) => data.and_then(|data| data.get_key_value(only)).into_iter().for_each(&mut add),
            None => data.into_iter().flatten().for_each(&mut add),
        }
    }
    found
}

/// The hosts of a text: of URLs (`http://api:80/x`), and words that are a host with a port (`db.shop:5432`) or a name of
/// the cluster's own (`db.shop.svc`).
pub(crate) fn hosts_in(text: &str) -> Vec<Host<'_>> {
    text.split(|c: char| c.is_whitespace() || ",;\"'()<>|=[]{}".contains(c))
        .filter_map(host_of_word)
        .collect()
}

fn host_of_word(word: &str) -> Option<Host<'_>> {
    let (scheme, rest) = match word.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, word),
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    let (name, port) = match authority.split_once(':') {
        Some((name, port)) => (name, Some(port.parse::<u16>().ok()?)),
        None => (authority, None),
    };
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
        && name.chars().any(|c| c.is_ascii_alphabetic())
        && !name.starts_with(['.', '-']);
    let is_of_cluster = name.ends_with(".svc") || name.contains(".svc.");
    let default_port = scheme.and_then(|scheme| match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        _ => None,
    });
    (is_name && (scheme.is_some() || port.is_some() || is_of_cluster)).then_some(Host {
        name,
        port,
        default_port,
    })
}

/// Name and namespace of the Service that a host means, if it can mean one (Kubernetes documentation, "DNS for Services
/// and Pods"): `api`, `api.shop`, `api.shop.svc`, `api.shop.svc.cluster.local`.
pub(crate) fn service_of(host: &str) -> Option<(&str, Option<&str>)> {
    let mut labels = host.split('.');
    let name = labels.next().filter(|name| !name.is_empty() && *name != "localhost")?;
    match (labels.next(), labels.next()) {
        (namespace, None | Some("svc")) => Some((name, namespace)),
        _ => None,
    }
}

/// Which workloads are told about which Services.
pub(crate) struct Callers<'v, 'a> {
    by_service: HashMap<&'a str, Vec<(&'v Workload<'a>, Host<'a>)>>,
}

impl<'v, 'a> Callers<'v, 'a> {
    pub(crate) fn of(view: &'v View<'a>) -> Self {
        let mut by_service: HashMap<&str, Vec<_>> = HashMap::new();
        for workload in &view.workloads {
            for mention in mentions(view, workload) {
                for host in hosts_in(mention.text) {
                    if let Some((name, _)) = service_of(host.name) {
                        by_service.entry(name).or_default().push((workload, host));
                    }
                }
            }
        }
        Self { by_service }
    }

    /// Those who are told about a Service, each with the host that they are told.
    pub(crate) fn of_service(&self, service: &Object) -> impl Iterator<Item = &(&'v Workload<'a>, Host<'a>)> {
        let namespace = service.key.namespace.as_deref();
        self.by_service.get(service.key.name.as_str()).into_iter().flatten().filter(move |(caller, host)| {
            match service_of(host.name) {
                Some((_, Some(named))) => namespace.is_none_or(|namespace| namespace == named),
                _ => same_namespace(caller.object, service),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_in_urls_and_pairs_and_names_of_the_cluster() {
        let of = |text| hosts_in(text).into_iter().map(|host| (host.name, host.port)).collect::<Vec<_>>();
        assert_eq!(of("http://api:8080/v1?x=1"), [("api", Some(8080))]);
        assert_eq!(of("postgres://user:pw@db.shop.svc/x"), [("db.shop.svc", None)]);
        assert_eq!(of("kafka-0:9092,kafka-1:9092"), [("kafka-0", Some(9092)), ("kafka-1", Some(9092))]);
        assert_eq!(of("url=https://shop.example, mode: fast"), [("shop.example", None)]);
        assert_eq!(of("0.0.0.0:8080 info 12:30 1.2.3 --level=info"), []);
    }

    #[test]
    fn a_host_means_a_service_by_its_first_labels() {
        assert_eq!(service_of("api"), Some(("api", None)));
        assert_eq!(service_of("api.shop"), Some(("api", Some("shop"))));
        assert_eq!(service_of("api.shop.svc.cluster.local"), Some(("api", Some("shop"))));
        assert_eq!(service_of("shop.example.com"), None);
        assert_eq!(service_of("localhost"), None);
    }
}
