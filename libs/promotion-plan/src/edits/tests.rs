use kube_model::{Redactor, State, yaml::Limits};

use super::{Becoming, write};
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
        base: Some(&base),
        source_environment: environment("staging"),
        target_environment: environment("production"),
        promote: Vec::new(),
        keep: Vec::new(),
        selection: Selection::default(),
        redactor: &Redactor::new(b"a key for tests"),
        limits,
    })
    .unwrap()
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

#[test]
fn a_new_object_that_cannot_be_written_is_blocked_under_the_targets_identity() {
    let of = |namespace: &str, more: &str| {
        format!("apiVersion: v1\nkind: Service\nmetadata: {{name: s, namespace: {namespace}}}\n{more}")
    };
    let new = format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: &m {{<<: {{namespace: shop-staging}}, name: t}}\n"
    );
    let source = of("shop-staging", &new);
    let (base, target) = (of("shop-staging", ""), of("shop-prod", ""));
    let plan = plan_of(&[("a.yaml", &source)], &[("a.yaml", &target)], &[("a.yaml", &base)]);
    let places = [labels(&plan.carried), labels(&plan.blocked)].concat();
    assert_eq!(places.len(), 1, "{plan:#?}");
    assert_eq!(plan.carried.is_empty(), plan.edits.is_empty());
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
