//! Trees that nobody writes: whatever they hold, a build ends with objects or with an error that has a code.

use std::collections::BTreeMap;

use kustomize::{Limits, build};
use proptest::prelude::*;

type Files = BTreeMap<String, Vec<u8>>;

fn files<const N: usize>(files: [(&str, String); N]) -> Files {
    files.into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes())).collect()
}

/// The code of the error; none where it is built.
fn code(files: &Files, entry: &str) -> Option<&'static str> {
    build(files, entry, &Limits::default()).err().map(|error| error.code())
}

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n";

#[test]
fn a_thousand_layers_are_no_stack_overflow() {
    let layer = |number: usize| {
        (format!("l{number}/kustomization.yaml"), format!("resources: [../l{}]\n", number + 1))
    };
    let mut deep: Files = (0..1000).map(layer).map(|(path, text)| (path, text.into_bytes())).collect();
    deep.insert("l1000/kustomization.yaml".to_owned(), b"resources: [pod.yaml]\n".to_vec());
    deep.insert("l1000/pod.yaml".to_owned(), POD.as_bytes().to_vec());
    let found = code(&deep, "l0");
    assert!(matches!(found, None | Some("KUSTOMIZE_LIMIT")), "{found:?}");
}

/// Each layer names the one below it twice: 2^40 objects.
#[test]
fn layers_that_multiply_are_refused() {
    let layer = |number: usize| {
        let next = number + 1;
        let sides = "resources: [a, b]\n".to_owned();
        let side = |suffix: char| format!("resources: [../../l{next}]\nnameSuffix: -{suffix}\n");
        [
            (format!("l{number}/kustomization.yaml"), sides),
            (format!("l{number}/a/kustomization.yaml"), side('a')),
            (format!("l{number}/b/kustomization.yaml"), side('b')),
        ]
    };
    let mut bomb: Files = (0..40).flat_map(layer).map(|(path, text)| (path, text.into_bytes())).collect();
    bomb.insert("l40/kustomization.yaml".to_owned(), b"resources: [pod.yaml]\n".to_vec());
    bomb.insert("l40/pod.yaml".to_owned(), POD.as_bytes().to_vec());
    assert_eq!(code(&bomb, "l0"), Some("KUSTOMIZE_LIMIT"));
}

#[test]
fn an_index_far_away_makes_no_list_that_long() {
    let patch = |path: &str| {
        files([
            (
                "kustomization.yaml",
                format!(
                    "resources: [pod.yaml]\npatches:\n- target: {{kind: Pod}}\n  patch: '[{{\"op\": \"add\", \"path\": \"{path}\", \"value\": 1}}]'\n"
                ),
            ),
            ("pod.yaml", POD.to_owned()),
        ])
    };
    for path in
        ["/spec/containers/4000000000", "/spec/containers/-4", "/spec/containers/99999999999999999999"]
    {
        assert_eq!(code(&patch(path), ""), Some("KUSTOMIZE_PATCH"), "{path}");
    }
    let replacement = |options: &str| {
        files([
            (
                "kustomization.yaml",
                format!(
                    "resources: [pod.yaml]\nreplacements:\n- source: {{kind: Pod, fieldPath: metadata.name}}\n  targets: [{{select: {{kind: Pod}}, fieldPaths: [metadata.name], options: {options}}}]\n"
                ),
            ),
            ("pod.yaml", POD.to_owned()),
        ])
    };
    for options in ["{delimiter: '-', index: 4000000000}", "{delimiter: '-', index: -4000000000}"] {
        let built = build(&replacement(options), "", &Limits::default());
        assert!(built.is_err() || built.unwrap().yaml().len() < 1000, "{options}");
    }
}

#[test]
fn an_expression_that_explodes_elsewhere_is_matched_or_refused() {
    let name = "a".repeat(5000);
    let tree = files([
        (
            "kustomization.yaml",
            "resources: [pod.yaml]\npatches:\n- target: {name: '(a+)+(a+)+(a|aa)*b{1,50}'}\n  patch: '[]'\n"
                .to_owned(),
        ),
        ("pod.yaml", POD.replace("name: p", &format!("name: {name}"))),
    ]);
    let found = code(&tree, "");
    assert!(matches!(found, None | Some("KUSTOMIZE_FIELD" | "KUSTOMIZE_PATCH")), "{found:?}");
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![alias; 10].join(", "));
    }
    let tree = files([
        ("kustomization.yaml", "resources: [w.yaml]\n".to_owned()),
        ("w.yaml", format!("apiVersion: example.dev/v1\nkind: W\nmetadata: {{name: w}}\n{bomb}")),
    ]);
    assert_eq!(code(&tree, ""), Some("MANIFEST_ALIAS_LIMIT"));
}

/// Paths that lead out, in every field that names one.
#[test]
fn no_field_reads_outside() {
    let fields = [
        "resources: [PATH]",
        "bases: [PATH]",
        "components: [PATH]",
        "crds: [PATH]",
        "configurations: [PATH]",
        "transformers: [PATH]",
        "generators: [PATH]",
        "openapi: {path: PATH}",
        "patches: [{path: PATH}]",
        "patchesStrategicMerge: [PATH]",
        "patchesJson6902: [{target: {kind: Pod, name: p, version: v1}, path: PATH}]",
        "configMapGenerator: [{name: c, files: [PATH]}]",
        "configMapGenerator: [{name: c, files: [k=PATH]}]",
        "configMapGenerator: [{name: c, envs: [PATH]}]",
        "secretGenerator: [{name: c, env: PATH}]",
        "replacements: [{path: PATH}]",
    ];
    for field in fields {
        for path in [
            "../../secret.yaml",
            "/secret.yaml",
            "../..",
            "../../../../..",
            "a/../../../secret.yaml",
            "..\\secret.yaml",
            "\"a\\0b\"",
        ] {
            let tree = files([
                ("a/b/kustomization.yaml", field.replace("PATH", path) + "\n"),
                ("secret.yaml", POD.replace("name: p", "name: leaked")),
            ]);
            let built = build(&tree, "a/b", &Limits::default()).map(|build| build.yaml());
            assert!(built.is_err(), "{field} {path}: {built:?}");
            assert!(!built.unwrap_err().to_string().contains("leaked"), "{field} {path}");
        }
    }
}

fn any_scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z.*/-]{0,8}",
        Just("../x".to_owned()),
        Just("x".to_owned()),
        Just("x/pod.yaml".to_owned()),
        Just("p".to_owned()),
        Just("Pod".to_owned()),
        Just("~".to_owned()),
        Just("0".to_owned()),
        Just("-1".to_owned()),
        Just("1e400".to_owned()),
        Just("true".to_owned()),
        Just("\"\\u0000\"".to_owned()),
        Just("\"$(A)\"".to_owned()),
        Just("spec.containers.*.image".to_owned()),
        Just("spec.containers.[name=c].image".to_owned()),
        Just("\"[a\"".to_owned()),
        Just("spec/containers/image".to_owned()),
        Just("'[{\"op\": \"add\", \"path\": \"/spec/containers/0/x\", \"value\": {}}]'".to_owned()),
        Just("'{\"kind\": \"Pod\", \"apiVersion\": \"v1\", \"metadata\": {\"name\": \"p\"}, \"spec\": {\"$patch\": \"delete\"}}'".to_owned()),
        Just("ConfigMap".to_owned()),
        Just("merge".to_owned()),
        Just("a=b".to_owned()),
        Just("pod.yaml".to_owned()),
    ]
}

/// Any value of the words that kustomizations are made of.
fn any_value() -> impl Strategy<Value = String> {
    const KEYS: [&str; 44] = [
        "name",
        "kind",
        "path",
        "target",
        "patch",
        "source",
        "targets",
        "select",
        "reject",
        "fieldPath",
        "fieldPaths",
        "options",
        "delimiter",
        "index",
        "create",
        "literals",
        "files",
        "envs",
        "behavior",
        "labels",
        "annotations",
        "pairs",
        "includeSelectors",
        "fields",
        "newName",
        "newTag",
        "digest",
        "count",
        "objref",
        "fieldref",
        "fieldpath",
        "apiVersion",
        "order",
        "namespace",
        "labelSelector",
        "annotationSelector",
        "allowNameChange",
        "type",
        "immutable",
        "group",
        "version",
        "legacySortOptions",
        "includeTemplates",
        "tagSuffix",
    ];
    any_scalar().prop_recursive(4, 24, 4, |inner| {
        let entry = (prop::sample::select(&KEYS[..]), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec(entry, 0..5).prop_map(|entries| {
                let entries: BTreeMap<_, _> = entries.into_iter().collect();
                let entries = entries.iter().map(|(key, value)| format!("{key}: {value}"));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }),
        ]
    })
}

fn any_kustomization() -> impl Strategy<Value = String> {
    const FIELDS: [&str; 28] = [
        "resources",
        "bases",
        "components",
        "namespace",
        "namePrefix",
        "nameSuffix",
        "labels",
        "commonLabels",
        "commonAnnotations",
        "images",
        "replicas",
        "patches",
        "patchesStrategicMerge",
        "patchesJson6902",
        "configMapGenerator",
        "secretGenerator",
        "generatorOptions",
        "replacements",
        "vars",
        "configurations",
        "crds",
        "openapi",
        "sortOptions",
        "buildMetadata",
        "transformers",
        "generators",
        "validators",
        "imageTags",
    ];
    prop::collection::vec((prop::sample::select(&FIELDS[..]), any_value()), 0..6).prop_map(|fields| {
        let fields: BTreeMap<_, _> = fields.into_iter().collect();
        let lines = fields.iter().map(|(field, value)| format!("{field}: {value}\n"));
        format!(
            "resources: [pod.yaml]\n{}",
            lines.filter(|line| !line.starts_with("resources")).collect::<String>()
        )
    })
}

proptest! {
    #[test]
    fn any_kustomization_ends(top in any_kustomization(), below in any_kustomization(), pod in any_value()) {
        let tree = files([
            ("kustomization.yaml", top),
            ("pod.yaml", POD.to_owned()),
            ("x/kustomization.yaml", below),
            ("x/pod.yaml", format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {pod}\n")),
        ]);
        match build(&tree, "", &Limits::default()) {
            Ok(build) => prop_assert!(build.yaml().len() < 1 << 20),
            Err(error) => prop_assert!(!error.code().is_empty() && error.to_string().len() < 1 << 16),
        }
    }

    #[test]
    fn any_bytes_end(top in prop::collection::vec(any::<u8>(), 0..200), object in "[ -~\n]{0,200}") {
        let tree: Files = [
            ("kustomization.yaml".to_owned(), b"resources: [x, o.yaml]\n".to_vec()),
            ("x/kustomization.yaml".to_owned(), top),
            ("o.yaml".to_owned(), object.into_bytes()),
        ].into();
        let _ = build(&tree, "", &Limits::default());
    }
}
