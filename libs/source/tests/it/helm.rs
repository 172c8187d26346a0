//! Charts rendered in the sandbox: by commands that misbehave, everywhere; by Helm 3 and 4, where they are.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use file_tree::FileTree;
use helm::{Chart, Crds, Layer, Release, SchemaCheck, Set, ValuePath, Values, candidates, trace};
use kube_model::yaml::{Limits, parse, to_value};
use serde_json::{Value, json};
use source::{Bounds, Helm, HelmOptions, Network, RenderError, network};
use tempfile::TempDir;

/// A chart with hooks, a test, a custom resource's definition, and values of every kind.
const SHOP: [(&str, &str); 8] = [
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

fn chart(files: &[(&str, &str)]) -> Arc<Chart> {
    let files = files.iter().map(|(path, text)| (format!("chart/{path}"), text.as_bytes().to_vec()));
    Arc::new(Chart::read(&FileTree::new(files, []), "chart").unwrap())
}

fn shop() -> Release {
    Release::of(chart(&SHOP), "eu")
}

fn file(path: &str, text: &str) -> Layer {
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

/// Helm 3 and Helm 4 from the cache of `make tools`, and the one that `PLIMSOLL_HELM` names.
fn real() -> Vec<Helm> {
    let cache = std::env::var_os("PLIMSOLL_CACHE").map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/plimsoll"));
    let cached = cache.or_else(home).map(|cache| cache.join("bin"));
    let named = std::env::var_os("PLIMSOLL_HELM").map(PathBuf::from);
    let programs = cached.iter().flat_map(|bin| [bin.join("helm3"), bin.join("helm4")]).chain(named);
    let programs: Vec<PathBuf> = programs.filter(|program| program.is_file()).collect();
    if programs.is_empty() {
        eprintln!("skipped: no helm in the cache (make tools brings it), and PLIMSOLL_HELM names none");
    }
    let helm = |program| Helm::new(HelmOptions { program: Some(program), ..HelmOptions::default() });
    programs.into_iter().map(helm).collect()
}

#[test]
fn real_helm_renders_a_release_as_it_is_installed() {
    for helm in real() {
        let mut release = shop();
        release.namespace = Some("shop-prod".to_owned());
        release.kube_version = Some("v1.31.0".to_owned());
        release.api_versions = vec!["shop.example/v1".to_owned()];
        release.values = vec![
            file("a.yaml", "replicas: 2\nimage: {tag: \"1.14.0\"}"),
            Layer::Inline(json!({"replicas": 4})),
        ];
        release.set = vec![Set::File { name: "home".to_owned(), bytes: b"a".as_slice().into() }];
        let output = helm.render(&release).unwrap();
        let web = "kind: Deployment
metadata: {name: eu-web, namespace: shop-prod}
spec:
  replicas: 4
  image: \"registry.example/shop:1.14.0\"
  kube: v1.31.0
  apis: true
  found: {}";
        let found: Vec<&str> =
            output.manifest.documents.iter().map(|document| document.text.as_str()).collect();
        let definition = "kind: CustomResourceDefinition\nmetadata: {name: rates.shop.example}";
        assert_eq!(found, [definition, "kind: ConfigMap\ndata: {home: \"a\"}", web], "{}", output.helm);
        assert_eq!(output.manifest.hooks[0].events, ["pre-upgrade"]);
        assert_eq!(output.manifest.tests, ["shop/templates/tests/ping.yaml"]);
        let notes = [
            "shop/templates/migrate.yaml is a hook (pre-upgrade): helm runs it and does not keep it",
            "shop/templates/tests/ping.yaml is a test, which an installation leaves out",
            "templates/web.yaml, line 8: lookup asks the cluster, which finds nothing here",
        ];
        assert_eq!(output.notes(), notes);
        release.crds = Crds::Skipped;
        assert_eq!(helm.render(&release).unwrap().manifest.documents.len(), 2);
    }
}

#[test]
fn real_helm_renders_a_packaged_chart_and_one_by_its_path() {
    for helm in real() {
        let parent = "apiVersion: v2\nname: parent\nversion: 0.1.0\ndependencies:\n- {name: shop, version: ^1, repository: \"file://../chart\"}\n";
        let files = SHOP.iter().map(|(path, text)| (format!("chart/{path}"), text.as_bytes().to_vec()));
        let files = files.chain([("parent/Chart.yaml".to_owned(), parent.as_bytes().to_vec())]);
        let tree = FileTree::new(files, []);
        let local = Release::of(Arc::new(Chart::read(&tree, "parent").unwrap()), "eu");
        let output = helm.render(&local).unwrap();
        assert!(
            output
                .manifest
                .documents
                .iter()
                .any(|found| found.template == "parent/charts/shop/templates/web.yaml")
        );

        let directory = tempfile::tempdir().unwrap();
        for (path, text) in SHOP {
            let path = directory.path().join("shop").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let packed = std::process::Command::new("tar")
            .args(["-czf", "-", "-C"])
            .arg(directory.path())
            .arg("shop")
            .output();
        let archive = Chart::unpack(&packed.unwrap().stdout, "shop-1.2.3.tgz").unwrap();
        let output = helm.render(&Release::of(Arc::new(archive), "eu")).unwrap();
        assert_eq!(output.manifest.documents.len(), 3);
    }
}

#[test]
fn real_helm_reads_neither_files_nor_the_environment() {
    for helm in real() {
        for (template, code) in [
            ("{{ env \"HOME\" }}", "HELM_TEMPLATE_FAILED"),
            ("{{ expandenv \"$HOME\" }}", "HELM_TEMPLATE_FAILED"),
            ("a: {{ print (.Files.Get \"../home/x\") (.Files.Get \"/etc/passwd\") | quote }}", ""),
            ("a: {{ getHostByName \"localhost\" | quote }}", ""),
            ("{{ fail \"no\" }}", "HELM_TEMPLATE_FAILED"),
            ("{{ required \"image.tag is needed\" .Values.image.none }}", "HELM_TEMPLATE_FAILED"),
        ] {
            let release = Release::of(chart(&[SHOP[0], SHOP[1], ("templates/a.yaml", template)]), "eu");
            match helm.render(&release) {
                Ok(output) => {
                    assert_eq!(code, "", "{template}");
                    assert!(!output.manifest.text().contains("root"), "{template}");
                }
                Err(error) => assert_eq!(error.code(), code, "{template}: {error}"),
            }
        }
    }
}

#[test]
fn what_real_helm_refuses_is_said_where_it_is() {
    for helm in real() {
        let schema = "{\"properties\": {\"replicas\": {\"type\": \"integer\", \"minimum\": 2}}}";
        let strict = chart(&[SHOP[0], SHOP[1], SHOP[3], ("values.schema.json", schema)]);
        let error = helm.render(&Release::of(Arc::clone(&strict), "eu")).unwrap_err();
        assert_eq!(error.code(), "HELM_VALUES_SCHEMA");
        assert!(error.to_string().contains("replicas breaks /properties/replicas/minimum"), "{error}");
        let skipped = Release { schema: SchemaCheck::Skipped, ..Release::of(strict, "eu") };
        assert!(helm.render(&skipped).is_ok());
        let list = Release { values: vec![file("values-production.yaml", "- a\n")], ..shop() };
        let error = helm.render(&list).unwrap_err();
        assert_eq!(error.code(), "HELM_VALUES_INVALID");
        assert_eq!(error.to_string(), "values-production.yaml:1:1: values are a mapping");
    }
}

/// The scalars of what was rendered, by document and path.
fn fields(output: &source::HelmOutput) -> BTreeMap<String, Value> {
    let limits = Limits::default();
    let mut fields = BTreeMap::new();
    for (index, document) in output.manifest.documents.iter().enumerate() {
        let parsed = parse(&document.text, &limits).unwrap();
        collect(&index.to_string(), &to_value(&parsed[0], &parsed[0].root, &limits).unwrap(), &mut fields);
    }
    fields
}

fn collect(place: &str, value: &Value, fields: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| collect(&format!("{place}.{key}"), value, fields))
        }
        scalar => drop(fields.insert(place.to_owned(), scalar.clone())),
    }
}

#[test]
fn probes_find_where_values_come_out_of_real_templates() {
    let template = "kind: Deployment
metadata: {name: {{ .Chart.Name }}, version: {{ .Values.image.tag | quote }}}
spec:
  replicas: {{ .Values.replicas }}
  image: \"{{ .Values.image.repository }}:{{ .Values.image.tag }}\"
  {{- if .Values.debug }}
  debug: {{ .Values.level | upper }}
  {{- end }}
";
    let values =
        "image: {repository: r/web, tag: 1.12.6}\nreplicas: 1\ndebug: false\nlevel: info\nother: 1.12.6\n";
    let files = [SHOP[0], ("values.yaml", values), ("templates/web.yaml", template)];
    for helm in real() {
        let release = Release::of(chart(&files), "eu");
        let values = Values::of(&release).unwrap();
        let before = fields(&helm.render(&release).unwrap());
        let paths: Vec<ValuePath> = candidates(&values, &before["0.spec.image"]);
        let shown: Vec<String> = paths.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["image.tag", "other", "image.repository"]);
        let mut render = |release: &Release| helm.render(release).ok().map(|output| fields(&output));
        let reach = trace(&release, &values, &paths, &before, 10, &mut render);
        let places = |path: &str| {
            reach.shown[&ValuePath::of_keys(path.split('.'))].iter().cloned().collect::<Vec<_>>()
        };
        assert_eq!(places("image.tag"), ["0.metadata.version", "0.spec.image"]);
        assert_eq!(places("image.repository"), ["0.spec.image"]);
        assert_eq!(places("other"), Vec::<String>::new());
        assert_eq!(reach.renders, 1);
    }
}
