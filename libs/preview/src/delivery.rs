//! How what is merged comes into the cluster, held against what a promotion changes.

use diff_engine::{Change, Diff, argocd_ignores_of};
use discovery::{Delivery, SyncWindow};
use kube_model::{Place, shown};
use risk_rules::{DeliveryFacts, IgnoredChange};

use crate::rendered::Rendered;

/// What a deployer says of a change, and what of it could not be read, as a sentence.
pub(crate) fn facts(
    delivery: &Delivery,
    changes: &Diff,
    rendered: &Rendered,
) -> (DeliveryFacts, Option<String>) {
    let by = format!("{} {}", delivery.kind, shown(&delivery.name));
    let (ignores, unread) = match argocd_ignores_of(&delivery.name, &delivery.ignore_differences) {
        Ok(ignores) => (ignores, None),
        Err(error) => {
            (Vec::new(), Some(format!("whether {by} ignores what is promoted is not known: {error}")))
        }
    };
    let seen = changes.clone().ignoring_argocd(&ignores, &rendered.before, &rendered.after);
    let is_seen = |change: &&Change| seen.changes.contains(change);
    let ignored: Vec<IgnoredChange> =
        changes.changes.iter().filter(|change| !is_seen(change)).map(ignored).collect();
    let facts = DeliveryFacts {
        by,
        is_all_ignored: !ignored.is_empty() && seen.changes.is_empty(),
        ignored,
        leaves_ignored_alone: delivery.leaves_ignored_alone,
        windows: delivery.windows.iter().map(window).collect(),
        waits: delivery.is_suspended.then(|| "it is suspended".to_owned()),
    };
    (facts, unread)
}

fn ignored(change: &Change) -> IgnoredChange {
    let place = Place { object: change.object.key(), path: change.path.clone() };
    IgnoredChange { place, before: change.before.clone(), after: change.after.clone() }
}

fn window(SyncWindow { denies, schedule, duration, time_zone }: &SyncWindow) -> String {
    let what = if *denies { "denies syncs" } else { "allows syncs only" };
    let zone = time_zone.as_deref().unwrap_or("UTC");
    format!("it {what} for {} from {} ({})", shown(duration), shown(schedule), shown(zone))
}
