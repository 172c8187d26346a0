//! Many applications, and what each reads.

use discovery::{Repository, discover};

/// 200 applications with two environments each, as an ApplicationSet and overlays.
#[test]
fn two_hundred_applications() {
    let mut text = String::from(
        "-- set.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\nspec:\n  goTemplate: true\n  generators: [{git: {repoURL: x, directories: [{path: 'apps/*/overlays/*'}]}}]\n  template:\n    metadata: {name: '{{index .path.segments 1}}-{{.path.basename}}'}\n    spec: {source: {repoURL: x, path: '{{.path.path}}'}}\n-- base/kustomization.yaml --\nresources: [d.yaml]\n-- base/d.yaml --\na: b\n",
    );
    for app in 0..200 {
        for env in ["staging", "production"] {
            text.push_str(&format!("-- apps/app-{app}/overlays/{env}/kustomization.yaml --\nresources: [../../base]\npatches: [{{path: patch.yaml}}]\n-- apps/app-{app}/overlays/{env}/patch.yaml --\na: b\n"));
        }
        text.push_str(&format!("-- apps/app-{app}/base/kustomization.yaml --\nresources: [../../../base]\n"));
    }
    let files = crate::repository(&text);
    let repository = Repository { files: &files, urls: &[] };
    let found = discover(repository, None);
    assert_eq!((found.applications.len(), found.all().count(), found.notes.len()), (200, 400, 0));
    let touched = |path: &str| found.all().filter(|(_, one)| one.reads.touches(path)).count();
    assert_eq!(touched("apps/app-7/overlays/staging/patch.yaml"), 1);
    assert_eq!(touched("apps/app-7/base/kustomization.yaml"), 2);
    assert_eq!(touched("base/d.yaml"), 400);
    assert_eq!(touched("README.md"), 0);
    let by_app =
        found.touched(&["apps/app-7/overlays/staging/patch.yaml", "apps/app-9/base/kustomization.yaml"]);
    let by_app: Vec<(&str, usize)> = by_app.iter().map(|(app, all)| (app.name.as_str(), all.len())).collect();
    assert_eq!(by_app, [("app-7", 1), ("app-9", 2)]);
}

#[test]
fn a_chart_reads_its_local_dependencies_and_values() {
    let text = "-- charts/web/Chart.yaml --\nname: web\ndependencies: [{name: common, repository: 'file://../common'}]\n-- charts/web/templates/d.yaml --\na: b\n-- charts/common/Chart.yaml --\nname: common\ntype: library\n-- charts/common/templates/x.tpl --\na\n-- charts/web/values-prod.yaml --\na: b\n-- charts/other/x.yaml --\na: b\n";
    let files = crate::repository(text);
    let repository = Repository { files: &files, urls: &[] };
    let found = discover(repository, None);
    let (_, prod) = found.environment("prod").unwrap();
    for (path, expected) in [
        ("charts/web/templates/d.yaml", true),
        ("charts/common/templates/x.tpl", true),
        ("charts/web/values-prod.yaml", true),
        ("charts/other/x.yaml", false),
    ] {
        assert_eq!(prod.reads.touches(path), expected, "{path}");
    }
}
