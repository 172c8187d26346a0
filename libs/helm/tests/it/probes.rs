//! Which rendered fields a value reaches. The templates here are functions, so that each way is known beforehand.

use std::collections::BTreeMap;
use std::sync::Arc;

use file_tree::FileTree;
use helm::{Chart, Layer, Reach, Release, Set, Step, ValuePath, Values, candidates, trace};
use serde_json::{Value, json};

const DEFAULTS: &str = "image: {repository: registry.example/web, tag: 1.12.6}
version: 1.12.6
replicas: 3
debug: false
level: info
hosts: [{name: a.example}, {name: b.example}]
resources: {memory: 1Gi}
mode: ha
";

fn release(set: Vec<Set>) -> Release {
    let files = [("c/Chart.yaml", "name: web\nversion: 1.0.0\n"), ("c/values.yaml", DEFAULTS)];
    let tree = FileTree::new(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())), []);
    let bytes = "level: warn\n".as_bytes().into();
    let values = vec![Layer::File { path: "values-production.yaml".to_owned(), bytes }];
    Release { values, set, ..Release::of(Arc::new(Chart::read(&tree, "c").unwrap()), "web") }
}

/// What a chart's templates would do.
fn render(release: &Release) -> Option<BTreeMap<String, Value>> {
    let values = Values::of(release).unwrap().merged();
    let text = |pointer: &str| values.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let image = format!("{}:{}", text("/image/repository"), text("/image/tag"));
    let mut fields = BTreeMap::from([
        ("label".to_owned(), json!(text("/image/tag"))),
        ("image".to_owned(), json!(image)),
        ("replicas".to_owned(), values["replicas"].clone()),
        ("maxSurge".to_owned(), json!(values["replicas"].as_i64().unwrap() + 1)),
        ("level".to_owned(), values["level"].clone()),
        ("memory".to_owned(), values["resources"]["memory"].clone()),
        // A hash shows nothing of what it is made from.
        ("checksum".to_owned(), json!(text("/level").bytes().map(u64::from).sum::<u64>())),
    ]);
    for (index, host) in values["hosts"].as_array().unwrap().iter().enumerate() {
        fields.insert(format!("host{index}"), host["name"].clone());
    }
    if values["debug"] == true {
        fields.insert("debug".to_owned(), json!("on"));
    }
    // A template that fails for a mode that it does not know.
    (values["mode"] == "ha").then_some(fields)
}

fn find(set: Vec<Set>, paths: &[ValuePath], budget: usize) -> Reach<String> {
    let release = release(set);
    let values = Values::of(&release).unwrap();
    let before = render(&release).unwrap();
    trace(&release, &values, paths, &before, budget, &mut render)
}

fn path(text: &str) -> ValuePath {
    ValuePath::of_keys(text.split('.'))
}

fn host(index: usize) -> ValuePath {
    ValuePath(vec![Step::Key("hosts".to_owned()), Step::Index(index), Step::Key("name".to_owned())])
}

fn places(of: &BTreeMap<ValuePath, std::collections::BTreeSet<String>>, path: &ValuePath) -> Vec<String> {
    of.get(path).into_iter().flatten().cloned().collect()
}

#[test]
fn candidates_are_equal_first_and_then_contained() {
    let values = Values::of(&release(Vec::new())).unwrap();
    let shown =
        |rendered: Value| candidates(&values, &rendered).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(shown(json!("1.12.6")), ["image.tag", "version"]);
    assert_eq!(shown(json!("registry.example/web:1.12.6")), ["image.repository", "image.tag", "version"]);
    assert_eq!(shown(json!(3)), ["replicas"]);
    assert_eq!(shown(json!("3")), ["replicas"]);
    assert_eq!(shown(json!("nothing like it")), Vec::<String>::new());
    assert_eq!(shown(json!("")), Vec::<String>::new());
    assert_eq!(shown(json!(false)), ["debug"]);
}

#[test]
fn one_render_tells_values_apart_that_are_equal() {
    let paths = [path("image.tag"), path("version"), path("resources.memory"), host(1)];
    let reach = find(Vec::new(), &paths, 10);
    assert_eq!(places(&reach.shown, &path("image.tag")), ["image", "label"]);
    assert_eq!(places(&reach.shown, &path("version")), Vec::<String>::new());
    assert_eq!(places(&reach.shown, &path("resources.memory")), ["memory"]);
    assert_eq!(places(&reach.shown, &host(1)), ["host1"]);
    assert_eq!((reach.moved.len(), reach.unknown.len(), reach.renders), (0, 0, 1));
}

#[test]
fn what_moves_without_showing_is_traced_alone() {
    let paths = [path("image.tag"), path("level"), path("replicas"), path("debug")];
    let reach = find(Vec::new(), &paths, 20);
    assert_eq!(places(&reach.shown, &path("level")), ["level"]);
    assert_eq!(places(&reach.moved, &path("level")), ["checksum"]);
    assert_eq!(places(&reach.shown, &path("replicas")), ["replicas"]);
    assert_eq!(places(&reach.moved, &path("replicas")), ["maxSurge"]);
    assert_eq!(places(&reach.moved, &path("debug")), ["debug"]);
    assert_eq!(places(&reach.shown, &path("image.tag")), ["image", "label"]);
}

#[test]
fn a_value_that_the_chart_insists_on_is_unknown_and_the_others_are_not() {
    let reach = find(Vec::new(), &[path("mode"), path("image.tag"), path("none")], 20);
    assert_eq!(reach.unknown, [path("mode"), path("none")]);
    assert_eq!(places(&reach.shown, &path("image.tag")), ["image", "label"]);
}

#[test]
fn renders_are_bounded() {
    let reach = find(Vec::new(), &[path("mode"), path("image.tag"), path("debug")], 1);
    assert_eq!(reach.renders, 1);
    assert_eq!(reach.unknown, [path("debug"), path("image.tag"), path("mode")]);
}

#[test]
fn markers_stand_over_what_is_set() {
    let set = vec![
        Set::Typed("image.tag=2.0.0,replicas=5,hosts={x}".to_owned()),
        Set::Typed("hosts[0].name=c.example".to_owned()),
        Set::Text("level=error".to_owned()),
        Set::Json("resources={\"memory\":\"2Gi\"}".to_owned()),
    ];
    let paths = [path("image.tag"), path("level"), path("resources.memory"), path("replicas"), host(0)];
    let reach = find(set, &paths, 20);
    for (path, place) in
        [("image.tag", "label"), ("level", "level"), ("resources.memory", "memory"), ("replicas", "replicas")]
    {
        assert!(reach.shown[&self::path(path)].contains(place), "{path}");
    }
    assert_eq!(places(&reach.shown, &host(0)), ["host0"]);
}
