//! Input that is wrong, or means harm.

use discovery::{Problem, Repository, discover};
use file_tree::FileTree;

use crate::{check, find};

fn application(name: &str, source: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {{repoURL: https://git.example/shop.git, {source}}}\n"
    )
}

#[test]
fn paths_that_leave_the_repository_are_refused() {
    for path in ["../secrets", "a/../../b", "/etc", "a\\\\b"] {
        let text = format!("-- app.yaml --\n{}", application("shop", &format!("path: \"{path}\"")));
        check(&text, &["note DISCOVERY_OUTSIDE app.yaml:5"]);
    }
    let helm = |file: &str| {
        format!(
            "-- app.yaml --\n{}-- chart/Chart.yaml --\nname: x\n",
            application("shop", &format!("path: chart, helm: {{valueFiles: ['{file}']}}"))
        )
    };
    check(&helm("../../etc/values-prod.yaml"), &["shop/chart: helm chart -f ? as shop ?DISCOVERY_OUTSIDE"]);
    check(&helm("nope.yaml"), &["shop/chart: helm chart -f ? as shop ?DISCOVERY_MISSING"]);
    check(&helm("https://u:hunter2@x.example/v.yaml"), &["shop/chart: helm chart -f ? as shop"]);
}

#[test]
fn links_are_not_followed() {
    let files = [("app.yaml", application("shop", "path: deploy/prod"))];
    let files = files.map(|(path, text)| (path.to_owned(), text.into_bytes()));
    let tree = FileTree::new(files, ["deploy".to_owned()]);
    let found = discover(Repository { files: &tree, urls: &[] }, None);
    assert_eq!(found.notes.iter().map(|note| note.problem).collect::<Vec<_>>(), [Problem::Outside]);
    assert!(found.applications.is_empty());
}

#[test]
fn what_cannot_be_read_is_said_with_its_line() {
    check(
        "-- a.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: Application\nkind: Twice\n-- b.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n-- c.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {project: x}\n-- d.yaml --\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {path: x}\n",
        &[
            "note DISCOVERY_UNREADABLE a.yaml:3",
            "note DISCOVERY_UNREADABLE b.yaml:1",
            "note DISCOVERY_UNREADABLE c.yaml:4",
            "note DISCOVERY_UNREADABLE d.yaml:4",
        ],
    );
}

#[test]
fn templates_of_applications_are_said() {
    check(
        "-- apps/Chart.yaml --\nname: apps\n-- apps/templates/shop.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {{ .Values.name }}\n{{- if .Values.x }}\n{{- end }}\n",
        &["note DISCOVERY_TEMPLATE apps/templates/shop.yaml:1"],
    );
}

/// Applications that hold one another's definitions; one that holds its own is the common "app of apps".
#[test]
fn cycles_are_said() {
    let text = format!(
        "-- a/one.yaml --\n{}-- b/two.yaml --\n{}",
        application("one", "path: b"),
        application("two", "path: a")
    );
    let found = find(&text);
    assert_eq!(found.notes.iter().map(|note| note.problem).collect::<Vec<_>>(), [Problem::Cycle]);
    let own = format!(
        "-- apps/root.yaml --\n{}-- apps/other.yaml --\n{}",
        application("root", "path: apps"),
        application("other", "path: x")
    );
    assert!(find(&own).notes.iter().all(|note| note.problem != Problem::Cycle));
}

#[test]
fn a_template_that_cannot_be_filled_in_is_said() {
    let set = |path: &str, name: &str| {
        format!(
            "-- set.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: all}}\nspec:\n  goTemplate: true\n  goTemplateOptions: [missingkey=error]\n  generators: [{{list: {{elements: [{{env: qa}}]}}}}]\n  template:\n    metadata: {{name: 'shop-{{{{.env}}}}'}}\n    spec:\n      source:\n        repoURL: https://git.example/shop.git\n        path: '{path}'\n        kustomize: {{namePrefix: '{name}'}}\n-- k/qa/kustomization.yaml --\na: b\n"
        )
    };
    // A field that is not known makes the environment partial; without its path there is none.
    check(
        &set("k/{{.env}}", "{{.nope}}-"),
        &["shop/qa: kustomize k/qa prefix={{.nope}}- ?DISCOVERY_TEMPLATE"],
    );
    check(
        &set("k/{{.nope}}", "x"),
        &["note DISCOVERY_TEMPLATE set.yaml:7", "note DISCOVERY_TEMPLATE set.yaml:13"],
    );
}

/// A thousand by a thousand: named, and none of the million listed.
#[test]
fn a_million_applications_are_not_listed() {
    let elements = |key: &str| (0..1000).map(|n| format!("{{{key}: a{n}}}")).collect::<Vec<_>>().join(", ");
    let text = format!(
        "-- set.yaml --\napiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: all}}\nspec:\n  generators:\n    - matrix:\n        generators:\n          - list: {{elements: [{}]}}\n          - list: {{elements: [{}]}}\n  template:\n    metadata: {{name: '{{{{a}}}}-{{{{b}}}}'}}\n    spec: {{source: {{repoURL: x, path: '{{{{a}}}}/{{{{b}}}}'}}}}\n-- k/qa/kustomization.yaml --\na: b\n",
        elements("a"),
        elements("b")
    );
    check(&text, &["note DISCOVERY_TOO_MANY set.yaml:7"]);
}

/// No value of a chart, and no credential of a URL, is in a message or in `Debug`.
#[test]
fn secrets_are_not_shown() {
    let text = format!(
        "-- app.yaml --\n{}-- chart/Chart.yaml --\nname: x\n",
        application("shop", "path: chart, helm: {values: 'password: hunter2', parameters: [{name: p, value: hunter2}], valueFiles: ['https://u:hunter2@x.example/v.yaml?token=hunter2']}")
            .replace("https://git.example", "https://u:hunter2@git.example")
    );
    let text = text
        + "-- b.yaml --\n"
        + &application("b", "chart: c").replace("https://git.example", "https://u:hunter2@charts.example");
    let found = find(&text);
    assert_eq!(found.all().count(), 2);
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
}
