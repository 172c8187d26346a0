//! What an Application or a HelmRelease says over the values files of a release: values that it holds, and single
//! parameters.

use discovery::{Environment, Helm, Recipe, SetForm, SetValue, Sets, Setting, Values};
use serde_json::{Map, Value};

use super::Documents;
use super::draft::Draft;
use super::helm::with;
use super::written::{self, Written, text_of};

/// One layer.
pub(super) struct ValuesLayer {
    pub(super) setting: Setting,
    /// A single parameter is the whole way to its value.
    pub(super) value: Value,
}

/// What objects say over the values files of a side, as it is in a draft of its files. A later one wins.
pub(super) fn layers(environment: Option<&Environment>, draft: &Draft<'_>) -> Vec<ValuesLayer> {
    let Some((part, helm)) = environment.and_then(release) else { return Vec::new() };
    let settings = environment.map(Environment::settings).unwrap_or_default();
    let find = |sets: &Sets| {
        let found = settings.iter().filter(|one| one.part == part && one.sets == *sets);
        // What a template makes of a parameter is edited in the parameter.
        found.max_by_key(|one| one.parameter.is_some()).cloned()
    };
    let of_values = |(index, values): (usize, &Values)| match values {
        Values::Inline(inline) => {
            Some(ValuesLayer { setting: find(&Sets::Values(index))?, value: inline.value.clone() })
        }
        Values::File(_) | Values::Unknown(_) => None,
    };
    let of_set = |set: &SetValue| {
        let value = parameter(set, draft)?;
        Some(ValuesLayer { setting: find(&Sets::Value(set.name.clone()))?, value })
    };
    let values = helm.values.iter().enumerate().filter_map(of_values);
    values.chain(helm.set.iter().filter_map(of_set)).collect()
}

/// The first release of an environment, and which part of it that is.
fn release(environment: &Environment) -> Option<(usize, &Helm)> {
    let mut parts = environment.recipe.parts().iter().enumerate();
    parts.find_map(|(part, recipe)| match recipe {
        Recipe::Helm(helm) => Some((part, helm)),
        _ => None,
    })
}

/// A parameter as the values that it stands for; none where its name goes into lists or holds escapes.
fn parameter(set: &SetValue, draft: &Draft<'_>) -> Option<Value> {
    if set.name.contains(['[', '\\', '{', ',']) {
        return None;
    }
    let value = match set.form {
        SetForm::Typed => written::read(&set.value.value, draft.limits()),
        SetForm::Text => Value::from(set.value.value.clone()),
        SetForm::Json => serde_json::from_str(&set.value.value).ok()?,
        SetForm::File => return None,
    };
    let keys = set.name.split('.').rev();
    Some(keys.fold(value, |value, key| Value::Object(Map::from_iter([(key.to_owned(), value)]))))
}

/// The draft in which an object that says how the environment is rendered gives another value at a path of keys.
pub(super) fn with_setting<'a>(
    draft: &Draft<'a>,
    setting: &Setting,
    path: &[String],
    new: Option<&Value>,
) -> Option<Draft<'a>> {
    let written = Written::at(draft, &setting.at)?;
    if let Sets::Value(name) = &setting.sets {
        let is_whole = name.split('.').eq(path.iter().map(String::as_str));
        return written.becoming(draft, new.filter(|new| is_whole && text_of(new).is_some())?.clone());
    }
    match written.value()? {
        Value::String(text) => {
            let documents = Documents::of_text(text, draft.limits())?;
            let old = documents.values.first()?;
            let new = with(old, path, new.cloned())?;
            let schema = super::draft::schema_of(old);
            let splices = manifest_edit::edit_document(&documents.file, 0, schema, (old, &new), None).ok()?;
            written.becoming(draft, Value::from(manifest_edit::apply(&documents.file.text, &splices)))
        }
        map => written.becoming(draft, with(map, path, new.cloned())?),
    }
}

/// As Helm merges values: maps key by key, everything else whole, and null takes away.
pub(super) fn merged(below: Value, above: Value) -> Value {
    match (below, above) {
        (Value::Object(mut below), Value::Object(above)) => {
            for (key, value) in above {
                let old = below.remove(&key);
                if !value.is_null() {
                    below.insert(key, old.map_or_else(|| value.clone(), |old| merged(old, value.clone())));
                }
            }
            Value::Object(below)
        }
        // An empty file.
        (below, Value::Null) => below,
        (_, above) => above,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// <https://helm.sh/docs/chart_template_guide/values_files/>: "Deleting a default key" by null; lists are replaced.
    #[test]
    fn values_merge_as_helm_merges_them() {
        let below = json!({"probe": {"httpGet": {"path": "/"}, "delay": 1}, "list": [1, 2]});
        let above = json!({"probe": {"httpGet": null, "exec": {"command": ["a"]}}, "list": [3]});
        assert_eq!(
            merged(below, above),
            json!({"probe": {"delay": 1, "exec": {"command": ["a"]}}, "list": [3]})
        );
    }
}
