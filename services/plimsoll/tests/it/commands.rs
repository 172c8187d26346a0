//! What other commands render, where an administrator allows them: `render: {command: […]}`, and kustomizations with what
//! is not built in.

use std::os::unix::fs::PermissionsExt as _;

use crate::sandbox::{Run, Sandbox, deployment};

/// Prints `manifest.tpl` of its directory with the values of `params` in the place of `@NAME@`; and with what it finds
/// about itself.
const PROGRAM: &str = r#"#!/bin/sh
set -eu
. ./params
test "$1" = render || exit 3
sed -e "s|@IMAGE@|$image|" -e "s|@MODE@|$mode|" ../../shared/manifest.tpl
"#;

const APPLICATION: &str = "apiVersion: plimsoll.dev/v1\nkind: Application\nmetadata: {name: web}\nspec:\n  source: {render: {command: [paint, render]}}\n  environments:\n  - {name: staging, path: envs/staging}\n  - {name: production, path: envs/production}\n";

const PREVIEW: [&str; 5] = ["preview", "--from", "staging", "--to", "production"];

fn program(sandbox: &Sandbox, name: &str, text: &str) -> String {
    sandbox.put(name, text);
    let path = sandbox.path().join(name);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

fn template() -> String {
    deployment("web", "@IMAGE@") + "        env: [{name: MODE, value: '@MODE@'}]\n"
}

/// Environments whose parameters a program makes into manifests.
fn painted() -> Sandbox {
    Sandbox::new()
        .file("repo/plimsoll.yaml", APPLICATION)
        .file("repo/shared/manifest.tpl", template())
        .file("repo/envs/staging/params", "# theirs\nimage=r.example/web:1.2\nmode=fast\n")
        .file("repo/envs/production/params", "# ours\nmode=slow\nimage=\"r.example/web:1.1\"\n")
}

fn allowed(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let setting = format!("paint={}", program(sandbox, "bin/paint", PROGRAM));
    sandbox.run_in("repo", &[arguments, &["--allow-command", &setting]].concat())
}

#[test]
fn a_command_runs_only_where_it_is_allowed() {
    let sandbox = painted();
    // A program of this name in the repository, or in the path, is not asked.
    program(&sandbox, "repo/paint", PROGRAM);
    for arguments in [&PREVIEW[..], &["render", "staging"], &["diff", "staging", "production"]] {
        let run = sandbox.run_in("repo", arguments);
        assert_eq!((run.code, run.error_code()), (1, "RENDER_COMMAND_NOT_ALLOWED"), "{run:?}");
        assert!(
            run.err.contains("the command \"paint\"") && run.err.contains("--allow-command"),
            "{}",
            run.err
        );
        let run = allowed(&sandbox, arguments);
        assert_eq!(run.code, 0, "{run:?}");
    }
    let rendered = allowed(&sandbox, &["render", "envs/staging"]);
    assert!(rendered.out.contains("image: r.example/web:1.2"), "{rendered:?}");
}

#[test]
fn it_is_allowed_by_the_environment_and_by_a_file_too() {
    let sandbox = painted();
    let setting = format!("paint={}", program(&sandbox, "bin/paint", PROGRAM));
    let in_repo = |variables: &[(&str, &str)]| {
        sandbox.run_with(
            &["render", "repo/envs/staging", "--application", "repo/plimsoll.yaml"],
            b"",
            variables,
        )
    };
    let several = format!("other=/bin/false;{setting}");
    assert_eq!(in_repo(&[("PLIMSOLL_ALLOW_COMMANDS", &several)]).code, 0);
    sandbox.put("config/plimsoll/commands", format!("# allowed by us\n\n  {setting}\n"));
    let config = sandbox.path().join("config").display().to_string();
    assert_eq!(in_repo(&[("XDG_CONFIG_HOME", &config)]).code, 0);
    let run = in_repo(&[("XDG_CONFIG_HOME", "/dev/null")]);
    assert_eq!(run.error_code(), "RENDER_COMMAND_NOT_ALLOWED", "{run:?}");
    for setting in ["paint", "paint=paint", "pa int=/bin/true"] {
        let run = in_repo(&[("PLIMSOLL_ALLOW_COMMANDS", setting)]);
        assert_eq!((run.code, run.error_code()), (1, "RENDER_COMMAND_SETTING"), "{run:?}");
    }
}

/// The tag stands in the target's own file; rendering again with it changes the image and nothing else.
#[test]
fn an_edit_is_proven_by_rendering_with_the_command_again() {
    let sandbox = painted();
    let run = allowed(
        &sandbox,
        &[
            &PREVIEW[..],
            &[
                "--write",
                "--take",
                "Deployment/web:spec.template.spec.containers[name=web].env[name=MODE].value",
            ],
        ]
        .concat(),
    );
    assert_eq!(run.code, 0, "{run:?}");
    let written = std::fs::read_to_string(sandbox.path().join("repo/envs/production/params")).unwrap();
    assert_eq!(written, "# ours\nmode=fast\nimage=\"r.example/web:1.2\"\n");
    let again = allowed(&sandbox, &PREVIEW);
    assert!(again.out.starts_with("nothing to carry\n"), "{again:?}");
}

/// The template is read by both environments: an edit of it would be none of production alone.
#[test]
fn what_no_edit_of_the_targets_own_files_gives_stays_pending() {
    let sandbox = painted();
    sandbox.put("repo/envs/production/params", "mode=slow\nversion=1.1\nimage=r.example/web:$version\n");
    sandbox.put("repo/envs/staging/params", "mode=slow\nimage=r.example/site:2\n");
    let run = allowed(&sandbox, &[&PREVIEW[..], &["--format", "json"]].concat());
    let plan = &run.json()["plan"];
    assert_eq!(plan["edits"].as_array().unwrap().len(), 0, "{plan:#}");
    let left = plan["pending"].as_array().unwrap().iter().chain(plan["candidates"].as_array().unwrap());
    assert_eq!(left.count(), 1, "{plan:#}");
}

#[test]
fn a_command_finds_nothing_of_ours_and_is_stopped() {
    let sandbox = painted();
    let run_with = |text: &str| {
        let setting = format!("paint={}", program(&sandbox, "bin/paint", text));
        sandbox.run_with(
            &[
                "render",
                "repo/envs/staging",
                "--application",
                "repo/plimsoll.yaml",
                "--allow-command",
                &setting,
            ],
            b"",
            &[("CANARY_TOKEN", "canary-1"), ("SSH_AUTH_SOCK", "/nowhere"), ("KUBECONFIG", "/nowhere")],
        )
    };
    let shown = "#!/bin/sh\nprintf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: env}\\ndata:\\n  home: \"%s\"\\n  names: \"%s\"\\n' \"$HOME\" \"$(env | cut -d= -f1 | sort | tr '\\n' ' ')\"\n";
    let run = run_with(shown);
    assert_eq!(run.code, 0, "{run:?}");
    for absent in ["CANARY", "SSH_AUTH_SOCK", "KUBECONFIG"] {
        assert!(!run.out.contains(absent), "{}", run.out);
    }
    assert!(!run.out.contains(&format!("home: {}\n", std::env::var("HOME").unwrap())), "{}", run.out);
    let run = run_with("#!/bin/sh\necho 'password: canary-2' >&2; exit 1\n");
    assert_eq!((run.code, run.error_code()), (1, "RENDER_COMMAND_FAILED"), "{run:?}");
    assert!(!run.err.contains("canary-2"), "{}", run.err);
    let run = run_with("#!/bin/sh\nyes | head -c 100000000\n");
    assert_eq!((run.code, run.error_code()), (1, "RENDER_OUTPUT_TOO_LARGE"), "{}", run.err);
    // What it writes is a copy.
    run_with("#!/bin/sh\necho gone > params; echo x > ../../plimsoll.yaml\n");
    let params = std::fs::read_to_string(sandbox.path().join("repo/envs/staging/params")).unwrap();
    assert!(params.starts_with("# theirs"), "{params}");
}

const CHARTS: &str =
    "images: [{name: web, newTag: '1'}]\nresources: [web.yaml]\nhelmCharts: [{name: cache}]\n";

/// A program that renders a kustomization as its images say, and shows how it was called.
const KUSTOMIZE: &str = r#"#!/bin/sh
set -eu
test "$1" = build || exit 3
tag=$(sed -n "s/.*newTag: '\([^']*\)'.*/\1/p" kustomization.yaml)
sed "s/image: web$/image: web:$tag/" web.yaml
printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: called}\ndata: {proxy: "%s"}\n' "${HTTPS_PROXY:-none}"
"#;

fn charts() -> Sandbox {
    let sandbox = Sandbox::new();
    for (environment, tag) in [("staging", "2"), ("production", "1")] {
        let directory = format!("overlays/{environment}");
        sandbox.put(&format!("{directory}/kustomization.yaml"), CHARTS.replace("'1'", &format!("'{tag}'")));
        sandbox.put(&format!("{directory}/web.yaml"), deployment("web", "web"));
    }
    sandbox
}

#[test]
fn a_kustomization_with_charts_goes_to_the_kustomize_command() {
    let sandbox = charts();
    for arguments in [&PREVIEW[..], &["render", "overlays/staging"]] {
        let run = sandbox.run(arguments);
        assert_eq!((run.code, run.error_code()), (1, "KUSTOMIZE_OUTSIDE"), "{run:?}");
        assert!(run.err.contains("helmCharts") && run.err.contains("--kustomize"), "{}", run.err);
    }
    let kustomize = program(&sandbox, "bin/kustomize", KUSTOMIZE);
    let run = sandbox.run(&["render", "overlays/staging", "--kustomize", &kustomize]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("image: web:2"), "{}", run.out);
    assert!(run.out.contains("proxy: http://127.0.0.1:9"), "no network: {}", run.out);
    // The entry is edited, since rendering again with the same command gives what was planned.
    let run =
        sandbox.run_with(&[&PREVIEW[..], &["--write"]].concat(), b"", &[("PLIMSOLL_KUSTOMIZE", &kustomize)]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("is rendered by the kustomize command"), "{}", run.out);
    let written =
        std::fs::read_to_string(sandbox.path().join("overlays/production/kustomization.yaml")).unwrap();
    assert_eq!(written, CHARTS.replace("'1'", "'2'"));
}

/// What a program renders may be any file below the kustomization, or below the directory of its charts.
#[test]
fn a_change_of_a_chart_is_one_of_its_kustomization() {
    let sandbox = charts();
    let home = "helmGlobals: {chartHome: ../../charts}\n";
    sandbox.put("overlays/staging/kustomization.yaml", CHARTS.to_owned() + home);
    sandbox.put("charts/cache/templates/cache.yaml", "# a template\n");
    let kustomize = program(&sandbox, "bin/kustomize", KUSTOMIZE);
    let all = ["--all", "--kustomize", &kustomize, "--changed", "-"];
    for (changed, planned) in [
        ("charts/cache/templates/cache.yaml", "1 promotion: 1 has nothing to carry"),
        ("overlays/production/charts/cache/values.yaml", "1 promotion: 1 has nothing to carry"),
        ("other/cache.yaml", "1 promotion: 1 reads no file that has changed"),
    ] {
        let run = sandbox.run_with(&[&PREVIEW[..], &all].concat(), changed.as_bytes(), &[]);
        assert!(run.out.starts_with(planned), "{changed}: {run:?}");
    }
}

#[test]
fn remote_bases_are_fetched_only_where_that_is_switched_on() {
    let sandbox = charts();
    sandbox.put(
        "overlays/staging/kustomization.yaml",
        "images: [{name: web, newTag: '1'}]\nresources: ['https://git.example/base//web?ref=v1']\n",
    );
    let kustomize = program(&sandbox, "bin/kustomize", KUSTOMIZE);
    let with = |more: &[&str]| {
        sandbox.run(&[&["render", "overlays/staging", "--kustomize", &kustomize], more].concat())
    };
    let run = with(&[]);
    assert_eq!((run.code, run.error_code()), (1, "KUSTOMIZE_REMOTE_BASE"), "{run:?}");
    let run = with(&["--kustomize-network"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("proxy: none"), "{}", run.out);
}
