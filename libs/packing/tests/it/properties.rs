//! What holds of every answer, whatever the nodes and pods.

use std::collections::BTreeMap;

use packing::{Cluster, Packed, pack};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{deployment, of_values};

const ZONE: &str = "topology.kubernetes.io/zone";
const HOST: &str = "kubernetes.io/hostname";

#[derive(Debug, Clone)]
struct Node {
    millis: u32,
    mebibytes: u32,
    pods: u32,
    zone: u8,
}

#[derive(Debug, Clone)]
struct App {
    replicas: u32,
    millis: u32,
    mebibytes: u32,
    /// Of which app no pod may be in the same domain.
    apart: Option<(usize, &'static str)>,
}

fn node() -> impl Strategy<Value = Node> {
    (500_u32..8_000, 512_u32..16_384, 2_u32..20, 0_u8..3).prop_map(|(millis, mebibytes, pods, zone)| Node {
        millis,
        mebibytes,
        pods,
        zone,
    })
}

fn app() -> impl Strategy<Value = App> {
    let apart = proptest::option::weighted(0.4, (0_usize..4, prop_oneof![Just(ZONE), Just(HOST)]));
    (0_u32..9, 50_u32..3_000, 32_u32..6_000, apart).prop_map(|(replicas, millis, mebibytes, apart)| App {
        replicas,
        millis,
        mebibytes,
        apart,
    })
}

fn name(index: usize) -> String {
    format!("app{index}")
}

fn node_object(index: usize, node: &Node) -> Value {
    let allocatable = json!({"cpu": format!("{}m", node.millis), "memory": format!("{}Mi", node.mebibytes),
        "pods": node.pods.to_string()});
    json!({"apiVersion": "v1", "kind": "Node", "status": {"allocatable": allocatable},
        "metadata": {"name": format!("n{index}"), "labels": {ZONE: format!("z{}", node.zone)}}})
}

fn app_object(index: usize, app: &App) -> Value {
    let more = match app.apart {
        None => json!({}),
        Some((other, key)) => json!({"affinity": {"podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {"topologyKey": key, "labelSelector": {"matchLabels": {"app": name(other)}}}]}}}),
    };
    let requests = (&*format!("{}m", app.millis), &*format!("{}Mi", app.mebibytes));
    deployment(&name(index), app.replicas, requests, more)
}

fn objects(nodes: &[Node], apps: &[App]) -> (Vec<Value>, Vec<Value>) {
    let nodes = nodes.iter().enumerate().map(|(index, node)| node_object(index, node)).collect();
    (nodes, apps.iter().enumerate().map(|(index, app)| app_object(index, app)).collect())
}

fn packed(nodes: Vec<Value>, apps: Vec<Value>) -> Packed {
    pack(&Cluster::read(&of_values(nodes)).unwrap(), &of_values(apps)).unwrap().likely
}

/// How many pods of each app run on each node, by their numbers.
fn placed(packed: &Packed) -> BTreeMap<(usize, usize), u32> {
    let number = |text: &str| text.trim_start_matches(char::is_alphabetic).parse::<usize>().unwrap();
    let each = packed.placements.iter().flat_map(|one| {
        one.nodes.iter().map(|(node, pods)| ((number(&one.controller.name), number(node)), *pods))
    });
    each.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_node_holds_more_than_it_has(nodes in vec(node(), 1..8), apps in vec(app(), 1..5)) {
        let (node_objects, app_objects) = objects(&nodes, &apps);
        let packed = packed(node_objects, app_objects);
        let placed = placed(&packed);
        for (index, node) in nodes.iter().enumerate() {
            let here = placed.iter().filter(|((_, on), _)| *on == index);
            let (mut millis, mut mebibytes, mut pods) = (0, 0, 0);
            for ((app, _), count) in here {
                millis += apps[*app].millis * count;
                mebibytes += apps[*app].mebibytes * count;
                pods += count;
            }
            prop_assert!(millis <= node.millis && mebibytes <= node.mebibytes && pods <= node.pods, "n{index}");
        }
        let running: u32 = placed.values().sum();
        let wanted: u32 = apps.iter().map(|app| app.replicas).sum();
        prop_assert_eq!(running + packed.pending_count(), wanted, "every pod runs or waits");
    }

    /// Neither does a pod stand where its own term forbids it, nor where another's does.
    #[test]
    fn what_is_to_be_apart_is_apart(nodes in vec(node(), 1..8), apps in vec(app(), 1..5)) {
        let (node_objects, app_objects) = objects(&nodes, &apps);
        let placed = placed(&packed(node_objects, app_objects));
        for (index, app) in apps.iter().enumerate() {
            let Some((other, key)) = app.apart else { continue };
            let domain = |node: usize| if key == ZONE { usize::from(nodes[node].zone) } else { node };
            let in_domain = |app: usize, wanted: usize| -> u32 {
                let there = placed.iter().filter(|((one, node), _)| *one == app && domain(*node) == wanted);
                there.map(|(_, count)| *count).sum()
            };
            for ((_, node), _) in placed.iter().filter(|((one, _), _)| *one == index) {
                let others = in_domain(other, domain(*node)) - u32::from(other == index);
                prop_assert_eq!(others, 0, "app{} stands beside app{}", index, other);
            }
        }
    }

    #[test]
    fn the_order_of_the_input_means_nothing(
        (nodes, shuffled) in vec(node(), 1..8).prop_flat_map(|nodes| {
            let all: Vec<(usize, Node)> = nodes.iter().cloned().enumerate().collect();
            (Just(nodes), Just(all).prop_shuffle())
        }),
        apps in vec(app(), 1..5),
    ) {
        let (node_objects, mut app_objects) = objects(&nodes, &apps);
        let straight = packed(node_objects, app_objects.clone());
        app_objects.reverse();
        let other = packed(shuffled.iter().map(|(index, node)| node_object(*index, node)).collect(), app_objects);
        prop_assert_eq!(straight, other);
    }

    /// Of pods that are alike: where they differ in size, the scheduler itself may do worse with one node more, since it
    /// spreads small pods over all of them.
    #[test]
    fn another_node_never_makes_more_pods_wait(
        nodes in vec(node(), 1..8), more in node(), alike in app(), counts in vec(0_u32..12, 1..4),
    ) {
        let apps: Vec<App> =
            counts.into_iter().map(|replicas| App { replicas, apart: None, ..alike.clone() }).collect();
        let waiting = |nodes: &[Node]| {
            let (nodes, apps) = objects(nodes, &apps);
            packed(nodes, apps).pending_count()
        };
        let before = waiting(&nodes);
        let larger: Vec<Node> = nodes.into_iter().chain([more]).collect();
        prop_assert!(waiting(&larger) <= before);
    }

    /// A group that may grow leaves nothing waiting that a node of it can hold, and no node is over what it has.
    #[test]
    fn a_group_grows_for_what_fits_its_nodes(apps in vec(app(), 1..5)) {
        let apps: Vec<App> = apps.into_iter().map(|app| App { apart: None, ..app }).collect();
        let group = json!({"name": "general", "allocatable": {"cpu": "2", "memory": "4Gi", "pods": "10"}, "min": 0, "max": 100});
        let groups = json!({"apiVersion": "plimsoll.dev/v1", "kind": "NodeGroups", "metadata": {"name": "n"}, "spec": {"groups": [group]}});
        let (_, app_objects) = objects(&[], &apps);
        let packed = packed(vec![groups], app_objects);
        let fits = |app: &&App| app.millis <= 2_000 && app.mebibytes <= 4_096;
        let too_large: u32 = apps.iter().filter(|app| !fits(app)).map(|app| app.replicas).sum();
        prop_assert_eq!(packed.pending_count(), too_large);
        let millis: u32 = apps.iter().filter(fits).map(|app| app.millis * app.replicas).sum();
        prop_assert!(packed.node_count() * 2_000 >= millis);
        prop_assert_eq!(packed.node_count() == 0, apps.iter().filter(fits).all(|app| app.replicas == 0));
    }
}
