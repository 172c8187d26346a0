//! A search that comes to no end: what was found before the tries ran out goes over, and the rest says so.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use file_tree::FileTree;
use kube_model::{Object, Redactor, State, yaml::Limits};
use promotion_plan::{Base, Environment, Inputs, Layer, Layers, Plan, Renderer, Request, Selection, plan};
use render::Rendered;

/// Settings that no file sets.
const STUCK: usize = 130;

/// Renders a ConfigMap, of which a file sets the first and the last setting alone.
struct Program {
    whole: Object,
    renders: Cell<usize>,
}

impl Program {
    fn objects(&self, tree: &FileTree) -> Vec<Object> {
        let text = std::str::from_utf8(tree.file("prod/app.txt").unwrap()).unwrap();
        let mut object = self.whole.clone();
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            Arc::make_mut(&mut object.value)["data"][key] = value.into();
        }
        vec![object]
    }
}

impl Renderer for Program {
    fn render(&self, tree: &FileTree) -> Result<Rendered, String> {
        self.renders.set(self.renders.get() + 1);
        let objects = self.objects(tree);
        Ok(Rendered { as_written: objects.clone(), objects, ..Rendered::default() })
    }

    fn environment(&self, _: &FileTree) -> Option<Cow<'_, discovery::Environment>> {
        None
    }
}

fn state(ends: &str, stuck: &str) -> State {
    let mut text = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: app, namespace: shop}}\ndata:\n  a: {ends}\n  z: {ends}\n"
    );
    (0..STUCK).for_each(|at| writeln!(text, "  s{at:03}: {stuck}").unwrap());
    State::read([("app.yaml", text.as_str())], &Limits::default()).unwrap()
}

/// The plan, and how often it rendered the target.
fn planned() -> (Plan, usize) {
    let (source, target, limits) = (state("new", "moved"), state("old", "stuck"), Limits::default());
    // Each is a place to try, and none is rendered.
    let noise = "stuck ".repeat(40);
    let files = [("prod/app.txt", "a=old\nz=old\n"), ("prod/noise.txt", &noise)];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    let tree = FileTree::new(files, []);
    let program = Program { whole: target.objects[0].clone(), renders: Cell::new(0) };
    let objects = program.objects(&tree);
    let rendered = Rendered { as_written: objects.clone(), objects, ..Rendered::default() };
    let (inputs, none) = (Inputs::Command { directory: "prod".to_owned() }, FileTree::default());
    let layers = Layers {
        target: Layer { tree: &tree, inputs: &inputs, environment: None },
        source: Layer { tree: &none, inputs: &inputs, environment: None },
        shared: &BTreeSet::new(),
        settings_of_others: &BTreeSet::new(),
        renderer: &program,
        rendered: &rendered,
    };
    let environment = |name: &str| Environment { name: Some(name.to_owned()), namespace: None };
    let plan = plan(&Request {
        source: &source,
        target: &target,
        base: Some(Base::from(&target)),
        source_environment: environment("staging"),
        target_environment: environment("production"),
        promote: Vec::new(),
        keep: Vec::new(),
        selection: Selection::default(),
        redactor: &Redactor::new(b"a key for tests"),
        limits: &limits,
        layers: Some(layers),
        base_layer: None,
    });
    (plan.unwrap(), program.renders.get())
}

#[test]
fn what_was_not_tried_says_that_the_tries_ran_out() {
    let (plan, renders) = planned();
    let carried: Vec<&str> = plan.carried.iter().map(|item| &*item.label).collect();
    assert_eq!(carried, ["ConfigMap/app:data.a"]);
    assert_eq!(plan.edits.len(), 1);
    let reason = |label: &str| &plan.blocked.iter().find(|item| item.label == label).unwrap().reason;
    assert!(reason("ConfigMap/app:data.s000").contains("no edit of the target's own files"));
    // One try moves `a`; 40 for each of s000 to s123 and 39 for s124 are the other 4999.
    assert!(reason("ConfigMap/app:data.s123").contains("no edit of the target's own files"));
    assert!(reason("ConfigMap/app:data.s125").contains("tries of this plan ran out"));
    assert!(reason("ConfigMap/app:data.z").contains("tries of this plan ran out"));
    // All rounds together: each begins with a rendering, and moves `a` again.
    assert!((5_000..5_020).contains(&renders), "{renders}");
}
