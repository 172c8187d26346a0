//! Which objects a patch, a replacement or a transformer is for.

use regex_lite::Regex;

use crate::error::Problem;
use crate::id::{Gvk, Id};
use crate::kustomization::{Decode, Fault, Fields, Unknown};
use crate::node::Node;
use crate::resource::Resource;

/// A selector: what is empty selects anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    /// The group; in `patches` a regular expression, as are the next four.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// The name.
    pub name: String,
    /// The namespace.
    pub namespace: String,
    /// `labelSelector`, as Kubernetes writes selectors.
    pub label_selector: String,
    /// `annotationSelector`, likewise.
    pub annotation_selector: String,
}

impl Decode for Selector {
    fn decode(node: &Node, unknown: Unknown) -> Result<Self, Fault> {
        let known = ["group", "version", "kind", "name", "namespace", "annotationSelector", "labelSelector"];
        let fields = Fields::of(node, unknown, &known)?;
        Ok(Self {
            group: fields.text("group")?,
            version: fields.text("version")?,
            kind: fields.text("kind")?,
            name: fields.text("name")?,
            namespace: fields.text("namespace")?,
            label_selector: fields.text("labelSelector")?,
            annotation_selector: fields.text("annotationSelector")?,
        })
    }
}

impl Selector {
    /// Whether nothing but labels and annotations is said.
    pub(crate) fn names_nothing(&self) -> bool {
        [&self.group, &self.version, &self.kind, &self.name, &self.namespace]
            .iter()
            .all(|part| part.is_empty())
    }

    /// The positions of the objects that a patch selects: each part is a regular expression over the whole text.
    pub(crate) fn select(&self, resources: &[Resource]) -> Result<Vec<usize>, Problem> {
        let [group, version, kind, name, namespace] =
            [&self.group, &self.version, &self.kind, &self.name, &self.namespace]
                .map(|text| Pattern::new(text));
        let (group, version, kind, name, namespace) = (group?, version?, kind?, name?, namespace?);
        let labels = Requirements::parse(&self.label_selector)?;
        let annotations = Requirements::parse(&self.annotation_selector)?;
        let is_selected = |resource: &Resource| {
            let (id, first) = (resource.id(), resource.first_id());
            (namespace.matches(first.effective_namespace()) || namespace.matches(id.effective_namespace()))
                && (name.matches(first.name) || name.matches(id.name))
                && group.matches(id.group)
                && version.matches(id.version)
                && kind.matches(id.kind)
                && labels.match_field(resource, "labels")
                && annotations.match_field(resource, "annotations")
        };
        Ok((0..resources.len()).filter(|at| is_selected(&resources[*at])).collect())
    }

    /// Whether an id is selected literally, as replacements do.
    pub(crate) fn selects_id(&self, id: &Id<'_>) -> bool {
        selects_literally(&self.gvk(), &self.name, &self.namespace, id)
    }

    pub(crate) fn gvk(&self) -> Gvk {
        Gvk { group: self.group.clone(), version: self.version.clone(), kind: self.kind.clone() }
    }

    /// Whether labels and annotations are as wanted.
    pub(crate) fn matches_metadata(&self, resource: &Resource) -> Result<bool, Problem> {
        Ok(Requirements::parse(&self.label_selector)?.match_field(resource, "labels")
            && Requirements::parse(&self.annotation_selector)?.match_field(resource, "annotations"))
    }
}

/// Whether an id has this group, version, kind, name and namespace, as far as they are given.
pub(crate) fn selects_literally(gvk: &Gvk, name: &str, namespace: &str, id: &Id<'_>) -> bool {
    (name.is_empty() || name == id.name)
        && (namespace.is_empty() || namespace == id.effective_namespace())
        && gvk.selects_id(id)
}

/// A regular expression over a whole text; an empty one matches any.
enum Pattern {
    Any,
    Literal(String),
    Expression(Regex),
}

impl Pattern {
    fn new(text: &str) -> Result<Self, Problem> {
        if text.is_empty() {
            return Ok(Self::Any);
        }
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/')) {
            return Ok(Self::Literal(text.to_owned()));
        }
        let why = |_| Problem::Field(format!("{text:?} is not a regular expression"));
        Ok(Self::Expression(Regex::new(&format!("^(?:{text})$")).map_err(why)?))
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Literal(literal) => literal == text,
            Self::Expression(expression) => expression.is_match(text),
        }
    }
}

/// A selector of Kubernetes: `a=b,c!=d,e in (f, g),!h`.
struct Requirements(Vec<Requirement>);

enum Requirement {
    Exists(String),
    Lacks(String),
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Above(String, i64),
    Below(String, i64),
}

impl Requirements {
    fn parse(text: &str) -> Result<Self, Problem> {
        let refused = || Problem::Field(format!("{text:?} is not a selector"));
        split_outside_parentheses(text)
            .into_iter()
            .map(str::trim)
            .filter(|part| !part.is_empty() || text.contains(','))
            .map(|part| Requirement::parse(part).ok_or_else(refused))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn match_field(&self, resource: &Resource, field: &str) -> bool {
        let find = |key: &str| resource.node.at(&["metadata", field, key]).map(Node::text);
        self.0.iter().all(|requirement| match requirement {
            Requirement::Exists(key) => find(key).is_some(),
            Requirement::Lacks(key) => find(key).is_none(),
            Requirement::In(key, values) => {
                find(key).is_some_and(|found| values.iter().any(|value| value == found))
            }
            Requirement::NotIn(key, values) => {
                find(key).is_none_or(|found| values.iter().all(|value| value != found))
            }
            Requirement::Above(key, than) => number(find(key)).is_some_and(|found| found > *than),
            Requirement::Below(key, than) => number(find(key)).is_some_and(|found| found < *than),
        })
    }
}

fn number(text: Option<&str>) -> Option<i64> {
    text?.parse().ok()
}

fn split_outside_parentheses(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

impl Requirement {
    fn parse(text: &str) -> Option<Self> {
        if let Some(key) = text.strip_prefix('!') {
            return Some(Self::Lacks(key_of(key)?));
        }
        if let Some(list) = text.strip_suffix(')') {
            let (head, values) = list.split_once('(')?;
            let values = values.split(',').map(|value| value.trim().to_owned()).collect();
            let mut words = head.split_whitespace();
            let (key, operator) = (key_of(words.next()?)?, words.next()?);
            return match operator {
                "in" => Some(Self::In(key, values)),
                "notin" => Some(Self::NotIn(key, values)),
                _ => None,
            };
        }
        for operator in ["!=", "==", "=", ">", "<"] {
            let Some((key, value)) = text.split_once(operator) else { continue };
            let (key, value) = (key_of(key)?, value.trim().to_owned());
            return match operator {
                "!=" => Some(Self::NotIn(key, vec![value])),
                ">" => Some(Self::Above(key, value.parse().ok()?)),
                "<" => Some(Self::Below(key, value.parse().ok()?)),
                _ => Some(Self::In(key, vec![value])),
            };
        }
        Some(Self::Exists(key_of(text)?))
    }
}

fn key_of(text: &str) -> Option<String> {
    let text = text.trim();
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    (!text.is_empty() && text.bytes().all(is_key)).then(|| text.to_owned())
}
