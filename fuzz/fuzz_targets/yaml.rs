//! Any bytes: they are read or refused, and by the same words whether they are read alone or together with others.

#![no_main]

use kube_model::yaml::Limits;
use kube_model::{Redactor, State};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits { nodes: 20_000, ..Limits::default() };
    let alone = State::read([("a.yaml", data)], &limits);
    let alone = alone.map(|state| state.objects);
    let file: &[(&str, &[u8])] = &[("a.yaml", data)];
    for together in State::objects_together(&[file, file], &limits) {
        assert_eq!(format!("{together:?}"), format!("{alone:?}"));
    }
    let Ok(objects) = alone else { return };
    let masked = Redactor::new(b"a key").redact_all(&objects);
    assert!(diff_engine::diff(&masked, &masked).changes.is_empty());
});
