//! The document of `plimsoll render --format json`.

use kube_model::schema::Schema;
use kube_model::{ObjectRef, Path, Segment, lists};
use serde::Serialize;
use serde_json::Value;

use crate::failure::Failure;
use crate::render::{Field, Rendered};

#[derive(Serialize)]
struct Document<'a> {
    objects: Vec<OneObject<'a>>,
}

#[derive(Serialize)]
struct OneObject<'a> {
    object: ObjectRef,
    value: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<OneField<'a>>>,
}

#[derive(Serialize)]
struct OneField<'a> {
    /// Of an item of a list without keys, the path of that list.
    path: Path,
    #[serde(flatten)]
    field: &'a Field,
}

pub(crate) fn print(rendered: &[Rendered], origins: bool) -> Result<String, Failure> {
    let objects = rendered.iter().map(|one| OneObject {
        object: ObjectRef::of(&one.object),
        value: &one.object.value,
        fields: origins.then(|| fields(one)),
    });
    super::print(&Document { objects: objects.collect() })
}

fn fields(one: &Rendered) -> Vec<OneField<'_>> {
    let (schema, value) = (one.object.key.schema(), &one.object.value);
    one.fields.iter().map(|field| OneField { path: path(schema, value, &field.pointer), field }).collect()
}

/// The path that a JSON pointer names, as far as lists have keys.
fn path(schema: Schema<'_>, value: &Value, pointer: &str) -> Path {
    let mut path = Path::root();
    let mut at = value;
    for part in pointer.split('/').skip(1) {
        let segment = match at {
            Value::Array(items) => item(schema, &path, items, part),
            _ => Some(Segment::Key(part.replace("~1", "/").replace("~0", "~"))),
        };
        let child = match at {
            Value::Array(items) => part.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => at.get(part.replace("~1", "/").replace("~0", "~")),
        };
        let (Some(segment), Some(child)) = (segment, child) else { break };
        path = path.join(segment);
        at = child;
    }
    path
}

fn item(schema: Schema<'_>, path: &Path, items: &[Value], index: &str) -> Option<Segment> {
    // Arguments are told apart by flag, and a flag may be of several items.
    if lists::kind_of(schema, path.segments()) == lists::ListKind::Arguments {
        return None;
    }
    let (named, _) = lists::items_of_both(schema, path.segments(), items, items)?;
    named.into_iter().nth(index.parse().ok()?).map(|(segment, _)| segment)
}

#[cfg(test)]
mod tests {
    use kube_model::ObjectKey;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pointer_is_a_path_as_far_as_lists_have_keys() {
        let key = ObjectKey {
            group: "apps".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: None,
            name: "web".to_owned(),
        };
        let value = json!({"metadata": {"annotations": {"a.b/c~d": "x"}}, "spec": {"template": {"spec": {
            "tolerations": [{"key": "k"}],
            "containers": [{"name": "web", "image": "i", "args": ["--a"], "ports": [{"containerPort": 80}]}]}}}});
        for (pointer, expected) in [
            ("/metadata/annotations/a.b~1c~0d", "metadata.annotations[\"a.b/c~d\"]"),
            ("/spec/template/spec/containers/0/image", "spec.template.spec.containers[name=web].image"),
            ("/spec/template/spec/containers/0/args/0", "spec.template.spec.containers[name=web].args"),
            ("/spec/template/spec/tolerations/0/key", "spec.template.spec.tolerations"),
            (
                "/spec/template/spec/containers/0/ports/0/containerPort",
                "spec.template.spec.containers[name=web].ports[containerPort=80,protocol=TCP].containerPort",
            ),
        ] {
            assert_eq!(path(key.schema(), &value, pointer).to_string(), expected);
        }
    }
}
