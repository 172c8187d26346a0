//! What really changes when one manifest is applied after another, and what differs in writing alone.

use kube_model::schema::Schema;
use kube_model::{Object, Path, Segment, lists};
use serde_json::Value;

use super::plain::is_plain;
use super::{By, applied};
use crate::compare::{Comparison, Difference, compare};
use crate::normal::normalise;
use crate::reason::Reason;

/// What differs between two manifests of one object.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Changes {
    /// What the object in the cluster would change, with the values as they are written where they are.
    pub(crate) real: Vec<Difference>,
    /// What differs in the manifests and not in the cluster, with the reason.
    pub(crate) suppressed: Vec<(Difference, Reason)>,
}

/// What applying `after` changes in a cluster where `before` was applied, and nothing else was.
pub(crate) fn changes(schema: Schema<'_>, before: &Object, after: &Object) -> Changes {
    let written = compare(schema, &before.value, &after.value);
    match is_plain(schema, before, after, &written) {
        true => {
            let (real, mut suppressed) = written.reasoned();
            suppressed.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
            Changes { real, suppressed }
        }
        false => predicted_changes(schema, before, after, written),
    }
}

/// The changes, by what the API server would make of both.
pub(super) fn predicted_changes(
    schema: Schema<'_>,
    before: &Object,
    after: &Object,
    written: Comparison,
) -> Changes {
    let (live, predicted) = prediction(schema, before, after);
    let mut real = entries_of_secret(schema, compare(schema, &live, &predicted).differences);
    for change in &mut real {
        change.path = where_written(schema, &change.path, before, after);
    }
    let (written, mut suppressed) = written.reasoned();
    let written = entries_of_secret(schema, written);
    let place_of = |path: &Path| where_written(schema, path, before, after);
    let known: Vec<&Difference> = real.iter().collect();
    let unseen = written.into_iter().flat_map(|one| untold(schema, one, &known, &place_of));
    suppressed.extend(unseen.map(|one| {
        let reason = reason(schema, &one, &after.value, [&live, &predicted]);
        (one, reason)
    }));
    suppressed.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
    for change in real.iter_mut().filter(|change| !change.is_order) {
        as_written(schema, &mut change.before, &change.path, before);
        as_written(schema, &mut change.after, &change.path, after);
    }
    Changes { real, suppressed }
}

/// What is in the cluster once `before` is applied, and what is after `after` is.
pub(super) fn prediction(schema: Schema<'_>, before: &Object, after: &Object) -> (Value, Value) {
    let live = normalise(schema, &before.api_version, &before.value);
    let predicted = match before.api_version == after.api_version {
        true => applied(schema, &live, &before.value, None, after, By::Server),
        false => normalise(schema, &after.api_version, &after.value),
    };
    (live, predicted)
}

/// What of a difference nothing that is known says. Of what comes or goes as a whole that may be a part.
pub(crate) fn untold(
    schema: Schema<'_>,
    difference: Difference,
    known: &[&Difference],
    place_of: &impl Fn(&Path) -> Path,
) -> Vec<Difference> {
    let place = place_of(&difference.path);
    // An order says nothing of the items.
    let tells = |change: &&Difference| match (change.is_order, difference.is_order) {
        (true, true) => change.path == place,
        (true, false) => false,
        (false, _) => change.path.contains(&place),
    };
    let is_inside =
        |change: &&Difference| !change.is_order && !difference.is_order && place.contains(&change.path);
    if known.iter().any(tells) {
        return Vec::new();
    }
    if !known.iter().any(is_inside) {
        return vec![difference];
    }
    let parts = parts(schema, &difference).into_iter();
    parts.flat_map(|part| untold(schema, part, known, place_of)).collect()
}

/// What one manifest alone has, field by field and item by item.
fn parts(schema: Schema<'_>, difference: &Difference) -> Vec<Difference> {
    let (value, is_before) = match (&difference.before, &difference.after) {
        (Some(value), None) => (value, true),
        (None, Some(value)) => (value, false),
        _ => return Vec::new(),
    };
    let part = |segment: Segment, value: &Value| {
        let (path, value) = (difference.path.join(segment), Some(value.clone()));
        let (before, after) = if is_before { (value, None) } else { (None, value) };
        Difference { path, before, after, is_order: false }
    };
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| part(Segment::Key(key.clone()), value)).collect(),
        Value::Array(list) => {
            let items = lists::items_of_both(schema, difference.path.segments(), list, &[]);
            items.into_iter().flat_map(|(items, _)| items).map(|(name, item)| part(name, &item)).collect()
        }
        _ => Vec::new(),
    }
}

/// What a Secret holds comes or goes entry by entry: what is `data` to the server may be written as `stringData`.
fn entries_of_secret(schema: Schema<'_>, differences: Vec<Difference>) -> Vec<Difference> {
    if schema.kind() != "Secret" || !schema.group().is_empty() {
        return differences;
    }
    let is_data =
        |one: &Difference| ["data", "stringData"].iter().any(|key| one.path == Path::root().key(key));
    let split = |one| match is_data(&one) && !is_empty(&one) {
        true => parts(schema, &one),
        false => vec![one],
    };
    differences.into_iter().flat_map(split).collect()
}

fn is_empty(difference: &Difference) -> bool {
    let empty =
        |value: &Option<Value>| value.as_ref().and_then(Value::as_object).is_none_or(|map| map.is_empty());
    empty(&difference.before) && empty(&difference.after)
}

/// A Secret's text that is written in `stringData` changes there: what `data` says beside it does not count.
fn where_written(schema: Schema<'_>, path: &Path, before: &Object, after: &Object) -> Path {
    let secret = after.key.kind == "Secret" && after.key.group.is_empty();
    let [Segment::Key(data), Segment::Key(name)] = path.segments() else { return path.clone() };
    let as_text = Path::root().key("stringData").key(name);
    let is_written = |path: &Path| [before, after].iter().any(|one| path.get(schema, &one.value).is_some());
    match secret && data == "data" && is_written(&as_text) {
        true => as_text,
        false => path.clone(),
    }
}

/// People know their own values: `1000m`, not the `1` that the server makes of it.
pub(crate) fn as_written(schema: Schema<'_>, shown: &mut Option<Value>, path: &Path, object: &Object) {
    if let (Some(shown), Some(written)) = (shown, path.get(schema, &object.value)) {
        *shown = written.into_owned();
    }
}

fn reason(schema: Schema<'_>, difference: &Difference, after: &Value, kept: [&Value; 2]) -> Reason {
    if let ("Secret", [Segment::Key(top), Segment::Key(entry)]) = (schema.kind(), difference.path.segments())
        && (top == "data" || top == "stringData")
    {
        // A text that is no longer written stays in `data`, of which no applier says that it set it.
        let is_written = ["data", "stringData"].iter().any(|key| after[key].get(entry).is_some());
        return if is_written { Reason::EQUAL_TEXT } else { Reason::NOT_APPLIED };
    }
    match kept.iter().any(|value| difference.path.get(schema, value).is_some()) {
        true => Reason::DEFAULT,
        false => Reason::EMPTY,
    }
}

#[cfg(test)]
mod tests {
    use kube_model::{State, yaml::Limits};

    use super::*;

    fn object(text: &str) -> Object {
        State::read([("a.yaml", text)], &Limits::default()).unwrap().objects.remove(0)
    }

    /// The places that really change, and those that do not with the reason.
    fn found(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
        let (before, after) = (object(before), object(after));
        let changes = changes(after.key.schema(), &before, &after);
        let real = changes.real.iter().map(|one| format!("{}: {:?} {:?}", one.path, one.before, one.after));
        let suppressed = changes.suppressed.iter().map(|(one, reason)| format!("{} {reason}", one.path));
        (real.collect(), suppressed.collect())
    }

    fn deployment(spec: &str, container: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{{spec} template: {{spec: {{containers: [{{name: web, image: 'web:1'{container}}}]}}}}}}}}"
        )
    }

    #[test]
    fn writing_a_default_out_is_no_change_and_is_told() {
        let (real, suppressed) = found(
            &deployment("", ""),
            &deployment(
                "replicas: 1, paused: false, strategy: {type: RollingUpdate},",
                ", imagePullPolicy: IfNotPresent, args: []",
            ),
        );
        assert!(real.is_empty(), "{real:?}");
        let container = "spec.template.spec.containers[name=web]";
        assert_eq!(
            suppressed,
            [
                "spec.paused equal-empty".to_owned(),
                "spec.replicas default".to_owned(),
                "spec.strategy default".to_owned(),
                format!("{container}.args equal-empty"),
                format!("{container}.imagePullPolicy default"),
            ]
        );
    }

    #[test]
    fn of_what_goes_the_part_that_changes_nothing_is_told() {
        let strategy = "strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}},";
        let (real, suppressed) = found(&deployment(strategy, ""), &deployment("", ""));
        let rolling = "spec.strategy.rollingUpdate";
        assert_eq!(real, [format!("{rolling}.maxUnavailable: Some(Number(0)) Some(String(\"25%\"))")]);
        assert_eq!(
            suppressed,
            [format!("{rolling}.maxSurge default"), "spec.strategy.type default".to_owned()]
        );
    }

    #[test]
    fn what_is_no_longer_written_goes_back_to_its_default() {
        let (real, suppressed) = found(&deployment("replicas: 3,", ""), &deployment("", ""));
        assert_eq!(real, ["spec.replicas: Some(Number(3)) Some(Number(1))"]);
        assert!(suppressed.is_empty());
    }

    /// The server refuses an item without a name; a diff shows that it comes, and that it goes.
    #[test]
    fn an_item_without_a_name_comes_and_goes() {
        let pod = |items: &str| {
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{initContainers: [{{name: i}}, {items}]}}}}"
            )
        };
        let (there, gone) = (pod("{image: 'x:1'}"), pod("{name: j}"));
        let places = |(real, _): (Vec<String>, Vec<String>)| -> Vec<String> {
            real.iter().filter_map(|one| Some(one.split_once(':')?.0.to_owned())).collect()
        };
        let expected = ["spec.initContainers[name=\"\"]", "spec.initContainers[name=j]"];
        assert_eq!(places(found(&there, &gone)), expected);
        assert_eq!(places(found(&gone, &there)), expected);
    }

    #[test]
    fn quantities_are_equal_in_quantity_fields_alone() {
        let resources = |cpu: &str| {
            format!(", resources: {{requests: {{cpu: {cpu}}}}}, env: [{{name: CPU, value: '{cpu}'}}]")
        };
        let (real, suppressed) =
            found(&deployment("", &resources("1000m")), &deployment("", &resources("1")));
        let container = "spec.template.spec.containers[name=web]";
        assert_eq!(
            real,
            [format!("{container}.env[name=CPU].value: Some(String(\"1000m\")) Some(String(\"1\"))")]
        );
        assert_eq!(suppressed, [format!("{container}.resources.requests.cpu equal-quantity")]);
    }

    #[test]
    fn a_secret_in_base64_and_as_text_is_the_same() {
        let secret =
            |fields: &str| format!("{{apiVersion: v1, kind: Secret, metadata: {{name: s}}, {fields}}}");
        let (real, suppressed) =
            found(&secret("data: {a: c2hvcA==, b: eA==}"), &secret("stringData: {a: shop}, data: {b: eA==}"));
        assert!(real.is_empty(), "{real:?}");
        assert_eq!(suppressed, ["data.a equal-text", "stringData.a equal-text"]);
        let (real, suppressed) = found(&secret("stringData: {a: shop}"), &secret("stringData: {a: shop2}"));
        assert!(suppressed.is_empty(), "{suppressed:?}");
        assert_eq!(real, ["stringData.a: Some(String(\"shop\")) Some(String(\"shop2\"))"]);
        let (real, suppressed) = found(&secret("stringData: {a: shop}"), &secret("data: {b: eA==}"));
        assert_eq!((real.len(), suppressed), (1, vec!["stringData.a not-applied".to_owned()]));
        let (real, _) = found(&secret("data: {}"), &secret("data: {}, stringData: {a: shop}"));
        assert_eq!(real, ["stringData.a: None Some(String(\"shop\"))"]);
    }

    #[test]
    fn lengths_of_time_are_equal_in_their_fields_alone() {
        let flux = |interval: &str, path: &str| {
            format!(
                "{{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {{name: k}}, spec: {{interval: {interval}, path: {path}}}}}"
            )
        };
        let (real, suppressed) = found(&flux("60s", "60s"), &flux("1m", "1m"));
        assert_eq!(real, ["spec.path: Some(String(\"60s\")) Some(String(\"1m\"))"]);
        assert_eq!(suppressed, ["spec.interval equal-duration"]);
        let (real, suppressed) = found(&flux("60s", "./"), &flux("61s", "./"));
        assert_eq!((real.len(), suppressed.len()), (1, 0));
    }

    #[test]
    fn a_custom_resource_is_compared_as_it_is_written() {
        let route = |text: &str| {
            format!("{{apiVersion: example.com/v1, kind: Route, metadata: {{name: r}}, spec: {{{text}}}}}")
        };
        let (real, suppressed) = found(&route("replicas: 1, empty: []"), &route("memory: 1Gi"));
        assert_eq!((real.len(), suppressed.len()), (3, 0), "{real:?} {suppressed:?}");
    }
}
