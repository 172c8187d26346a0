//! What an edit does to the bytes, case by case. The expected texts are written by hand.

use kube_model::{Object, State, yaml::Limits};
use manifest_edit::{Template, apply, edit_object};
use serde_json::Value;

fn read(path: &str, text: &str) -> State {
    State::read([(path, text)], &Limits::default()).unwrap()
}

fn object(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Widget\nmetadata: {{name: w}}\n{spec}")
}

/// Makes `target` into what `source` is, and gives the text below the header.
fn edit(target: &str, source: &str) -> String {
    edit_to(target, source, |source| source.clone())
}

fn edit_to(target: &str, source: &str, new: impl Fn(&Value) -> Value) -> String {
    let (target, source) = (read("t.yaml", &object(target)), read("s.yaml", &object(source)));
    let wanted = new(&source.objects[0].value);
    let template = Template::of(&source.files[0], &source.objects[0]);
    let splices = edit_object(&target.files[0], &target.objects[0], &wanted, template).unwrap();
    let text = apply(&target.files[0].text, &splices);
    let again: Vec<Object> = read("t.yaml", &text).objects;
    assert_eq!(*again[0].value, wanted, "the edit means something else:\n{text}");
    text.strip_prefix(&object("")).unwrap().to_owned()
}

#[test]
fn a_scalar_keeps_its_quotes_and_comments() {
    assert_eq!(
        edit("a: 'x' # why\nb: \"y\"\nc: z   # c\n", "a: p\nb: q\nc: r\n"),
        "a: 'p' # why\nb: \"q\"\nc: r   # c\n"
    );
    assert_eq!(edit("a: x\n", "a: \"on\"\n"), "a: \"on\"\n");
    assert_eq!(edit("a: 1\n", "a: 0x10\n"), "a: 0x10\n");
    assert_eq!(edit("a:\nb: 1\n", "a: x\nb: 1\n"), "a: x\nb: 1\n");
}

#[test]
fn an_addition_stands_after_the_sibling_that_precedes_it() {
    let source = "m:\n    a: 1\n    # about b\n    b:\n        - x: 1\n          y: 2\n    c: 3\n";
    assert_eq!(
        edit("m:\n  a: 1 # one\n\n  # about c\n  c: 3\n", source),
        "m:\n  a: 1 # one\n  # about b\n  b:\n      - x: 1\n        y: 2\n\n  # about c\n  c: 3\n"
    );
    assert_eq!(
        edit("m:\n- k: {a: 1, c: 3}", "m: [{k: {a: 1, b: \"2\", c: 3}}]"),
        "m:\n- k: {a: 1, b: \"2\", c: 3}"
    );
}

#[test]
fn nested_text_takes_the_targets_indentation() {
    let source = "m:\n    a:\n        b: 1\n    new:\n        list:\n        - name: x\n          # deep\n          deep:\n              k: |\n                text\n                  more\n";
    assert_eq!(
        edit("m:\n  a:\n    b: 1\nl:\n  - x\n", &format!("{source}l:\n- x\n")),
        "m:\n  a:\n    b: 1\n  new:\n    list:\n      - name: x\n        # deep\n        deep:\n          k: |\n            text\n              more\nl:\n  - x\n"
    );
}

#[test]
fn removals_take_their_comments_and_no_more() {
    assert_eq!(edit("# a\na: 1\n# b\nb: 2\n\n# c\nc: 3\n", "a: 1\nc: 3\n"), "# a\na: 1\n\n# c\nc: 3\n");
    assert_eq!(edit("m: {a: 1, b: 2, c: 3}\n", "m: {a: 1}\n"), "m: {a: 1}\n");
    assert_eq!(edit("m: {a: 1, b: 2, c: 3}\n", "m: {c: 3}\n"), "m: {c: 3}\n");
    assert_eq!(edit("env:\n- name: a\n- name: b\n  value: x", "env:\n- name: a\n"), "env:\n- name: a");
    assert_eq!(edit("env:\n- name: a\n", "env: []\n"), "env: []\n");
}

#[test]
fn line_endings_and_a_missing_last_newline_stay() {
    assert_eq!(
        edit("m:\r\n  a: 1\r\n  c: 3\r\n", "m:\n  a: 1\n  b: 2\n  c: 3\n"),
        "m:\r\n  a: 1\r\n  b: 2\r\n  c: 3\r\n"
    );
    assert_eq!(edit("m:\n  a: 1", "m:\n  a: 1\n  b: 2\n"), "m:\n  a: 1\n  b: 2");
}

#[test]
fn an_alias_becomes_a_value_if_its_anchor_would_move_it() {
    let target = "a: &x {k: 1, l: 2}\nb: *x\nc:\n  <<: *x\n  m: 3\n";
    assert_eq!(
        edit(target, "a: {k: 9, l: 2}\nb: {k: 1, l: 2}\nc: {k: 1, l: 2, m: 3}\n"),
        "a: &x {k: 9, l: 2}\nb: {k: 1, l: 2}\nc:\n  <<: *x\n  m: 3\n  k: 1\n"
    );
    assert_eq!(
        edit(target, "a: {k: 9, l: 2}\nb: {k: 9, l: 2}\nc: {k: 9, l: 2, m: 3}\n"),
        "a: &x {k: 9, l: 2}\nb: *x\nc:\n  <<: *x\n  m: 3\n"
    );
    assert_eq!(
        edit(target, "a: {k: 1, l: 2}\nb: {k: 5, l: 2}\nc: {k: 1, l: 7, m: 3}\n"),
        "a: &x {k: 1, l: 2}\nb: {k: 5, l: 2}\nc:\n  <<: *x\n  m: 3\n  l: 7\n"
    );
}

#[test]
fn block_scalars_keep_their_shape() {
    assert_eq!(
        edit(
            "data:\n    f: | # file\n        a\n        b\n    g: 1\n",
            "data: {f: \"a\\n\\nc\\n\", g: 1}\n"
        ),
        "data:\n    f: | # file\n        a\n\n        c\n    g: 1\n"
    );
    assert_eq!(
        edit("data:\n  f: old\n  g: 1\n", "data:\n    f: |\n        a\n        b\n    g: 1\n"),
        "data:\n  f: |\n      a\n      b\n  g: 1\n"
    );
    assert_eq!(edit("f: |\n  a\n  b\n", "f: one\n"), "f: one\n");
}

#[test]
fn json_stays_json() {
    let of = |spec: &str| {
        format!(
            "{{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Widget\",\n  \"metadata\": {{\"name\": \"w\"}},\n{spec}\n}}\n"
        )
    };
    let target = read("t.json", &of("  \"a\": {\n    \"x\": 1\n  }"));
    let source = read(
        "s.json",
        &of("  \"a\": {\n    \"x\": 1,\n    \"y\": {\n      \"z\": [\"q\"]\n    }\n  },\n  \"b\": \"c\""),
    );
    let template = Template::of(&source.files[0], &source.objects[0]);
    let splices =
        edit_object(&target.files[0], &target.objects[0], &source.objects[0].value, template).unwrap();
    assert_eq!(apply(&target.files[0].text, &splices), source.files[0].text);
    let yaml =
        read("s.yaml", "apiVersion: v1\nkind: Widget\nmetadata: {name: w}\na:\n  x: 1\n  yy: yes it is\n");
    let template = Template::of(&yaml.files[0], &yaml.objects[0]);
    let splices =
        edit_object(&target.files[0], &target.objects[0], &yaml.objects[0].value, template).unwrap();
    assert_eq!(
        apply(&target.files[0].text, &splices),
        of("  \"a\": {\n    \"x\": 1,\n    \"yy\": \"yes it is\"\n  }")
    );
}

#[test]
fn items_in_another_order_are_moved_and_the_rest_stays() {
    assert_eq!(
        edit(
            "env:\n- name: a # first\n- name: b\n- {name: c, value: x}\n",
            "env:\n- {name: c, value: x}\n- name: a\n- name: b\n"
        ),
        "env:\n- {name: c, value: x}\n- name: a # first\n- name: b\n"
    );
}

#[test]
fn the_dash_of_an_item_is_not_that_of_a_comment() {
    assert_eq!(
        edit(
            "m:\n- # pre-release flag\n  name: A\n  value: x\n- # a - b\n\n  # c-d\n  name: B\n",
            "m:\n- name: A\n  value: x\n- name: C\n- name: B\n"
        ),
        "m:\n- # pre-release flag\n  name: A\n  value: x\n- name: C\n- # a - b\n\n  # c-d\n  name: B\n"
    );
    assert_eq!(
        edit("env:\n- # pre-release flag\n  name: A\n- name: B\n", "env:\n- name: B\n"),
        "env:\n- name: B\n"
    );
    assert_eq!(
        edit("env:\n- name: B\n", "env:\n- name: B\n- # pre-release\n  name: A\n"),
        "env:\n- name: B\n- # pre-release\n  name: A\n"
    );
}

/// YAML 1.1 reads the key `on` as true, which JSON's keys, being strings, have as "true".
#[test]
fn a_key_that_is_no_string_is_the_key_that_it_stands_for() {
    assert_eq!(
        edit("data:\n  on: push\n  1: a\n  b: c\n", "data: {\"true\": push, \"1\": a, b: d}\n"),
        "data:\n  on: push\n  1: a\n  b: d\n"
    );
    assert_eq!(
        edit("data:\n  on: push\n  1: a\n", "data:\n  on: pull\n  0o2: x\n"),
        "data:\n  on: pull\n  0o2: x\n"
    );
    assert_eq!(edit("d: {on: 1, b: 2, no: 3}\n", "d: {on: 1, no: 3}\n"), "d: {on: 1, no: 3}\n");
}

#[test]
fn block_scalars_may_start_and_end_with_blank_lines() {
    assert_eq!(
        edit("data:\n  f: |\n\n    a\n  g: 1\n", "data: {f: \"\\nb\\n\", g: 1}\n"),
        "data:\n  f: |\n\n    b\n  g: 1\n"
    );
    assert_eq!(
        edit("data:\n  f: |+\n    a\n\n  g: 1\n", "data: {f: \"b\\n\\n\", g: 1}\n"),
        "data:\n  f: |+\n    b\n\n  g: 1\n"
    );
    assert_eq!(
        edit("data:\n  f: |\n    a\n\n\n\n  g: 1\n", "data: {f: \"b\\n\\n\", g: 1}\n"),
        "data:\n  f: |+\n    b\n\n  g: 1\n"
    );
    assert_eq!(
        edit("data:\n  a: 1\n", "data:\n  a: 1\n  f: |+\n    b\n\n\n  g: 1\n"),
        "data:\n  a: 1\n  f: |+\n    b\n\n\n  g: 1\n"
    );
    assert_eq!(edit("f: |+\n  a\n\ng: 1\n\nh: 2\n", "f: |+\n  a\n\nh: 2\n"), "f: |+\n  a\n\nh: 2\n");
    assert_eq!(edit("a: 1\n\nh: 2\n", "a: 1\nf: |+\n  b\n\n\nh: 2\n"), "a: 1\nf: |+\n  b\n\n\nh: 2\n");
    // Folded on both sides: the source's own lines.
    assert_eq!(
        edit("data:\n  f: >\n    a\n    b\n", "data:\n  f: >\n    a c\n    b\n"),
        "data:\n  f: >\n    a c\n    b\n"
    );
}

#[test]
fn many_edits_of_one_long_list_are_each_where_they_belong() {
    let deployment = |index: usize, tag: usize| {
        format!(
            "- apiVersion: apps/v1\n  kind: Deployment\n  metadata:\n    name: d{index}\n    labels:\n      app: d{index}\n  spec:\n    template:\n      spec:\n        containers:\n        - name: web\n          image: r.example/web:{tag}\n          env:\n          - name: A\n            value: b\n"
        )
    };
    let of = |tag: usize| {
        let items: String =
            (0..2_000).map(|index| deployment(index, if index % 10 == 0 { tag } else { 1 })).collect();
        read("l.yaml", &format!("apiVersion: v1\nkind: List\nitems:\n{items}"))
    };
    let (target, source) = (of(1), of(2));
    let mut splices = Vec::new();
    for (old, new) in target.objects.iter().zip(&source.objects).filter(|(old, new)| old.value != new.value) {
        let template = Template::of(&source.files[0], new);
        splices.extend(edit_object(&target.files[0], old, &new.value, template).unwrap());
    }
    assert_eq!(splices.len(), 200);
    assert_eq!(apply(&target.files[0].text, &splices), source.files[0].text);
}
