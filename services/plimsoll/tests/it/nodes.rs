//! `plimsoll cost --nodes`: the bill beside what is allocated.

use crate::sandbox::Sandbox;
use crate::schemas::follows;

/// An m5.large is 0.096 USD an hour (us-east-1): 70.08 a month. Three pods of 600m fit on its 1900m.
const NODES: &str = "
apiVersion: plimsoll.dev/v1
kind: NodeGroups
metadata: {name: production}
spec:
  groups:
    - {name: general, instanceType: m5.large, region: us-east-1, allocatable: {cpu: 1900m, memory: 7Gi}, min: 1, max: 5, current: 2}
";

fn web(replicas: u32, memory: &str) -> String {
    format!(
        "
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: c, image: \"a:1\", resources: {{requests: {{cpu: 600m, memory: {memory}}}}}}}]}}
"
    )
}

fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("nodes.yaml", NODES)
        .file("two.yaml", web(2, "1Gi"))
        .file("three.yaml", web(3, "1Gi"))
        .file("seven.yaml", web(7, "1Gi"))
        .file("large.yaml", web(2, "24Gi"))
}

#[test]
fn both_answers_are_given_and_named() {
    let run = sandbox().run(&["cost", "two.yaml", "seven.yaml", "--nodes", "nodes.yaml", "--format", "json"]);
    let document = follows("cost", &run);
    assert!(document["estimated_cost"]["delta_micros"].as_i64().unwrap() > 0);
    let bill = &document["bill"];
    assert_eq!(bill["total"]["baseline_micros"], 70_080_000);
    assert_eq!(bill["total"]["projected_micros"], 3 * 70_080_000);
    assert_eq!((bill["effect"].as_str(), bill["nodes"][0]["after"].as_u64()), (Some("adds"), Some(3)));
    let text = sandbox().run(&["cost", "two.yaml", "three.yaml", "--nodes", "nodes.yaml"]).out;
    assert!(text.contains("Bill for nodes: unchanged at $70.08 a month"), "{text}");
    assert!(text.contains("It fits into what is free"), "{text}");
    let markdown = ["cost", "two.yaml", "seven.yaml", "--nodes", "nodes.yaml", "--format", "markdown"];
    let page = sandbox().run(&markdown).out;
    assert!(page.contains(r"#### Bill for nodes: \+\$140.16 a month (+200 %), on \$70.08"), "{page}");
}

#[test]
fn without_nodes_there_is_no_bill() {
    let run = sandbox().run(&["cost", "two.yaml", "seven.yaml", "--format", "json"]);
    assert_eq!(follows("cost", &run).get("bill"), None);
}

#[test]
fn what_does_not_fit_is_told() {
    let text = sandbox().run(&["cost", "two.yaml", "large.yaml", "--nodes", "nodes.yaml"]).out;
    let expected = "Deployment/shop/web: 2 pods stay Pending: no node has 24 GiB of memory free";
    assert!(text.contains(expected), "{text}");
    let head = text.lines().next().unwrap();
    assert!(head.ends_with("; 2 more pods stay Pending"), "{head}");
}

/// The change is 140.16 a month on the bill, and less by what is allocated: it is the bill that the gate is held against.
#[test]
fn the_gate_uses_the_bill() {
    let run = |limit: &str| {
        sandbox().run(&["cost", "two.yaml", "seven.yaml", "--nodes", "nodes.yaml", "--fail-above", limit])
    };
    assert_eq!(run("150").code, 0);
    let above = run("140");
    assert_eq!(above.code, 2, "{above:?}");
    assert!(above.err.contains("the bill for nodes changes by up to +$140.16 a month"), "{above:?}");
}

/// Two pods stay on their node, so that the nodes cost what they did; a balancer of 0.025 an hour is 18.25 a month beside
/// them, and what a database of a provider costs nobody knows.
#[test]
fn the_gate_sees_what_no_node_pays_for() {
    let balancer = "
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, ports: [{port: 80}]}
";
    let database = "
apiVersion: rds.aws.upbound.io/v1beta1
kind: Instance
metadata: {name: shop}
spec: {forProvider: {instanceClass: db.r5.24xlarge}}
";
    let two = web(2, "1Gi");
    let sandbox = sandbox()
        .file("balancer.yaml", format!("{two}---{balancer}"))
        .file("database.yaml", format!("{two}---{database}"));
    let run = |after: &str, limit: &str| {
        sandbox.run(&["cost", "two.yaml", after, "--nodes", "nodes.yaml", "--fail-above", limit])
    };
    assert_eq!(run("balancer.yaml", "19").code, 0);
    let above = run("balancer.yaml", "18");
    assert_eq!(above.code, 2, "{above:?}");
    let said =
        "by up to $0.00 a month, and what stands beside them by +$18.25, and --fail-above is 18.00 USD";
    assert!(above.err.contains(said), "{above:?}");
    let unknown = run("database.yaml", "1000000");
    assert_eq!(unknown.code, 2, "{unknown:?}");
    assert!(unknown.err.contains("is not known, so it may be above --fail-above"), "{unknown:?}");
    let head = unknown.out.lines().next().unwrap();
    assert!(
        head.ends_with("unchanged at $70.08 a month, but for 1 object whose cost is not known"),
        "{head}"
    );
}

/// What runs in the environment's namespace is what the manifests without one describe: two pods of 600m on one node of two,
/// each of 1900m, and no third beside them. One node of 70.08 holds them, once the empty one is gone.
#[test]
fn manifests_without_a_namespace_are_those_that_run_in_the_environments() {
    let pod = |name: &str| {
        format!(
            "
- apiVersion: v1
  kind: Pod
  metadata:
    name: web-5d8-{name}
    namespace: web-prod
    labels: {{app: web, pod-template-hash: 5d8}}
    ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d8, uid: u, controller: true}}]
  spec: {{nodeName: a, containers: [{{name: c, resources: {{requests: {{cpu: 600m, memory: 1Gi}}}}}}]}}
  status: {{phase: Running}}"
        )
    };
    let node = |name: &str| {
        format!(
            "
- apiVersion: v1
  kind: Node
  metadata:
    name: {name}
    labels: {{node.plimsoll.dev/group: general, node.kubernetes.io/instance-type: m5.large, topology.kubernetes.io/region: us-east-1}}
  status: {{allocatable: {{cpu: 1900m, memory: 7Gi, pods: 20}}}}"
        )
    };
    let group = "
- apiVersion: plimsoll.dev/v1
  kind: NodeGroups
  metadata: {name: production}
  spec: {groups: [{name: general, instanceType: m5.large, region: us-east-1, min: 1, max: 5}]}";
    let snapshot =
        ["apiVersion: v1\nkind: List\nitems:", &node("a"), &node("b"), &pod("x"), &pod("y"), group].concat();
    let application = "
apiVersion: plimsoll.dev/v1
kind: Application
metadata: {name: shop}
spec:
  environments: [{name: production, path: production, namespace: web-prod}]
";
    let sandbox = Sandbox::new()
        .file("plimsoll.yaml", application)
        .file("snapshot.yaml", snapshot)
        .file("production/web.yaml", web(2, "1Gi").replace(", namespace: shop", ""));
    let run = sandbox.run(&["cost", "production", "--nodes", "snapshot.yaml", "--format", "json"]);
    let bill = &follows("cost", &run)["bill"];
    assert_eq!(bill["total"]["projected_micros"], 70_080_000, "{bill:#}");
    assert_eq!(bill["pending"], serde_json::json!([]));
}

#[test]
fn a_file_without_nodes_is_refused() {
    let run = sandbox().run(&["cost", "two.yaml", "--nodes", "three.yaml"]);
    assert_eq!((run.code, run.error_code()), (1, "PACKING_NO_NODES"), "{run:?}");
}

/// Staging runs seven pods and production two: the number goes over when it is taken.
fn promotion() -> Sandbox {
    sandbox().file("staging/web.yaml", web(7, "1Gi")).file("production/web.yaml", web(2, "1Gi"))
}

const PREVIEW: [&str; 9] = [
    "preview",
    "--from",
    "staging",
    "--to",
    "production",
    "--take",
    "Deployment/web:spec.replicas",
    "--nodes",
    "nodes.yaml",
];

/// Two pods need one node of 70.08 and seven need three; five more pods of 0.6 CPU and 1 GiB are allocated.
#[test]
fn a_preview_gives_both_answers() {
    let text = promotion().run(&PREVIEW);
    assert_eq!(text.code, 0, "{text:?}");
    let head: Vec<&str> = text.out.lines().take(4).collect();
    assert!(
        head.join(" ").contains("Bill for nodes: +$140.16 a month (+200 %), on $70.08; allocated +$"),
        "{head:?}"
    );
    for line in [
        "Cost, allocated: about +$",
        "Bill for nodes: +$140.16 a month (+200 %), on $70.08",
        "It tips general over: 1 more node, and it keeps 1 node from going away.",
    ] {
        assert!(text.out.contains(line), "{}", text.out);
    }
    let json = promotion().run(&[&PREVIEW[..], &["--format", "json"]].concat());
    let document = follows("preview", &json);
    assert_eq!(document["bill"]["total"]["delta_micros"], 140_160_000);
    assert!(document["estimated_cost"]["delta_micros"].as_i64().unwrap() > 0);
    let page = promotion().run(&[&PREVIEW[..], &["--format", "markdown"]].concat()).out;
    assert!(page.contains(r"**Bill for nodes: +\$140.16 a month (+200 %), on \$70.08; allocated"), "{page}");
}

#[test]
fn the_gate_of_a_preview_uses_the_bill() {
    let run = |limit: &str| promotion().run(&[&PREVIEW[..], &["--fail-above", limit]].concat());
    assert_eq!(run("150").code, 0);
    let above = run("140");
    assert_eq!(above.code, 2, "{above:?}");
    assert!(above.err.contains("the bill for nodes changes by up to +$140.16 a month"), "{above:?}");
}

#[test]
fn a_group_of_previews_names_the_bill_of_each() {
    let sandbox = promotion().file("canary/web.yaml", web(4, "1Gi"));
    let run = sandbox.run(&[&PREVIEW[..], &["--to", "canary"]].concat());
    assert!(run.out.contains("bill +$140.16 a month (+200 %), on $70.08"), "{run:?}");
    assert!(run.out.contains("bill +$70.08 a month (+50 %), on $140.16"), "{run:?}");
}

const APPLICATION: &str = "
apiVersion: plimsoll.dev/v1
kind: Application
metadata: {name: shop}
spec:
  environments:
    - {name: staging, path: staging}
    - {name: production, path: production, nodes: clusters/production}
";

/// `clusters/production` holds the node group of `NODES`.
fn declared() -> Sandbox {
    promotion().file("plimsoll.yaml", APPLICATION).file("clusters/production/nodes.yaml", NODES)
}

/// The environment's nodes, read beside it; the flag goes before them: with nodes of one pod each, seven are one more each.
#[test]
fn an_environment_names_its_nodes() {
    let run = |sandbox: &Sandbox, more: &[&str]| sandbox.run(&[&PREVIEW[..7], more].concat());
    let own = run(&declared(), &[]);
    assert!(own.out.contains("Bill for nodes: +$140.16 a month (+200 %), on $70.08"), "{own:?}");
    let small = NODES.replace("cpu: 1900m", "cpu: 600m").replace("max: 5", "max: 9");
    let flag = run(&declared().file("small.yaml", small), &["--nodes", "small.yaml"]);
    assert!(flag.out.contains("Bill for nodes: +$350.40 a month (+250 %), on $140.16"), "{flag:?}");
    let cost = declared().run(&["cost", "production", "--format", "json"]);
    assert_eq!(follows("cost", &cost)["bill"]["total"]["projected_micros"], 70_080_000);
    let all = declared().run(&[&PREVIEW[..5], &["--all", "--format", "json"]].concat());
    let all = follows("previews", &all);
    assert_eq!(all["previews"][0]["preview"]["bill"]["effect"], "fits", "{all}");
}

/// At the commit of the target, not as the working tree has them now.
#[test]
fn the_nodes_of_a_commit_are_those_of_that_commit() {
    let sandbox = declared();
    sandbox.commit();
    sandbox.put("clusters/production/nodes.yaml", NODES.replace("m5.large", "m5.xlarge"));
    let target = "git+.//production@HEAD";
    let run = |to: &str| {
        let arguments = ["cost", to, "--format", "json"];
        sandbox.run(&arguments).json()["bill"]["total"]["projected_micros"].as_i64()
    };
    assert_eq!((run(target), run("production")), (Some(70_080_000), Some(140_160_000)));
}

#[test]
fn nodes_that_are_named_and_not_there_are_an_error() {
    let sandbox = promotion().file("plimsoll.yaml", APPLICATION);
    let run = sandbox.run(&PREVIEW[..7]);
    assert_eq!((run.code, run.error_code()), (1, "SOURCE_NOT_FOUND"), "{run:?}");
    assert!(run.err.contains("clusters/production"), "{run:?}");
}
