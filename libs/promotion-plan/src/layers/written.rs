//! A value inside a file that is known by its bytes: what stands there, and the draft in which something else does.

use discovery::Location;
use kube_model::yaml::{self, Limits, Node, NodeKind};
use serde_json::Value;

use super::Documents;
use super::draft::Draft;

/// One step from a value into it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// A value inside a document of a file.
pub(crate) struct Written {
    path: String,
    index: usize,
    steps: Vec<Step>,
    document: Value,
}

impl Written {
    /// What is written at a place of the draft's files.
    pub(crate) fn at(draft: &Draft<'_>, at: &Location) -> Option<Self> {
        let documents = draft.documents(&at.file)?;
        Self::find(&documents, at)
    }

    fn find(documents: &Documents, at: &Location) -> Option<Self> {
        let found = documents.file.documents().enumerate().find_map(|(index, document)| {
            let mut steps = Vec::new();
            find(&document.root, at, &mut steps).then_some((index, steps))
        });
        let (index, steps) = found?;
        let document = documents.values.get(index)?.clone();
        Some(Self { path: at.file.to_string(), index, steps, document })
    }

    /// The value.
    pub(crate) fn value(&self) -> Option<&Value> {
        step_into(&self.document, &self.steps)
    }

    /// The mapping that it is an entry of.
    pub(crate) fn parent(&self) -> Option<Self> {
        let (_, steps) = self.steps.split_last()?;
        let parent =
            Self { path: self.path.clone(), document: self.document.clone(), steps: steps.to_vec(), ..*self };
        parent.value()?.is_object().then_some(parent)
    }

    /// The draft in which another value stands there. A text stays a text, and a number that reads as one is written as
    /// the file writes it.
    pub(crate) fn becoming<'a>(&self, draft: &Draft<'a>, new: Value) -> Option<Draft<'a>> {
        let mut document = self.document.clone();
        let place = self.steps.iter().try_fold(&mut document, |value, step| match step {
            Step::Key(key) => value.get_mut(key),
            Step::Index(index) => value.get_mut(index),
        })?;
        if *place == new {
            return None;
        }
        *place = match (&*place, new) {
            (Value::String(_), Value::Number(number)) => Value::from(number.to_string()),
            (Value::Number(_), Value::String(text)) => number(&text).unwrap_or(Value::String(text)),
            (_, new) => new,
        };
        draft.clone().with_document(&self.path, self.index, document, None)
    }
}

fn step_into<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.get(index),
    })
}

fn number(text: &str) -> Option<Value> {
    text.parse::<i64>().ok().filter(|number| number.to_string() == text).map(Value::from)
}

/// The way to the node with these bytes.
fn find(node: &Node, at: &Location, steps: &mut Vec<Step>) -> bool {
    if (node.span.start, node.span.end) == (at.bytes.start, at.bytes.end) {
        return true;
    }
    let children: Vec<(Step, &Node)> = match &node.kind {
        NodeKind::Mapping { entries, .. } => {
            let named =
                entries.iter().filter_map(|(key, value)| Some((Step::Key(key.scalar()?.to_owned()), value)));
            named.collect()
        }
        NodeKind::Sequence { items, .. } => {
            items.iter().enumerate().map(|(index, item)| (Step::Index(index), item)).collect()
        }
        NodeKind::Scalar { .. } | NodeKind::Alias(_) => Vec::new(),
    };
    for (step, child) in children {
        steps.push(step);
        if find(child, at, steps) {
            return true;
        }
        steps.pop();
    }
    false
}

/// A scalar as people write it: the text of a text, the digits of a number.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// What a text reads as: `3` is a number and `true` a boolean.
pub(crate) fn read(text: &str, limits: &Limits) -> Value {
    let documents = yaml::parse(text, limits).unwrap_or_default();
    let value = documents.first().and_then(|document| yaml::to_value(document, &document.root, limits).ok());
    value.filter(|value| !value.is_object() && !value.is_array()).unwrap_or_else(|| Value::from(text))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is the report")]
mod tests {
    use discovery::Span;
    use file_tree::FileTree;
    use serde_json::json;

    use super::*;

    fn edited(text: &str, what: &str, new: Value) -> String {
        let tree = FileTree::new([("a.yaml".to_owned(), text.as_bytes().to_vec())], []);
        let (draft, start) = (Limits::default(), text.rfind(what).unwrap());
        let draft = Draft::new(&tree, &draft);
        let bytes = Span { start, end: start + what.len() };
        let at = Location { file: "a.yaml".into(), line: 1, bytes };
        let after = Written::at(&draft, &at).unwrap().becoming(&draft, new).unwrap();
        String::from_utf8(after.tree.file("a.yaml").unwrap().to_vec()).unwrap()
    }

    #[test]
    fn one_value_becomes_another_and_all_bytes_around_it_stay() {
        let text = "a: 1 # one\n---\nimages:\n- web:1.0   # pinned\n- 'api:1.0'\nreplicas: {count: \"3\", other: 3}\n";
        for (what, new, expected) in [
            ("web:1.0", json!("web:2.0"), text.replace("web:1.0", "web:2.0")),
            ("'api:1.0'", json!("api:2.0"), text.replace("api:1.0", "api:2.0")),
            ("\"3\"", json!(5), text.replace("\"3\"", "\"5\"")),
            ("3", json!("5"), text.replace("other: 3", "other: 5")),
        ] {
            assert_eq!(edited(text, what, new), expected, "{what}");
        }
    }
}
