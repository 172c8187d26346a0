//! Commands that an administrator allows.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use file_tree::FileTree;
use source::{Bounds, Commands, Helm, HelmOptions, RenderError};

fn tree() -> FileTree {
    let files = [
        ("envs/production/main.txt", "kind: Main\n"),
        ("lib/shared.txt", "kind: Shared\n"),
        (
            "app/kustomization.yaml",
            "helmCharts:\n- name: web\n  releaseName: eu\n  valuesInline: {replicas: 7}\n",
        ),
        ("app/charts/web/Chart.yaml", "name: web\nversion: 1.0.0\n"),
        ("app/charts/web/values.yaml", "replicas: 1\n"),
        (
            "app/charts/web/templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: \"{{ .Values.replicas }}\"}\n",
        ),
    ];
    FileTree::new(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())), [])
}

fn render(settings: &[&str], bounds: Bounds, words: &[&str]) -> Result<String, RenderError> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    Commands::allow(settings, bounds)?.render(&tree(), "envs/production", &words)
}

fn code(settings: &[&str], words: &[&str]) -> &'static str {
    render(settings, Bounds::default(), words).unwrap_err().code()
}

#[test]
fn a_command_that_is_allowed_finds_the_repository() {
    let printed =
        render(&["join=/bin/cat"], Bounds::default(), &["join", "main.txt", "../../lib/shared.txt"]).unwrap();
    assert_eq!(printed, "kind: Main\nkind: Shared\n");
    let settings = ["sh=/bin/sh -c"];
    let script = "echo first >> main.txt; cat main.txt; env | grep -c ^HOME=; env | grep -c CARGO || :";
    for _ in 0..2 {
        let printed = render(&settings, Bounds::default(), &["sh", script]).unwrap();
        assert_eq!(printed, "kind: Main\nfirst\n1\n0\n", "its copy of the files goes with the run");
    }
}

#[test]
fn only_an_administrator_says_what_runs() {
    let error =
        render(&["jsonnet=/bin/echo", "cue=/bin/echo"], Bounds::default(), &["sh", "-c", "id"]).unwrap_err();
    assert_eq!(error.code(), "RENDER_COMMAND_NOT_ALLOWED");
    assert_eq!(error.to_string(), "the command \"sh\" is not allowed to render; allowed are: cue, jsonnet");
    for words in [&["/bin/echo"][..], &["../../bin/echo"], &["./jsonnet"], &[""], &[]] {
        assert_eq!(code(&["jsonnet=/bin/echo"], words), "RENDER_COMMAND_NOT_ALLOWED", "{words:?}");
    }
    assert_eq!(code(&[], &["echo"]), "RENDER_COMMAND_NOT_ALLOWED");
    for setting in ["jsonnet", "jsonnet=", "jsonnet=jsonnet", "a/b=/bin/echo", "=/bin/echo", "a b=/bin/echo"]
    {
        assert_eq!(code(&[setting], &["jsonnet"]), "RENDER_COMMAND_SETTING", "{setting}");
    }
}

#[test]
fn a_command_that_fails_or_takes_too_much_is_said() {
    let sh = ["sh=/bin/sh"];
    let error = render(
        &sh,
        Bounds::default(),
        &["sh", "-c", "echo token: abcdefgh >&2; echo no such import >&2; exit 1"],
    );
    let error = error.unwrap_err();
    assert_eq!(error.code(), "RENDER_COMMAND_FAILED");
    assert!(
        error.to_string().contains("no such import") && !error.to_string().contains("abcdefgh"),
        "{error}"
    );
    assert_eq!(code(&["gone=/nowhere/gone"], &["gone"]), "RENDER_COMMAND_MISSING");
    let brief = Bounds { time: Duration::from_millis(300), ..Bounds::default() };
    assert_eq!(render(&sh, brief, &["sh", "-c", "sleep 600"]).unwrap_err().code(), "RENDER_TIMEOUT");
    let narrow = Bounds { output_bytes: 4096, ..Bounds::default() };
    let large = ["sh", "-c", "head -c 100000 /dev/zero"];
    assert_eq!(render(&sh, narrow, &large).unwrap_err().code(), "RENDER_OUTPUT_TOO_LARGE");
    assert_eq!(code(&sh, &["sh", "-c", "printf '\\377'"]), "RENDER_COMMAND_FAILED");
}

#[test]
fn a_kustomization_is_handed_over_where_kustomize_is_allowed() {
    let none = Helm::new(HelmOptions { program: Some("/nowhere".into()), ..HelmOptions::default() });
    let commands = |settings: &[&str]| Commands::allow(settings, Bounds::default()).unwrap();
    let refused = commands(&["jsonnet=/bin/echo"]).kustomize(&tree(), "app", &none).unwrap_err();
    assert_eq!(refused.code(), "RENDER_COMMAND_NOT_ALLOWED");
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("kustomize");
    fs::write(&program, "#!/bin/sh\necho \"# $*\"; cat kustomization.yaml\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let setting = format!("kustomize={} --enable-alpha-plugins", program.display());
    let printed = commands(&[&setting]).kustomize(&tree(), "app", &none).unwrap();
    assert!(printed.starts_with("# build --enable-alpha-plugins .\nhelmCharts:"), "{printed}");
}

#[test]
fn real_kustomize_inflates_a_chart_of_the_repository() {
    let cache = std::env::var_os("PLIMSOLL_CACHE").map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/plimsoll"));
    let bin = cache.or_else(home).map(|cache| cache.join("bin")).unwrap_or_default();
    if !bin.join("kubectl").is_file() || !bin.join("helm3").is_file() {
        eprintln!("skipped: no kubectl and helm 3 in the cache (make tools brings them)");
        return;
    }
    let helm = Helm::new(HelmOptions { program: Some(bin.join("helm3")), ..HelmOptions::default() });
    let setting = format!("kustomize={}", bin.join("kubectl").display());
    let commands = Commands::allow(&[setting], Bounds::default()).unwrap();
    let printed = commands.kustomize(&tree(), "app", &helm).unwrap();
    assert_eq!(printed, "apiVersion: v1\ndata:\n  x: \"7\"\nkind: ConfigMap\nmetadata:\n  name: a\n");
}
