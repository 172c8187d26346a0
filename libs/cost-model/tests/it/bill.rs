//! The bill for nodes, by hand.

use cost_model::{Bill, Priced, bill};
use packing::{Cluster, Effect};
use price_book::PriceBook;

use crate::support::objects;

/// `more` stands in the group: 1900m for pods, from 1 to 5 nodes, 2 now.
fn nodes(more: &str) -> Cluster {
    Cluster::read(&objects(&format!(
        "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {{name: production}}
spec:
  groups:
    - {{name: general, allocatable: {{cpu: 1900m, memory: 7Gi}}, min: 1, max: 5, current: 2, {more}}}
"
    )))
    .unwrap()
}

fn web(replicas: u32) -> Vec<kube_model::Object> {
    objects(&format!(
        "
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop}}
spec:
  replicas: {replicas}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: c, resources: {{requests: {{cpu: 600m, memory: 1Gi}}}}}}]}}
"
    ))
}

fn of(cluster: &Cluster, before: u32, after: u32) -> Bill {
    bill(cluster, Some(&web(before)), &web(after), &PriceBook::shipped().unwrap()).unwrap()
}

fn micros(bill: &Bill) -> (i64, i64, i64) {
    let total = bill.total.unwrap();
    (total.baseline.money.micros, total.projected.money.micros, total.delta.money.micros)
}

const LISTED: &str = "instanceType: m5.large, region: us-east-1";

/// An m5.large is 0.096 USD an hour: 0.096 × 730 = 70.08 a month. Three pods of 600m fit on a node of 1900m, so that 2
/// pods need one node, 3 the same one, 4 two (both are there), and 7 three.
#[test]
fn a_change_costs_whole_nodes() {
    let node = 70_080_000;
    for (after, nodes_after, effect) in
        [(3, 1, Effect::Fits), (4, 2, Effect::Keeps), (7, 3, Effect::Adds), (1, 1, Effect::Fits)]
    {
        let bill = of(&nodes(LISTED), 2, after);
        assert_eq!(micros(&bill), (node, node * nodes_after, node * (nodes_after - 1)), "{after}");
        assert_eq!(bill.effect, effect);
        assert_eq!(bill.nodes[0].present, 2);
        assert!(bill.prices.source.contains("Linux instances"), "{}", bill.prices.source);
        let (low, high) = bill.delta_range.unwrap();
        assert_eq!((low.micros, high.micros), (node * (nodes_after - 1), node * (nodes_after - 1)));
    }
    assert_eq!(of(&nodes(LISTED), 7, 2).effect, Effect::Frees);
}

/// 16 pods need six nodes of three each, and the group has at most five: one pod waits.
#[test]
fn what_does_not_fit_is_told_and_not_paid() {
    let bill = of(&nodes(LISTED), 2, 16);
    assert_eq!(micros(&bill).1, 5 * 70_080_000);
    assert_eq!((bill.pending[0].before, bill.pending[0].after), (0, 1));
    assert_eq!(bill.pending[0].text, "1 pod stays Pending: no node has 0.6 CPU free");
}

/// 0.1234567895 has too many places; 0.123456789 × 730 = 90.12345597 a month, in micro-units 90 123 456 (half to even of
/// …455.97).
#[test]
fn the_price_that_is_given_comes_before_the_list() {
    let own = of(&nodes(&format!("{LISTED}, pricePerHour: \"0.123456789\"")), 2, 3);
    assert_eq!(own.nodes[0].price, Priced::Given("0.123456789".parse().unwrap()));
    assert_eq!(micros(&own), (90_123_456, 90_123_456, 0));
}

#[test]
fn a_price_that_is_not_known_is_not_guessed() {
    let unknown = of(&nodes("instanceType: m99.huge, region: us-east-1"), 2, 7);
    let why = "the instance type m99.huge is not in the book";
    assert_eq!(unknown.nodes[0].price, Priced::Unknown(why.to_owned()));
    assert_eq!((unknown.total, unknown.delta_range), (None, None));
    assert_eq!(unknown.effect, Effect::Adds, "how many nodes there are is known");
    for (place, expected) in [
        ("instanceType: m5.large", "its region is not known; that of us-east-1 is taken"),
        (
            "instanceType: m5.large, region: eu-west-1",
            "m5.large has no price in eu-west-1; that of us-east-1 is taken",
        ),
    ] {
        let assumed = of(&nodes(place), 2, 3);
        assert!(matches!(&assumed.nodes[0].price, Priced::Assumed(_, why) if why == expected), "{place}");
    }
}

/// A random expander: a pod of 600m takes an m5.large (70.08) or an m5.xlarge (0.192 × 730 = 140.16).
#[test]
fn chance_is_a_range() {
    let cluster = Cluster::read(&objects(
        "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {name: production}
spec:
  autoscaler: {expander: random}
  groups:
    - {name: a, instanceType: m5.large, region: us-east-1, allocatable: {cpu: 1900m, memory: 7Gi}, min: 0, max: 5}
    - {name: b, instanceType: m5.xlarge, region: us-east-1, allocatable: {cpu: 3900m, memory: 15Gi}, min: 0, max: 5}
",
    ))
    .unwrap();
    let new = bill(&cluster, None, &web(1), &PriceBook::shipped().unwrap()).unwrap();
    let (low, high) = new.delta_range.unwrap();
    assert_eq!((low.micros, high.micros), (70_080_000, 140_160_000));
    assert_eq!(micros(&new), (0, 70_080_000, 70_080_000));
}
