//! Charts rendered in the sandbox by Helm 3 and 4, where they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use file_tree::FileTree;
use helm::{Chart, Crds, Layer, Release, SchemaCheck, Set, ValuePath, Values, candidates, trace};
use kube_model::yaml::{Limits, parse, to_value};
use serde_json::{Value, json};
use source::{Helm, HelmOptions};

use crate::helm::{SHOP, chart, file, shop};

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
