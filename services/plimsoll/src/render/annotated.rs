//! An object as YAML, with a comment behind every field that says where it comes from.

use std::collections::HashMap;

use kube_model::yaml::write_marked;

use super::{Field, Rendered};
use crate::escape;

/// The comments stand at one column, so far as the lines before them are no longer than this.
const WIDEST: usize = 64;

/// `image: shop/web:2  # overlays/production/kustomization.yaml:7 images[0]`. A layer is named where the file lies in
/// another directory.
pub(crate) fn document(one: &Rendered) -> String {
    let fields: HashMap<&str, &Field> =
        one.fields.iter().map(|field| (field.pointer.as_str(), field)).collect();
    let (text, marks) = write_marked(&one.object.value, escape::is_invisible);
    let width = |at: usize| text[..at].rsplit('\n').next().map_or(0, |line| line.chars().count());
    let column = marks.iter().map(|mark| width(mark.at)).filter(|width| *width <= WIDEST).max().unwrap_or(0);
    let mut annotated = String::with_capacity(text.len() * 3);
    let mut done = 0;
    for mark in &marks {
        let Some(field) = fields.get(mark.pointer.as_str()) else { continue };
        annotated.push_str(&text[done..mark.at]);
        annotated.push_str(&" ".repeat(2 + column.saturating_sub(width(mark.at))));
        annotated.push_str(&comment(field));
        done = mark.at;
    }
    annotated + &text[done..]
}

fn comment(field: &Field) -> String {
    let Field { file, line, layer, by, .. } = field;
    let mut comment = format!("# {file}:{line}");
    if let Some(by) = by {
        comment += &format!(" {by}");
    }
    let directory = file.rsplit_once('/').map_or(".", |(directory, _)| directory);
    if directory != layer {
        comment += &format!(" in {layer}");
    }
    escape::line(&comment)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kube_model::{Object, ObjectKey, Origin};
    use serde_json::json;

    use super::*;

    fn field(pointer: &str, file: &str, line: usize, layer: &str, by: Option<&str>) -> Field {
        let [pointer, file, layer] = [pointer, file, layer].map(str::to_owned);
        Field { pointer, file, line, layer, by: by.map(str::to_owned) }
    }

    #[test]
    fn each_line_says_where_it_comes_from() {
        let value = json!({"data": {"a": "one\ntwo\n", "b": "x"}, "kind": "ConfigMap"});
        let key = ObjectKey {
            group: String::new(),
            kind: "ConfigMap".to_owned(),
            namespace: None,
            name: String::new(),
        };
        let origin = Origin { file: "f".into(), document: 0, items: Vec::new(), line: 1 };
        let object = Object { key, api_version: "v1".to_owned(), value: Arc::new(value), origin };
        let fields = vec![
            field("/data/a", "base/files/cm.yaml", 3, "base", None),
            field("/data/b", "over/kustomization.yaml", 5, "over", Some("patches[0]")),
            field("/kind", "c\nm.yaml", 1, ".", None),
        ];
        // The widest line is `kind: ConfigMap`, of 15 characters.
        let expected = "data:\n  a: |           # base/files/cm.yaml:3 in base\n    one\n    two\n  b: x           # over/kustomization.yaml:5 patches[0]\nkind: ConfigMap  # c\\nm.yaml:1\n";
        assert_eq!(document(&Rendered { object, fields }), expected);
    }
}
