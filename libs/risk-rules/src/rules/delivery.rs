//! Whether what is merged arrives in the cluster, and when.

use kube_model::{Object, Path, shown, shown_list};

use crate::Impact::{Notice, Safeguard};
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Missing, Rule};
use crate::{DeliveryFacts, Facts, Level, PlanItem};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "change-left-alone",
        group: Group::Drift,
        title: "The promotion writes a field that its deployer leaves as it is live",
        levels: [Level::Medium, Level::Medium],
        source: "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#respect-ignore-difference-configs",
        remedy: "Take the field out of ignoreDifferences, or change it where it is really set.",
        fires: "the image is promoted, and the Application ignores it with RespectIgnoreDifferences=true",
        near_miss: "the Application ignores another field",
        equivalents: &[],
        check: Check::Facts(Missing::Delivery, change_left_alone),
    },
    Rule {
        id: "change-unseen",
        group: Group::Drift,
        title: "All that the promotion writes is ignored when Argo CD looks for differences",
        levels: [Level::Low, Level::Low],
        source: "https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/",
        remedy: "Sync the application by hand after the merge, or take the fields out of ignoreDifferences.",
        fires: "only `spec.replicas` is promoted, and the Application ignores it",
        near_miss: "an image is promoted beside it",
        equivalents: &[],
        check: Check::Facts(Missing::Delivery, change_unseen),
    },
    Rule {
        id: "delivery-waits",
        group: Group::Drift,
        title: "What is merged may not arrive at once: the deployer is suspended, or has windows",
        levels: [Level::Low, Level::Low],
        source: "https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/",
        remedy: "Merge when it may arrive, or say who lets it in; until then live and the files differ.",
        fires: "the project denies syncs on weekdays; the Kustomization is suspended",
        near_miss: "the project's window is for other applications",
        equivalents: &[],
        check: Check::Facts(Missing::Delivery, delivery_waits),
    },
];

/// What the promotion writes, and how it is brought; none of one that carries nothing, or whose way is not known.
fn carried(facts: &Facts) -> Option<(&DeliveryFacts, &[PlanItem])> {
    let carried = facts.plan.as_ref()?.carried.as_slice();
    Some((facts.delivery.as_ref()?, carried)).filter(|_| !carried.is_empty())
}

fn change_left_alone(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let leaves = |(delivery, _): &(&DeliveryFacts, _)| delivery.leaves_ignored_alone;
    let Some((delivery, _)) = carried(facts).filter(leaves) else { return Ok(Vec::new()) };
    let hits = delivery.ignored.iter().filter_map(|ignored| {
        let message = format!("{} leaves this as it is live: the promotion does not arrive.", delivery.by);
        let object = change.after.object(&ignored.place.object)?;
        let hit = Hit::new(Safeguard.certain(), object, ignored.place.path.clone(), message);
        Some(hit.values(ignored.before.as_ref(), ignored.after.as_ref()))
    });
    Ok(hits.collect())
}

fn change_unseen(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let is_unseen =
        |(delivery, _): &(&DeliveryFacts, _)| delivery.is_all_ignored && !delivery.leaves_ignored_alone;
    let Some((delivery, items)) = carried(facts).filter(is_unseen) else { return Ok(Vec::new()) };
    let places: Vec<String> =
        delivery.ignored.iter().map(|ignored| shown(&ignored.place.to_string())).collect();
    let hit = |object| {
        let message = format!(
            "{} ignores differences in all that changes ({}): it sees no reason to sync.",
            delivery.by,
            shown_list(&places, MOST_PLACES)
        );
        Hit::new(Notice.certain(), object, Path::root(), message)
    };
    Ok(first(change, items).map(hit).into_iter().collect())
}

/// How many places a sentence names.
const MOST_PLACES: usize = 3;

fn delivery_waits(change: &Change<'_>, facts: &Facts) -> Result<Vec<Hit>, Missing> {
    let Some((delivery, items)) = carried(facts) else { return Ok(Vec::new()) };
    let why: Vec<&str> = delivery.waits.iter().chain(&delivery.windows).map(String::as_str).collect();
    let hit = |object| {
        let message = format!("{} may bring it later than it is merged: {}.", delivery.by, why.join("; "));
        Hit::new(Notice.certain(), object, Path::root(), message)
    };
    Ok(first(change, items).filter(|_| !why.is_empty()).map(hit).into_iter().collect())
}

/// The object that the promotion writes first: a finding is about one.
fn first<'a>(change: &Change<'a>, items: &[PlanItem]) -> Option<&'a Object> {
    items.iter().find_map(|item| change.after.object(&item.place.object))
}
