//! What webhooks ask, and whether it is there.

use kube_model::{Object, Path, Segment, shown, shown_list};
use serde_json::Value;

use crate::Impact::Harm;
use crate::Level;
use crate::model::{Change, Selector, View, floor, items, text};
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "webhook-backend-lost",
    group: Group::Rollout,
    title: "Nothing answers a webhook that fails closed",
    levels: [Level::Medium, Level::High],
    source: "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy",
    remedy: "Remove the webhook configuration first, or set failurePolicy to Ignore until its Service answers again.",
    fires: "the Service of a webhook with `failurePolicy: Fail` is removed; its pods go to none",
    near_miss: "the webhook goes with it; `failurePolicy: Ignore`",
    equivalents: &[],
    check: Check::States(backend_lost),
}];

const WEBHOOKS: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// The webhooks that refuse where nobody answers: the default of `failurePolicy` is Fail (API reference,
/// "ValidatingWebhook"). Each with name and namespace of the Service that it asks.
fn closed(configuration: &Object) -> Vec<(&Value, &str, Option<&str>)> {
    let webhooks = items(configuration.value.get("webhooks"));
    webhooks
        .filter(|webhook| text(webhook, "failurePolicy") != Some("Ignore"))
        .filter_map(|webhook| {
            let service = webhook.get("clientConfig")?.get("service")?;
            Some((webhook, text(service, "name")?, text(service, "namespace")))
        })
        .collect()
}

/// What a state has of a Service.
enum Backend {
    Missing,
    /// The workloads that have no pods, all of those that it selects.
    Empty(Vec<String>),
    There,
}

fn backend(view: &View<'_>, name: &str, namespace: Option<&str>) -> Backend {
    let Some(service) = view.named_in("Service", name, namespace) else { return Backend::Missing };
    let Some(selector) = Selector::of_service(service) else { return Backend::There };
    let workloads = view.selected(&selector, service);
    let is_empty = |key| {
        let workload = view.workload(key);
        workload.and_then(|workload| floor(view, workload)).is_some_and(|floor| floor.pods == 0)
    };
    match !workloads.is_empty() && workloads.iter().all(|workload| is_empty(&workload.object.key)) {
        true => Backend::Empty(workloads.iter().map(|workload| workload.named()).collect()),
        false => Backend::There,
    }
}

fn backend_lost(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for configuration in WEBHOOKS.iter().flat_map(|kind| change.after.of_kind(kind)) {
        let before = change.object_before(configuration);
        for (webhook, service, namespace) in closed(configuration) {
            let was = backend(&change.before, service, namespace);
            let asked = before.is_some_and(|before| {
                closed(before).iter().any(|(_, name, space)| (*name, *space) == (service, namespace))
            });
            let named = format!("Service {}", shown(service));
            let (risk, why) = match (backend(&change.after, service, namespace), was) {
                (Backend::There, _) | (Backend::Empty(_), Backend::Empty(_)) => continue,
                (Backend::Missing, Backend::Missing) if asked => continue,
                (Backend::Missing, Backend::Missing) => (
                    Harm.possible(),
                    format!("{named}, which is not in the files; until something answers there,"),
                ),
                (Backend::Missing, _) => (Harm.certain(), format!("{named}, which the change removes:")),
                (Backend::Empty(pods), _) => (
                    Harm.certain(),
                    format!("{named}, and {} has no pods after the change:", shown_list(&pods, 3)),
                ),
            };
            let name = text(webhook, "name").unwrap_or_default();
            let message = format!(
                "The webhook {} asks {why} the API server refuses what it is to be asked about (failurePolicy Fail).",
                shown(name)
            );
            let item = Segment::Item(vec![("name".to_owned(), name.to_owned())]);
            let path = Path::root().key("webhooks").join(item).key("clientConfig");
            hits.push(Hit::new(risk, configuration, path, message).after(Some(service)));
        }
    }
    hits
}
