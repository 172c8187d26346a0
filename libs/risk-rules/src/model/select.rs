//! Label selectors.

use kube_model::{Object, meets_requirement, required_label};
use serde_json::{Map, Value};

type Labels = Map<String, Value>;

/// A selector over the labels of pods.
pub(crate) struct Selector<'a> {
    labels: Vec<(&'a str, &'a str)>,
    expressions: &'a [Value],
}

impl<'a> Selector<'a> {
    /// The selector of a Service; none if it has none, and then somebody else fills its endpoints.
    pub(crate) fn of_service(service: &'a Object) -> Option<Self> {
        let labels = pairs(service.at(&["spec", "selector"])?)?;
        (!labels.is_empty()).then_some(Self { labels, expressions: &[] })
    }

    /// A `LabelSelector`: empty, it selects everything.
    pub(crate) fn of_labels(selector: &'a Value) -> Option<Self> {
        let selector = selector.as_object()?;
        let labels = match selector.get("matchLabels") {
            Some(labels) => pairs(labels)?,
            None => Vec::new(),
        };
        let expressions = selector.get("matchExpressions").and_then(Value::as_array);
        Some(Self { labels, expressions: expressions.map_or(&[], Vec::as_slice) })
    }

    /// The labels that everything it selects has.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.labels.iter().copied()
    }

    /// Whether pods with these labels, if any, are selected.
    pub(crate) fn matches_any(&self, labels: Option<&Labels>) -> bool {
        match labels {
            Some(labels) => self.matches(labels),
            None => self.matches(&Labels::new()),
        }
    }

    /// Whether pods with these labels are selected.
    pub(crate) fn matches(&self, labels: &Labels) -> bool {
        self.labels.iter().all(|(key, value)| labels.get(*key).and_then(Value::as_str) == Some(value))
            && self.expressions.iter().all(|expression| expression_matches(expression, labels))
    }
}

fn pairs(labels: &Value) -> Option<Vec<(&str, &str)>> {
    let labels = labels.as_object()?;
    labels.iter().map(|(key, value)| Some((key.as_str(), value.as_str()?))).collect()
}

fn expression_matches(expression: &Value, labels: &Labels) -> bool {
    let label = labels.get(required_label(expression)).and_then(Value::as_str);
    meets_requirement(expression, label).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn matches(selector: &Value, labels: Value) -> bool {
        Selector::of_labels(selector).unwrap().matches(labels.as_object().unwrap())
    }

    /// Kubernetes documentation, "Labels and Selectors": NotIn also selects what has no such label.
    #[test]
    fn expressions_select_as_documented() {
        let labels = json!({"tier": "front", "app": "web"});
        for (operator, values, expected) in [
            ("In", json!(["front", "back"]), true),
            ("In", json!(["back"]), false),
            ("NotIn", json!(["back"]), true),
            ("NotIn", json!(["front"]), false),
            ("Exists", json!([]), true),
            ("DoesNotExist", json!([]), false),
        ] {
            let selector =
                json!({"matchExpressions": [{"key": "tier", "operator": operator, "values": values}]});
            assert_eq!(matches(&selector, labels.clone()), expected, "{operator}");
        }
        let absent = json!({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]});
        assert!(matches(&absent, labels.clone()));
        assert!(matches(&json!({}), labels));
    }
}
