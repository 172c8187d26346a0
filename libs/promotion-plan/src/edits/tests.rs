use kube_model::{Redactor, State, yaml::Limits};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::{Becoming, FileEdit, apply_edit, write};
use crate::pairing::pair;
use crate::{Environment, Plan, Request, Selection, plan};

const JOB: &str = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: job-}\n";

fn config(name: &str, data: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n{data}")
}

fn plan_of(source: &[(&str, &str)], target: &[(&str, &str)], base: &[(&str, &str)]) -> Plan {
    plan_under(source, target, base, &Limits::default())
}

/// The limits hold for the edited files only.
fn plan_under(
    source: &[(&str, &str)],
    target: &[(&str, &str)],
    base: &[(&str, &str)],
    limits: &Limits,
) -> Plan {
    let read = |files: &[(&str, &str)]| State::read(files.iter().copied(), &Limits::default()).unwrap();
    let (source, target, base) = (read(source), read(target), read(base));
    let environment = |name: &str| Environment { name: Some(name.to_owned()), namespace: None };
    plan(&Request {
        source: &source,
        target: &target,
        base: Some((&base).into()),
        source_environment: environment("staging"),
        target_environment: environment("production"),
        promote: Vec::new(),
        keep: Vec::new(),
        selection: Selection::default(),
        redactor: &Redactor::new(b"a key for tests"),
        limits,
        layers: None,
        base_layer: None,
    })
    .unwrap()
}

/// The bytes of a file, edited by the splices as they are published: from the last to the first.
fn spliced(before: &str, edit: &FileEdit) -> Vec<u8> {
    let mut bytes = before.as_bytes().to_vec();
    let mut apart = bytes.len() + 1;
    for splice in edit.splices.iter().rev() {
        assert!(splice.start <= splice.end && splice.end < apart, "they overlap or touch: {edit:#?}");
        bytes.splice(splice.start..splice.end, splice.text.bytes());
        apart = splice.start;
    }
    bytes
}

fn is_what_is_published(before: &str, edit: &FileEdit) {
    let hash =
        |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(edit.hash_before, Some(hash(before.as_bytes())));
    let after = spliced(before, edit);
    assert_eq!(edit.hash_after.clone().unwrap_or_else(|| hash(b"")), hash(&after));
    assert_eq!(apply_edit(Some(before.as_bytes()), edit).unwrap().unwrap_or_default(), after);
}

fn labels(items: &[crate::PlanItem]) -> Vec<&str> {
    items.iter().map(|item| item.label.as_str()).collect()
}

#[test]
fn two_objects_that_the_server_names_are_two() {
    let jobs = format!("{JOB}---\n{JOB}");
    let of = |tag: &str| format!("{jobs}---\n{}", config("c", &format!("  a: \"{tag}\"\n")));
    let plan = plan_of(&[("a.yaml", &of("2"))], &[("a.yaml", &of("1"))], &[("a.yaml", &of("1"))]);
    assert_eq!(labels(&plan.carried), ["ConfigMap/c:data.a"]);
    assert!(plan.blocked.is_empty() && plan.after.len() == 3);
}

/// The target names no namespace, and the source's comes in by a merge key, out of which it cannot be taken.
#[test]
fn a_new_object_that_cannot_be_written_is_blocked_under_the_targets_identity() {
    let of = |metadata: &str| format!("apiVersion: v1\nkind: Service\nmetadata: {metadata}\n");
    let base = of("{name: s, namespace: shop-staging}");
    let source = format!("{base}---\n{}", of("{<<: {namespace: shop-staging}, name: t}"));
    let target = of("{name: s}");
    let plan = plan_of(&[("a.yaml", &source)], &[("a.yaml", &target)], &[("a.yaml", &base)]);
    assert_eq!(labels(&plan.blocked), ["Service/t:"], "{plan:#?}");
    assert!(plan.blocked[0].reason.starts_with("PLAN_EDIT_REFUSED: "), "{}", plan.blocked[0].reason);
    assert!(plan.edits.is_empty());
}

#[test]
fn a_file_that_no_longer_reads_blocks_only_what_is_edited_in_it() {
    // The edited a.yaml has 9 nodes more than the limit allows; b.yaml has not.
    let long: String = (0..20).map(|key| format!("  k{key}: x\n")).collect();
    let source =
        [("a.yaml", config("a", &format!("{long}  z: new\n"))), ("b.yaml", config("b", "  a: new\n"))];
    let target =
        [("a.yaml", config("a", &format!("{long}  z: old\n"))), ("b.yaml", config("b", "  a: old\n"))];
    let source: Vec<_> = source.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let target: Vec<_> = target.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let limits = Limits { nodes: 20, ..Limits::default() };
    let plan = plan_under(&source, &target, &target, &limits);
    assert_eq!(
        (labels(&plan.carried), labels(&plan.blocked)),
        (vec!["ConfigMap/b:data.a"], vec!["ConfigMap/a:data.z"])
    );
    assert_eq!(plan.edits.len(), 1);
}

#[test]
fn what_is_carried_over_and_changes_nothing_is_refused() {
    let limits = Limits::default();
    let state = State::read([("a.yaml", config("a", "  k: v\n"))], &limits).unwrap();
    let environment = Environment { name: None, namespace: None };
    let pairs = pair((&state, &environment), (&state, &environment), None);
    let becoming = [Becoming { pair: &pairs[0], value: Some(state.objects[0].value.clone()) }];
    let Err(refused) = write(&state, &state, &pairs, &becoming, &limits) else { panic!("it was accepted") };
    assert_eq!(refused.objects.into_iter().collect::<Vec<_>>(), [pairs[0].key.clone()]);
    assert_eq!(refused.why, "what is carried over would change nothing");
}

#[test]
fn a_file_that_goes_or_keeps_its_byte_order_mark_is_hashed_with_it() {
    let (one, two) = (config("a", "  k: v\n  l: v\n"), config("b", "  k: v\n"));
    let target = [("a.yaml", format!("\u{feff}{one}")), ("b.yaml", format!("\u{feff}{two}"))];
    let target: Vec<_> = target.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let plan = plan_of(&[("a.yaml", &config("a", "  k: w\n  l: v\n"))], &target, &target);
    assert_eq!(plan.edits.len(), 2, "{plan:#?}");
    for (edit, (_, before)) in plan.edits.iter().zip(target) {
        is_what_is_published(before, edit);
    }
    // "\u{feff}" is three bytes, and `v` stands 62 bytes after it:
    // apiVersion: v1 (15), kind: ConfigMap (16), metadata: {name: a} (20), data: (6), "  k: " (5).
    assert_eq!((plan.edits[0].splices[0].start, plan.edits[0].splices[0].end), (65, 66));
    assert_eq!(plan.edits[0].splices[0].text, "w");
}

/// A Deployment with arguments in one line and settings in a block, in a file with other documents.
fn application(flags: &[u8], settings: &[(u8, u8)], others: &[u8], mark: bool) -> String {
    let flags: Vec<String> = flags.iter().map(|flag| format!("--f{flag}")).collect();
    let env = settings.iter().map(|(key, value)| format!("        - {{name: E{key}, value: v{value}}}\n"));
    let others = others.iter().map(|name| format!("---\n{}", config(&format!("c{name}"), "  a: b\n")));
    format!(
        "{}apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        args: [serve{}]\n        env:\n        - {{name: A, value: b}}\n{}{}",
        if mark { "\u{feff}" } else { "" },
        flags.iter().map(|flag| format!(", {flag}")).collect::<String>(),
        env.collect::<String>(),
        others.collect::<String>(),
    )
}

type Drawn = (Vec<u8>, Vec<(u8, u8)>, Vec<u8>);

fn any_application() -> impl Strategy<Value = Drawn> {
    let some = |of: usize| prop::sample::subsequence((0..5_u8).collect::<Vec<_>>(), 0..=of);
    let settings =
        prop::collection::btree_map(0..5_u8, 0..2_u8, 0..5).prop_map(|map| map.into_iter().collect());
    (some(5), settings, some(5))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_published_splices_give_the_file_of_the_published_hash(
        source in any_application(), target in any_application(), mark in any::<bool>(),
    ) {
        let target = application(&target.0, &target.1, &target.2, mark);
        let source = application(&source.0, &source.1, &source.2, false);
        let plan = plan_of(&[("a.yaml", &source)], &[("a.yaml", &target)], &[("a.yaml", &target)]);
        prop_assert!(plan.blocked.is_empty(), "{:#?}", plan.blocked);
        for edit in &plan.edits {
            is_what_is_published(&target, edit);
        }
    }
}

#[test]
fn documents_that_follow_one_another_go_together() {
    let of =
        |names: &[&str]| names.iter().map(|name| config(name, "  a: b\n")).collect::<Vec<_>>().join("---\n");
    for (kept, gone) in [
        (&["c", "d"][..], &["a", "b"][..]),
        (&["a", "d"], &["b", "c"]),
        (&["a"], &["b", "c", "d"]),
        (&["d"], &["a", "b", "c"]),
        (&["b"], &["a", "c", "d"]),
    ] {
        let before = of(&["a", "b", "c", "d"]);
        let plan = plan_of(&[("a.yaml", &of(kept))], &[("a.yaml", &before)], &[("a.yaml", &before)]);
        assert!(plan.blocked.is_empty(), "{gone:?}: {:#?}", plan.blocked);
        let after = apply_edit(Some(before.as_bytes()), &plan.edits[0]).unwrap();
        assert_eq!(after.as_deref(), Some(of(kept).as_bytes()), "without {gone:?}");
    }
}
