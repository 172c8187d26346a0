//! Who is affected by a finding: what runs, calls or may do something by way of its object.

use std::collections::{BTreeSet, HashMap};

use kube_model::{Object, ObjectKey, shown};
use serde_json::Value;

use crate::model::{
    Change, Selector, View, Workload, backends, hosts, named, references, same_namespace, subjects,
};

/// The two states, indexed by what points at what.
pub(crate) struct Affected<'c, 'a> {
    sides: [Side<'c, 'a>; 2],
}

struct Side<'c, 'a> {
    view: &'c View<'a>,
    /// By the name of the Service that they send traffic to, each with the host of the requests if it names one.
    routers: HashMap<&'a str, Vec<(&'a Object, Option<&'a str>)>>,
    /// By kind and name of what their pods need.
    readers: HashMap<(&'static str, &'a str), Vec<&'c Workload<'a>>>,
}

impl<'c, 'a> Affected<'c, 'a> {
    pub(crate) fn of(change: &'c Change<'a>) -> Self {
        Self { sides: [Side::of(&change.before), Side::of(&change.after)] }
    }

    /// Names as sentences write them (`Service web`, `host shop.example of Ingress shop`), sorted.
    pub(crate) fn by(&self, object: &ObjectKey) -> Vec<String> {
        let mut names = BTreeSet::new();
        for side in &self.sides {
            if let Some(found) = side.view.object(object) {
                side.add(found, &mut names);
            }
        }
        names.into_iter().collect()
    }
}

impl<'c, 'a> Side<'c, 'a> {
    fn of(view: &'c View<'a>) -> Self {
        let mut side = Self { view, routers: HashMap::new(), readers: HashMap::new() };
        for router in view.routers() {
            for backend in backends(router) {
                side.routers.entry(backend.service).or_default().push((router, backend.host));
            }
        }
        for workload in &view.workloads {
            for reference in references(workload) {
                side.readers.entry((reference.kind, reference.name)).or_default().push(workload);
            }
        }
        side
    }

    fn add(&self, object: &'a Object, names: &mut BTreeSet<String>) {
        match object.key.kind.as_str() {
            "Ingress" | "HTTPRoute" | "GRPCRoute" | "TLSRoute" => names.extend(hosts_of(object)),
            "Service" => self.add_routers(object, names),
            "Role" | "ClusterRole" => self.add_bound(object, names),
            "RoleBinding" | "ClusterRoleBinding" => names.extend(subjects(object)),
            _ => {}
        }
        if let Some(workload) = self.view.workload(&object.key) {
            self.add_callers(workload, names);
        }
        for workload in self.workloads_of(object) {
            names.insert(workload.named());
            self.add_callers(workload, names);
        }
    }

    /// The workloads that an object is for.
    fn workloads_of(&self, object: &Object) -> Vec<&Workload<'a>> {
        let here = |workload: &&Workload<'a>| same_namespace(workload.object, object);
        let selected = |keys: &[&str]| match object.at(keys).and_then(Selector::of_labels) {
            Some(selector) => self.view.selected(&selector, object),
            None => Vec::new(),
        };
        match object.key.kind.as_str() {
            "PodDisruptionBudget" => selected(&["spec", "selector"]),
            "NetworkPolicy" => selected(&["spec", "podSelector"]),
            "HorizontalPodAutoscaler" | "ScaledObject" => {
                let target = |field| object.text(&["spec", "scaleTargetRef", field]);
                let (kind, name) =
                    (target("kind").unwrap_or("Deployment"), target("name").unwrap_or_default());
                let scaled = self.view.named(kind, name, object);
                scaled.and_then(|scaled| self.view.workload(&scaled.key)).into_iter().collect()
            }
            "Namespace" => {
                let is_in = |workload: &&Workload<'a>| {
                    workload.object.key.namespace.as_deref() == Some(object.key.name.as_str())
                };
                self.view.workloads.iter().filter(is_in).collect()
            }
            kind => {
                let readers = self.readers.get(&(kind, object.key.name.as_str()));
                readers.into_iter().flatten().copied().filter(here).collect()
            }
        }
    }

    /// Those who reach the pods of a workload.
    fn add_callers(&self, workload: &Workload<'_>, names: &mut BTreeSet<String>) {
        for service in self.view.services_of(workload) {
            names.insert(named(service));
            self.add_routers(service, names);
        }
    }

    fn add_routers(&self, service: &Object, names: &mut BTreeSet<String>) {
        let routers = self.routers.get(service.key.name.as_str()).into_iter().flatten();
        for (router, host) in routers.filter(|(router, _)| same_namespace(router, service)) {
            match host {
                Some(host) => names.extend([host_of(host, router)]),
                None => names.extend(hosts_of(router)),
            }
        }
    }

    fn add_bound(&self, role: &Object, names: &mut BTreeSet<String>) {
        let bindings = ["RoleBinding", "ClusterRoleBinding"].iter().flat_map(|kind| self.view.of_kind(kind));
        let of_role = |field: &str, binding: &Object| {
            binding.at(&["roleRef", field]).and_then(Value::as_str).map(str::to_owned)
        };
        for binding in bindings {
            let is_its = of_role("kind", binding).as_deref() == Some(role.key.kind.as_str())
                && of_role("name", binding).as_deref() == Some(role.key.name.as_str());
            if is_its && same_namespace(binding, role) {
                names.extend(subjects(binding));
            }
        }
    }
}

/// The hosts that a router serves, or the router itself where it serves any.
fn hosts_of(router: &Object) -> Vec<String> {
    let hosts = hosts(router);
    match hosts.is_empty() {
        true => vec![named(router)],
        false => hosts.into_iter().map(|(_, host)| host_of(host, router)).collect(),
    }
}

fn host_of(host: &str, router: &Object) -> String {
    format!("host {} of {}", shown(host), named(router))
}
