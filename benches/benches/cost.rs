//! `make bench`: how long the allocated cost of a state takes as it grows. Of a hundred objects fifty are Deployments (a third with an
//! autoscaler of its own, a tenth with sidecars and init containers), ten StatefulSets with volumes, ten CronJobs, the rest Services and
//! ConfigMaps. What is measured is one change in which a tenth of the objects differ (`cost_model::estimate`); reading is not.

use std::io;
use std::time::Instant;

use benches::Figure;
use cost_model::{Assumptions, estimate};
use kube_model::yaml::Limits;
use kube_model::{Object, State};
use price_book::PriceBook;
use serde_json::{Value, json};

const ROUNDS: usize = 5;

fn main() -> io::Result<()> {
    println!("| objects | seconds: min, median, max | a month before, after |");
    println!("|---|---|---|");
    for count in [100, 1_000, 10_000] {
        let (figure, shown) = timed(&state(count, 0)?, &state(count, 1)?)?;
        println!("| {count} | {:.4}, {:.4}, {:.4} | {shown} |", figure.min, figure.median, figure.max);
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench is where time is measured")]
fn timed(before: &[Object], after: &[Object]) -> io::Result<(Figure, String)> {
    let book = PriceBook::shipped().map_err(io::Error::other)?;
    let (mut seconds, mut shown) = (Vec::new(), String::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let report =
            estimate(Some(before), after, &book, &Assumptions::default()).map_err(io::Error::other)?;
        seconds.push(start.elapsed().as_secs_f64());
        shown = format!("{}, {}", report.total.baseline.text(), report.total.projected.text());
    }
    Ok((Figure::of(seconds), shown))
}

/// A state of so many objects; of another version every tenth of them differs.
fn state(count: usize, version: usize) -> io::Result<Vec<Object>> {
    let items: Vec<Value> = (0..count).map(|index| object(index, version)).collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    let limits = Limits { bytes: usize::MAX, nodes: usize::MAX, ..Limits::default() };
    Ok(State::read([("state.json", list)], &limits).map_err(io::Error::other)?.objects)
}

fn object(index: usize, version: usize) -> Value {
    let change = if index.is_multiple_of(10) { version } else { 0 };
    let metadata = json!({"name": format!("o{index:05}"), "namespace": format!("n{}", index % 20)});
    let requests = json!({"cpu": format!("{}m", 100 + index % 7 * 50 + change * 100), "memory": format!("{}Mi", 256 + index % 5 * 64)});
    let mut pod =
        json!({"containers": [{"name": "c", "image": "shop/c:1", "resources": {"requests": requests}}]});
    if index % 10 == 3 {
        pod["initContainers"] = json!([{"name": "i", "resources": {"requests": {"cpu": "1"}}},
            {"name": "s", "restartPolicy": "Always", "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}}}]);
    }
    let of = |api_version: &str, kind: &str, spec: Value| json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec});
    match index % 10 {
        0..5 => of("apps/v1", "Deployment", json!({"replicas": 1 + index % 4, "template": {"spec": pod}})),
        5 => of(
            "apps/v1",
            "StatefulSet",
            json!({"replicas": 3, "template": {"spec": pod}, "volumeClaimTemplates":
            [{"metadata": {"name": "d"}, "spec": {"resources": {"requests": {"storage": "10Gi"}}}}]}),
        ),
        6 => of(
            "batch/v1",
            "CronJob",
            json!({"schedule": "*/5 * * * *", "jobTemplate": {"spec": {"template": {"spec": pod}}}}),
        ),
        7 => of(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            json!({"minReplicas": 2, "maxReplicas": 8, "scaleTargetRef":
            {"apiVersion": "apps/v1", "kind": "Deployment", "name": format!("o{:05}", index - 3)}}),
        ),
        8 => {
            of("v1", "Service", json!({"type": if index % 100 == 8 { "LoadBalancer" } else { "ClusterIP" }}))
        }
        _ => json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}}),
    }
}
