use cost_model::{Assumptions, estimate};
use price_book::PriceBook;

use crate::support::{CORE, GIB, book, change, cost, objects, workload};

const BEFORE: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  template: {spec: {containers: [{name: web, resources: {requests: {cpu: 500m, memory: 1Gi}}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mail, namespace: shop}
spec:
  template: {spec: {containers: [{name: mail, resources: {requests: {cpu: 100m, memory: 64Mi}}}]}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  schedule: 0 3 * * *
  jobTemplate: {spec: {template: {spec: {containers: [{name: report, resources: {requests: {cpu: 1}}}]}}}}
";

const AFTER: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  template: {spec: {containers: [{name: web, resources: {requests: {cpu: '1', memory: 1Gi}}}]}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: shop}
spec:
  schedule: 0 3 * * *
  jobTemplate: {spec: {template: {spec: {containers: [{name: report, resources: {requests: {cpu: 1}}}]}}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: logs, namespace: shop}
spec:
  template: {spec: {containers: [{name: logs, resources: {requests: {cpu: 50m}}}]}}
";

fn report() -> cost_model::CostReport {
    let assumptions = Assumptions::default();
    estimate(Some(&objects(BEFORE)), &objects(AFTER), &book(), &assumptions).unwrap()
}

/// Before: web 2 × 0.5 × 21.90 + 2 × 2.92 = 27.74; mail 2.19 + 0.1825 = 2.3725; report 365 / 12 × 1/6 × 0.03 =
/// 0.152083. Together 30.264583. After: web 3 × 21.90 + 3 × 2.92 = 74.46, the balancer 14.60, report 0.152083:
/// 89.212083. 30.26 and 89.21 are shown, and 58.95 between them.
#[test]
fn the_total_and_every_line_are_those_computed_by_hand() {
    let report = report();
    let micros = |figures: cost_model::Figures| {
        (figures.baseline.money.micros, figures.projected.money.micros, figures.delta.money.micros)
    };
    assert_eq!(micros(report.total), (30_264_583, 89_212_083, 58_947_500));
    let shown =
        [report.total.baseline.text(), report.total.projected.text(), report.total.delta.change_text()];
    assert_eq!(shown, ["$30.26", "$89.21", "+$58.95"]);
    let lines: Vec<String> = report
        .objects
        .iter()
        .map(|object| {
            let text = |figure: Option<cost_model::Figure>| {
                figure.map_or("unknown".to_owned(), cost_model::Figure::text)
            };
            let delta = object.delta().map_or("unknown".to_owned(), cost_model::Figure::change_text);
            format!("{} {} {} {delta}", object.key.short(), text(object.baseline()), text(object.projected()))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "cronjob/report $0.15 $0.15 $0.00",
            "daemonset/logs $0.00 unknown unknown",
            "deployment/mail $2.37 $0.00 -$2.37",
            "deployment/web $27.74 $74.46 +$46.72",
            "service/web $0.00 $14.60 +$14.60",
        ]
    );
}

/// CPU: 2 × 0.5 + 0.1 before, 3 after: + 1.9. Memory: 2 + 1/16 before, 3 after: + 0.9375. The CronJob is the same in both.
#[test]
fn the_change_in_resources_is_told_as_people_say_it() {
    let texts: Vec<String> = report().resources.into_iter().map(|change| change.text).collect();
    assert_eq!(texts, ["+1.9 vCPU", "+0.9375 GiB", "+1 load balancer"]);
    let down = change(
        &workload("Deployment", "replicas: 5,", "cpu: 1"),
        &workload("Deployment", "replicas: 3,", "cpu: 1"),
    );
    let texts: Vec<String> = down.resources.into_iter().map(|change| change.text).collect();
    assert_eq!(texts, ["-2 vCPU", "0 GiB"]);
}

#[test]
fn the_largest_movers_come_first() {
    let report = report();
    let names =
        |count| report.largest_movers(count).iter().map(|object| object.key.short()).collect::<Vec<_>>();
    assert_eq!(names(10), ["deployment/web", "service/web", "deployment/mail"]);
    assert_eq!(names(1), ["deployment/web"]);
}

#[test]
fn notes_say_which_state_they_hold_of() {
    let before = workload("Deployment", "", "memory: 1Gi");
    let after = workload("Deployment", "", "cpu: 1");
    assert_eq!(
        change(&before, &after).objects[0].notes,
        [
            "before: container web: no CPU request, counted at nothing",
            "after: container web: no memory request, counted at nothing",
            // 25 % of one pod are one: a core for an hour is 0.03
            "while it is rolled out (a rolling update): up to 1 more pod, $0.03 an hour, in no figure"
        ]
    );
    assert_eq!(
        change(&before, &before).objects[0].notes,
        ["container web: no CPU request, counted at nothing"]
    );
    assert_eq!(change(&before, "").objects[0].notes, ["container web: no CPU request, counted at nothing"]);
}

/// Names that the server generates are equal: the first is compared with the first.
#[test]
fn objects_with_generated_names_are_all_counted() {
    let one = "{apiVersion: v1, kind: Pod, metadata: {generateName: run-}, spec: {containers: [{name: c, resources: \
               {requests: {cpu: 1, memory: 0}}}]}}\n";
    let report = change(one, &format!("{one}---\n{one}"));
    assert_eq!((report.total.baseline.money.micros, report.total.projected.money.micros), (CORE, CORE * 2));
    assert_eq!(report.objects.len(), 2);
}

/// At the shipped prices a core is 0.031611 × 730 = 23.07603 and a GiB 0.004237 × 730 = 3.09301 a month.
#[test]
fn the_shipped_prices_make_a_month() {
    let state = objects(&workload("Deployment", "replicas: 2,", "cpu: 500m, memory: 2Gi"));
    let report = estimate(None, &state, &PriceBook::shipped().unwrap(), &Assumptions::default()).unwrap();
    let parts: Vec<i64> =
        report.objects[0].parts.iter().map(|part| part.figures.projected.money.micros).collect();
    assert_eq!(parts, [23_076_030, 12_372_040]);
    assert_eq!(report.total.projected.text(), "$35.45");
}

#[test]
fn a_part_can_be_checked_with_a_calculator() {
    let report = cost(&workload("Deployment", "replicas: 3,", "cpu: 250m, memory: 512Mi"));
    let [cpu, memory] = &report.objects[0].parts[..] else { panic!("{report:?}") };
    assert_eq!((cpu.amount_before.as_str(), cpu.amount_after.as_str()), ("0", "0.75"));
    assert_eq!((cpu.usage_after.as_str(), cpu.price.price.to_string().as_str()), ("547.5", "0.03"));
    assert_eq!(cpu.figures.projected.money.micros, CORE * 3 / 4);
    assert_eq!((memory.amount_after.as_str(), memory.usage_after.as_str()), ("1.5", "1095"));
    assert_eq!(memory.figures.projected.money.micros, GIB * 3 / 2);
}

#[test]
fn the_report_as_json() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&report()).unwrap());
}

#[test]
fn a_new_image_is_no_change_of_an_unknown_cost() {
    let agent = |image: &str, cpu: &str| {
        format!(
            "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: agent}}\nspec:\n  template:\n    spec:\n      \
             containers: [{{name: a, image: {image}, resources: {{requests: {{cpu: {cpu}}}}}}}]\n"
        )
    };
    let changed = |after: &str| {
        let read = |text: &str| {
            kube_model::State::read([("a.yaml", text)], &kube_model::yaml::Limits::default()).unwrap().objects
        };
        let (before, after) = (read(&agent("a:1", "100m")), read(after));
        let book = price_book::PriceBook::shipped().unwrap();
        let report = cost_model::estimate(Some(&before), &after, &book, &cost_model::Assumptions::default());
        report.unwrap().unknown[0].changed
    };
    assert!(!changed(&agent("a:2", "100m")));
    assert!(changed(&agent("a:1", "200m")));
}
