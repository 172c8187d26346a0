//! Objects as YAML that Kubernetes reads as the same objects, as kubectl prints them. What is not seen is escaped.

use kube_model::Object;
use kube_model::yaml::write_escaping;
use serde_json::Value;

use crate::escape::is_invisible;

/// The objects as a stream of documents.
pub(crate) fn stream<'a>(objects: impl IntoIterator<Item = &'a Object>) -> String {
    objects.into_iter().map(|object| format!("---\n{}", document(&object.value))).collect()
}

/// A value as a document.
pub(crate) fn document(value: &Value) -> String {
    write_escaping(value, is_invisible)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_terminal_obeys_or_nobody_sees_is_escaped() {
        let value = json!({"a": "\u{1b}[2J", "b": "admin\u{202e}gnp", "c": "line\nwith \u{200b}nothing"});
        let expected = "a: \"\\e[2J\"\nb: \"admin\\u202Egnp\"\nc: \"line\\nwith \\u200Bnothing\"\n";
        assert_eq!(document(&value), expected);
    }
}
