//! `make bench`: how long packing takes as a cluster grows. Of twenty pods a node, a fifth are spread over zones and a
//! tenth keep apart from one another. Once nothing runs yet and every pod takes a node, and once all of them run and the
//! autoscaler looks which nodes it can take away. What is measured is one answer (`packing::pack`); reading is not.

use std::io;
use std::time::Instant;

use benches::Figure;
use kube_model::yaml::Limits;
use kube_model::{Object, State};
use packing::{Cluster, Packed, pack};
use serde_json::{Value, json};

const PODS_A_NODE: usize = 20;
const PODS_A_WORKLOAD: usize = 40;
const ROUNDS: usize = 3;

fn main() -> io::Result<()> {
    println!(
        "| nodes | pods | from nothing, seconds: min, median, max | settled, seconds: min, median, max |"
    );
    println!("|---|---|---|---|");
    for nodes in [100, 1_000, 5_000] {
        let workloads = workloads(nodes)?;
        let (fresh, packed) = timed(&cluster(nodes, &[])?, &workloads)?;
        let (settled, _) = timed(&cluster(nodes, &running(&workloads, &packed))?, &[])?;
        println!("| {nodes} | {} | {} | {} |", nodes * PODS_A_NODE, row(fresh), row(settled));
    }
    Ok(())
}

fn row(figure: Figure) -> String {
    format!("{:.3}, {:.3}, {:.3}", figure.min, figure.median, figure.max)
}

#[expect(clippy::disallowed_methods, reason = "a bench is where time is measured")]
fn timed(cluster: &Cluster, state: &[Object]) -> io::Result<(Figure, Packed)> {
    let mut seconds = Vec::new();
    let mut answer = None;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let packing = pack(cluster, state).map_err(io::Error::other)?;
        seconds.push(start.elapsed().as_secs_f64());
        answer = Some(packing.likely);
    }
    let answer = answer.ok_or_else(|| io::Error::other("nothing was packed"))?;
    if answer.pending_count() > 0 {
        return Err(io::Error::other(format!("{} pods wait", answer.pending_count())));
    }
    Ok((Figure::of(seconds), answer))
}

fn objects(items: Vec<Value>) -> io::Result<Vec<Object>> {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    let limits = Limits { bytes: usize::MAX, nodes: usize::MAX, ..Limits::default() };
    Ok(State::read([("cluster.json", list)], &limits).map_err(io::Error::other)?.objects)
}

fn cluster(nodes: usize, pods: &[Value]) -> io::Result<Cluster> {
    let zone = |index: usize| ["a", "b", "c"][index % 3];
    let node = |index: usize| {
        let name = format!("n{index:05}");
        json!({"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name,
                "topology.kubernetes.io/zone": zone(index), "eks.amazonaws.com/nodegroup": "general"}},
            "status": {"allocatable": {"cpu": "15890m", "memory": "58Gi", "pods": "110"}}})
    };
    let mut items: Vec<Value> = (0..nodes).map(node).collect();
    let group = json!({"name": "general", "min": 3, "max": nodes.min(5_000)});
    items.push(json!({"apiVersion": "plimsoll.dev/v1", "kind": "NodeGroups", "metadata": {"name": "bench"},
        "spec": {"groups": [group]}}));
    items.extend_from_slice(pods);
    Cluster::read(&objects(items)?).map_err(io::Error::other)
}

fn template(index: usize) -> Value {
    let app = format!("w{index:04}");
    let requests = json!({"cpu": format!("{}m", 100 + index % 7 * 50), "memory": format!("{}Mi", 256 + index % 5 * 128)});
    let mut spec = json!({"containers": [{"name": "c", "resources": {"requests": requests}}]});
    let selector = json!({"matchLabels": {"app": app}});
    if index.is_multiple_of(5) {
        spec["topologySpreadConstraints"] = json!([{"topologyKey": "topology.kubernetes.io/zone", "maxSkew": 1,
            "whenUnsatisfiable": "DoNotSchedule", "labelSelector": selector}]);
    } else if index % 10 == 1 {
        spec["affinity"] = json!({"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
            {"topologyKey": "kubernetes.io/hostname", "labelSelector": selector}]}});
    }
    json!({"metadata": {"labels": {"app": app}}, "spec": spec})
}

fn workloads(nodes: usize) -> io::Result<Vec<Object>> {
    let workload = |index: usize| {
        json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": format!("w{index:04}"), "namespace": "bench"},
            "spec": {"replicas": PODS_A_WORKLOAD, "template": template(index)}})
    };
    objects((0..nodes * PODS_A_NODE / PODS_A_WORKLOAD).map(workload).collect())
}

/// The pods where they came to be.
fn running(workloads: &[Object], packed: &Packed) -> Vec<Value> {
    let mut pods = Vec::new();
    for placement in &packed.placements {
        let name = &placement.controller.name;
        let Some(workload) = workloads.iter().find(|one| &one.key.name == name) else { continue };
        let nodes = placement.nodes.iter().flat_map(|(node, count)| vec![node; *count as usize]);
        for (index, node) in nodes.enumerate() {
            let mut pod = workload.at(&["spec", "template"]).cloned().unwrap_or_default();
            pod["apiVersion"] = json!("v1");
            pod["kind"] = json!("Pod");
            pod["metadata"]["name"] = json!(format!("{name}-{index:04}"));
            pod["metadata"]["namespace"] = json!("bench");
            let owner = json!({"kind": "ReplicaSet", "name": name, "controller": true});
            pod["metadata"]["ownerReferences"] = json!([owner]);
            pod["spec"]["nodeName"] = json!(node);
            pods.push(pod);
        }
    }
    pods
}
