use super::{check_priced, of, priced, report};
use crate::support::{DISK, assumptions, objects};

fn class(name: &str, more: &str) -> String {
    format!(
        "{{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {{name: {name}}}, {more}}}\n---\n"
    )
}

fn claim(spec: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: data, namespace: shop}}, spec: {{{spec} resources: \
         {{requests: {{storage: 100Gi}}}}}}}}\n---\n"
    )
}

fn ebs(parameters: &str) -> String {
    let more = format!("provisioner: ebs.csi.aws.com, parameters: {{{parameters}}}");
    format!("{}{}", class("fast", &more), claim("storageClassName: fast,"))
}

#[test]
fn disks_by_their_class() {
    let default = class("fast", "provisioner: ebs.csi.aws.com").replace(
        "name: fast",
        "name: fast, annotations: {storageclass.kubernetes.io/is-default-class: 'true'}",
    );
    let attributes = "{apiVersion: storage.k8s.io/v1, kind: VolumeAttributesClass, metadata: {name: gold}, driverName: ebs.csi.aws.com, parameters: {iops: '4000'}}\n---\n";
    check_priced(&[
        // 100 × 0.08
        ("gp3", ebs("type: gp3"), 8_000_000),
        ("EBS without a type is gp3", ebs(""), 8_000_000),
        // 3,000 IOPS and 125 MiB/s come with it
        ("what comes with gp3", ebs("type: gp3, iops: '3000', throughput: '125'"), 8_000_000),
        // + 1,000 × 0.005 + 125 × 0.04
        (
            "more than comes with gp3",
            ebs("type: gp3, iops: '4000', throughput: '250'"),
            8_000_000 + 5_000_000 + 5_000_000,
        ),
        // 100 × 0.125 + 100 × 50 × 0.065
        ("io1 by the GiB", ebs("type: io1, iopsPerGB: '50'"), 12_500_000 + 325_000_000),
        ("the default class", format!("{default}{}", claim("")), 8_000_000),
        (
            "attributes over the class",
            format!("{attributes}{}", ebs("type: gp3")).replace(
                "storageClassName: fast,",
                "storageClassName: fast, volumeAttributesClassName: gold,",
            ),
            13_000_000,
        ),
        // 100 × 0.10, any GiB
        ("a class that is not here", claim("storageClassName: other,"), DISK * 100),
        ("a volume that was made elsewhere", claim("storageClassName: '',"), DISK * 100),
        ("no class", claim(""), DISK * 100),
        (
            "a driver without a price",
            format!("{}{}", class("fast", "provisioner: x.example"), claim("storageClassName: fast,")),
            DISK * 100,
        ),
        // a node's own disk is a part of the node
        (
            "local",
            format!(
                "{}{}",
                class("fast", "provisioner: kubernetes.io/no-provisioner"),
                claim("storageClassName: fast,")
            ),
            0,
        ),
    ]);
}

#[test]
fn two_classes_are_two_parts() {
    let yaml = format!(
        "{}{}{}",
        class("fast", "provisioner: ebs.csi.aws.com, parameters: {type: gp3}"),
        class("slow", "provisioner: pd.csi.storage.gke.io, parameters: {type: pd-standard}"),
        of(
            "apps/v1",
            "StatefulSet",
            "replicas: 2, volumeClaimTemplates: [{metadata: {name: a}, spec: {storageClassName: fast, resources: {requests: \
             {storage: 10Gi}}}}, {metadata: {name: b}, spec: {storageClassName: slow, resources: {requests: {storage: 50Gi}}}}], \
             template: {spec: {containers: []}}"
        )
    );
    let report = report(&yaml, &priced(), cost_model::Usage::default());
    let parts: Vec<(Option<&str>, i64)> = report.objects[0]
        .parts
        .iter()
        .map(|part| (part.class.as_deref(), part.figures.projected.money.micros))
        .collect();
    // 2 × 10 × 0.08 and 2 × 50 × 0.04
    assert_eq!(
        parts,
        [(Some("ebs.csi.aws.com gp3"), 1_600_000), (Some("pd.csi.storage.gke.io pd-standard"), 4_000_000)]
    );
}

fn set(replicas: u32, more: &str) -> String {
    of(
        "apps/v1",
        "StatefulSet",
        &format!(
            "replicas: {replicas}, {more} volumeClaimTemplates: [{{metadata: {{name: data}}, spec: {{resources: {{requests: {{storage: \
             10Gi}}}}}}}}], template: {{spec: {{containers: []}}}}"
        ),
    )
}

fn change(before: &str, after: &str) -> i64 {
    let (before, after) = (objects(before), objects(after));
    let report =
        cost_model::estimate(Some(&before), &after, &crate::support::book(), &assumptions()).unwrap();
    report.total.delta.money.micros
}

/// 10 GiB a pod are 1.00 a month.
#[test]
fn what_stays_costs_on() {
    let delete = |when: &str| format!("persistentVolumeClaimRetentionPolicy: {{{when}: Delete}},");
    let left = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data-web-2, namespace: shop}, spec: {resources: {requests: {storage: 10Gi}}}}\n---\n";
    for (name, before, after, delta) in [
        ("scaled up", set(3, ""), set(5, ""), 2_000_000),
        ("scaled down", set(5, ""), set(3, ""), 0),
        ("scaled down, and deleted", set(5, ""), set(3, &delete("whenScaled")), -2_000_000),
        ("deleted", set(3, ""), String::new(), 0),
        ("deleted with its claims", set(3, &delete("whenDeleted")), String::new(), -3_000_000),
        // one of the three that stay stands in the state after, and is counted there
        ("a claim of its own", set(3, ""), left.to_owned(), 0),
        // the disk of a claim goes with it, unless its class keeps it
        ("a claim that goes", claim(""), String::new(), -10_000_000),
        (
            "a claim whose disk stays",
            format!(
                "{}{}",
                class("keep", "provisioner: x, reclaimPolicy: Retain"),
                claim("storageClassName: keep,")
            ),
            class("keep", "provisioner: x, reclaimPolicy: Retain"),
            0,
        ),
    ] {
        assert_eq!(change(&before, &after), delta, "{name}");
    }
}

/// The book has no price for the IOPS of pd-standard, and without a driver none at all.
#[test]
fn what_has_no_price_is_named() {
    let with = |more: &str| {
        let yaml = format!("{}{}", class("fast", more), claim("storageClassName: fast,"));
        let report = report(&yaml, &priced(), cost_model::Usage::default());
        (report.total.projected.money.micros, report.unknown.first().map(|unknown| unknown.why.clone()))
    };
    let why = "its StorageClass asks for 500 MiB/s that have no price; the rest is counted".to_owned();
    let throughput = "provisioner: pd.csi.storage.gke.io, parameters: {type: pd-standard, provisioned-throughput-on-create: 500Mi}";
    assert_eq!(with(throughput), (4_000_000, Some(why)));
    let why = "its StorageClass asks for 7000 IOPS that have no price; the rest is counted".to_owned();
    assert_eq!(with("provisioner: x.example, parameters: {iops: '7000'}"), (10_000_000, Some(why)));
}

/// What cannot be read, or is said elsewhere, is not nothing.
#[test]
fn what_cannot_be_read_of_a_class_is_named() {
    let with = |yaml: &str| {
        let report = report(yaml, &priced(), cost_model::Usage::default());
        (report.total.projected.money.micros, report.unknown.first().map(|unknown| unknown.why.clone()))
    };
    let named = |why: &str| (8_000_000, Some(why.to_owned()));
    assert_eq!(
        with(&ebs("type: gp3, throughput: 1Gi")),
        named("its throughput \"1Gi\" is no number; the rest is counted")
    );
    assert_eq!(
        with(&ebs("type: gp3, iops: many")),
        named("its iops \"many\" is no number; the rest is counted")
    );
    let gold = "storageClassName: fast, volumeAttributesClassName: gold,";
    assert_eq!(
        with(&ebs("type: gp3").replace("storageClassName: fast,", gold)),
        named("the VolumeAttributesClass gold is not in this state; the rest is counted")
    );
}

/// EFS and the standard tiers of Azure Files bill what is stored; beside such a volume a disk is as sure as before.
#[test]
fn what_is_billed_by_what_is_stored_is_a_guess() {
    let is_guess = |provisioner: &str| {
        let yaml = class("fast", provisioner) + &claim("storageClassName: fast,");
        report(&yaml, &priced(), cost_model::Usage::default()).objects[0].parts[0].assumed.is_some()
    };
    assert!(is_guess("provisioner: efs.csi.aws.com"));
    assert!(is_guess("provisioner: file.csi.azure.com, parameters: {skuName: Standard_LRS}"));
    assert!(!is_guess("provisioner: file.csi.azure.com, parameters: {skuName: Premium_LRS}"));
    assert!(!is_guess("provisioner: ebs.csi.aws.com, parameters: {type: gp3}"));
    let template = |name: &str| {
        format!(
            "{{metadata: {{name: {name}}}, spec: {{storageClassName: {name}, resources: {{requests: {{storage: 10Gi}}}}}}}}"
        )
    };
    let both = format!(
        "volumeClaimTemplates: [{}, {}], template: {{spec: {{containers: []}}}}",
        template("disk"),
        template("files")
    );
    let yaml = class("disk", "provisioner: ebs.csi.aws.com")
        + &class("files", "provisioner: efs.csi.aws.com")
        + &of("apps/v1", "StatefulSet", &both);
    let report = report(&yaml, &priced(), cost_model::Usage::default());
    let guesses: Vec<bool> = report.objects[0].parts.iter().map(|part| part.assumed.is_some()).collect();
    assert_eq!(guesses, [false, true]);
}

/// So many claims that nobody would count them one by one.
#[test]
fn claims_of_very_many_pods_that_stay() {
    let left = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data-web-7, namespace: shop}, spec: {resources: {requests: {storage: 10Gi}}}}\n---\n";
    assert_eq!(change(&set(1_000_000_000, ""), &format!("{}{left}", set(0, ""))), 0);
}
