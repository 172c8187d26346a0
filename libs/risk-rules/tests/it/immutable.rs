//! What cannot be changed, kind by kind: an object, the edits that the API server refuses, and those that it takes.

use risk_rules::Level::High;

use crate::case::{Case, case_of};

/// An object, its path in a report, what is refused (the edit and the path of the finding), and what is taken.
type Row = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str, &'static str)],
    &'static [(&'static str, &'static str)],
);

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: shell, namespace: shop}
spec:
  activeDeadlineSeconds: 600
  terminationGracePeriodSeconds: -1
  tolerations: [{key: spot, operator: Exists}]
  containers:
  - {name: shell, image: 'registry.example/shell:1.0.0', command: [sleep], resources: {requests: {cpu: 500m}}}";

const INDEXED: &str = "apiVersion: batch/v1
kind: Job
metadata: {name: render, namespace: shop}
spec:
  completionMode: Indexed
  completions: 4
  parallelism: 4
  manualSelector: true
  selector: {matchLabels: {run: first}}
  template: {spec: {restartPolicy: Never, containers: [{name: r, image: 'registry.example/r:1.0.0'}]}}";

const COUNTED: &str = "apiVersion: batch/v1
kind: Job
metadata: {name: count, namespace: shop}
spec:
  completions: 6
  backoffLimit: 3
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: 'registry.example/c:1.0.0'}]}}";

const PRIORITY: &str = "apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: checkout}
value: 1000
description: first";

const CLASS: &str = "apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: disk.example
parameters: {type: ssd}
reclaimPolicy: Retain
volumeBindingMode: WaitForFirstConsumer
allowVolumeExpansion: false";

const VOLUME: &str = "apiVersion: v1
kind: PersistentVolume
metadata: {name: photos}
spec:
  capacity: {storage: 9Gi}
  persistentVolumeReclaimPolicy: Retain
  csi: {driver: disk.example, volumeHandle: vol-1}";

const CLAIM: &str = "apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: photos, namespace: shop}
spec:
  accessModes: [ReadOnlyMany]
  storageClassName: fast
  volumeAttributesClassName: silver
  dataSource: {kind: PersistentVolumeClaim, name: old}
  selector: {matchLabels: {release: stable}}
  volumeName: vol-7
  resources: {requests: {storage: 5Gi}}";

const SECRET: &str = "apiVersion: v1
kind: Secret
metadata: {name: sealed, namespace: shop, labels: {rev: one}}
immutable: true
type: example.org/pair";

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata: {name: fixed, namespace: shop}
spec: {clusterIP: 10.0.0.9, sessionAffinity: None, externalName: x}";

const BALANCER: &str = "apiVersion: v1
kind: Service
metadata: {name: edge, namespace: shop}
spec: {type: LoadBalancer, loadBalancerClass: a.example/one, ipFamilies: [IPv4], sessionAffinity: None}";

const HEADLESS: &str = "apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {clusterIP: None, ipFamilies: [IPv4]}";

const INGRESS_CLASS: &str = "apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: front}
spec: {controller: one.example/ingress, parameters: {kind: A, name: a}}";

const RUNTIME: &str = "apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: sandbox}
handler: runsc
overhead: {podFixed: {memory: 64Mi}}";

const SLICE: &str = "apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: outside, namespace: shop}
addressType: IPv4
ports: [{port: 80}]
endpoints: []";

const QUOTA: &str = "apiVersion: v1
kind: ResourceQuota
metadata: {name: low, namespace: shop}
spec: {hard: {pods: '4'}, scopes: [NotTerminating, BestEffort]}";

const SET: &str = "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store, namespace: shop}
spec:
  serviceName: store
  selector: {matchLabels: {app: store}}
  template: {metadata: {labels: {app: store}}, spec: {containers: [{name: s, image: 's:1.0.0'}]}}
  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]";

const ONCE: &str = "apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: shop}
spec:
  template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'registry.example/a:1.0.0', ports: [{containerPort: 80}]}, {name: b, image: 'registry.example/b:1.0.0'}]}}";

const BINDING: &str = "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: readers, labels: {rev: one}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}";

const ROWS: &[Row] = &[
    (
        POD,
        "Pod/shell",
        &[
            ("command: [sleep]", "command: [wait]", "spec.containers[name=shell].command"),
            ("cpu: 500m", "cpu: 600m", "spec.containers[name=shell].resources"),
            ("activeDeadlineSeconds: 600", "activeDeadlineSeconds: 900", "spec.activeDeadlineSeconds"),
            ("key: spot,", "key: other,", "spec.tolerations"),
            ("PeriodSeconds: -1", "PeriodSeconds: 60", "spec.terminationGracePeriodSeconds"),
            ("  tolerations:", "  nodeSelector: {disk: ssd}\n  tolerations:", "spec.nodeSelector"),
        ],
        &[
            ("shell:1.0.0", "shell:1.0.1"),
            ("cpu: 500m", "cpu: '0.5'"),
            ("activeDeadlineSeconds: 600", "activeDeadlineSeconds: 300"),
            ("operator: Exists}", "operator: Exists}, {key: gpu, operator: Exists}"),
            ("PeriodSeconds: -1", "PeriodSeconds: 1"),
            ("  tolerations:", "  restartPolicy: Always\n  tolerations:"),
            (
                "namespace: shop}\nspec:\n  activeDeadline",
                "namespace: shop, labels: {a: b}}\nspec:\n  activeDeadline",
            ),
        ],
    ),
    (
        INDEXED,
        "Job/render",
        &[
            ("completions: 4", "completions: 8", "spec.completions"),
            ("{run: first}", "{run: second}", "spec.selector"),
            ("completionMode: Indexed\n  completions: 4", "completions: 4", "spec.completionMode"),
        ],
        &[
            ("completions: 4\n  parallelism: 4", "completions: 8\n  parallelism: 8"),
            ("parallelism: 4", "parallelism: 2"),
            ("  manualSelector: true\n  selector: {matchLabels: {run: first}}\n", ""),
        ],
    ),
    (
        COUNTED,
        "Job/count",
        &[("completions: 6", "completions: 7\n  parallelism: 7", "spec.completions")],
        &[("backoffLimit: 3", "backoffLimit: 3\n  parallelism: 2"), ("backoffLimit: 3", "backoffLimit: 4")],
    ),
    (
        PRIORITY,
        "PriorityClass/checkout",
        &[
            ("value: 1000", "value: 2000", "value"),
            ("value: 1000", "value: 1000\npreemptionPolicy: Never", "preemptionPolicy"),
        ],
        &[
            ("description: first", "description: second"),
            ("value: 1000", "value: 1000\npreemptionPolicy: PreemptLowerPriority"),
        ],
    ),
    (
        CLASS,
        "StorageClass/fast",
        &[
            ("provisioner: disk", "provisioner: net", "provisioner"),
            ("type: ssd", "type: hdd", "parameters"),
            ("reclaimPolicy: Retain\n", "", "reclaimPolicy"),
            ("volumeBindingMode: WaitForFirstConsumer", "volumeBindingMode: Immediate", "volumeBindingMode"),
        ],
        &[("allowVolumeExpansion: false", "allowVolumeExpansion: true")],
    ),
    (
        VOLUME,
        "PersistentVolume/photos",
        &[("vol-1", "vol-2", "spec.csi"), ("  csi:", "  volumeMode: Block\n  csi:", "spec.volumeMode")],
        &[
            ("storage: 9Gi", "storage: 10Gi"),
            ("ReclaimPolicy: Retain\n  csi", "ReclaimPolicy: Delete\n  csi"),
            ("vol-1}", "vol-1, controllerExpandSecretRef: {name: grow, namespace: shop}}"),
        ],
    ),
    (
        CLAIM,
        "PersistentVolumeClaim/photos",
        &[
            ("[ReadOnlyMany]", "[ReadWriteMany]", "spec.accessModes"),
            ("storageClassName: fast", "storageClassName: slow", "spec.storageClassName"),
            ("name: old}", "name: older}", "spec.dataSource"),
            ("release: stable", "release: edge", "spec.selector"),
            ("volumeName: vol-7", "volumeName: vol-8", "spec.volumeName"),
        ],
        &[
            ("storage: 5Gi", "storage: 6Gi"),
            ("ClassName: silver", "ClassName: gold"),
            ("  volumeName: vol-7\n", ""),
        ],
    ),
    (
        SECRET,
        "Secret/sealed",
        &[("type: example.org/pair", "type: example.org/single", "type")],
        &[("labels: {rev: one}}\nimmutable", "labels: {rev: two}}\nimmutable")],
    ),
    (
        SERVICE,
        "Service/fixed",
        &[("10.0.0.9", "10.0.0.10", "spec.clusterIP")],
        &[("clusterIP: 10.0.0.9, ", ""), ("sessionAffinity: None", "sessionAffinity: ClientIP")],
    ),
    // "May not change once set" while both are load balancers.
    (
        BALANCER,
        "Service/edge",
        &[
            ("a.example/one", "a.example/two", "spec.loadBalancerClass"),
            (" loadBalancerClass: a.example/one,", "", "spec.loadBalancerClass"),
            ("[IPv4]", "[IPv6]", "spec.ipFamilies"),
        ],
        &[
            ("type: LoadBalancer, loadBalancerClass: a.example/one", "type: ClusterIP"),
            ("[IPv4]", "[IPv4, IPv6]"),
            ("sessionAffinity: None", "sessionAffinity: ClientIP"),
        ],
    ),
    (HEADLESS, "Service/db", &[], &[("[IPv4]", "[IPv6]")]),
    (
        INGRESS_CLASS,
        "IngressClass/front",
        &[("one.example/ingress", "two.example/ingress", "spec.controller")],
        &[("name: a}}", "name: b}}")],
    ),
    (RUNTIME, "RuntimeClass/sandbox", &[("runsc", "kata", "handler")], &[("64Mi", "96Mi")]),
    (SLICE, "EndpointSlice/outside", &[("IPv4", "IPv6", "addressType")], &[("{port: 80}", "{port: 81}")]),
    (
        QUOTA,
        "ResourceQuota/low",
        &[("NotTerminating, BestEffort", "BestEffort", "spec.scopes")],
        &[("NotTerminating, BestEffort", "BestEffort, NotTerminating"), ("pods: '4'", "pods: '5'")],
    ),
    // What the API server fills in may be written out.
    (
        SET,
        "StatefulSet/store",
        &[
            ("storage: 1Gi", "storage: 2Gi", "spec.volumeClaimTemplates"),
            ("[ReadWriteOnce],", "[ReadWriteOnce], volumeMode: Block,", "spec.volumeClaimTemplates"),
        ],
        &[
            ("[ReadWriteOnce],", "[ReadWriteOnce], volumeMode: Filesystem,"),
            ("1Gi", "1024Mi"),
            ("s:1.0.0", "s:1.0.1"),
        ],
    ),
    (
        ONCE,
        "Job/once",
        &[
            ("a:1.0.0", "a:1.0.1", "spec.template"),
            (
                "{name: b, image: 'registry.example/b:1.0.0'}",
                "{name: c, image: 'registry.example/b:1.0.0'}",
                "spec.template",
            ),
            (
                "restartPolicy: Never",
                "restartPolicy: Never, terminationGracePeriodSeconds: 31",
                "spec.template",
            ),
            ("a:1.0.0',", "a:1.0.0', imagePullPolicy: Always,", "spec.template"),
        ],
        &[
            (
                "restartPolicy: Never",
                "restartPolicy: Never, terminationGracePeriodSeconds: 30, dnsPolicy: ClusterFirst",
            ),
            (
                "a:1.0.0',",
                "a:1.0.0', imagePullPolicy: IfNotPresent, terminationMessagePath: /dev/termination-log,",
            ),
            ("containerPort: 80", "containerPort: 80, protocol: TCP"),
            ("template: {spec", "template: {metadata: {annotations: {}}, spec"),
        ],
    ),
    (
        BINDING,
        "ClusterRoleBinding/readers",
        &[("name: view}", "name: edit}", "roleRef")],
        &[("labels: {rev: one}}\nroleRef", "labels: {rev: two}}\nroleRef")],
    ),
];

pub(crate) fn cases() -> Vec<Case> {
    let rule = "immutable-field-changed";
    let mut cases = Vec::new();
    for (text, object, refused, taken) in ROWS {
        let kind = object.split('/').next().unwrap();
        for (from, to, path) in *refused {
            let message: &'static str = Box::leak(
                format!(
                    "{path} cannot be changed once the {kind} exists: the API server refuses the change, and what \
                     is applied with it may stop half-way."
                )
                .into_boxed_str(),
            );
            cases.push(case_of(rule, text).edit(from, to).gives(High, object, path, message));
        }
        cases.extend(taken.iter().map(|(from, to)| case_of(rule, text).edit(from, to)));
    }
    let sealed = "It is marked immutable, and its stringData changes: the API server refuses the change.";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: pair, namespace: shop}\nimmutable: true\nstringData: {a: first}";
    cases.push(case_of(rule, secret).edit("{a: first}", "{a: second}").gives(
        High,
        "Secret/pair",
        "stringData",
        sealed,
    ));
    // One that is not sealed yet may be sealed.
    cases.push(
        case_of(rule, &secret.replace("immutable: true", "immutable: false"))
            .edit("immutable: false", "immutable: true"),
    );
    cases
}

/// `SetDefaults_Job`: where both are left out, both are 1; apply leaves alone what neither manifest has.
#[test]
fn parallelism_may_change_where_nobody_wrote_completions() {
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate, namespace: shop}\nspec:\n  backoffLimit: 2\n  \
               template: {spec: {restartPolicy: Never, containers: [{name: c, image: \"x:1\"}]}}";
    let rule = "immutable-field-changed";
    case_of(rule, job).edit("  backoffLimit: 2\n", "  backoffLimit: 2\n  parallelism: 3\n").check();
    case_of(rule, job)
        .edit("  backoffLimit: 2\n", "  backoffLimit: 2\n  completions: 3\n")
        .says(
            risk_rules::Level::High,
            "Job/migrate",
            "spec.completions",
            "spec.completions cannot be changed",
        )
        .check();
}
