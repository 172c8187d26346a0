//! From the tree to the value that Kubernetes would see: aliases expanded, merge keys applied, keys as strings.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Document, Limits, Node, NodeKind, YamlError, YamlProblem, scalar};

/// The value of a node of a document.
///
/// # Errors
/// On a duplicate key, a key or scalar that JSON cannot hold, a wrong merge key, or too many nodes.
pub fn to_value(document: &Document, node: &Node, limits: &Limits) -> Result<Value, YamlError> {
    Reader { document, budget: limits.nodes, limits, depth: 0 }.value(node)
}

struct Reader<'a> {
    document: &'a Document,
    budget: usize,
    depth: usize,
    limits: &'a Limits,
}

fn fail(problem: YamlProblem, node: &Node) -> YamlError {
    YamlError::new(problem, node.line, node.column)
}

impl<'a> Reader<'a> {
    fn value(&mut self, node: &'a Node) -> Result<Value, YamlError> {
        self.budget = self
            .budget
            .checked_sub(1)
            .ok_or_else(|| fail(YamlProblem::TooManyNodes(self.limits.nodes), node))?;
        match &node.kind {
            NodeKind::Scalar { text, style } => scalar::resolve(text, *style, node.tag.as_deref())
                .map_err(|why| fail(YamlProblem::Scalar(why), node)),
            NodeKind::Sequence { items, .. } => self.nested(node, |reader| {
                items.iter().map(|item| reader.value(item)).collect::<Result<_, _>>().map(Value::Array)
            }),
            NodeKind::Mapping { entries, .. } => {
                self.nested(node, |reader| reader.mapping(entries).map(Value::Object))
            }
            NodeKind::Alias(_) => {
                let target = self.document.resolve(node);
                if matches!(target.kind, NodeKind::Alias(_)) {
                    let why = "an anchor that contains itself".to_owned();
                    return Err(fail(YamlProblem::Syntax(why), node));
                }
                self.nested(node, |reader| reader.value(target))
            }
        }
    }

    /// Aliases nest as well, so the depth is counted here and not only by the parser.
    fn nested<T>(
        &mut self,
        node: &Node,
        read: impl FnOnce(&mut Self) -> Result<T, YamlError>,
    ) -> Result<T, YamlError> {
        if self.depth >= self.limits.depth {
            return Err(fail(YamlProblem::TooDeep(self.limits.depth), node));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn mapping(&mut self, entries: &'a [(Node, Node)]) -> Result<Map<String, Value>, YamlError> {
        let mut map = Map::new();
        // What is merged in may be written once more: from there on, what is written is told apart.
        let mut written: Option<HashSet<String>> = None;
        for (index, (key_node, value_node)) in entries.iter().enumerate() {
            if is_merge_key(key_node) {
                written.get_or_insert_with(|| map.keys().cloned().collect());
                self.merge(value_node, &mut map)?;
                continue;
            }
            let key = self.key(key_node)?;
            let again = match &mut written {
                Some(written) => !written.insert(key.clone()),
                None => map.contains_key(&key),
            };
            if again {
                let first_line = self.line_of(&key, &entries[..index]).unwrap_or(key_node.line);
                return Err(fail(YamlProblem::DuplicateKey { key, first_line }, key_node));
            }
            map.insert(key, self.value(value_node)?);
        }
        Ok(map)
    }

    /// Where a key stands among these.
    fn line_of(&self, key: &str, entries: &[(Node, Node)]) -> Option<usize> {
        let is_it =
            |node: &Node| !is_merge_key(node) && key_text(self.document, node).as_deref() == Some(key);
        entries.iter().map(|(node, _)| node).find(|node| is_it(node)).map(|node| node.line)
    }

    /// What is merged in counts where the merge key stands: over what is written before it, and under what is written
    /// after it. Of several mappings the first one counts. So does go-yaml v2 read it, by which Kubernetes does.
    fn merge(&mut self, node: &'a Node, into: &mut Map<String, Value>) -> Result<(), YamlError> {
        let target = self.document.resolve(node);
        match &target.kind {
            NodeKind::Mapping { .. } => self.merge_mapping(target, into),
            NodeKind::Sequence { items, .. } => self.nested(node, |reader| {
                items.iter().rev().try_for_each(|item| {
                    let target = reader.document.resolve(item);
                    match target.kind {
                        NodeKind::Mapping { .. } => reader.merge_mapping(target, into),
                        _ => Err(fail(YamlProblem::Merge, item)),
                    }
                })
            }),
            _ => Err(fail(YamlProblem::Merge, node)),
        }
    }

    fn merge_mapping(&mut self, node: &'a Node, into: &mut Map<String, Value>) -> Result<(), YamlError> {
        if let Value::Object(map) = self.value(node)? {
            into.extend(map);
        }
        Ok(())
    }

    fn key(&mut self, node: &'a Node) -> Result<String, YamlError> {
        key_text(self.document, node).ok_or_else(|| fail(YamlProblem::Key, node))
    }
}

/// The key that a key's node stands for, as a string: `on` is YAML 1.1's true, and so the key `true`. None for what
/// cannot be a key. A merge key (see [`is_merge_key`]) is no key of its own; its text is `<<`.
#[must_use]
pub fn key_text(document: &Document, node: &Node) -> Option<String> {
    scalar_key(document.resolve(node))
}

/// The key of a scalar that is no alias.
pub(super) fn scalar_key(node: &Node) -> Option<String> {
    let NodeKind::Scalar { text, style } = &node.kind else { return None };
    key_of(scalar::resolve(text, *style, node.tag.as_deref()).ok()?)
}

/// The key that a scalar's value is.
pub(super) fn key_of(value: Value) -> Option<String> {
    match value {
        Value::String(key) => Some(key),
        Value::Bool(key) => Some(key.to_string()),
        // Kubernetes takes no key that is larger than 2^63.
        Value::Number(key) => Some(key.to_string()).filter(|_| key.is_i64() || key.is_f64()),
        _ => None,
    }
}

/// Whether a key's node is the unquoted `<<`.
#[must_use]
pub fn is_merge_key(key: &Node) -> bool {
    let tagged = key.tag.as_deref().is_some_and(|tag| tag != "tag:yaml.org,2002:merge");
    !tagged
        && matches!(&key.kind, NodeKind::Scalar { text, style: super::ScalarStyle::Plain } if text == "<<")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Result<Value, YamlError> {
        let limits = Limits { nodes: 2_000, ..Limits::default() };
        let documents = super::super::parse(text, &limits)?;
        to_value(&documents[0], &documents[0].root, &limits)
    }

    #[test]
    fn merge_keys_give_way_to_what_is_written() {
        let text = "base: &b {a: 1, b: 2}\nuse: {<<: *b, b: 3}\nmany:\n  <<: [{a: 4}, *b]\n";
        let value = read(text).unwrap();
        assert_eq!(value["use"], json!({"a": 1, "b": 3}));
        assert_eq!(value["many"], json!({"a": 4, "b": 2}));
    }

    #[test]
    fn a_duplicate_key_is_refused_with_both_places() {
        let error = read("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n").unwrap_err();
        assert_eq!(error.problem, YamlProblem::DuplicateKey { key: "c".into(), first_line: 3 });
        assert_eq!((error.line, error.column, error.code()), (5, 3, "MANIFEST_DUPLICATE_KEY"));
    }

    #[test]
    fn keys_become_strings_as_in_json() {
        assert_eq!(read("{1: a, true: b, on: c2, 'x': d}").unwrap_err().code(), "MANIFEST_DUPLICATE_KEY");
        assert_eq!(read("{1: a, yes: b, 'x': d}").unwrap(), json!({"1": "a", "true": "b", "x": "d"}));
        assert_eq!(read("{[1]: a}").unwrap_err().code(), "MANIFEST_VALUE");
    }

    #[test]
    fn a_value_is_found_under_the_key_that_its_key_stands_for() {
        let documents = super::super::parse("on: a\n1: b\n'<<': c\n0x10: d\n", &Limits::default()).unwrap();
        let root = &documents[0].root;
        let found = |key: &str| root.get(key).and_then(Node::scalar);
        assert_eq!(["true", "1", "<<", "16"].map(found), [Some("a"), Some("b"), Some("c"), Some("d")]);
        assert_eq!(found("on"), None);
    }

    #[test]
    fn an_alias_bomb_is_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        assert_eq!(read(&text).unwrap_err().code(), "MANIFEST_ALIAS_LIMIT");
    }

    #[test]
    fn what_is_composed_is_counted_and_anchors_are_not_copied() {
        let limits = Limits { nodes: 100, ..Limits::default() };
        let scalars = |count: usize| format!("[{}]", vec!["x"; count].join(","));
        let code = |text: &str| super::super::parse(text, &limits).err().map(|error| error.code());
        assert_eq!(code(&scalars(99)), None);
        assert_eq!(code(&scalars(100)), Some("MANIFEST_ALIAS_LIMIT"));
        assert_eq!(code(&format!("{}\n---\n{}", scalars(50), scalars(50))), Some("MANIFEST_ALIAS_LIMIT"));
        // 20 anchors in one another over 70 scalars: 91 nodes, and 1,500 if each anchor were a copy.
        let nested = (0..20).fold(scalars(70), |inner, level| format!("&a{level} [{inner}]"));
        assert_eq!(code(&nested), None);
    }

    #[test]
    fn an_alias_is_the_node_of_its_anchor_wherever_that_stands() {
        let text = "&k key: [a, {b: &b {c: &c d}}]\nuse: {*k : *b, x: [*c]}\n";
        let expected = json!({"key": ["a", {"b": {"c": "d"}}], "use": {"key": {"c": "d"}, "x": ["d"]}});
        assert_eq!(read(text).unwrap(), expected);
        // The same name again is another anchor from there on.
        assert_eq!(
            read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").unwrap(),
            json!({"a": 1, "b": 1, "c": 2, "d": 2})
        );
    }

    #[test]
    fn nesting_ten_thousand_deep_is_refused() {
        let text = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(read(&text).unwrap_err().code(), "MANIFEST_TOO_DEEP");
    }

    #[test]
    fn json_with_tabs_and_surrogate_pairs_is_read() {
        let value = read("{\n\t\"a\": \"\\ud83d\\ude00\",\n\t\"b\": [1,\n\t2]\n}").unwrap();
        assert_eq!(value, json!({"a": "😀", "b": [1, 2]}));
    }
}
