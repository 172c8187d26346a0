//! Selectors of labels: of pods, and of nodes.

use serde::Deserialize;

use crate::read::{Labels, or_default};

/// How a requirement is held against a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub(crate) enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    Gt,
    Lt,
    /// Karpenter's: at least.
    Gte,
    /// Karpenter's: at most.
    Lte,
}

/// A requirement on one label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub(crate) struct Requirement {
    pub(crate) key: String,
    pub(crate) operator: Operator,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) values: Vec<String>,
}

impl Requirement {
    pub(crate) fn is_in(key: &str, value: &str) -> Self {
        Self { key: key.to_owned(), operator: Operator::In, values: vec![value.to_owned()] }
    }

    /// Whether the label's value, if there is one, is what is asked for. As in `labels.Requirement.Matches` of
    /// k8s.io/apimachinery, `NotIn` holds of what has no such label.
    pub(crate) fn admits(&self, value: Option<&str>) -> bool {
        let among = |value: &str| self.values.iter().any(|one| one == value);
        match self.operator {
            Operator::In => value.is_some_and(among),
            Operator::NotIn => !value.is_some_and(among),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Gt | Operator::Lt | Operator::Gte | Operator::Lte => self.compares(value),
        }
    }

    fn compares(&self, value: Option<&str>) -> bool {
        let number = |text: &str| text.parse::<i64>().ok();
        let bound = match self.values.as_slice() {
            [bound] => number(bound),
            _ => None,
        };
        let (Some(value), Some(bound)) = (value.and_then(number), bound) else { return false };
        match self.operator {
            Operator::Gt => value > bound,
            Operator::Lt => value < bound,
            Operator::Gte => value >= bound,
            _ => value <= bound,
        }
    }
}

/// A selector of pods or namespaces: all of it has to hold, and an empty one selects everything.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct LabelSelector {
    #[serde(deserialize_with = "or_default")]
    pub(crate) match_labels: Labels,
    #[serde(deserialize_with = "or_default")]
    pub(crate) match_expressions: Vec<Requirement>,
}

impl LabelSelector {
    pub(crate) fn selects(&self, labels: &Labels) -> bool {
        let value = |key: &str| labels.get(key).map(String::as_str);
        self.match_labels.iter().all(|(key, wanted)| value(key) == Some(wanted))
            && self.match_expressions.iter().all(|one| one.admits(value(&one.key)))
    }
}

/// One of the terms of a node's selector: all of it has to hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct NodeTerm {
    #[serde(deserialize_with = "or_default")]
    pub(crate) match_expressions: Vec<Requirement>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) match_fields: Vec<Requirement>,
}

impl NodeTerm {
    /// Whether a node is selected. A term without requirements selects none (`nodeaffinity.NewNodeSelector` of
    /// k8s.io/component-helpers).
    pub(crate) fn selects(&self, name: &str, labels: &Labels) -> bool {
        let value = |key: &str| labels.get(key).map(String::as_str);
        let field = |key: &str| (key == "metadata.name").then_some(name);
        !(self.match_expressions.is_empty() && self.match_fields.is_empty())
            && self.match_expressions.iter().all(|one| one.admits(value(&one.key)))
            && self.match_fields.iter().all(|one| one.admits(field(&one.key)))
    }
}

/// The terms of a node's selector: one of them has to hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct NodeSelector {
    #[serde(deserialize_with = "or_default")]
    pub(crate) node_selector_terms: Vec<NodeTerm>,
}

impl NodeSelector {
    pub(crate) fn selects(&self, name: &str, labels: &Labels) -> bool {
        self.node_selector_terms.iter().any(|term| term.selects(name, labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    /// Expected: the cases of `requirement_test.go` in k8s.io/apimachinery's `pkg/labels`.
    #[test]
    fn a_requirement_holds_as_in_kubernetes() {
        let node = labels(&[("zone", "a"), ("cores", "8")]);
        for (operator, key, values, holds) in [
            ("In", "zone", json!(["a", "b"]), true),
            ("In", "rack", json!(["a"]), false),
            ("NotIn", "zone", json!(["a"]), false),
            ("NotIn", "rack", json!(["a"]), true),
            ("Exists", "zone", json!(null), true),
            ("DoesNotExist", "zone", json!([]), false),
            ("DoesNotExist", "rack", json!([]), true),
            ("Gt", "cores", json!(["7"]), true),
            ("Gt", "cores", json!(["8"]), false),
            ("Lt", "cores", json!(["9"]), true),
            ("Lt", "zone", json!(["9"]), false),
            ("Gt", "rack", json!(["0"]), false),
        ] {
            let one = json!({"key": key, "operator": operator, "values": values});
            let one: Requirement = serde_json::from_value(one).unwrap();
            assert_eq!(one.admits(node.get(key).map(String::as_str)), holds, "{operator} {key}");
        }
    }

    #[test]
    fn an_empty_selector_selects_every_pod_and_an_empty_term_no_node() {
        assert!(LabelSelector::default().selects(&labels(&[])));
        assert!(!NodeTerm::default().selects("n", &labels(&[])));
        assert!(!NodeSelector::default().selects("n", &labels(&[])));
        let by_name: NodeTerm = serde_json::from_value(
            json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}]}),
        )
        .unwrap();
        assert!(by_name.selects("n", &labels(&[])) && !by_name.selects("m", &labels(&[])));
    }
}
