//! Label selectors (`LabelSelector` of `meta/v1`).

use kube_model::{meets_requirement, required_label};
use serde_json::{Map, Value};

use crate::Known;

/// A selector that the API server would not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no operator of a label selector: expected In, NotIn, Exists or DoesNotExist")]
pub struct SelectorError(String);

/// Whether a `LabelSelector` selects what has these labels; an empty or absent one selects everything. `label` says the value
/// of a label, `Ok(None)` where there is none, and what it depends on where nobody knows.
///
/// # Errors
/// When an expression has an operator that Kubernetes does not have.
pub fn label_selector(
    selector: Option<&Value>,
    label: &dyn Fn(&str) -> Result<Option<String>, String>,
) -> Result<Known, SelectorError> {
    let Some(selector) = selector.and_then(Value::as_object) else { return Ok(Known::Yes) };
    let pairs = selector.get("matchLabels").and_then(Value::as_object);
    let mut is = Known::Yes;
    for (key, value) in pairs.into_iter().flatten() {
        is = is.and(|| holds(label(key), |found| found == value.as_str()));
    }
    for expression in selector.get("matchExpressions").and_then(Value::as_array).into_iter().flatten() {
        let one = requirement(expression, label)?;
        is = is.and(|| one);
    }
    Ok(is)
}

fn holds(found: Result<Option<String>, String>, test: impl FnOnce(Option<&str>) -> bool) -> Known {
    match found {
        Ok(found) => test(found.as_deref()).into(),
        Err(why) => Known::Unknown(why),
    }
}

fn requirement(
    expression: &Value,
    label: &dyn Fn(&str) -> Result<Option<String>, String>,
) -> Result<Known, SelectorError> {
    let meets = |found: Option<&str>| {
        meets_requirement(expression, found).ok_or_else(|| {
            let operator = expression.get("operator").and_then(Value::as_str);
            SelectorError(operator.unwrap_or_default().to_owned())
        })
    };
    // An operator that there is not is refused whatever the label.
    meets(None)?;
    match label(required_label(expression)) {
        Ok(found) => Ok(meets(found.as_deref())?.into()),
        Err(why) => Ok(Known::Unknown(why)),
    }
}

/// The labels of an object, for [`label_selector`].
pub(crate) fn labels_of(value: &Value) -> Option<&Map<String, Value>> {
    value.get("metadata")?.get("labels")?.as_object()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn selects(selector: Value) -> Known {
        let label = |key: &str| match key {
            "tier" => Ok(Some("web".to_owned())),
            "unknown" => Err("who knows".to_owned()),
            _ => Ok(None),
        };
        label_selector(Some(&selector), &label).unwrap()
    }

    /// As the Kubernetes documentation describes set-based requirements: `NotIn` also selects what has no such label.
    #[test]
    fn the_operators_are_those_of_kubernetes() {
        assert_eq!(selects(json!({})), Known::Yes);
        assert_eq!(selects(json!({"matchLabels": {"tier": "web"}})), Known::Yes);
        assert_eq!(selects(json!({"matchLabels": {"tier": "db"}})), Known::No);
        for (key, operator, expected) in [
            ("tier", "In", Known::Yes),
            ("other", "In", Known::No),
            ("tier", "NotIn", Known::No),
            ("other", "NotIn", Known::Yes),
            ("tier", "Exists", Known::Yes),
            ("other", "DoesNotExist", Known::Yes),
        ] {
            let expression = json!({"key": key, "operator": operator, "values": ["web"]});
            assert_eq!(selects(json!({"matchExpressions": [expression]})), expected, "{key} {operator}");
        }
    }

    #[test]
    fn a_label_that_nobody_knows_is_no_answer_unless_another_decides() {
        let why = Known::Unknown("who knows".to_owned());
        assert_eq!(selects(json!({"matchLabels": {"unknown": "x"}})), why);
        assert_eq!(selects(json!({"matchLabels": {"unknown": "x", "tier": "db"}})), Known::No);
        let strange = json!({"matchExpressions": [{"key": "a", "operator": "Like"}]});
        assert!(label_selector(Some(&strange), &|_| Ok(None)).is_err());
    }
}
