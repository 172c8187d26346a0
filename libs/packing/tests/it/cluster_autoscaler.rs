//! cluster-autoscaler's answers, by hand from its documentation (kubernetes/autoscaler, `cluster-autoscaler/FAQ.md`).

use packing::{Cluster, Effect, compare, pack};
use serde_json::{Value, json};

use crate::support::{deployment, likely, nodes, objects, of_values, waiting};

fn cluster(text: &str) -> Cluster {
    Cluster::read(&objects(text)).unwrap()
}

/// One group of nodes with 1900m and 7 GiB for pods, and what else is said.
fn general(more: &str) -> Cluster {
    cluster(&format!(
        "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {{name: production}}
spec:
  {more}
  groups:
    - name: general
      instanceType: m5.large
      allocatable: {{cpu: 1900m, memory: 7Gi, pods: \"29\"}}
      min: 1
      max: 5
      current: 2
"
    ))
}

fn web(replicas: u32, requests: (&str, &str)) -> Vec<kube_model::Object> {
    of_values(vec![deployment("web", replicas, requests, json!({}))])
}

/// "How does scale-up work?": a node for each pod that fits nowhere, up to the group's maximum. One pod of 1000m fits on a
/// node of 1900m, so 4 pods are 4 nodes, and of 7 pods 2 wait on 5 nodes.
#[test]
fn a_group_grows_for_pods_that_fit_nowhere_up_to_its_maximum() {
    let group = general("");
    assert_eq!(nodes(&likely(&group, &web(4, ("1", "1Gi")))), ["general/m5.large 4"]);
    let full = likely(&group, &web(7, ("1", "1Gi")));
    assert_eq!(nodes(&full), ["general/m5.large 5"]);
    assert_eq!(full.pending[0].text, "2 pods stay Pending: no node has 1 CPU free");
    let huge = likely(&group, &web(9, ("1", "24Gi")));
    assert_eq!(huge.pending[0].text, "9 pods stay Pending: no node has 24 GiB of memory free");
    assert_eq!(nodes(&huge), ["general/m5.large 1"], "nothing runs there: one is the minimum");
}

/// "How does scale-down work?": a node goes if less than half of its CPU and of its memory is requested and its pods fit
/// elsewhere. Two pods of 900m on two nodes of 1900m are 47 % each: one goes. Two of 950m are 50 %: none does.
#[test]
fn a_node_that_is_used_less_than_the_threshold_goes() {
    assert_eq!(nodes(&likely(&general(""), &web(2, ("900m", "1Gi")))), ["general/m5.large 1"]);
    assert_eq!(nodes(&likely(&general(""), &web(2, ("950m", "1Gi")))), ["general/m5.large 2"]);
    // The larger of the two shares counts: 4 of 7 GiB are 57 %.
    assert_eq!(nodes(&likely(&general(""), &web(2, ("100m", "4Gi")))), ["general/m5.large 2"]);
    let lower = general("autoscaler: {scaleDownUtilizationThreshold: 0.4}");
    assert_eq!(nodes(&likely(&lower, &web(2, ("900m", "1Gi")))), ["general/m5.large 2"]);
}

/// "What types of pods can prevent CA from removing a node?"
#[test]
fn pods_that_may_not_be_moved_hold_their_node() {
    let with = |more: Value, annotations: Value| {
        let mut one = deployment("web", 2, ("100m", "1Gi"), more);
        one["spec"]["template"]["metadata"]["annotations"] = annotations;
        of_values(vec![one])
    };
    let scratch = json!({"volumes": [{"name": "scratch", "emptyDir": {}}]});
    let in_memory = json!({"volumes": [{"name": "scratch", "emptyDir": {"medium": "Memory"}}]});
    let safe = |says: &str| json!({"cluster-autoscaler.kubernetes.io/safe-to-evict": says});
    for (state, count) in [
        (with(scratch.clone(), json!({})), 2),
        (with(in_memory, json!({})), 1),
        (with(scratch, safe("true")), 1),
        (with(json!({}), safe("false")), 2),
        (with(json!({}), json!({})), 1),
    ] {
        assert_eq!(likely(&general(""), &state).node_count(), count);
    }
}

fn two_groups(expander: &str) -> Cluster {
    cluster(&format!(
        "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {{name: production}}
spec:
  autoscaler: {{expander: {expander}, priorities: {{\"10\": [\".*\"], \"50\": [\"^small\"]}}}}
  groups:
    - {{name: large, instanceType: m5.2xlarge, allocatable: {{cpu: 7900m, memory: 30Gi}}, min: 0, max: 3}}
    - {{name: small, instanceType: m5.large, allocatable: {{cpu: 1900m, memory: 7Gi}}, min: 0, max: 3}}
"
    ))
}

/// "What are Expanders?": 5 pods of 900m, 3 GiB. Two fit on a small node (of 3 that takes all 5), eight on a large one.
/// Small: 3 nodes, 4500 of 5700m and 15 of 21 GiB, 0.21 + 0.29 left over. Large: 1 node, 4500 of 7900m and 15 of 30 GiB,
/// 0.43 + 0.5 left over.
#[test]
fn the_expander_chooses_the_group() {
    let state = web(5, ("900m", "3Gi"));
    for (expander, expected) in [
        ("least-waste", "small/m5.large 3"),
        ("least-nodes", "large/m5.2xlarge 1"),
        // Both take all five: the first by name.
        ("most-pods", "large/m5.2xlarge 1"),
        ("priority", "small/m5.large 3"),
    ] {
        assert_eq!(nodes(&likely(&two_groups(expander), &state)), [expected], "{expander}");
    }
    let range = pack(&two_groups("random"), &state).unwrap();
    assert_eq!(nodes(&range.likely), ["large/m5.2xlarge 1"]);
    assert_eq!(range.others.iter().map(nodes).collect::<Vec<_>>(), [["small/m5.large 3"]]);
    assert!(pack(&two_groups("least-waste"), &state).unwrap().others.is_empty());
}

/// A DaemonSet's pod of 500m comes with every node, so one pod of 1000m is left room for on 1900m and 400m are not.
#[test]
fn a_new_node_comes_with_its_daemons() {
    let mut daemon = deployment("agent", 1, ("500m", "1Gi"), json!({}));
    daemon["kind"] = json!("DaemonSet");
    let state = of_values(vec![daemon, deployment("web", 4, ("700m", "1Gi"), json!({}))]);
    // Two pods of 700m and the daemon are 1900m: 4 pods are 2 nodes. Without the daemon it is the same two.
    assert_eq!(nodes(&likely(&general(""), &state)), ["general/m5.large 2"]);
    let more =
        of_values(vec![state[0].value.as_ref().clone(), deployment("web", 4, ("701m", "1Gi"), json!({}))]);
    assert_eq!(nodes(&likely(&general(""), &more)), ["general/m5.large 4"]);
}

/// Three nodes of one zone each: a spread of one over three zones needs one in each, and the group puts its nodes there.
#[test]
fn a_group_of_several_zones_grows_where_spreading_asks_for_it() {
    let zones = cluster(
        "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {name: production}
spec:
  groups:
    - {name: general, zones: [a, b, c], allocatable: {cpu: 1900m, memory: 7Gi}, min: 3, max: 9}
",
    );
    let spread = json!({"topologySpreadConstraints": [{"topologyKey": "topology.kubernetes.io/zone", "maxSkew": 1,
        "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "web"}}}]});
    let packed = likely(&zones, &of_values(vec![deployment("web", 6, ("1", "1Gi"), spread)]));
    // One pod of 1 CPU a node: two nodes in each zone.
    assert_eq!(nodes(&packed), ["general/- 6"]);
    assert_eq!(waiting(&packed, "web"), 0);
}

/// Two nodes of 1900m are there; two pods of 600m fit on one (63 % of it). A third fits beside them on paper (1800m): the
/// change costs nothing. A fourth keeps the second node; with seven a third node is added (3 + 3 + 1).
#[test]
fn a_change_fits_keeps_a_node_or_tips_the_group_over() {
    let group = general("");
    let effect = |replicas| {
        let change = compare(&group, &web(2, ("600m", "1Gi")), &web(replicas, ("600m", "1Gi"))).unwrap();
        (change.effect, change.kinds[0].before, change.kinds[0].after)
    };
    assert_eq!(effect(3), (Effect::Fits, 1, 1));
    assert_eq!(effect(4), (Effect::Keeps, 1, 2));
    assert_eq!(effect(7), (Effect::Adds, 1, 3));
    let back = compare(&group, &web(7, ("600m", "1Gi")), &web(3, ("600m", "1Gi"))).unwrap();
    assert_eq!(back.effect, Effect::Frees);
}
