//! Held against what a real API server answered to the second of two manifests.

use std::collections::BTreeMap;

use kube_model::Object;
use serde_json::Value;

use super::changes::{changes, predicted_changes, prediction};
use super::plain::is_plain;
use crate::cluster_answers::{cases, is_allocated};
use crate::compare;
use crate::normal::answers::kept;

type Found = BTreeMap<String, (Option<Value>, Option<Value>)>;

fn found(object: &Object, before: &Value, after: &Value) -> Found {
    let differences = compare(object.key.schema(), before, after).differences.into_iter();
    let told = differences.filter(|one| !is_allocated(object, &one.path));
    told.map(|one| (one.path.to_string(), (one.before, one.after))).collect()
}

/// What the API server refuses: these fields cannot be changed, or not to that. A diff shows the change all the same.
const REFUSED: [&str; 4] = ["job-image", "selector-changed", "stateful-claim-size", "surge-as-text"];

/// Every place in which two manifests differ is a change, or is told with its reason; and nothing is both.
#[test]
fn every_difference_in_writing_is_accounted_for() {
    let (_, cases) = cases();
    let mut differences = 0;
    for (case, (before, after)) in cases.iter().flat_map(|case| case.pairs().map(move |pair| (case, pair))) {
        let written = compare(after.key.schema(), &before.value, &after.value);
        let found = changes(after.key.schema(), before, after);
        let same = written.equal_quantities.iter().chain(&written.equal_durations);
        for one in written.differences.iter().filter(|one| !one.is_order).chain(same) {
            let path = &one.path;
            let real = found.real.iter().any(|real| real.path.contains(path) || path.contains(&real.path));
            let told = found.suppressed.iter().filter(|(told, _)| told.path == *path).count();
            // What a Secret holds is told entry by entry, and may change in its other form.
            let by_entry = after.key.kind == "Secret"
                && (!found.real.is_empty()
                    || found.suppressed.iter().any(|(told, _)| path.contains(&told.path)));
            assert!(real || told == 1 || by_entry, "{} {path}", case.name);
            assert!(!real || told == 0, "{} {path} is a change and is none", case.name);
            differences += 1;
        }
    }
    assert!(differences > 150, "{differences} differences");
}

/// The short way gives what the long one gives.
#[test]
fn what_needs_no_prediction_is_as_predicted() {
    let (_, cases) = cases();
    let mut plain = 0;
    for (case, (before, after)) in cases.iter().flat_map(|case| case.pairs().map(move |pair| (case, pair))) {
        let written = compare(after.key.schema(), &before.value, &after.value);
        if is_plain(after.key.schema(), before, after, &written) && !written.differences.is_empty() {
            plain += 1;
            let schema = after.key.schema();
            assert_eq!(
                changes(schema, before, after),
                predicted_changes(schema, before, after, written),
                "{}",
                case.name
            );
        }
    }
    assert!(plain >= 20, "{plain} plain changes");
}

#[test]
fn what_changes_is_what_the_api_server_changes() {
    let (server, cases) = cases();
    let (mut wrong, mut refused, mut changes) = (Vec::new(), Vec::new(), 0);
    for case in &cases {
        for (before, after) in case.pairs() {
            changes += 1;
            let (was, is) = match (case.answered("before", before), case.answered("after", after)) {
                (Ok(was), Ok(is)) => (was, is),
                _ => {
                    refused.push(case.name.as_str());
                    continue;
                }
            };
            let really = found(after, &kept(before, was), &kept(after, is));
            let (live, predicted) = prediction(after.key.schema(), before, after);
            let told = found(after, &live, &predicted);
            if told != really {
                wrong.push(format!("{}: told {told:?}\n    is really {really:?}", case.name));
            }
        }
    }
    assert!(changes >= 60, "{changes} changes");
    assert!(wrong.is_empty(), "{server}\n{}", wrong.join("\n"));
    refused.sort_unstable();
    assert_eq!(refused, REFUSED);
}
