//! What a pod asks for: Kubernetes' effective request.

use std::collections::BTreeMap;

use kube_model::Quantity;

use crate::cursor::Cursor;
use crate::error::CostError;

/// Nano-units by the name of the resource.
pub(crate) type Requests<'a> = BTreeMap<&'a str, i128>;

/// What one pod asks for.
#[derive(Debug, Default)]
pub(crate) struct PodRequest<'a> {
    pub(crate) requests: Requests<'a>,
    pub(crate) notes: Vec<String>,
}

/// The effective request of a pod, for each resource by itself (KEP-753, "Resources calculation for scheduling and
/// pod admission"; kubernetes.io, "Effective Pod requests and limits"):
///
/// ```text
/// InitContainerUse(i) = sum of the sidecars before i + request of init container i
/// effective request   = max( max over i of InitContainerUse(i),
///                            sum of all sidecars + sum of all containers ) + pod overhead
/// ```
///
/// A sidecar is an init container with `restartPolicy: Always`. A container's limit is its request where it has
/// none (`SetDefaults_Pod` in kubernetes' `pkg/apis/core/v1/defaults.go`). The pod's own `resources` (KEP-2837) take
/// the place of the containers' for CPU, memory and huge pages.
///
/// `overhead` is that of the pod's RuntimeClass, which admission writes into `spec.overhead`.
pub(crate) fn effective_request<'a>(
    spec: &Cursor<'a>,
    overhead: Option<&Cursor<'a>>,
) -> Result<PodRequest<'a>, CostError> {
    let mut pod = PodRequest::default();
    let mut running = Requests::new();
    let mut starting = Requests::new();
    let whole_pod = PodLevel::of(spec)?;
    for container in spec.items("initContainers")? {
        let requests = container_requests(&container)?;
        let sidecar = container.text("restartPolicy") == Some("Always");
        let mut needed = running.clone();
        add(&mut needed, &requests.effective, spec)?;
        if sidecar {
            running = needed.clone();
            requests.note(&container, &whole_pod, &mut pod.notes);
        }
        raise(&mut starting, &needed);
    }
    for container in spec.items("containers")? {
        let requests = container_requests(&container)?;
        add(&mut running, &requests.effective, spec)?;
        requests.note(&container, &whole_pod, &mut pod.notes);
    }
    raise(&mut running, &starting);
    whole_pod.apply(&mut running);
    let declared = spec.quantities("overhead")?;
    let overhead = match overhead {
        Some(class) if declared.is_empty() => class.quantities("podFixed")?,
        _ => declared,
    };
    add(&mut running, &nanos(overhead), spec)?;
    pod.requests = running;
    Ok(pod)
}

fn nanos<'a>(quantities: Vec<(&'a str, Quantity)>) -> Requests<'a> {
    quantities.into_iter().map(|(name, quantity)| (name, quantity.nanos())).collect()
}

fn add<'a>(sum: &mut Requests<'a>, more: &Requests<'a>, spec: &Cursor<'a>) -> Result<(), CostError> {
    for (name, amount) in more {
        let entry = sum.entry(name).or_default();
        *entry = entry.checked_add(*amount).ok_or_else(|| CostError::overflow(&spec.object.key))?;
    }
    Ok(())
}

fn raise<'a>(largest: &mut Requests<'a>, other: &Requests<'a>) {
    for (name, amount) in other {
        let entry = largest.entry(name).or_default();
        *entry = (*entry).max(*amount);
    }
}

struct ContainerRequests<'a> {
    effective: Requests<'a>,
    from_limit: Vec<&'a str>,
}

fn container_requests<'a>(container: &Cursor<'a>) -> Result<ContainerRequests<'a>, CostError> {
    let resources = container.get("resources");
    let of = |key: &str| match &resources {
        Some(resources) => resources.quantities(key).map(nanos),
        None => Ok(Requests::new()),
    };
    let mut effective = of("requests")?;
    let mut from_limit = Vec::new();
    for (name, limit) in of("limits")? {
        effective.entry(name).or_insert_with(|| {
            from_limit.push(name);
            limit
        });
    }
    Ok(ContainerRequests { effective, from_limit })
}

impl ContainerRequests<'_> {
    /// Says what the manifest leaves out: a container without a request takes room that nobody counts.
    fn note(&self, container: &Cursor<'_>, whole_pod: &PodLevel<'_>, notes: &mut Vec<String>) {
        let name = container.text("name").unwrap_or("without a name");
        let own = [("cpu", "CPU"), ("memory", "memory")].into_iter().filter(|(key, _)| !whole_pod.sets(key));
        let titles = |pick: &dyn Fn(&str) -> bool| -> Vec<&str> {
            own.clone().filter(|(key, _)| pick(key)).map(|(_, title)| title).collect()
        };
        let missing = titles(&|key| !self.effective.contains_key(key)).join(" or ");
        if !missing.is_empty() {
            notes.push(format!("container {name}: no {missing} request, counted at nothing"));
        }
        let limited = titles(&|key| self.from_limit.contains(&key)).join(" or ");
        if !limited.is_empty() {
            notes.push(format!("container {name}: no {limited} request, so Kubernetes takes the limit"));
        }
    }
}

/// The pod's own `resources`.
struct PodLevel<'a> {
    requests: Requests<'a>,
    limits: Requests<'a>,
}

impl<'a> PodLevel<'a> {
    fn of(spec: &Cursor<'a>) -> Result<Self, CostError> {
        let Some(resources) = spec.get("resources") else {
            return Ok(Self { requests: Requests::new(), limits: Requests::new() });
        };
        let supported = |quantities: Vec<(&'a str, Quantity)>| {
            let mut requests = nanos(quantities);
            requests.retain(|name, _| matches!(*name, "cpu" | "memory") || name.starts_with("hugepages-"));
            requests
        };
        Ok(Self {
            requests: supported(resources.quantities("requests")?),
            limits: supported(resources.quantities("limits")?),
        })
    }

    fn sets(&self, resource: &str) -> bool {
        self.requests.contains_key(resource) || self.limits.contains_key(resource)
    }

    /// A request of the pod wins; its limit counts only where neither the pod nor a container has a request
    /// (`defaultPodRequests` in kubernetes' `pkg/apis/core/v1/defaults.go`).
    fn apply(&self, effective: &mut Requests<'a>) {
        for (name, amount) in &self.requests {
            effective.insert(name, *amount);
        }
        for (name, amount) in &self.limits {
            effective.entry(name).or_insert(*amount);
        }
    }
}
