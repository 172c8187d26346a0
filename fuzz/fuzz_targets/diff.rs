//! Two files, told apart by a line `=====`: what differs is the same from both sides, and nothing differs from itself; what
//! both have in the same words changes nothing about it.

#![no_main]

use kube_model::yaml::Limits;
use kube_model::{Object, State};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let Some((before, after)) = text.split_once("\n=====\n") else { return };
    let files = [before, after].map(|text| [("a.yaml", text.as_bytes())]);
    let limits = Limits { nodes: 20_000, ..Limits::default() };
    let read = |text: &str| State::read([("a.yaml", text)], &limits).map(|state| state.objects);
    let (Ok(before), Ok(after)) = (read(before), read(after)) else { return };
    for state in [&before, &after] {
        let found = diff_engine::diff(state, state);
        assert!(found.changes.is_empty() && found.suppressed.is_empty());
    }
    assert_eq!(places(&before, &after), places(&after, &before));
    if let Some(unequal) = State::unequal(&files[0], &files[1], &limits) {
        assert_eq!(diff_engine::diff(&unequal.before, &unequal.after), diff_engine::diff(&before, &after));
    }
});

/// Where the changes are.
fn places(before: &[Object], after: &[Object]) -> Vec<String> {
    let changes = diff_engine::diff(before, after).changes;
    // An object that moves to another version is named by the version after.
    changes.iter().map(|change| format!("{:?} {}", change.object.key(), change.path)).collect()
}
