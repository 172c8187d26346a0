//! What a pod asks for: Kubernetes' effective request.

use super::fields::{ContainerFields, PodFields, ResourceFields};
use crate::read::{Amount, Amounts, Resources, all_counted};

/// The effective request of a pod, for each resource by itself (KEP-753, "Resources calculation for scheduling and pod
/// admission"):
///
/// ```text
/// use of init container i = sum of the sidecars before i + request of i
/// effective request       = max( the largest use of an init container,
///                                sum of all sidecars + sum of all containers ) + overhead
/// ```
///
/// A sidecar is an init container with `restartPolicy: Always`. A container's limit is its request where it has none.
/// The pod's own `resources` (KEP-2837) take the place of the containers' for CPU, memory and huge pages.
pub(super) fn effective(pod: &PodFields, class_overhead: Option<&Amounts>) -> Resources {
    request(pod, class_overhead, &Amounts::new())
}

/// What a pod weighs where nodes are compared: a container without a request counts as 100 thousandths of a core, or as
/// 200 MiB (`DefaultMilliCPURequest` and `DefaultMemoryRequest` of kubernetes' `pkg/scheduler/util`).
pub(super) fn weight(pod: &PodFields, class_overhead: Option<&Amounts>) -> Resources {
    let nanos = |amount: i128| Amount(amount * 1_000_000_000);
    let least = [("cpu".to_owned(), Amount(100_000_000)), ("memory".to_owned(), nanos(200 << 20))];
    request(pod, class_overhead, &Amounts::from(least))
}

/// The request, with these amounts for containers that have none.
fn request(pod: &PodFields, class_overhead: Option<&Amounts>, least: &Amounts) -> Resources {
    let mut running = Amounts::new();
    let mut starting = Amounts::new();
    for container in &pod.init_containers {
        let mut needed = running.clone();
        add(&mut needed, &requested(&container.resources, least));
        if container.restart_policy.as_deref() == Some("Always") {
            running = needed.clone();
        }
        raise(&mut starting, &needed);
    }
    for ContainerFields { resources, .. } in &pod.containers {
        add(&mut running, &requested(resources, least));
    }
    raise(&mut running, &starting);
    of_the_pod(&pod.resources, &mut running);
    match class_overhead {
        Some(overhead) if pod.overhead.is_empty() => add(&mut running, overhead),
        _ => add(&mut running, &pod.overhead),
    }
    let mut counted = all_counted(&running);
    counted.retain(|_, amount| *amount > 0);
    counted
}

fn requested(resources: &ResourceFields, least: &Amounts) -> Amounts {
    let mut requests = resources.requests.clone();
    for (name, limit) in resources.limits.iter().chain(least) {
        requests.entry(name.clone()).or_insert(*limit);
    }
    requests
}

/// A quantity holds at most 2^63 units, so a sum of 128 bits of nano-units holds more of them than a pod has containers.
fn add(sum: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        sum.entry(name.clone()).or_default().0 += amount.0;
    }
}

fn raise(largest: &mut Amounts, other: &Amounts) {
    for (name, amount) in other {
        let entry = largest.entry(name.clone()).or_default();
        *entry = (*entry).max(*amount);
    }
}

/// A request of the pod wins; its limit counts only where neither the pod nor a container has a request
/// (`defaultPodRequests` in kubernetes' `pkg/apis/core/v1/defaults.go`).
fn of_the_pod(resources: &ResourceFields, running: &mut Amounts) {
    let whole_pod = |name: &str| matches!(name, "cpu" | "memory") || name.starts_with("hugepages-");
    let own = |amounts: &Amounts| -> Vec<(String, Amount)> {
        amounts.iter().filter(|(name, _)| whole_pod(name)).map(|(name, one)| (name.clone(), *one)).collect()
    };
    running.extend(own(&resources.requests));
    for (name, limit) in own(&resources.limits) {
        running.entry(name).or_insert(limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn request(spec: Value) -> Resources {
        effective(&serde_json::from_value(spec).unwrap(), None)
    }

    fn of(pairs: &[(&str, i128)]) -> Resources {
        pairs.iter().map(|(name, amount)| ((*name).to_owned(), *amount)).collect()
    }

    /// KEP-753's formula by hand: the init container at its start 500m + sidecar 200m = 700m; running
    /// 200m + 100m + 250m = 550m. The larger is 700m; the overhead is 50m.
    #[test]
    fn an_init_container_after_a_sidecar_counts_with_it() {
        let cpu = |amount: &str| json!({"requests": {"cpu": amount}});
        let spec = json!({
            "overhead": {"cpu": "50m"},
            "initContainers": [
                {"resources": cpu("200m"), "restartPolicy": "Always"},
                {"resources": cpu("500m")},
            ],
            "containers": [{"resources": cpu("100m")}, {"resources": cpu("250m")}],
        });
        assert_eq!(request(spec), of(&[("cpu", 750)]));
    }

    #[test]
    fn a_limit_is_the_request_where_there_is_none_and_the_pods_own_request_wins() {
        let container =
            json!({"resources": {"limits": {"cpu": "1500u", "memory": "1Gi", "nvidia.com/gpu": 2}}});
        // 1500 micro-cores are 1.5 thousandths, rounded up to 2.
        let counted = of(&[("cpu", 2), ("memory", 1 << 30), ("nvidia.com/gpu", 2)]);
        assert_eq!(request(json!({"containers": [container]})), counted);
        let whole = json!({"resources": {"requests": {"memory": "2Gi"}}, "containers": [container]});
        assert_eq!(request(whole)["memory"], 2 << 30);
    }
}
