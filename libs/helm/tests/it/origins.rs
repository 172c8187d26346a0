//! Where values are written, and what they hide. Expected lines and texts are counted by hand.

use std::sync::Arc;

use file_tree::FileTree;
use helm::{Chart, Layer, Origin, Release, Set, Step, ValuePath, Values};
use serde_json::json;

/// The chart of the reviews team, with a part in an archive's place.
const FILES: [(&str, &str); 6] = [
    ("reviews/chart/Chart.yaml", "apiVersion: v2\nname: reviews\nversion: 0.3.1\n"),
    (
        "reviews/chart/values.yaml",
        "replicaCount: 1
image:
  repository: registry.example/reviews
  tag: latest   # by the release train
hosts: [a.example, b.example]
base: &base {memory: 1Gi}
limits: *base
",
    ),
    ("reviews/chart/charts/cache/Chart.yaml", "apiVersion: v2\nname: cache\nversion: 1.0.0\n"),
    ("reviews/chart/charts/cache/values.yaml", "# sizes\nsize: 'small'\nimage: {tag: \"7\"}\n"),
    ("reviews/values-shared.yaml", "image:\n  tag: 1.12.0\nglobal: {region: eu}\n"),
    (
        "reviews/values-production.yaml",
        "\u{feff}replicaCount: 7\nimage: {tag: '1.12.6'}\ncache: {size: large}\n",
    ),
];

fn release() -> Release {
    let tree = tree();
    let chart = Arc::new(Chart::read(&tree, "reviews/chart").unwrap());
    let layer = |path: &str| Layer::File { path: path.to_owned(), bytes: tree.file(path).unwrap().into() };
    let values = ["reviews/values-shared.yaml", "reviews/values-production.yaml"].map(layer).to_vec();
    Release { values, ..Release::of(chart, "reviews") }
}

fn tree() -> FileTree {
    FileTree::new(FILES.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())), [])
}

/// `FILE:LINE TEXT` of an origin, with the text that stands there.
fn shown(origin: &Origin) -> String {
    match origin {
        Origin::File(span) => {
            let tree = tree();
            let bytes = tree.file(&span.file).unwrap();
            format!("{}:{} {}", span.file, span.line, std::str::from_utf8(&bytes[span.range()]).unwrap())
        }
        Origin::Inline(index) => format!("inline {index}"),
        Origin::Set(index) => format!("set {index}"),
    }
}

fn origins(values: &Values, path: &ValuePath) -> Vec<String> {
    values.origin(path).into_iter().chain(values.hidden(path)).map(shown).collect()
}

fn of_keys(path: &str) -> ValuePath {
    ValuePath::of_keys(path.split('.'))
}

#[test]
fn a_value_knows_the_file_that_won_and_those_below() {
    let values = Values::of(&release()).unwrap();
    for (path, expected) in [
        (
            "image.tag",
            &[
                "reviews/values-production.yaml:2 '1.12.6'",
                "reviews/values-shared.yaml:2 1.12.0",
                "reviews/chart/values.yaml:4 latest",
            ][..],
        ),
        ("replicaCount", &["reviews/values-production.yaml:1 7", "reviews/chart/values.yaml:1 1"]),
        ("image.repository", &["reviews/chart/values.yaml:3 registry.example/reviews"]),
        (
            "cache.size",
            &["reviews/values-production.yaml:3 large", "reviews/chart/charts/cache/values.yaml:2 'small'"],
        ),
        ("cache.image.tag", &["reviews/chart/charts/cache/values.yaml:3 \"7\""]),
        ("global.region", &["reviews/values-shared.yaml:3 eu"]),
        ("cache.global.region", &["reviews/values-shared.yaml:3 eu"]),
        ("limits.memory", &["reviews/chart/values.yaml:6 1Gi"]),
        ("none.at.all", &[]),
    ] {
        assert_eq!(origins(&values, &of_keys(path)), expected, "{path}");
    }
    let second = ValuePath(vec![Step::Key("hosts".to_owned()), Step::Index(1)]);
    assert_eq!(origins(&values, &second), ["reviews/chart/values.yaml:5 b.example"]);
    assert_eq!(values.winner(&of_keys("image.tag")).unwrap().line, 2);
    assert_eq!(
        values.get(&of_keys("image")).unwrap(),
        json!({"repository": "registry.example/reviews", "tag": "1.12.6"})
    );
}

#[test]
fn what_is_set_or_inline_is_said() {
    let mut release = release();
    release.values.push(Layer::Inline(json!({"image": {"tag": "2"}, "extra": [1]})));
    release.set = vec![Set::Text("image.tag=3".to_owned()), Set::Typed("replicaCount=9".to_owned())];
    let values = Values::of(&release).unwrap();
    let tag = origins(&values, &of_keys("image.tag"));
    assert_eq!(tag[..2], ["set 0", "inline 2"]);
    assert_eq!(origins(&values, &of_keys("replicaCount"))[0], "set 1");
    let item = ValuePath(vec![Step::Key("extra".to_owned()), Step::Index(0)]);
    assert_eq!(origins(&values, &item), ["inline 2"]);
    assert!(values.winner(&item).is_none());
}

#[test]
fn every_scalar_is_listed_by_its_path() {
    let values = Values::of(&release()).unwrap();
    let listed: Vec<String> = values.scalars().iter().map(|s| format!("{}={}", s.path, s.value)).collect();
    let expected = [
        "base.memory=\"1Gi\"",
        "cache.global.region=\"eu\"",
        "cache.image.tag=\"7\"",
        "cache.size=\"large\"",
        "global.region=\"eu\"",
        "hosts[0]=\"a.example\"",
        "hosts[1]=\"b.example\"",
        "image.repository=\"registry.example/reviews\"",
        "image.tag=\"1.12.6\"",
        "limits.memory=\"1Gi\"",
        "replicaCount=7",
    ];
    assert_eq!(listed, expected);
}

#[test]
fn a_path_is_shown_as_set_takes_it() {
    let path =
        ValuePath(vec![Step::Key("a.b/c=d".to_owned()), Step::Index(2), Step::Key("e,f[g]".to_owned())]);
    let text = path.to_string();
    assert_eq!(text, r"a\.b/c\=d[2].e\,f\[g]");
    let release = Release { set: vec![Set::Typed(format!("{text}=x"))], ..release() };
    assert_eq!(Values::of(&release).unwrap().get(&path), Some(json!("x")));
}
