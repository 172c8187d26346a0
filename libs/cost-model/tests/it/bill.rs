//! The bill for nodes, by hand.

use cost_model::{Assumptions, Bill, Priced, bill, estimate};
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
        let Priced::Quoted(quote) = &assumed.nodes[0].price else { panic!("{place}") };
        assert_eq!(quote.hour.why.as_deref(), Some(expected), "{place}");
        assert_eq!(assumed.confidence, Some(price_book::Confidence::Assumed));
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
    assert_eq!(new.verdict(), "+$70.08 a month, +$70.08 to +$140.16 as the autoscaler chooses, on $0.00");
}

/// Of each kind of price, with pods that wait, and of an autoscaler that leaves it to chance.
#[test]
fn a_bill_is_read_as_it_is_written() {
    for more in [
        LISTED,
        "instanceType: m5.large",
        "instanceType: m99.huge",
        "pricePerHour: 0.1",
        "instanceType: m5.large, region: us-east-1, capacityType: spot",
    ] {
        let bill = of(&nodes(more), 2, 16);
        let written = serde_json::to_string(&bill).unwrap();
        assert_eq!(serde_json::from_str::<Bill>(&written).unwrap(), bill, "{written}");
    }
}

/// What the change does to the nodes and the bill, in words. Shares: 140.16 of 70.08 are 200 %, 70.08 of 70.08 are 100 %.
#[test]
fn the_sentences_say_what_the_change_does() {
    let cluster = nodes(LISTED);
    for (before, after, verdict, deed) in [
        (
            2,
            3,
            "unchanged at $70.08 a month",
            "it fits into what is free, and no node comes, goes or stays because of it",
        ),
        (
            2,
            4,
            "+$70.08 a month (+100 %), on $70.08",
            "it fits into what is free and costs nothing today, but it keeps 1 node of general from going away",
        ),
        (
            2,
            7,
            "+$140.16 a month (+200 %), on $70.08",
            "it tips general over: 1 more node, and it keeps 1 node from going away",
        ),
        (4, 7, "+$70.08 a month (+50 %), on $140.16", "it tips general over: 1 more node"),
        (
            7,
            2,
            "-$140.16 a month (-67 %), on $210.24",
            "2 nodes of general can go that would stay without it",
        ),
    ] {
        let bill = of(&cluster, before, after);
        assert_eq!((bill.verdict().as_str(), bill.deed().as_str()), (verdict, deed), "{before} to {after}");
    }
    let waits = of(&cluster, 15, 16).deed();
    let begins = "not all of its pods find a place (Deployment/shop/web: 1 pod stays Pending: no node has 0.6 CPU free); ";
    assert!(waits.starts_with(begins), "{waits}");
}

/// An m5.large is 0.096 an hour. One more node on 200 is 0.5 %.
#[test]
fn a_small_share_keeps_a_tenth_and_a_range_is_said() {
    let many = "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {name: production}
spec:
  groups:
    - {name: general, instanceType: m5.large, region: us-east-1, allocatable: {cpu: 600m, memory: 7Gi}, min: 1, max: 500}
";
    let bill = of(&Cluster::read(&objects(many)).unwrap(), 200, 201);
    assert_eq!(bill.verdict(), "+$70.08 a month (+0.5 %), on $14,016.00");
}

#[test]
fn a_price_that_is_not_sure_is_said() {
    let unknown = of(&nodes("instanceType: m99.huge, region: us-east-1"), 2, 7);
    assert_eq!(
        unknown.verdict(),
        "not known: 3 nodes of general without a price (the instance type m99.huge is not in the book)"
    );
    let far = of(&nodes("instanceType: m5.large, region: eu-west-1"), 2, 4);
    assert_eq!(far.verdict(), "+$70.08 a month (+100 %), on $70.08, at assumed prices");
}

/// Three pods of 600m fill the 1900m of the only node. Another image is a rollout: a quarter of three is one more pod
/// (rounded up), and none may be away (0.75 rounded down), so that it waits for room for ever.
#[test]
fn a_rollout_without_room_is_told() {
    let cluster = nodes(LISTED);
    let full = Cluster::read(&objects(
        "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {name: production}
spec: {groups: [{name: general, allocatable: {cpu: 1900m, memory: 7Gi}, pricePerHour: 1, current: 1}]}
",
    ))
    .unwrap();
    let state = |image: &str, strategy: &str| {
        objects(&format!(
            "
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop}}
spec:
  replicas: 3
  strategy: {strategy}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: c, image: \"{image}\", resources: {{requests: {{cpu: 600m, memory: 1Gi}}}}}}]}}
"
        ))
    };
    let stuck = |cluster: &Cluster, strategy: &str| {
        let bill = bill(
            cluster,
            Some(&state("a:1", strategy)),
            &state("a:2", strategy),
            &PriceBook::shipped().unwrap(),
        )
        .unwrap();
        assert!(bill.pending.is_empty(), "in the end all three have a place");
        bill.stuck
            .into_iter()
            .map(|one| (one.controller.to_string(), one.surge, one.text))
            .collect::<Vec<_>>()
    };
    let text = "1 pod stays Pending: no node has 0.6 CPU free".to_owned();
    assert_eq!(stuck(&full, "{}"), [("Deployment/shop/web".to_owned(), 1, text)]);
    assert_eq!(stuck(&full, "{type: Recreate}"), []);
    assert_eq!(stuck(&full, "{rollingUpdate: {maxUnavailable: 1}}"), []);
    assert_eq!(stuck(&cluster, "{}"), [], "a group that may grow has room");
    let same = bill(&full, Some(&state("a:1", "{}")), &state("a:1", "{}"), &PriceBook::shipped().unwrap());
    assert_eq!(same.unwrap().stuck, []);
}

/// A DaemonSet's pods are where its node selector lets them: of three nodes two have the label, which is two pods of 100m
/// before and none of a third group. Expected: 2 × 0.1 cores × 730 hours at the book's price of a core, as a price that the
/// same DaemonSet has by `node_count: 2`.
#[test]
fn a_daemonset_costs_on_the_nodes_that_it_lands_on() {
    let cluster = Cluster::read(&objects(
        "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {name: production}
spec:
  groups:
    - {name: general, allocatable: {cpu: 1900m, memory: 7Gi}, current: 1, min: 1, max: 1}
    - {name: fast, allocatable: {cpu: 1900m, memory: 7Gi}, current: 2, min: 2, max: 2, labels: {disk: fast}}
",
    ))
    .unwrap();
    let agent = objects(
        "
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop}
spec:
  template:
    metadata: {labels: {app: agent}}
    spec:
      nodeSelector: {disk: fast}
      containers: [{name: c, resources: {requests: {cpu: 100m, memory: '0'}}}]
",
    );
    let book = PriceBook::shipped().unwrap();
    let bill = bill(&cluster, None, &agent, &book).unwrap();
    let [pods] = &bill.daemons[..] else { panic!("{:?}", bill.daemons) };
    assert_eq!(
        (pods.namespace.as_str(), pods.name.as_str(), pods.before, pods.after),
        ("shop", "agent", 0, 2)
    );
    let on_nodes = Assumptions { daemons: bill.daemons.clone(), ..Assumptions::default() };
    let report = estimate(None, &agent, &book, &on_nodes).unwrap();
    let micros = (book.cpu_core_hour * rust_decimal::Decimal::from(146 * 1_000_000)).round();
    assert_eq!(rust_decimal::Decimal::from(report.total.projected.money.micros), micros);
    assert_eq!(report.unknown, []);
    assert_eq!(report.objects[0].notes, ["a pod on each of the 2 nodes that it lands on"]);
}

/// Two m5.large are reserved at 0.06 an hour: 0.12, which is 87.60 a month. With one node before and two after the bill is the
/// same; the third is on demand, 0.096 × 730 = 70.08.
#[test]
fn reservations_cover_nodes() {
    let list = r#"{"version": 2, "currency": "USD", "as_of": "2026-01-01", "source": "ours", "rules": [
        {"name": "ours", "scope": {"kind": "m5.large", "resource": "instance"},
         "commitment": {"reservation": {"count": 2, "hour": "0.06"}}}]}"#;
    let book = PriceBook::before_shipped(price_book::PriceList::read(list).unwrap()).unwrap();
    let bill = |after| bill(&nodes(LISTED), Some(&web(2)), &web(after), &book).unwrap();
    let reserved = 87_600_000;
    assert_eq!(micros(&bill(4)), (reserved, reserved, 0));
    assert_eq!(micros(&bill(7)), (reserved, reserved + 70_080_000, 70_080_000));
    let (low, high) = bill(7).delta_range.unwrap();
    assert_eq!((low.micros, high.micros), (70_080_000, 70_080_000));
    let note = "0.12 USD an hour is paid for commitments, used or not: unused of it are 0.06 USD before and 0 USD after; ";
    assert!(bill(4).notes.iter().any(|one| one.starts_with(note)), "{:?}", bill(4).notes);
}

/// Karpenter without instance types: the cheapest of the book's that holds a pod of 1500m and 4 GiB. Of the shipped list of AWS
/// in us-east-1 (on demand) t3.large has 2 cores and 8 GiB for 0.0832, and nothing that holds the pod is cheaper: c5.large (0.085) has
/// 4 GiB before what is kept away. 0.0832 × 730 = 60.736.
#[test]
fn karpenter_launches_what_the_book_lists() {
    let pool = |class: &str| {
        Cluster::read(&objects(&format!(
            "
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {{name: default}}
spec:
  template:
    spec:
      nodeClassRef: {{group: karpenter.k8s.aws, kind: {class}, name: default}}
      requirements: [{{key: karpenter.k8s.aws/instance-category, operator: In, values: [c, m, r, t]}}]
"
        )))
        .unwrap()
    };
    let state = objects(
        "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template: {spec: {containers: [{name: c, resources: {requests: {cpu: 1500m, memory: 4Gi}}}]}}
",
    );
    let book = PriceBook::shipped().unwrap();
    let billed = bill(&pool("EC2NodeClass"), None, &state, &book).unwrap();
    let line = billed.nodes.iter().find(|line| line.after > 0).unwrap();
    assert_eq!(line.kind.instance_type.as_deref(), Some("t3.large"));
    assert_eq!(micros(&billed), (0, 60_736_000, 60_736_000));
    assert!(matches!(&line.price, Priced::Quoted(quote) if quote.hour.source.contains("Linux instances")));
    assert!(
        billed.notes.iter().any(|note| note.contains("of the price book are taken")),
        "{:?}",
        billed.notes
    );
    let unknown = bill(&pool("OurNodeClass"), None, &state, &book).unwrap();
    assert!(unknown.nodes.is_empty() && unknown.pending.len() == 1);
}
