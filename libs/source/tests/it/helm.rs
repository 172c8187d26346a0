//! Charts rendered in the sandbox, by commands that misbehave.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use file_tree::FileTree;
use helm::{Chart, Crds, Layer, Release, SchemaCheck, Set};
use serde_json::json;
use source::{Bounds, Helm, HelmOptions, Network, RenderError, network};
use tempfile::TempDir;

/// A chart with hooks, a test, a custom resource's definition, and values of every kind.
pub(crate) const SHOP: [(&str, &str); 8] = [
    ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.3\nappVersion: \"2026.1\"\n"),
    (
        "values.yaml",
        "image: {repository: registry.example/shop, tag: latest}\nreplicas: 1\npassword: unset\n",
    ),
    ("crds/rates.yaml", "kind: CustomResourceDefinition\nmetadata: {name: rates.shop.example}\n"),
    (
        "templates/web.yaml",
        "kind: Deployment
metadata: {name: {{ .Release.Name }}-web, namespace: {{ .Release.Namespace }}}
spec:
  replicas: {{ .Values.replicas }}
  image: \"{{ .Values.image.repository }}:{{ .Values.image.tag }}\"
  kube: {{ .Capabilities.KubeVersion.Version }}
  apis: {{ .Capabilities.APIVersions.Has \"shop.example/v1\" }}
  found: {{ lookup \"v1\" \"Secret\" \"a\" \"b\" | toJson }}
",
    ),
    ("templates/env.yaml", "kind: ConfigMap\ndata: {home: \"{{ .Values.home }}\"}\n"),
    ("templates/migrate.yaml", "kind: Job\nmetadata:\n  annotations: {helm.sh/hook: pre-upgrade}\n"),
    ("templates/tests/ping.yaml", "kind: Pod\nmetadata:\n  annotations: {helm.sh/hook: test}\n"),
    ("templates/_help.tpl", "{{ define \"x\" }}{{ end }}"),
];

pub(crate) fn chart(files: &[(&str, &str)]) -> Arc<Chart> {
    let files = files.iter().map(|(path, text)| (format!("chart/{path}"), text.as_bytes().to_vec()));
    Arc::new(Chart::read(&FileTree::new(files, []), "chart").unwrap())
}

pub(crate) fn shop() -> Release {
    Release::of(chart(&SHOP), "eu")
}

pub(crate) fn file(path: &str, text: &str) -> Layer {
    Layer::File { path: path.to_owned(), bytes: text.as_bytes().into() }
}

/// A `helm` that is a script: it knows its version, and does `body` for everything else.
struct Fake {
    directory: TempDir,
    bounds: Bounds,
}

impl Fake {
    fn new(body: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let script = format!("#!/bin/sh\n[ \"$1\" = version ] && {{ echo v3.99.0; exit; }}\n{body}\n");
        write_program(&directory.path().join("helm"), &script);
        Self { directory, bounds: Bounds::default() }
    }

    fn bounds(mut self, change: impl FnOnce(&mut Bounds)) -> Self {
        change(&mut self.bounds);
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn helm(&self) -> Helm {
        let (program, bounds) = (Some(self.path("helm")), self.bounds);
        Helm::new(HelmOptions { program, bounds, cache: None })
    }

    fn render(&self, release: &Release) -> Result<String, RenderError> {
        self.helm().render(release).map(|output| output.manifest.text())
    }

    fn error(&self) -> RenderError {
        self.render(&shop()).unwrap_err()
    }
}

fn write_program(path: &Path, script: &str) {
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn the_environment_is_empty_and_home_is_private() {
    let body = "printf 'kind: Environment\\nat: %s\\n' \"$PWD\"; env | sed 's/=.*//' | sort | sed 's/^/- /'
        ls -ld \"$HOME\" \"$TMPDIR\" | cut -c1-10; echo home: \"$HOME\"";
    let printed = Fake::new(body).render(&shop()).unwrap();
    let names: Vec<&str> = printed.lines().filter_map(|line| line.strip_prefix("- ")).collect();
    // PWD, OLDPWD, SHLVL and _ are made by shells.
    let names: Vec<&str> =
        names.into_iter().filter(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name)).collect();
    let expected = ["ALL_PROXY", "HOME", "HTTPS_PROXY", "HTTP_PROXY", "LC_ALL", "PATH", "TMPDIR", "TZ"];
    let proxies = ["all_proxy", "http_proxy", "https_proxy"];
    let mut expected: Vec<&str> = expected.into_iter().chain(proxies).collect();
    expected.sort_unstable();
    let mut names = names;
    names.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(printed.matches("drwx------").count(), 2, "{printed}");
    let home = printed.lines().find_map(|line| line.strip_prefix("home: ")).unwrap();
    assert_ne!(Some(home.into()), std::env::var_os("HOME"));
    assert!(!Path::new(home).exists(), "it goes with the run");
}

#[test]
fn there_is_no_network() {
    if network() == Network::DeadProxies {
        eprintln!("skipped: this system gives no network namespaces");
        return;
    }
    // In a namespace of its own there is the loopback device alone, and it is down.
    let printed =
        Fake::new("echo kind: Devices; sed -n '3,$s/:.*//p' /proc/net/dev").render(&shop()).unwrap();
    let devices: Vec<&str> = printed.lines().skip(2).map(str::trim).collect();
    assert!(devices.iter().all(|device| !["eth0", "ens3", "wlan0"].contains(device)), "{printed}");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let body = format!(
        "bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}' 2>/dev/null && echo kind: Reached || echo kind: Alone"
    );
    assert!(Fake::new(&body).render(&shop()).unwrap().contains("kind: Alone"));
}

#[test]
fn what_never_ends_is_ended() {
    let fake = Fake::new("sleep 600 & while :; do sleep 1; done")
        .bounds(|bounds| bounds.time = Duration::from_millis(300));
    assert_eq!(fake.error().code(), "HELM_TIMEOUT");
}

#[test]
fn what_sets_itself_apart_ends_too() {
    let numbers = ["--map-root-user", "--net", "--pid", "--fork", "true"];
    if !std::process::Command::new("unshare").args(numbers).status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: this system gives no namespaces of processes");
        return;
    }
    // In a session of its own it is in no group that is ended. It would say that it lives.
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let body = format!("setsid sh -c 'sleep 20; echo lives' >{} & sleep 600", pipe.display());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe).unwrap()
    });
    let fake = Fake::new(&body).bounds(|bounds| bounds.time = Duration::from_millis(500));
    assert_eq!(fake.error().code(), "HELM_TIMEOUT");
    // Where it was ended before it began, nobody else opens the pipe.
    drop(fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap());
    assert_eq!(reader.join().unwrap(), b"");
}

#[test]
fn what_prints_too_much_is_stopped() {
    let fake =
        Fake::new("head -c 200000000 /dev/zero | tr '\\0' x").bounds(|bounds| bounds.output_bytes = 1 << 20);
    let error = fake.error();
    assert_eq!(error.code(), "HELM_OUTPUT_TOO_LARGE");
    assert_eq!(error.to_string(), "chart renders to more than 1048576 bytes; helm was ended");
    let fits =
        Fake::new("head -c 1048576 /dev/zero | tr '\\0' x").bounds(|bounds| bounds.output_bytes = 1 << 20);
    assert_eq!(fits.render(&shop()).unwrap().len(), (1 << 20) + "---\n\n".len());
}

#[test]
fn what_asks_for_too_much_memory_is_said() {
    let fake = Fake::new("echo 'fatal error: runtime: out of memory' >&2; exit 2");
    assert_eq!(fake.error().code(), "HELM_MEMORY");
    let body = "limit=$(ulimit -v); echo \"kind: Limit\"; echo \"limit: $limit\"";
    let printed = Fake::new(body).bounds(|bounds| bounds.memory_bytes = 1 << 30).render(&shop()).unwrap();
    assert!(printed.contains("limit: 1048576"), "{printed}");
}

#[test]
fn helms_words_are_shown_without_secrets_and_places() {
    let body = "shift; for last; do :; done
        echo \"Error: $last/templates/web.yaml:3: fail: hunter22 is weak\" >&2
        echo 'bad flowing7 and deepdown8 and 99887766' >&2
        echo '  password: another1' >&2; echo 'see https://ana:s3cret@git.example/x' >&2; exit 1";
    let mut release = shop();
    release.values = vec![
        file("values-production.yaml", "password: hunter22\nauth: {user: ana, password: flowing7}\n"),
        file("values-eu.yaml", "passwords:\n  eu:\n  - name: deepdown8\n  pin: {password: 99887766}\n"),
    ];
    let error = Fake::new(body).render(&release).unwrap_err();
    assert_eq!(error.code(), "HELM_TEMPLATE_FAILED");
    let said = error.to_string();
    assert!(said.contains("chart/templates/web.yaml:3: fail: *** is weak"), "{said}");
    for secret in ["hunter22", "flowing7", "deepdown8", "99887766", "another1", "s3cret", "plimsoll-"] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
}

#[test]
fn the_chart_and_the_values_are_what_helm_finds() {
    let body = "echo \"kind: Call\"; echo \"# $*\" | sed \"s|$PWD/||g\"; for f in values/0.yaml values/1.yaml set/3 chart/Chart.yaml; do \
                echo \"# $f\"; sed 's/^/# /' $f; echo; done";
    let mut release = shop();
    release.values = vec![file("a.yaml", "replicas: 2"), Layer::Inline(json!({"image": {"tag": "1"}}))];
    release.set = vec![
        Set::Typed("replicas=3".to_owned()),
        Set::Text("image.tag=1".to_owned()),
        Set::Json("a={}".to_owned()),
        Set::File { name: "home".to_owned(), bytes: b"--text".as_slice().into() },
    ];
    release.name = "-x".to_owned();
    release.namespace = Some("shop".to_owned());
    release.kube_version = Some("1.31".to_owned());
    release.api_versions = vec!["a/v1".to_owned(), "b/v1".to_owned()];
    release.schema = SchemaCheck::Skipped;
    let printed = Fake::new(body).render(&release).unwrap();
    let call = "# template --values=values/0.yaml --values=values/1.yaml --set=replicas=3 --set-string=image.tag=1 \
                --set-json=a={} --set-file=home=set/3 --namespace=shop --kube-version=1.31 --api-versions=a/v1 \
                --api-versions=b/v1 --include-crds --skip-schema-validation -- -x chart\n";
    assert!(printed.contains(call), "{printed}");
    for text in ["# replicas: 2", "# {\"image\":{\"tag\":\"1\"}}", "# --text", "# name: shop"] {
        assert!(printed.contains(text), "{text} in {printed}");
    }
}

#[test]
fn a_release_is_rendered_once_and_anew_when_anything_differs() {
    let fake = Fake::new("echo x >> \"$(dirname \"$0\")/calls\"; echo \"kind: Any\"");
    let calls = || fs::read_to_string(fake.path("calls")).unwrap_or_default().lines().count();
    let helm = fake.helm();
    let first = helm.render(&shop()).unwrap();
    assert!(Arc::ptr_eq(&first, &helm.render(&shop()).unwrap()));
    assert_eq!(calls(), 1);
    let changes: [fn(&mut Release); 8] = [
        |release| release.values.push(file("a.yaml", "a: 1")),
        |release| release.values.push(Layer::Inline(json!({"a": 1}))),
        |release| release.set.push(Set::Typed("a=1".to_owned())),
        |release| release.set.push(Set::Text("a=1".to_owned())),
        |release| release.name = "us".to_owned(),
        |release| release.namespace = Some("shop".to_owned()),
        |release| release.crds = Crds::Skipped,
        |release| release.chart = chart(&[SHOP[0]]),
    ];
    for (index, change) in changes.iter().enumerate() {
        let mut release = shop();
        change(&mut release);
        helm.render(&release).unwrap();
        assert_eq!(calls(), index + 2);
    }
}

#[test]
fn answers_are_kept_on_disk_and_can_stand_for_helm() {
    let fake = Fake::new("echo x >> \"$(dirname \"$0\")/calls\"; echo \"kind: Any\"");
    let cache = tempfile::tempdir().unwrap();
    let cache = cache.path().join("answers");
    let options = |program| HelmOptions { program, cache: Some(cache.clone()), ..HelmOptions::default() };
    for _ in 0..2 {
        let output = Helm::new(options(Some(fake.path("helm")))).render(&shop()).unwrap();
        assert_eq!(output.manifest.documents[0].text, "kind: Any");
    }
    assert_eq!(
        fs::read_to_string(fake.path("calls")).unwrap().lines().count(),
        1,
        "the second finds the first's"
    );
    assert_eq!(cache.metadata().unwrap().permissions().mode() & 0o777, 0o700);

    let recorded = Helm::new(HelmOptions { program: Some(cache.clone()), ..HelmOptions::default() });
    assert_eq!(recorded.version().unwrap().text, "v3.99.0");
    assert_eq!(recorded.render(&shop()).unwrap().manifest.documents[0].text, "kind: Any");
    let mut other = shop();
    other.name = "us".to_owned();
    assert_eq!(recorded.render(&other).unwrap_err().code(), "HELM_NOT_RECORDED");
}

#[test]
fn a_helm_that_is_missing_or_strange_is_said() {
    let at = |program: PathBuf| Helm::new(HelmOptions { program: Some(program), ..HelmOptions::default() });
    assert_eq!(at("/nowhere/helm".into()).render(&shop()).unwrap_err().code(), "HELM_MISSING");
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(at(directory.path().to_owned()).version().unwrap_err().code(), "HELM_MISSING");
    for (answer, code) in [("v2.17.0", "HELM_UNSUPPORTED"), ("hello", "HELM_UNSUPPORTED"), ("v4.1.4", "")] {
        let path = directory.path().join("helm");
        write_program(&path, &format!("#!/bin/sh\necho {answer}\n"));
        assert_eq!(at(path).version().map_or_else(|error| error.code(), |_| ""), code);
    }
}

#[test]
fn a_missing_dependency_is_said_before_helm_is_asked() {
    let yaml = "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies:\n- {name: cache, version: ^1, repository: \"https://u:p@charts.example\"}\n";
    let error = Fake::new("exit 3").render(&Release::of(chart(&[("Chart.yaml", yaml)]), "a")).unwrap_err();
    assert_eq!(error.code(), "HELM_DEPENDENCY_MISSING");
    assert_eq!(
        error.to_string(),
        "chart needs cache ^1 (https://***@charts.example), which its charts directory does not hold"
    );
}

#[test]
fn several_charts_are_rendered_in_their_order() {
    let fake = Fake::new("shift; while [ \"$1\" != -- ]; do shift; done; echo \"kind: $2\"");
    let releases: Vec<Release> =
        (0..12).map(|index| Release::of(chart(&SHOP), &format!("r{index}"))).collect();
    let rendered = fake.helm().render_all(&releases);
    let kinds: Vec<String> =
        rendered.into_iter().map(|output| output.unwrap().manifest.documents[0].text.clone()).collect();
    assert_eq!(kinds, (0..12).map(|index| format!("kind: r{index}")).collect::<Vec<_>>());
}
