//! `plimsoll render`: the objects of a source, and who set each of their fields.

use crate::sandbox::{Sandbox, deployment, workspace};
use crate::schemas::follows;

const TREES: &str = "libs/kustomize/tests/trees";

/// A tree that the real kustomize was asked about, and what it said.
fn tree(name: &str) -> (Sandbox, String) {
    let tree = workspace().join(TREES).join(name);
    let expected = std::fs::read_to_string(tree.join("expected.yaml")).unwrap();
    (Sandbox::new().with_copy(&tree, "app"), expected)
}

#[test]
fn an_overlay_is_printed_as_kustomize_prints_it() {
    let (sandbox, expected) = tree("shop-production");
    sandbox.commit();
    let rendered = |directory: &str, source: &str| {
        let run = sandbox.run_in(directory, &["render", source]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
        run.out
    };
    assert_eq!(rendered(".", "app/overlay"), expected);
    assert_eq!(rendered("app/overlay", "."), expected);
    assert_eq!(rendered("app/base", "../overlay"), expected);
    sandbox.put("app/base/web.yaml", "");
    assert_eq!(rendered(".", "git+.//app/overlay@main"), expected);
}

/// One of each way in which a field comes to be.
fn layers() -> Sandbox {
    Sandbox::new()
        .file("key", "a key for tests, and nothing else")
        .file("base/kustomization.yaml", "resources:\n- files/web.yaml\nconfigMapGenerator:\n- name: settings\n  literals:\n  - LEVEL=info\n  - REGION=none\n")
        .file("base/files/web.yaml", deployment("web", "shop/web:1"))
        .file(
            "overlays/production/kustomization.yaml",
            "resources:\n- ../../base\nnamePrefix: prod-\nnamespace: shop\nimages:\n- name: shop/web\n  newTag: \"2\"\nreplicas:\n- name: web\n  count: 5\npatches:\n- path: tuned.yaml\nconfigMapGenerator:\n- name: settings\n  behavior: merge\n  literals:\n  - REGION=eu\nsecretGenerator:\n- name: login\n  literals:\n  - password=hunter2\n",
        )
        .file(
            "overlays/production/tuned.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        env:\n        - name: MODE\n          value: |\n            one\n            two\n        envFrom:\n        - configMapRef:\n            name: settings\n",
        )
}

const ORIGIN: [&str; 5] = ["render", "overlays/production", "--origin", "--redaction-key-file", "key"];

#[test]
fn every_field_says_who_set_it() {
    let run = layers().run(&ORIGIN);
    assert_eq!(run.code, 0, "{run:?}");
    insta::assert_snapshot!("render_origin", run.out);
}

#[test]
fn the_document_names_places_and_follows_its_schema() {
    let sandbox = layers();
    let document = follows("render", &sandbox.run(&[&ORIGIN[..], &["--format", "json"]].concat()));
    let objects = document["objects"].as_array().unwrap();
    let of = |kind: &str| objects.iter().find(|one| one["object"]["kind"] == kind).unwrap();
    let field = |kind: &str, path: &str| {
        let fields = of(kind)["fields"].as_array().unwrap();
        fields.iter().find(|field| field["path"] == path).unwrap().clone()
    };
    let image = field("Deployment", "spec.template.spec.containers[name=web].image");
    assert_eq!(image["by"], "images[0]");
    // `newTag` is on the seventh line.
    assert_eq!(
        (&image["file"], &image["line"]),
        (&"overlays/production/kustomization.yaml".into(), &7.into())
    );
    let level = field("ConfigMap", "data.LEVEL");
    assert_eq!(
        (&level["by"], &level["layer"]),
        (&"configMapGenerator[0].literals[0]".into(), &"base".into())
    );
    let plain = follows("render", &sandbox.run(&["render", "overlays/production", "--format", "json"]));
    assert!(plain["objects"][0].get("fields").is_none());
}

#[test]
fn what_is_to_be_applied_is_whole_and_what_is_to_be_read_is_masked() {
    let sandbox = layers();
    // base64 of `hunter2`.
    let shown = |arguments: &[&str]| sandbox.run(arguments).out.contains("aHVudGVyMg==");
    assert!(shown(&["render", "overlays/production"]));
    assert!(!shown(&ORIGIN));
    assert!(!shown(&[&ORIGIN[..], &["--format", "json"]].concat()));
}

#[test]
fn plain_manifests_are_printed_in_the_order_of_their_files() {
    let shared = "apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: a, labels: {x: \"1\"}}\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    <<: *m\n    name: b\n";
    let shared = shared
        .replace("---\napiVersion: v1\nkind: List", "spec: {other: *m}\n---\napiVersion: v1\nkind: List");
    let sandbox = Sandbox::new()
        .file("d/2.yaml", "kind: Pod\napiVersion: v1\nmetadata: {name: p}\n")
        .file("d/1.yaml", shared.replace("    <<: *m\n", "    labels: {x: \"2\"}\n"));
    let expected = "apiVersion: v1            # d/1.yaml:1\nkind: ConfigMap           # d/1.yaml:2\nmetadata:\n  labels:\n    x: \"1\"                # d/1.yaml:3\n  name: a                 # d/1.yaml:3\nspec:\n  other:\n    labels:\n      x: \"1\"              # d/1.yaml:3\n    name: a               # d/1.yaml:3\n";
    let run = sandbox.run(&["render", "d", "--origin"]);
    assert_eq!(run.code, 0, "{run:?}");
    let normal = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(normal(&run.out).starts_with(&normal(expected)), "{}", run.out);
    let whole = sandbox.run(&["render", "d"]).out;
    let kinds: Vec<&str> = whole.lines().filter(|line| line.starts_with("kind: ")).collect();
    assert_eq!(kinds, ["kind: ConfigMap", "kind: ConfigMap", "kind: Pod"]);
    assert!(!whole.starts_with("---") && whole.matches("---\n").count() == 2, "{whole}");
    let input = sandbox.run_with(&["render", "-", "--origin"], deployment("web", "a:1").as_bytes(), &[]);
    assert!(input.out.contains("# stdin:"), "{input:?}");
}

#[test]
fn what_cannot_be_rendered_is_said_with_its_place() {
    let sandbox = layers();
    sandbox.put("base/kustomization.yaml", "resources:\n- files/web.yaml\n- gone.yaml\n");
    let run = sandbox.run(&["render", "overlays/production"]);
    assert_eq!((run.code, run.error_code()), (1, "KUSTOMIZE_FILE_MISSING"), "{run:?}");
    assert!(run.err.contains("base/kustomization.yaml") && run.err.contains("gone.yaml"), "{run:?}");
    std::os::unix::fs::symlink("/etc/hostname", sandbox.path().join("base/gone.yaml")).unwrap();
    let run = sandbox.run(&["render", "overlays/production"]);
    assert_eq!((run.code, run.error_code()), (1, "KUSTOMIZE_PATH"), "{run:?}");
}
