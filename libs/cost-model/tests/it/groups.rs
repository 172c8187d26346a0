//! Sums by what objects have in common.

use cost_model::{GroupBy, Period};

use crate::support::{CORE, GIB, change};

const BEFORE: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {team: a}}
spec:
  replicas: 2
  template: {spec: {containers: [{name: web, resources: {requests: {cpu: 500m, memory: 1Gi}}}, {name: log, resources: {requests: {cpu: 250m}}}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: data, labels: {team: b}}
spec: {template: {spec: {overhead: {cpu: 250m}, containers: [{name: db, resources: {requests: {cpu: 1}}}]}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: dump, namespace: data}
spec: {resources: {requests: {storage: 10Gi}}}
";

fn groups(by: &GroupBy, period: Period) -> Vec<(String, i64, i64)> {
    let report = change(BEFORE, &BEFORE.replace("replicas: 2", "replicas: 3"));
    let groups = report.by(by, period).unwrap();
    let sum: i64 = groups.iter().map(|group| group.projected.micros).sum();
    assert_eq!(sum, report.total.projected.per(period).unwrap().micros, "{by:?}");
    groups.into_iter().map(|group| (group.name, group.baseline.micros, group.projected.micros)).collect()
}

/// web: 2 × (0.75 cores + 1 GiB), then 3; db: 1.25 cores; the claim 1.00.
#[test]
fn by_what_objects_have_in_common() {
    let web = |pods: i64| CORE * 3 * pods / 4 + GIB * pods;
    let named = |name: &str, before: i64, after: i64| (name.to_owned(), before, after);
    assert_eq!(
        groups(&GroupBy::Kind, Period::Month),
        [
            named("Deployment", web(2), web(3)),
            named("PersistentVolumeClaim", 1_000_000, 1_000_000),
            named("StatefulSet", CORE * 5 / 4, CORE * 5 / 4)
        ]
    );
    let data = CORE * 5 / 4 + 1_000_000;
    assert_eq!(
        groups(&GroupBy::Namespace, Period::Month),
        [named("data", data, data), named("shop", web(2), web(3))]
    );
    assert_eq!(
        groups(&GroupBy::Label("team".to_owned()), Period::Month),
        [named("", 1_000_000, 1_000_000), named("a", web(2), web(3)), named("b", CORE * 5 / 4, CORE * 5 / 4)]
    );
    assert_eq!(
        groups(&GroupBy::Resource, Period::Month),
        [
            named("cpu", CORE * 11 / 4, CORE * 7 / 2),
            named("memory", GIB * 2, GIB * 3),
            named("storage", 1_000_000, 1_000_000)
        ]
    );
    assert_eq!(
        groups(&GroupBy::Container, Period::Month),
        [
            named("Deployment.apps/shop/web:log", CORE / 2, CORE * 3 / 4),
            named("Deployment.apps/shop/web:web", CORE + GIB * 2, CORE * 3 / 2 + GIB * 3),
            named("PersistentVolumeClaim/data/dump", 1_000_000, 1_000_000),
            named("StatefulSet.apps/data/db:(pod)", CORE / 4, CORE / 4),
            named("StatefulSet.apps/data/db:db", CORE, CORE),
        ]
    );
}

/// Of 27.375 + 1.00 + (49.275 + 8.76) = 86.41 a month an hour is 0.118369.86…, a year 1,036.92. By kind an hour is 0.0795, 0.00136986…
/// and 0.0375: rounded down they sum to the whole less 1, which the claim gets.
#[test]
fn other_spans_are_exact() {
    let named = |name: &str, before: i64, after: i64| (name.to_owned(), before, after);
    let hourly = groups(&GroupBy::Kind, Period::Hour);
    assert_eq!(hourly[0], named("Deployment", 53_000, 79_500));
    assert_eq!(hourly[1], named("PersistentVolumeClaim", 1_370, 1_370));
    assert_eq!(hourly[2], named("StatefulSet", 37_500, 37_500));
    let yearly = groups(&GroupBy::Kind, Period::Year);
    assert_eq!(yearly[1], named("PersistentVolumeClaim", 12_000_000, 12_000_000));
    assert_eq!(Period::Hour.of_month(365), Some(0));
    assert_eq!(Period::Hour.of_month(1_095), Some(2));
    assert_eq!(Period::Year.of_month(i64::MAX), None);
}
