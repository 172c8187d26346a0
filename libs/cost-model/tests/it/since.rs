//! What has changed since an earlier estimate.

use cost_model::{CostReport, estimate};
use price_book::PriceBook;
use proptest::prelude::*;

use crate::properties::{priced, states};
use crate::support::{CORE, assumptions, book, cost, objects, workload};

fn euro() -> PriceBook {
    PriceBook::parse(&serde_json::to_string(&book()).unwrap().replace("USD", "EUR")).unwrap()
}

fn at(state: &[kube_model::Object], book: &PriceBook) -> CostReport {
    estimate(None, state, book, &assumptions()).unwrap()
}

/// Two cores at 0.03 an hour are 43.80 a month; at 0.06 three are 131.40. Of the 87.60 more, 43.80 is the price of the
/// two, and 43.80 the third one.
#[test]
fn a_change_is_parted_into_prices_and_quantities() {
    let of = |replicas: u32| objects(&workload("Deployment", &format!("replicas: {replicas},"), "cpu: 1"));
    let dear =
        PriceBook::parse(&serde_json::to_string(&book()).unwrap().replace("\"0.03\"", "\"0.06\"")).unwrap();
    let since = at(&of(3), &dear).since(&at(&of(2), &book())).unwrap();
    assert_eq!(since.report.total.delta.money.micros, 4 * CORE);
    assert_eq!((since.of_prices.micros, since.of_quantities.micros), (2 * CORE, 2 * CORE));
    assert_eq!(since.report.objects[0].parts[0].usage_before, "1460");
    assert_eq!(at(&of(2), &euro()).since(&at(&of(2), &book())).unwrap_err().code(), "MONEY_CURRENCIES");
}

/// An autoscaler between one core and three: what it leaves open is no range of a change that is none.
#[test]
fn what_has_not_changed_adds_nothing_to_the_range() {
    let hpa = "---\n{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web, namespace: shop}, \
               spec: {scaleTargetRef: {kind: Deployment, name: web}, minReplicas: 1, maxReplicas: 3}}\n";
    let scaled = workload("Deployment", "", "cpu: 1") + hpa;
    let report = cost(&scaled);
    assert!(!report.ranges.projected.is_exact(), "{:?}", report.ranges);
    let same = report.since(&report).unwrap().report;
    assert_eq!(same.ranges.delta.low.map(|low| low.micros), Some(0));
    assert!(same.ranges.delta.is_exact());
    let less = report.since(&cost(&scaled.replace("maxReplicas: 3", "maxReplicas: 5"))).unwrap().report;
    let bounds = |range: cost_model::Range| (range.low.unwrap().micros, range.high.unwrap().micros);
    assert_eq!(bounds(less.ranges.delta), (CORE - 5 * CORE, 3 * CORE - CORE));
}

#[test]
fn what_came_and_what_went_is_told() {
    let (web, job) = (workload("Deployment", "", "cpu: 1"), workload("StatefulSet", "", "cpu: 2"));
    let since = cost(&job).since(&cost(&web)).unwrap().report;
    let deltas: Vec<i64> = since.objects.iter().map(|one| one.delta().unwrap().money.micros).collect();
    assert_eq!(deltas, [-CORE, 2 * CORE]);
    // What was gone by then is no line of now.
    let gone = crate::support::change(&web, &job);
    assert_eq!(cost(&job).since(&gone).unwrap().report.objects.len(), 1);
}

/// Of what is not known then and now, the change is that of the reason; what has come to be known was not known then.
#[test]
fn what_is_not_known_is_compared_by_its_reason() {
    let ingress = |name: &str, class: &str| {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: {name}}}, spec: {{{class}}}}}\n---\n"
        )
    };
    let then = cost(&(ingress("same", "") + &ingress("other", "") + &ingress("known", "")));
    let now = cost(
        &(ingress("same", "")
            + &ingress("other", "ingressClassName: house")
            + &ingress("known", "ingressClassName: alb")
            + &ingress("new", "")),
    );
    let since = now.since(&then).unwrap().report;
    let unknown: Vec<(&str, bool, bool)> = since
        .unknown
        .iter()
        .map(|one| (one.key.name.as_str(), one.changed, one.why.starts_with("then: ")))
        .collect();
    assert_eq!(
        unknown,
        [("known", true, true), ("new", true, false), ("other", true, false), ("same", false, false)]
    );
}

proptest! {
    #[test]
    fn a_saved_result_is_as_good_as_its_state((before, after) in states(), cpu in 1..99_999_u64) {
        let (then, now) = (at(&before, &book()), at(&after, &priced(cpu, 4_000)));
        let saved: CostReport = serde_json::from_str(&serde_json::to_string(&then).unwrap()).unwrap();
        let since = now.since(&saved).unwrap();
        let total = since.report.total;
        prop_assert_eq!(total.baseline, then.total.projected);
        prop_assert_eq!(total.projected, now.total.projected);
        prop_assert_eq!(since.of_prices.micros + since.of_quantities.micros, total.delta.money.micros);
        let known = since.report.objects.iter().filter_map(|object| object.delta());
        prop_assert_eq!(known.map(|delta| delta.money.micros).sum::<i64>(), total.delta.money.micros);
        let written = serde_json::to_string(&since.report).unwrap();
        prop_assert_eq!(serde_json::from_str::<CostReport>(&written).unwrap(), since.report);
    }
}
