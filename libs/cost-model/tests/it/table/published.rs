//! Examples that others have published, with what they come to.

use cost_model::{Assumptions, Usage, estimate};
use price_book::PriceBook;

use super::{of, template, usage};
use crate::support::{CORE, GIB, objects, pod};

/// A book of the prices that an example names, a month of 730 hours.
fn book(cpu: &str, ram: &str, storage: &str, more: &str) -> PriceBook {
    PriceBook::parse(&format!(
        r#"{{"version": 2, "currency": "USD", "as_of": "2026-01-31", "source": "the example", "cpu_core_hour": "{cpu}",
            "ram_gib_hour": "{ram}", "gpu_hour": "0", "storage_gib_month": "{storage}", "load_balancer_hour": "0.0225"{more}}}"#
    ))
    .unwrap()
}

fn micros(yaml: &str, book: &PriceBook, run_minutes: u32, usage: Usage) -> i64 {
    let assumptions = Assumptions { run_minutes, usage, ..Assumptions::default() };
    estimate(None, &objects(yaml), book, &assumptions).unwrap().total.projected.money.micros
}

fn plain(yaml: &str) -> i64 {
    micros(yaml, &crate::support::book(), 10, Usage::default())
}

/// OpenCost Specification, "Cluster Asset Costs": an amount of 2 CPU cores for 24 hours at 0.2 a core and hour is Amount × Duration ×
/// HourlyRate = 9.60.
#[test]
fn opencosts_resource_allocation_cost() {
    let job = of("batch/v1", "Job", &template("cpu: 2, memory: 0"));
    assert_eq!(micros(&job, &book("0.2", "0", "0", ""), 24 * 60, Usage::default()), 9_600_000);
}

/// OpenCost Specification, "Workload Costs": max(request, usage) of CPU and of memory, each by itself; its default prices
/// (configs/default.json). Asked for are 1 core and 4 GiB, used 2 cores and 1 GiB: 2 × 0.031611 × 730 + 4 × 0.004237 × 730 =
/// 46.15206 + 12.37204.
#[test]
fn opencosts_workload_cost() {
    let deployment = of("apps/v1", "Deployment", &template("cpu: 1, memory: 4Gi"));
    let used = usage(r#"{"workloads": [{"object": "Deployment/web", "cpu_cores": 2, "memory_gib": 1}]}"#);
    assert_eq!(
        micros(&deployment, &book("0.031611", "0.004237", "0.04", ""), 10, used),
        46_152_060 + 12_372_040
    );
}

/// AWS, "Amazon EBS pricing", General Purpose SSD (gp3): its example of 2,000 GB at 0.08, with 10,000 IOPS at 0.005 above 3,000 and
/// 500 MB/s at 0.06 above 125, for 12 hours of a month of 30 days. The whole month is 60 times as much: 160 + 35 + 22.50.
#[test]
fn aws_gp3_volume() {
    let class = "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: c}, provisioner: ebs.csi.aws.com, parameters: \
                 {type: gp3, iops: '10000', throughput: '500'}}\n---\n";
    let book = book(
        "0",
        "0",
        "0",
        r#", "storage": [{"provider": "aws", "region": "us-east-1", "kind": "gp3", "gib_month": "0.08", "iops_month": "0.005",
            "free_iops": 3000, "mibps_month": "0.06", "free_mibps": 125}]"#,
    );
    let yaml = format!("{class}{}", claim("c", "2000Gi"));
    assert_eq!(micros(&yaml, &book, 10, Usage::default()), 217_500_000);
}

/// An example of our own at AWS's prices of Provisioned IOPS SSD (io1): 2,000 GB at 0.125 with 1,000 IOPS at 0.065: 250 + 65.
#[test]
fn aws_io1_volume() {
    let class = "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: c}, provisioner: ebs.csi.aws.com, parameters: \
                 {type: io1, iops: '1000'}}\n---\n";
    let book = book(
        "0",
        "0",
        "0",
        r#", "storage": [{"provider": "aws", "region": "us-east-1", "kind": "io1", "gib_month": "0.125", "iops_month": "0.065"}]"#,
    );
    let yaml = format!("{class}{}", claim("c", "2000Gi"));
    assert_eq!(micros(&yaml, &book, 10, Usage::default()), 315_000_000);
}

fn claim(class: &str, size: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: data}}, spec: {{storageClassName: {class}, resources: \
         {{requests: {{storage: {size}}}}}}}}}\n"
    )
}

/// Google Cloud, "Disk and image pricing": a standard persistent disk of 200 GB at its US price of 0.04 a GB is 8.00 a month.
#[test]
fn google_standard_disk() {
    let class = "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: c}, provisioner: pd.csi.storage.gke.io, parameters: \
                 {type: pd-standard}}\n---\n";
    let yaml = format!("{class}{}", claim("c", "200Gi"));
    let book = book(
        "0",
        "0",
        "0",
        r#", "storage": [{"provider": "gcp", "region": "us-central1", "kind": "pd-standard", "gib_month": "0.04"}]"#,
    );
    assert_eq!(micros(&yaml, &book, 10, Usage::default()), 8_000_000);
}

/// AWS, "Elastic Load Balancing pricing", US East (N. Virginia): 0.0225 a Network Load Balancer and hour. AWS's own month is 730 hours,
/// too (AWS Pricing Calculator): 16.425, shown there as 16.43.
#[test]
fn aws_network_load_balancer() {
    let service = "{apiVersion: v1, kind: Service, metadata: {name: s, annotations: {service.beta.kubernetes.io/aws-load-balancer-type: nlb}}, \
                   spec: {type: LoadBalancer}}";
    assert_eq!(micros(service, &book("0", "0", "0", ""), 10, Usage::default()), 16_425_000);
}

/// EKS user guide, "Fargate pod configuration": 1 vCPU and 8 GB become 2 vCPU and 9 GB, since 256 MB are added and no
/// 1 vCPU goes with 9 GB.
#[test]
fn fargates_example() {
    let yaml = pod(
        "schedulerName: fargate-scheduler, containers: [{name: a, resources: {requests: {cpu: 1, memory: 8Gi}}}]",
    );
    assert_eq!(plain(&yaml), CORE * 2 + GIB * 9);
}

/// AWS, "AWS Fargate pricing", example 1: 1 vCPU and 2 GB for ten minutes a day, at 0.04048 a vCPU-hour and 0.004445 a GB-hour. There a
/// month has 30 runs: 30 × 1/6 × (0.04048 + 2 × 0.004445) = 0.24685; in a month of 730 hours it has 365 / 12: 0.205211 + 0.045067.
#[test]
fn fargates_task_of_ten_minutes() {
    let job =
        template("cpu: 1, memory: 1792Mi").replace("{spec: {", "{spec: {schedulerName: fargate-scheduler, ");
    let cron = of("batch/v1", "CronJob", &format!("schedule: '@daily', jobTemplate: {{spec: {{{job}}}}}"));
    assert_eq!(micros(&cron, &book("0.04048", "0.004445", "0", ""), 10, Usage::default()), 205_211 + 45_067);
}

/// kubernetes.io, "Resource Management for Pods and Containers": two containers of 250m and 64 MiB each make a pod of 0.5 CPU and
/// 128 MiB.
#[test]
fn the_documentations_pod() {
    let container = |name: &str| {
        format!(
            "{{name: {name}, resources: {{requests: {{memory: 64Mi, cpu: 250m}}, limits: {{memory: 128Mi, cpu: 500m}}}}}}"
        )
    };
    let yaml = pod(&format!("containers: [{}, {}]", container("app"), container("log-aggregator")));
    assert_eq!(plain(&yaml), CORE / 2 + GIB / 8);
}

/// kubernetes.io, "Configure Default Memory Requests and Limits": without its own a container gets 256 MiB; with a limit of 1 GiB alone
/// it gets 1 GiB, and not the default.
#[test]
fn the_documentations_limit_range() {
    let range = "{apiVersion: v1, kind: LimitRange, metadata: {name: mem-limit-range}, spec: {limits: [{default: {memory: 512Mi}, \
                 defaultRequest: {memory: 256Mi}, type: Container}]}}\n---\n";
    let with =
        |resources: &str| plain(&format!("{range}{}", pod(&format!("containers: [{{name: c{resources}}}]"))));
    assert_eq!(with(""), GIB / 4);
    assert_eq!(with(", resources: {limits: {memory: 1Gi}}"), GIB);
}

/// kubernetes.io, "HorizontalPodAutoscaler Walkthrough": php-apache asks for 200m and aims at 50 %; at 305 % of its request it
/// is resized to 7 pods. 610m / (200m × 50 %) = 6.1: 7 pods of 0.2 cores.
#[test]
fn the_documentations_autoscaler() {
    let deployment = of("apps/v1", "Deployment", &template("cpu: 200m, memory: 0"));
    let hpa = of(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 1, maxReplicas: 10, metrics: [{type: Resource, \
         resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]",
    );
    let used = usage(r#"{"workloads": [{"object": "Deployment/web", "cpu_cores": 0.61}]}"#);
    assert_eq!(micros(&format!("{deployment}{hpa}"), &crate::support::book(), 10, used), CORE * 7 / 5);
}

/// kubernetes.io, "Deployments", "Max Surge": 30 % of ten pods are three more while it is rolled out: 3 × 0.03 an hour.
#[test]
fn the_documentations_surge() {
    let deployment = |image: &str| {
        let template =
            template("cpu: 1, memory: 0").replace("name: web,", &format!("name: web, image: {image},"));
        of(
            "apps/v1",
            "Deployment",
            &format!("replicas: 10, strategy: {{rollingUpdate: {{maxSurge: 30%}}}}, {template}"),
        )
    };
    let report = crate::support::change(&deployment("a:1"), &deployment("a:2"));
    let transient = report.objects[0].transient.clone().unwrap();
    assert_eq!((transient.pods, transient.hour.micros, report.total.delta.money.micros), (3, 90_000, 0));
}
