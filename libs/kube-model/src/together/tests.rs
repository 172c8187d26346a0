use proptest::prelude::*;

use super::*;
use crate::yaml::{Document, Node, NodeKind};

type Owned = Vec<(String, String)>;

fn bytes(files: &Owned) -> Vec<FileBytes<'_>> {
    files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect()
}

/// A tree, but for the numbers of its anchors, which count from the start of the stream.
fn tree(node: &Node) -> String {
    let Node { kind, span, line, column, anchor, properties_start, tag } = node;
    let kind = match kind {
        NodeKind::Scalar { text, style } => format!("{text:?} {style:?}"),
        NodeKind::Sequence { items, layout } => {
            format!("{layout:?} {:?}", items.iter().map(tree).collect::<Vec<_>>())
        }
        NodeKind::Mapping { entries, layout } => {
            let entries = entries.iter().map(|(key, value)| (tree(key), tree(value)));
            format!("{layout:?} {:?}", entries.collect::<Vec<_>>())
        }
        NodeKind::Alias(_) => "alias".to_owned(),
    };
    format!("{kind} {span:?} {line}:{column} {} {properties_start:?} {tag:?}", anchor.is_some())
}

/// All that a state says.
fn shown(state: &Result<State, StateError>, limits: &Limits) -> String {
    let Ok(state) = state else { return format!("{state:?}") };
    let mut shown = String::new();
    for object in &state.objects {
        let (document, node) = state.file(&object.origin.file).unwrap().node(&object.origin).unwrap();
        let value = yaml::to_value(document, node, limits);
        shown.push_str(&format!("{object:?} {} {value:?}\n", tree(node)));
    }
    for file in &state.files {
        shown.push_str(&format!("{} {} {:?}\n", file.path, file.bom, file.text));
        for document in file.documents() {
            let Document { root, span, marker, .. } = document;
            shown.push_str(&format!("{span:?} {marker:?} {} {}\n", document.has_anchors(), tree(root)));
        }
    }
    shown
}

/// Read in one go, on one thread or on all cores, each state is what it is when it is read alone.
fn same(states: &[Owned], limits: &Limits) -> Result<(), TestCaseError> {
    let all: Vec<Vec<FileBytes<'_>>> = states.iter().map(bytes).collect();
    let all: Vec<&[FileBytes<'_>]> = all.iter().map(Vec::as_slice).collect();
    let read: Vec<_> = all.iter().map(|files| State::read(files.iter().copied(), limits)).collect();
    let alone: Vec<String> = read.iter().map(|state| shown(state, limits)).collect();
    for on_all_cores in [false, true] {
        let together = read_states(&all, limits, on_all_cores);
        let together: Vec<String> = together.iter().map(|state| shown(state, limits)).collect();
        prop_assert_eq!(&together, &alone);
    }
    let objects = State::objects_together(&all, limits);
    let expected = read.into_iter().map(|state| state.map(|state| state.objects));
    prop_assert_eq!(format!("{objects:?}"), format!("{:?}", expected.collect::<Vec<_>>()));
    Ok(())
}

fn service(name: &str) -> String {
    format!("apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n")
}

#[test]
fn what_is_the_same_in_two_states_is_shared() {
    let one = format!("{}---\n{}", service("a"), service("b"));
    let other = format!("# ours\n---\n{}---\n{}", service("c"), service("b"));
    let states = State::read_together(
        &[&[("a.yaml", one.as_bytes())], &[("b.yaml", other.as_bytes())]],
        &Limits::default(),
    );
    let [one, other] = <[_; 2]>::try_from(states).unwrap().map(Result::unwrap);
    let (b, same) = (&one.objects[1], &other.objects[0]);
    assert_eq!((b.origin.line, same.origin.line, &*same.origin.file), (5, 7, "b.yaml"));
    assert!(Arc::ptr_eq(&b.value, &same.value));

    let longer = format!("{}---\n{}", other.files[0].text, service("d"));
    let (again, objects) = other.files[0].read_again(&longer, &Limits::default()).unwrap();
    assert_eq!((again.document_count(), objects.len(), objects[2].origin.line), (3, 3, 11));
    assert!(Arc::ptr_eq(&objects[1].value, &same.value));
}

#[test]
fn errors_are_those_of_the_files() {
    let good = service("a");
    for bad in [
        "a: [\n---\nb: 1",
        "a: 1",
        "apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {x: 1, x: 2}\n",
        "a: \"b\n--- c\"\n",
        "x: &a 1\n---\nx: *a\n",
        "\u{0}",
        " \u{c}",
        &good,
    ] {
        let files = |name: &str, text: &str| {
            vec![
                ("a.yaml".to_owned(), good.clone()),
                ("b.yaml".to_owned(), format!("{}---\n{text}", service(name))),
            ]
        };
        let states = [files("b", bad), files("c", "")];
        assert!(State::read(bytes(&states[0]), &Limits::default()).is_err(), "{bad}");
        same(&states, &Limits::default()).unwrap();
    }
}

#[test]
fn a_files_documents_share_its_budget() {
    // Nine nodes a service: a mapping of three keys, two texts, and a mapping of a key and a text.
    let five = ["a", "b", "c", "d", "e"].map(service).join("---\n");
    for (nodes, fits) in [(44, false), (45, true)] {
        let limits = Limits { nodes, ..Limits::default() };
        let states = [vec![("a.yaml".to_owned(), five.clone())]];
        assert_eq!(State::read(bytes(&states[0]), &limits).is_ok(), fits, "{nodes}");
        same(&states, &limits).unwrap();
    }
}

/// What the fuzzer found: a form feed is no blank.
#[test]
fn a_file_of_blanks_is_read_for_what_is_wrong_with_it() {
    for text in ["\u{feff} \u{c}", "# \u{1}\n", "\u{b}\n---\n", "\u{c}---\n"] {
        same(&[vec![("a.yaml".to_owned(), text.to_owned())]], &Limits::default()).unwrap();
    }
}

fn any_file() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => Just("---\n".to_owned()),
        4 => (0..4_u8).prop_map(|name| format!("{}---\n", service(&format!("n{name}")))),
        1 => prop::sample::select(vec![
            "# c\n", "\n", "---", "--- # d\n", "--- {apiVersion: v1, kind: A, metadata: {name: z}}\n",
            "a: |\n  x\n\n---\n", "...\n", "%YAML 1.2\n", "---\r\n", "spec: &x {a: *x}\n", "x: &y [1]\nz: *y\n",
            " ---\n", "---a\n", "'\n", "\"\n", "\u{feff}", "\u{85}", "\u{c}", "\r", "--- |\n t\n", "- 1\n", "? a\n",
            "--- &a {apiVersion: v1, kind: A, metadata: {name: &b q, labels: {x: *b}}}\n", "--- !!map\n", "é: ",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(line, 0..6).prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn states_that_are_read_together_are_what_they_are_alone(
        files in prop::collection::vec(prop::collection::vec(any_file(), 1..3), 1..3),
    ) {
        let named = |texts: Vec<String>| -> Owned {
            texts.into_iter().enumerate().map(|(index, text)| (format!("{}.yaml", 9 - index), text)).collect()
        };
        let states: Vec<Owned> = files.into_iter().map(named).collect();
        same(&states, &Limits::default())?;
    }

    #[test]
    fn a_file_that_is_read_again_is_what_it_is_when_it_is_read(before in any_file(), after in any_file()) {
        let limits = Limits::default();
        let before = State::read_together(&[&[("a.yaml", before.as_bytes())]], &limits).remove(0);
        prop_assume!(before.is_ok());
        let again = before.unwrap().files[0].read_again(&after, &limits).map(|(_, objects)| objects);
        let read = ManifestFile::read("a.yaml", after.as_bytes(), &limits).and_then(|file| file.objects(&limits));
        prop_assert_eq!(format!("{again:?}"), format!("{read:?}"));
    }
}

/// What is left out is what both states have, and nothing else is.
fn leaves_out_what_both_have(before: &Owned, after: &Owned) -> Result<Option<usize>, TestCaseError> {
    let limits = Limits::default();
    let (before, after) = (bytes(before), bytes(after));
    let all = State::objects_together(&[&before, &after], &limits);
    let Some(unequal) = State::unequal(&before, &after, &limits) else { return Ok(None) };
    let mut left_out = Vec::new();
    for (all, rest) in all.into_iter().zip([&unequal.before, &unequal.after]) {
        let mut rest: Vec<String> = rest.iter().map(|object| format!("{object:?}")).collect();
        let mut out = Vec::new();
        for object in all.unwrap() {
            match rest.first().filter(|next| **next == format!("{object:?}")) {
                Some(_) => drop(rest.remove(0)),
                None => out.push(format!("{} {} {}", object.key, object.api_version, object.value)),
            }
        }
        prop_assert!(rest.is_empty(), "out of order, or of no state: {rest:?}");
        left_out.push(out);
    }
    prop_assert_eq!(&left_out[0], &left_out[1]);
    prop_assert_eq!(left_out[0].len(), unequal.left_out);
    Ok(Some(unequal.left_out))
}

#[test]
fn what_both_states_have_in_the_same_words_is_left_out() {
    let files = |texts: &[String]| vec![("a.yaml".to_owned(), texts.join("---\n"))];
    let left_out = |before: &[&str], after: &[&str]| {
        let [before, after] =
            [before, after].map(|names| names.iter().map(|name| service(name)).collect::<Vec<_>>());
        leaves_out_what_both_have(&files(&before), &files(&after)).unwrap()
    };
    assert_eq!(left_out(&["a", "b", "c", "d"], &["a", "x", "c", "d"]), Some(3));
    assert_eq!(
        left_out(&["a", "b", "c"], &["c", "new", "a", "b"]),
        Some(1),
        "the first of a file has no marker before it, and is in other words"
    );
    // The same object in other words.
    let other = service("b").replace("metadata", "# ours\nmetadata");
    let unequal =
        leaves_out_what_both_have(&files(&[service("a"), service("b")]), &files(&[service("a"), other]));
    assert_eq!(unequal.unwrap(), Some(1));
}

#[test]
fn what_is_wrong_what_the_server_names_and_what_says_of_others_is_not_left_out() {
    let limits = Limits::default();
    let application = service("a").replace("v1", "argoproj.io/v1alpha1").replace("Service", "Application");
    let file: &[FileBytes<'_>] = &[("a.yaml", application.as_bytes())];
    assert_eq!(State::unequal(file, file, &limits).unwrap().after.len(), 1);
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: a-}\n";
    let text = format!("{job}---\n{job}");
    let file: &[FileBytes<'_>] = &[("a.yaml", text.as_bytes())];
    assert_eq!(State::unequal(file, file, &limits).unwrap().before.len(), 2);
    for wrong in [
        format!("{0}---\n{0}", service("a")),
        format!("{}---\n{}", service("a"), service("a").replace("metadata", "# ours\nmetadata")),
        format!("{}---\na: 1\n", service("a")),
        format!("{}---\na: [\n", service("a")),
        format!("{}spec: {{a: 1, a: 2}}\n", service("a")),
    ] {
        let file: &[FileBytes<'_>] = &[("a.yaml", wrong.as_bytes())];
        assert!(State::unequal(file, file, &limits).is_none(), "{wrong}");
    }
}

#[test]
fn a_line_of_ten_megabytes_and_what_nests_too_deep_are_read_or_refused() {
    let object =
        |data: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {data}\n");
    let long = object(&format!("{{a: \"{}\"}}", "x".repeat(10 << 20)));
    let deep = object(&format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)));
    let keys: String = (0..2_000).map(|key| format!("k{key}: 1, ")).collect();
    let many = object(&format!("{{{keys}k0: 2}}"));
    let bomb =
        object("{a: &a [x, x, x, x], b: &b [*a, *a, *a, *a], c: &c [*b, *b, *b, *b], d: [*c, *c, *c, *c]}");
    let limits = Limits { nodes: 5_000, ..Limits::default() };
    for (text, code, nodes) in [
        (&long, None, 5_000),
        (&deep, Some("MANIFEST_TOO_DEEP"), 5_000),
        (&many, Some("MANIFEST_DUPLICATE_KEY"), 5_000),
        (&bomb, Some("MANIFEST_ALIAS_LIMIT"), 200),
    ] {
        let limits = Limits { nodes, ..limits.clone() };
        let file: &[FileBytes<'_>] = &[("a.yaml", text.as_bytes())];
        let read = State::objects_together(&[file], &limits).remove(0);
        assert_eq!(read.err().map(|error| error.code()), code);
        assert_eq!(
            State::unequal(file, file, &limits).map(|unequal| unequal.left_out),
            code.is_none().then_some(1)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn only_what_both_states_have_is_left_out(before in any_file(), after in any_file(), more in any_file()) {
        let files = |texts: [&str; 2]| -> Owned {
            texts.iter().zip(["b.yaml", "a.yaml"]).map(|(text, path)| (path.to_owned(), (*text).to_owned())).collect()
        };
        leaves_out_what_both_have(&files([&before, &more]), &files([&more, &after]))?;
        leaves_out_what_both_have(&files([&before, &more]), &files([&before, &after]))?;
    }
}
