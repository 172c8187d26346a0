//! `--set PLACE=VALUE`: a state as it would be with another value at a place.

use std::str::FromStr;
use std::sync::Arc;

use kube_model::schema::{Schema, Schemas};
use kube_model::{Object, Path, PlacePattern, Segment, lists};
use serde_json::{Map, Value};

use crate::estimate::selected;
use crate::failure::Failure;
use crate::text::value;

/// A value at a place, which is written as every place is: `Deployment/web:spec.replicas=10`.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    place: PlacePattern,
    value: Value,
}

/// The fields that make an object the one that it is.
const IDENTITY: [&str; 5] = ["apiVersion", "kind", "metadata", "metadata.name", "metadata.namespace"];

impl FromStr for Setting {
    type Err = String;

    /// The value is JSON, or a text where it is none; `null` takes the field away.
    fn from_str(text: &str) -> Result<Self, String> {
        let shape = "expected PLACE=VALUE, such as Deployment/web:spec.replicas=10";
        let (place, value) = split(text).ok_or_else(|| shape.to_owned())?;
        let place: PlacePattern = place.parse().map_err(|error| format!("{error}"))?;
        if place.path.is_root() {
            return Err(shape.to_owned());
        }
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        Ok(Self { place, value })
    }
}

/// Splits at the first `=` that stands in no brackets and no quotes.
fn split(text: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut depth) = (false, 0_usize);
    let at = text.char_indices().find_map(|(at, character)| {
        match character {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            '=' if !quoted && depth == 0 => return Some(at),
            _ => {}
        }
        None
    })?;
    Some((&text[..at], &text[at + 1..]))
}

/// Sets the values, one after the other.
pub(crate) fn set(objects: &mut [Object], settings: &[Setting]) -> Result<(), Failure> {
    let schemas = Schemas::built_in().with_crds(objects.iter());
    settings.iter().try_for_each(|setting| {
        for index in selected::objects("--set", &setting.place, objects)? {
            let object = &mut objects[index];
            let schema = schemas.of(&object.key.group, &object.key.kind);
            let fail = |why: String| {
                Failure::new("SET_PATH", format!("{}:{}: {why}", value::key(&object.key), setting.place.path))
            };
            if IDENTITY.contains(&setting.place.path.to_string().as_str()) {
                return Err(fail("what makes an object the one that it is cannot be set".to_owned()));
            }
            let mut changed = (*object.value).clone();
            put(schema, &mut changed, setting.place.path.segments(), 0, &setting.value).map_err(fail)?;
            object.value = Arc::new(changed);
        }
        Ok(())
    })
}

impl Setting {
    /// The place. The value is nobody's business: it may be one that is masked elsewhere.
    pub(crate) fn place(&self) -> String {
        self.place.to_string()
    }
}

/// Puts a value at a path, from `depth` on. A field that the API does not have is refused: it would change nothing.
fn put(
    schema: Schema<'_>,
    target: &mut Value,
    path: &[Segment],
    depth: usize,
    new: &Value,
) -> Result<(), String> {
    let Some(segment) = path.get(depth) else {
        *target = new.clone();
        return Ok(());
    };
    let shown = |end: usize| path[..end].iter().cloned().collect::<Path>().to_string();
    match (segment, target) {
        (Segment::Key(key), Value::Object(map)) => {
            if !map.contains_key(key) && !is_field(schema, &path[..=depth]) {
                return Err(format!("{} has no field {}", schema.kind(), shown(depth + 1)));
            }
            if depth + 1 == path.len() && new.is_null() {
                map.remove(key);
                return Ok(());
            }
            if depth + 1 < path.len() && !matches!(path[depth + 1], Segment::Key(_)) && !map.contains_key(key)
            {
                return Err(format!("{} is not there", shown(depth + 1)));
            }
            let child = map.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
            put(schema, child, path, depth + 1, new)
        }
        (Segment::Item(_), Value::Array(items)) => {
            let index = lists::index_of(schema, &path[..depth], items, segment)
                .ok_or_else(|| format!("{} is not there", shown(depth + 1)))?;
            if depth + 1 == path.len() && new.is_null() {
                items.remove(index);
                return Ok(());
            }
            put(schema, &mut items[index], path, depth + 1, new)
        }
        (Segment::Flag(_), Value::Array(_)) => {
            Err(format!("an item of {} cannot be set by itself; set the list", shown(depth)))
        }
        _ => Err(format!("{} holds nothing that it could be in", shown(depth))),
    }
}

/// Whether the API has the field. Of a kind without a known schema anything may be one.
fn is_field(schema: Schema<'_>, path: &[Segment]) -> bool {
    let is_known = schema.field(&[Segment::Key("spec".to_owned())]).is_some();
    !is_known || schema.field(path).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn setting(text: &str) -> Setting {
        text.parse().unwrap()
    }

    #[test]
    fn a_setting_is_split_outside_brackets_and_quotes() {
        for (text, path, value) in [
            ("Deployment/web:spec.replicas=10", "spec.replicas", json!(10)),
            (
                "Deployment/web:spec.template.spec.containers[name=web].resources.requests.cpu=500m",
                "spec.template.spec.containers[name=web].resources.requests.cpu",
                json!("500m"),
            ),
            ("Deployment/web:metadata.labels[\"a=b\"]=x=y", "metadata.labels[\"a=b\"]", json!("x=y")),
            ("Deployment/web:spec.paused=true", "spec.paused", json!(true)),
            ("Deployment/web:spec.x={\"a\": 1}", "spec.x", json!({"a": 1})),
            ("Deployment/web:spec.replicas=", "spec.replicas", json!("")),
        ] {
            let setting = setting(text);
            assert_eq!(setting.place.path, path.parse().unwrap(), "{text}");
            assert_eq!(setting.value, value, "{text}");
        }
        for text in ["Deployment/web:spec.replicas", "Deployment/web=3", "web:spec=1", "Deployment/web:a[x=1"]
        {
            assert!(text.parse::<Setting>().is_err(), "{text}");
        }
    }

    fn after(text: &str) -> Result<Value, String> {
        let setting = setting(text);
        let mut object = json!({"spec": {"template": {"spec": {"containers": [
            {"name": "web", "args": ["-v"]}, {"name": "side"}]}}}});
        let schema = Schemas::built_in().of("apps", "Deployment");
        put(schema, &mut object, setting.place.path.segments(), 0, &setting.value)?;
        Ok(object)
    }

    #[test]
    fn a_value_is_put_where_the_path_leads() {
        assert_eq!(after("Deployment/web:spec.replicas=4").unwrap()["spec"]["replicas"], 4);
        // What is not there yet is made, where the API has it.
        let cpu = "Deployment/web:spec.template.spec.containers[name=side].resources.requests.cpu=2";
        let item = "/spec/template/spec/containers/1/resources/requests/cpu";
        assert_eq!(after(cpu).unwrap().pointer(item), Some(&json!(2)));
        let gone = after("Deployment/web:spec.template.spec.containers[name=web]=null").unwrap();
        assert_eq!(gone["spec"]["template"]["spec"]["containers"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn a_path_that_leads_nowhere_says_where_it_ends() {
        for (text, why) in [
            ("Deployment/web:spec.replica=4", "Deployment has no field spec.replica"),
            (
                "Deployment/web:spec.template.spec.containers[name=api].image=x",
                "spec.template.spec.containers[name=api] is not there",
            ),
            (
                "Deployment/web:spec.template.spec.initContainers[name=a].image=x",
                "spec.template.spec.initContainers is not there",
            ),
            (
                "Deployment/web:spec.template.spec.containers[name=web].args[-v]=x",
                "an item of spec.template.spec.containers[name=web].args cannot be set by itself; set the list",
            ),
            (
                "Deployment/web:spec.template.spec.containers.image=x",
                "spec.template.spec.containers holds nothing that it could be in",
            ),
        ] {
            assert_eq!(after(text).unwrap_err(), why, "{text}");
        }
    }
}
