//! What holds of every state, whatever it is.

use cost_model::{Assumptions, CostReport, Figures, estimate};
use kube_model::Object;
use price_book::PriceBook;
use proptest::prelude::*;

use crate::support::{assumptions, book, objects};

/// A workload by its kind, replicas, CPU in millicores and memory in MiB.
type Spec = (usize, u32, u32, u32);

fn yaml(index: usize, (kind, replicas, cpu, memory): Spec) -> String {
    let kind = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Cache", "Scaled"][kind];
    if kind == "Scaled" {
        // Together with its autoscaler, so that the two are one unit.
        let target = yaml(index, (0, replicas, cpu, memory));
        let bounds = format!("minReplicas: {}, maxReplicas: {}", replicas.min(1) + 1, replicas + 3);
        return format!(
            "{target}{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: w{index}}}, spec: {{scaleTargetRef: \
             {{kind: Deployment, name: w{index}}}, {bounds}}}}}\n---\n"
        );
    }
    let requests = format!("requests: {{cpu: {cpu}m, memory: {memory}Mi}}");
    let pod = format!("template: {{spec: {{containers: [{{name: c, resources: {{{requests}}}}}]}}}}");
    let (version, spec) = match kind {
        "CronJob" => ("batch/v1", format!("schedule: '*/7 * * * *', jobTemplate: {{spec: {{{pod}}}}}")),
        "Cache" => ("example.com/v1", String::new()),
        _ => ("apps/v1", format!("replicas: {replicas}, {pod}")),
    };
    format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: w{index}}}, spec: {{{spec}}}}}\n---\n")
}

fn state(specs: &[Option<Spec>]) -> Vec<Object> {
    let texts = specs.iter().enumerate().filter_map(|(index, spec)| spec.map(|spec| yaml(index, spec)));
    objects(&texts.collect::<String>())
}

fn spec() -> impl Strategy<Value = Option<Spec>> {
    prop::option::weighted(0.8, (0..6_usize, 0..4_u32, 0..3_000_u32, 0..5_000_u32))
}

/// A state before and after: most workloads stay as they are.
pub(crate) fn states() -> impl Strategy<Value = (Vec<Object>, Vec<Object>)> {
    let pair = (spec(), spec(), prop::bool::weighted(0.6));
    prop::collection::vec(pair, 0..7).prop_map(|pairs| {
        let before: Vec<_> = pairs.iter().map(|(before, _, _)| *before).collect();
        let after: Vec<_> =
            pairs.iter().map(|(before, after, same)| if *same { *before } else { *after }).collect();
        (state(&before), state(&after))
    })
}

pub(crate) fn priced(cpu: u64, memory: u64) -> PriceBook {
    let text = serde_json::to_string(&book()).unwrap();
    let text = text
        .replace("\"0.03\"", &format!("\"0.{cpu:06}\""))
        .replace("\"0.004\"", &format!("\"0.{memory:06}\""));
    PriceBook::parse(&text).unwrap()
}

fn compare(before: &[Object], after: &[Object], book: &PriceBook) -> CostReport {
    estimate(Some(before), after, book, &assumptions()).unwrap()
}

fn consistent(figures: &Figures) -> bool {
    figures.delta.cents == figures.projected.cents - figures.baseline.cents
        && figures.delta.money.micros == figures.projected.money.micros - figures.baseline.money.micros
}

proptest! {
    #[test]
    fn the_order_of_objects_changes_nothing((before, after) in states(), seed in 1..97_usize) {
        let shuffle = |objects: &[Object]| {
            let mut objects: Vec<Object> = objects.to_vec();
            let key = |object: &Object| (object.origin.document + 1) * seed % 97;
            objects.sort_by_key(key);
            objects
        };
        let report = compare(&before, &after, &book());
        prop_assert_eq!(compare(&shuffle(&before), &shuffle(&after), &book()), report);
    }

    #[test]
    fn the_cost_is_the_sum_over_objects((before, after) in states(), cpu in 1..99_999_u64, memory in 1..99_999_u64) {
        let book = priced(cpu, memory);
        let whole = compare(&before, &after, &book).total;
        // An autoscaler has the name of its target.
        let units = |objects: &[Object]| {
            let mut units: std::collections::BTreeMap<String, Vec<Object>> = std::collections::BTreeMap::new();
            for object in objects {
                units.entry(object.key.name.clone()).or_default().push(object.clone());
            }
            units
        };
        let each = |objects: &[Object]| -> i64 {
            units(objects).values().map(|unit| compare(&[], unit, &book).total.projected.money.micros).sum()
        };
        prop_assert_eq!(whole.baseline.money.micros, each(&before));
        prop_assert_eq!(whole.projected.money.micros, each(&after));
    }

    #[test]
    fn deltas_are_differences_and_parts_sum_to_totals(
        (before, after) in states(),
        cpu in 1..99_999_u64,
        memory in 1..99_999_u64,
    ) {
        let report = compare(&before, &after, &priced(cpu, memory));
        prop_assert!(consistent(&report.total));
        let written = serde_json::to_string(&report).unwrap();
        prop_assert_eq!(&serde_json::from_str::<CostReport>(&written).unwrap(), &report);
        prop_assert_eq!(report.total.baseline.cents, report.total.baseline.money.cents());
        prop_assert_eq!(report.total.projected.cents, report.total.projected.money.cents());
        let mut sums = (0, 0, 0);
        for object in &report.objects {
            let Some(delta) = object.delta() else { continue };
            let (baseline, projected) = (object.baseline().unwrap(), object.projected().unwrap());
            let of_parts = |pick: fn(&Figures) -> i64| object.parts.iter().map(|part| pick(&part.figures)).sum::<i64>();
            prop_assert!(object.parts.iter().all(|part| consistent(&part.figures)));
            prop_assert_eq!(of_parts(|figures| figures.baseline.cents), baseline.cents);
            prop_assert_eq!(of_parts(|figures| figures.projected.cents), projected.cents);
            prop_assert_eq!(of_parts(|figures| figures.delta.cents), delta.cents);
            prop_assert_eq!(of_parts(|figures| figures.delta.money.micros), delta.money.micros);
            if delta.money.micros == 0 {
                prop_assert_eq!(delta.cents, 0);
            }
            sums = (sums.0 + baseline.cents, sums.1 + projected.cents, sums.2 + delta.cents);
        }
        let total = report.total;
        prop_assert_eq!(sums, (total.baseline.cents, total.projected.cents, total.delta.cents));
    }

    #[test]
    fn a_state_costs_nothing_more_than_itself((before, _) in states()) {
        let report = compare(&before, &before, &book());
        prop_assert_eq!(report.total.delta.money.micros, 0);
        prop_assert!(report.objects.iter().all(|object| object.delta().is_none_or(|delta| delta.cents == 0)));
        prop_assert!(report.largest_movers(10).is_empty());
        prop_assert!(report.unknown.iter().all(|unknown| !unknown.changed));
    }

    /// Requests × k at prices / k are the same money: prices of k × n micro-units, so that both are exact.
    #[test]
    fn scaling_requests_up_and_prices_down_changes_nothing(
        cpu in 0..2_000_u32,
        memory in 0..2_000_u32,
        prices in (1..9_999_u64, 1..9_999_u64),
        k in 1..10_u32,
    ) {
        let small = state(&[Some((0, 3, cpu, memory))]);
        let large = state(&[Some((0, 3, cpu * k, memory * k))]);
        let factor = u64::from(k);
        let dear = compare(&[], &small, &priced(prices.0 * factor, prices.1 * factor));
        let cheap = compare(&[], &large, &priced(prices.0, prices.1));
        prop_assert_eq!(dear.total, cheap.total);
    }

    /// So is replicas × k with requests / k, which is how a workload is split into smaller pods.
    #[test]
    fn the_same_requests_on_more_pods_cost_the_same(cpu in 0..500_u32, memory in 0..500_u32, k in 1..10_u32) {
        let few = state(&[Some((0, 2, cpu * k, memory * k))]);
        let many = state(&[Some((0, 2 * k, cpu, memory))]);
        prop_assert_eq!(compare(&few, &many, &book()).total.delta.money.micros, 0);
    }

    #[test]
    fn another_node_changes_only_what_runs_on_every_node((before, _) in states()) {
        let on = |nodes: u32| {
            let assumptions = Assumptions { node_count: Some(nodes), ..assumptions() };
            estimate(None, &before, &book(), &assumptions).unwrap()
        };
        let micros = |nodes: u32| -> Vec<(String, Option<i64>)> {
            let line = |object: &cost_model::ObjectCost| {
                (object.key.kind.clone(), object.projected().map(|figure| figure.money.micros))
            };
            on(nodes).objects.iter().map(line).collect()
        };
        let (one, small, large) = (micros(1), micros(3), micros(4));
        prop_assert_eq!((one.len(), small.len()), (large.len(), large.len()));
        for ((one, small), large) in one.into_iter().zip(small).zip(large) {
            match (one.0.as_str(), one.1, small.1, large.1) {
                // The fourth node costs what one does; CPU and memory are rounded to a micro-unit each, in all three.
                ("DaemonSet", Some(one), Some(small), Some(large)) => prop_assert!((large - small - one).abs() <= 3),
                (_, _, small, large) => prop_assert_eq!(small, large),
            }
        }
    }

    /// The expected amount is within its range, before, after and of the change; what does not change adds nothing to the range.
    #[test]
    fn what_is_expected_is_within_its_range((before, after) in states()) {
        let report = compare(&before, &after, &book());
        let within = |money: price_book::Money, range: cost_model::Range| {
            range.low.is_some_and(|low| low.micros <= money.micros) && range.high.is_some_and(|high| money.micros <= high.micros)
        };
        let mut ranges = vec![(report.total, report.ranges)];
        for object in &report.objects {
            if let (cost_model::LineCost::Known(figures), Some(range)) = (object.cost, object.ranges) {
                ranges.push((figures, range));
                ranges.extend(object.parts.iter().map(|part| (part.figures, part.ranges)));
            }
        }
        for (figures, ranges) in ranges {
            prop_assert!(within(figures.baseline.money, ranges.baseline), "{:?} {:?}", figures, ranges);
            prop_assert!(within(figures.projected.money, ranges.projected), "{:?} {:?}", figures, ranges);
            prop_assert!(within(figures.delta.money, ranges.delta), "{:?} {:?}", figures, ranges);
        }
        let same = compare(&after, &after, &book()).ranges.delta;
        prop_assert_eq!((same.low.map(|m| m.micros), same.high.map(|m| m.micros)), (Some(0), Some(0)));
        let shares: i64 = report.certainty.shares.values().sum();
        prop_assert_eq!(shares, report.total.projected.money.micros);
    }

    /// Whatever costs are summed by, and for whatever span, the sums are the total's: of a month, 12 of them, or a 730th.
    #[test]
    fn groups_sum_to_the_total((before, after) in states(), cpu in 1..99_999_u64, memory in 1..99_999_u64) {
        use cost_model::{GroupBy, Period};
        let report = compare(&before, &after, &priced(cpu, memory));
        for by in [GroupBy::Kind, GroupBy::Namespace, GroupBy::Label("x".to_owned()), GroupBy::Container, GroupBy::Resource] {
            for period in [Period::Hour, Period::Month, Period::Year] {
                let groups = report.by(&by, period).unwrap();
                let sum = |pick: fn(&cost_model::Group) -> i64| groups.iter().map(pick).sum::<i64>();
                let is_of = |month: i64, shown: i64| match period {
                    Period::Hour => (shown * 730 - month).abs() <= 365,
                    Period::Month => shown == month,
                    Period::Year => shown == month * 12,
                };
                let total = report.total;
                prop_assert!(is_of(total.baseline.money.micros, sum(|group| group.baseline.micros)));
                prop_assert!(is_of(total.projected.money.micros, sum(|group| group.projected.micros)));
            }
        }
    }

    /// The lines that a person checks come to the amount of the report.
    #[test]
    fn the_working_comes_to_the_cost((_, after) in states()) {
        let report = compare(&[], &after, &book());
        for object in &report.objects {
            let Some(projected) = object.projected() else { continue };
            let lines = cost_model::working(&after, &object.key, &book(), &assumptions()).unwrap().unwrap();
            let micros = projected.money.micros;
            let sum = format!("a month: the sum, {}.{:06} USD", micros / 1_000_000, micros % 1_000_000);
            prop_assert!(lines.iter().any(|line| line.starts_with(&sum)), "{}: {:#?}", sum, lines);
        }
    }
}
