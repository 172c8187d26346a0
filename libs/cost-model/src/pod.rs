//! What a pod asks for: Kubernetes' effective request.

use std::collections::BTreeMap;

use kube_model::Quantity;

use crate::cursor::Cursor;
use crate::error::CostError;
use crate::usage::Platform;
use crate::vertical::{Unbounded, Vertical};

/// Nano-units by the name of the resource.
pub(crate) type Requests<'a> = BTreeMap<&'a str, i128>;

/// What a container is in its pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It runs before the others, and ends.
    Init,
    /// An init container with `restartPolicy: Always`: it starts before the others, and stays.
    Sidecar,
    Main,
}

/// What one container asks for.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) name: &'a str,
    pub(crate) role: Role,
    pub(crate) requests: Requests<'a>,
    /// What is taken from its limit.
    pub(crate) from_limit: Vec<&'a str>,
    /// What is filled in by LimitRanges or the platform.
    pub(crate) filled: Vec<&'a str>,
}

/// What one pod asks for.
#[derive(Debug, Default)]
pub(crate) struct PodRequest<'a> {
    /// What is expected.
    pub(crate) requests: Requests<'a>,
    /// The least that a VerticalPodAutoscaler may make of it.
    pub(crate) least: Requests<'a>,
    /// The most.
    pub(crate) most: Requests<'a>,
    /// Of what it may ask for more than any figure.
    pub(crate) unbounded: Unbounded<'a>,
    /// Of what its containers ask for by themselves.
    pub(crate) asks: Vec<Ask<'a>>,
    pub(crate) notes: Vec<String>,
    /// Why there is no such pod.
    pub(crate) impossible: Option<String>,
}

/// What bears on a pod's request beside its own words.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rules<'a, 'b> {
    /// The overhead of the pod's RuntimeClass, which admission writes into `spec.overhead`.
    pub(crate) overhead: Option<&'b Cursor<'a>>,
    /// What the namespace's LimitRanges fill in.
    pub(crate) defaults: Option<&'b Requests<'a>>,
    pub(crate) vertical: Option<&'b Vertical<'a>>,
    pub(crate) platform: Option<Platform>,
    /// Whether it is a DaemonSet's.
    pub(crate) is_daemon: bool,
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
/// A container's limit is its request where it has none (`SetDefaults_Pod` in kubernetes'
/// `pkg/apis/core/v1/defaults.go`), then a LimitRange's default. The pod's own `resources` (KEP-2837) take
/// the place of the containers' for CPU, memory and huge pages.
pub(crate) fn effective_request<'a>(
    spec: &Cursor<'a>,
    rules: Rules<'a, '_>,
) -> Result<PodRequest<'a>, CostError> {
    let whole_pod = PodLevel::of(spec)?;
    let mut pod = PodRequest { asks: asks(spec, rules)?, ..PodRequest::default() };
    let declared = spec.quantities("overhead")?;
    let overhead = nanos(match rules.overhead {
        Some(class) if declared.is_empty() => class.quantities("podFixed")?,
        _ => declared,
    });
    let plain: Vec<Requests<'a>> = pod.asks.iter().map(|ask| ask.requests.clone()).collect();
    let sets = match rules.vertical.filter(|vertical| !vertical.is_off) {
        Some(vertical) => pod.resized(vertical, plain),
        None => vec![plain],
    };
    let mut sums = Vec::with_capacity(3);
    for requests in &sets {
        let mut sum = combined(&pod.asks, requests, spec)?;
        whole_pod.apply(&mut sum);
        add(&mut sum, &overhead, spec)?;
        if let Some(Err(why)) = rules.platform.map(|platform| platform.round(&mut sum)) {
            pod.impossible = Some(why);
        }
        sums.push(sum);
    }
    pod.take(sums);
    if let Some(vertical) = rules.vertical.filter(|vertical| vertical.is_off) {
        let name = vertical.name;
        pod.notes.push(format!("VerticalPodAutoscaler/{name} only recommends (updateMode Off)"));
    }
    for ask in pod.asks.iter().filter(|ask| ask.role != Role::Init) {
        ask.note(&whole_pod, rules, &mut pod.notes);
    }
    Ok(pod)
}

/// What each container asks for, in the order in which they start.
fn asks<'a>(spec: &Cursor<'a>, rules: Rules<'a, '_>) -> Result<Vec<Ask<'a>>, CostError> {
    let mut asks = Vec::new();
    for list in ["initContainers", "containers"] {
        for container in spec.items(list)? {
            let role = match container.text("restartPolicy") {
                _ if list == "containers" => Role::Main,
                Some("Always") => Role::Sidecar,
                _ => Role::Init,
            };
            asks.push(Ask::of(&container, role, rules)?);
        }
    }
    Ok(asks)
}

/// The larger of starting and running.
fn combined<'a>(
    asks: &[Ask<'a>],
    requests: &[Requests<'a>],
    spec: &Cursor<'a>,
) -> Result<Requests<'a>, CostError> {
    let (mut running, mut starting) = (Requests::new(), Requests::new());
    for (ask, requests) in asks.iter().zip(requests) {
        match ask.role {
            Role::Main => add(&mut running, requests, spec)?,
            Role::Sidecar => {
                add(&mut running, requests, spec)?;
                raise(&mut starting, &running);
            }
            Role::Init => {
                let mut needed = running.clone();
                add(&mut needed, requests, spec)?;
                raise(&mut starting, &needed);
            }
        }
    }
    raise(&mut running, &starting);
    Ok(running)
}

impl<'a> PodRequest<'a> {
    /// The requests of each container as a VerticalPodAutoscaler may set them: the least, the expected, the most.
    fn resized(&mut self, vertical: &Vertical<'a>, plain: Vec<Requests<'a>>) -> Vec<Vec<Requests<'a>>> {
        let mut sets = vec![plain.clone(), plain.clone(), plain];
        let mut sized_any = false;
        for (index, ask) in self.asks.iter().enumerate() {
            for resource in ["cpu", "memory"] {
                let asked = ask.requests.get(resource).copied().unwrap_or(0);
                let Some((least, expected, most)) = vertical.size(ask.name, resource, asked) else {
                    continue;
                };
                sized_any = true;
                for (set, amount) in sets.iter_mut().zip([least, expected, most.unwrap_or(expected)]) {
                    if let Some(requests) = set.get_mut(index) {
                        requests.insert(resource, amount);
                    }
                }
                if most.is_none() {
                    self.unbounded.insert(resource);
                }
            }
        }
        if sized_any {
            let name = vertical.name;
            let bound = match self.unbounded.iter().copied().collect::<Vec<_>>().join(" and ") {
                none if none.is_empty() => "within its bounds".to_owned(),
                of => format!("and sets no upper bound for {of}"),
            };
            self.notes.push(format!("VerticalPodAutoscaler/{name} sets the requests {bound}: a range"));
        }
        sets
    }

    /// Takes the least, the expected and the most, or one that is all of them.
    fn take(&mut self, sums: Vec<Requests<'a>>) {
        let mut sums = sums.into_iter();
        let least = sums.next().unwrap_or_default();
        self.requests = sums.next().unwrap_or_else(|| least.clone());
        self.most = sums.next().unwrap_or_else(|| least.clone());
        self.least = least;
    }

    /// The nano-units of a resource that containers which stay ask for, without overhead: what a utilisation target
    /// is a share of.
    pub(crate) fn running(&self, resource: &str) -> i128 {
        let staying = self.asks.iter().filter(|ask| ask.role != Role::Init);
        staying.filter_map(|ask| ask.requests.get(resource)).sum()
    }
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

impl<'a> Ask<'a> {
    fn of(container: &Cursor<'a>, role: Role, rules: Rules<'a, '_>) -> Result<Self, CostError> {
        let resources = container.get("resources");
        let of = |key: &str| match &resources {
            Some(resources) => resources.quantities(key).map(nanos),
            None => Ok(Requests::new()),
        };
        let mut requests = of("requests")?;
        let (mut from_limit, mut filled) = (Vec::new(), Vec::new());
        for (name, limit) in of("limits")? {
            requests.entry(name).or_insert_with(|| {
                from_limit.push(name);
                limit
            });
        }
        for (name, default) in rules.defaults.into_iter().flatten() {
            requests.entry(name).or_insert_with(|| {
                filled.push(*name);
                *default
            });
        }
        if let Some(platform) = rules.platform {
            platform.fill(role, rules.is_daemon, &mut requests);
        }
        let name = container.text("name").unwrap_or("without a name");
        Ok(Self { name, role, requests, from_limit, filled })
    }

    /// Says what the manifest leaves out: a container without a request takes room that nobody counts.
    fn note(&self, whole_pod: &PodLevel<'_>, rules: Rules<'_, '_>, notes: &mut Vec<String>) {
        let name = self.name;
        let own = [("cpu", "CPU"), ("memory", "memory")].into_iter().filter(|(key, _)| !whole_pod.sets(key));
        let titles = |pick: &dyn Fn(&str) -> bool| -> String {
            let picked = own.clone().filter(|(key, _)| pick(key)).map(|(_, title)| title);
            picked.collect::<Vec<_>>().join(" or ")
        };
        let is_sized = |key: &str| rules.vertical.is_some_and(|all| all.size(name, key, 0).is_some());
        let missing = titles(&|key| !self.requests.contains_key(key) && !is_sized(key));
        if !missing.is_empty() {
            notes.push(format!("container {name}: no {missing} request, counted at nothing"));
        }
        let limited = titles(&|key| self.from_limit.contains(&key));
        if !limited.is_empty() {
            notes.push(format!("container {name}: no {limited} request, so Kubernetes takes the limit"));
        }
        let filled = titles(&|key| self.filled.contains(&key));
        if !filled.is_empty() {
            notes.push(format!(
                "container {name}: no {filled} request, so the namespace's LimitRange fills it in"
            ));
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
