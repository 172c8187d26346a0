//! Requirements on labels (`LabelSelectorRequirement` of `meta/v1`).

use serde_json::Value;

/// Whether what has this value of the label that a requirement names, or has no such label, is selected; none if Kubernetes has
/// no such operator. `NotIn` selects what has no such label, too (Kubernetes documentation, "Labels and Selectors").
#[must_use]
pub fn meets_requirement(requirement: &Value, label: Option<&str>) -> Option<bool> {
    let values = requirement.get("values").and_then(Value::as_array);
    let listed = values.is_some_and(|values| values.iter().any(|value| value.as_str() == label));
    match requirement.get("operator").and_then(Value::as_str)? {
        "In" => Some(label.is_some() && listed),
        "NotIn" => Some(label.is_none() || !listed),
        "Exists" => Some(label.is_some()),
        "DoesNotExist" => Some(label.is_none()),
        _ => None,
    }
}

/// The label that a requirement is about.
#[must_use]
pub fn required_label(requirement: &Value) -> &str {
    requirement.get("key").and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_operators_are_those_of_kubernetes() {
        for (operator, values, label, expected) in [
            ("In", json!(["front", "back"]), Some("front"), Some(true)),
            ("In", json!(["back"]), Some("front"), Some(false)),
            ("In", json!(["back"]), None, Some(false)),
            ("NotIn", json!(["back"]), Some("front"), Some(true)),
            ("NotIn", json!(["front"]), Some("front"), Some(false)),
            ("NotIn", json!(["front"]), None, Some(true)),
            ("Exists", json!([]), Some("front"), Some(true)),
            ("Exists", json!([]), None, Some(false)),
            ("DoesNotExist", json!(null), Some("front"), Some(false)),
            ("DoesNotExist", json!(null), None, Some(true)),
            ("Like", json!(["front"]), Some("front"), None),
        ] {
            let requirement = json!({"key": "tier", "operator": operator, "values": values});
            assert_eq!(meets_requirement(&requirement, label), expected, "{operator} {label:?}");
            assert_eq!(required_label(&requirement), "tier");
        }
    }
}
