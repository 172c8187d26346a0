//! Charts as they are read.

use file_tree::FileTree;
use helm::{Chart, HelmError};

fn read(files: &[(&str, &str)]) -> Result<Chart, HelmError> {
    read_with(files, &[])
}

fn read_with(files: &[(&str, &str)], links: &[&str]) -> Result<Chart, HelmError> {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    Chart::read(&FileTree::new(files, links.iter().map(|link| (*link).to_owned())), "app")
}

const YAML: &str = "apiVersion: v2\nname: app\nversion: 1.0\nappVersion: 3\n";

#[test]
fn a_chart_says_what_it_is() {
    let lock = "dependencies:\n- {name: cache, version: 1.2.3, repository: x}\ndigest: sha256:00\ngenerated: \"2026-01-02\"\n";
    let chart = read(&[
        ("app/Chart.yaml", YAML),
        ("app/Chart.lock", lock),
        ("app/templates/a.yaml", ""),
        ("app/charts/cache/Chart.yaml", "name: cache\nversion: 1.2.3\n"),
        ("app/charts/cache/templates/_b.tpl", ""),
        ("app/charts/_old/Chart.yaml", "no chart"),
        ("app/charts/README.md", "no chart"),
        ("other/values.yaml", ""),
    ])
    .unwrap();
    let metadata = &chart.metadata;
    assert_eq!((metadata.api_version.as_str(), metadata.name.as_str()), ("v2", "app"));
    assert_eq!(
        (metadata.version.as_str(), metadata.app_version.as_deref()),
        ("1", Some("3")),
        "as Go writes numbers"
    );
    assert_eq!(chart.location, "app");
    assert_eq!(chart.lock.as_ref().unwrap().dependencies[0].version, "1.2.3");
    assert_eq!(chart.lock.as_ref().unwrap().digest, "sha256:00");
    let names: Vec<&str> = chart.charts.iter().map(|chart| chart.metadata.name.as_str()).collect();
    assert_eq!(names, ["cache"]);
    assert_eq!(chart.charts[0].metadata.api_version, "v1");
    let templates: Vec<&str> = chart.templates().map(|(path, _)| path).collect();
    assert_eq!(templates, ["charts/cache/templates/_b.tpl", "templates/a.yaml"]);
}

#[test]
fn what_is_no_chart_is_refused() {
    for (yaml, why) in [
        ("version: 1.0.0\n", "its name is \"\""),
        ("name: ../x\nversion: 1.0.0\n", "its name is \"../x\""),
        ("name: app\n", "gives no version"),
        ("name: app\nversion: 1.0.0\ndependencies: x\n", "no list of mappings"),
        ("name: app\nversion: 1.0.0\ndependencies: [{name: a}, {name: b, alias: a}]\n", "two dependencies"),
        ("name: app\nversion: 1.0.0\ndependencies: [{name: a, alias: a.b}]\n", "the alias"),
    ] {
        let error = read(&[("app/Chart.yaml", yaml)]).unwrap_err();
        assert_eq!(error.code(), "HELM_CHART_INVALID", "{yaml}");
        assert!(error.to_string().contains(why), "{error}");
    }
    assert_eq!(read(&[]).unwrap_err().code(), "HELM_CHART_INVALID");
    assert_eq!(read(&[("app/Chart.yaml", "- a\n")]).unwrap_err().code(), "HELM_VALUES_INVALID");
}

#[test]
fn a_link_in_a_chart_is_refused() {
    for link in ["app/templates/a.yaml", "app/charts/common", "app/Chart.yaml"] {
        let error = read_with(&[("app/Chart.yaml", YAML)], &[link]).unwrap_err();
        assert_eq!((error.code(), error.to_string().contains(link)), ("SOURCE_LINK", true));
    }
    assert!(read_with(&[("app/Chart.yaml", YAML)], &["elsewhere"]).is_ok());
}

#[test]
fn charts_that_name_each_other_end() {
    let yaml = |name: &str, other: &str| {
        format!(
            "name: {name}\nversion: 1.0.0\ndependencies: [{{name: {other}, version: 1.0.0, repository: \"file://../{other}\"}}]\n"
        )
    };
    let (app, other) = (yaml("app", "other"), yaml("other", "app"));
    let error = read(&[("app/Chart.yaml", &app), ("other/Chart.yaml", &other)]).unwrap_err();
    assert_eq!(error.code(), "HELM_CHART_INVALID");
    assert!(error.to_string().contains("circle"), "{error}");
}

#[test]
fn local_charts_stay_in_the_repository_and_have_to_fit() {
    let yaml = |path: &str, version: &str| {
        format!(
            "name: app\nversion: 1.0.0\ndependencies: [{{name: lib, version: \"{version}\", repository: \"file://{path}\"}}]\n"
        )
    };
    let library = ("lib/Chart.yaml", "name: lib\nversion: 1.4.0\n");
    for (path, version, missing) in [
        ("../lib", "^1.2", 0),
        ("../lib", "^2", 1),
        ("../../lib", "^1", 1),
        ("/lib", "^1", 1),
        ("../none", "^1", 1),
    ] {
        let chart = read(&[("app/Chart.yaml", &yaml(path, version)), library]).unwrap();
        assert_eq!(chart.missing().count(), missing, "{path} {version}");
        assert_eq!(chart.files.contains_key("charts/lib/Chart.yaml"), missing == 0);
    }
}

#[test]
fn deep_charts_end() {
    let mut files = Vec::new();
    for depth in 0..30 {
        files.push((format!("app/{}Chart.yaml", "charts/app/".repeat(depth)), YAML.to_owned()));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert!(read(&files).unwrap_err().to_string().contains("nested more than 20 deep"));
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut values = "a0: &a0 [1, 1]\n".to_owned();
    for index in 1..40 {
        values.push_str(&format!("a{index}: &a{index} [*a{0}, *a{0}]\n", index - 1));
    }
    let error = read(&[("app/Chart.yaml", YAML), ("app/values.yaml", &values)]).unwrap_err();
    assert_eq!(error.code(), "HELM_VALUES_INVALID");
}
