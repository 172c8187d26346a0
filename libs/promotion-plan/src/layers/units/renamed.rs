//! Values that the source has renamed since the base, as a new version of a chart asks: the target's own go with it,
//! under the new names.

use std::collections::BTreeSet;

use kube_model::yaml::Limits;
use serde_json::Value;

use crate::layers::helm::{at, differing, with};
use crate::layers::{Documents, Draft, Inputs, Layer, Layers, words};

/// A value of the target's own that has another name in a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renamed {
    /// The file that it stands in.
    pub(crate) file: String,
    /// Its name before.
    pub(crate) from: String,
    /// Its name now.
    pub(crate) to: String,
}

/// The draft in which the target's own values have the names that the source's have now, and which those are.
pub(super) fn with_new_names<'a>(
    layers: &Layers<'a>,
    base: Option<&Layer<'_>>,
    draft: Draft<'a>,
    limits: &Limits,
) -> (Draft<'a>, Vec<Renamed>) {
    let Some(base) = base else { return (draft, Vec::new()) };
    let (was, now) = (own_values(base, limits), own_values(&layers.source, limits));
    let (mut draft, mut done) = (draft, Vec::new());
    for (from, to) in renames(&was, &now) {
        for path in files(&layers.target).into_iter().filter(|path| !layers.shared.contains(path)) {
            let value = draft.documents(&path).and_then(|documents| documents.values.into_iter().next());
            let renamed = value.as_ref().and_then(|value| {
                let own = at(value, &from).filter(|_| at(value, &to).is_none())?;
                with(&with(value, &from, None)?, &to, Some(own.clone()))
            });
            if let Some(edited) = renamed.and_then(|new| draft.clone().with_document(&path, 0, new, None)) {
                draft = edited;
                done.push(Renamed { file: path, from: from.join("."), to: to.join(".") });
            }
        }
    }
    (draft, done)
}

/// The values files of a side alone; where it has none, the chart's own values.
fn files(layer: &Layer<'_>) -> Vec<String> {
    match layer.inputs {
        Inputs::Helm { chart, values } if values.is_empty() => {
            file_tree::join(chart, "values.yaml").into_iter().collect()
        }
        Inputs::Helm { values, .. } => values.clone(),
        _ => Vec::new(),
    }
}

/// What each of the values files says; none of one that cannot be read, so that the others keep their places.
fn own_values(layer: &Layer<'_>, limits: &Limits) -> Vec<Option<Value>> {
    let read = |path: &String| Documents::read(layer.tree, path, limits)?.values.into_iter().next();
    files(layer).iter().map(read).collect()
}

/// The paths that are gone since the base, each with the one path that came with the same value.
fn renames(was: &[Option<Value>], now: &[Option<Value>]) -> Vec<(Vec<String>, Vec<String>)> {
    let mut renames = Vec::new();
    for (was, now) in was.iter().zip(now).filter_map(|(was, now)| was.as_ref().zip(now.as_ref())) {
        let paths = differing(was, now);
        let new: Vec<&Vec<String>> = paths.iter().filter(|path| at(was, path).is_none()).collect();
        for old in paths.iter().filter(|path| at(now, path).is_none()) {
            let gone = paths.iter().filter(|path| at(now, path).is_none() && at(was, path) == at(was, old));
            let mut same = new.iter().filter(|path| at(now, path) == at(was, old));
            if let (1, Some(to), None) = (gone.count(), same.next(), same.next())
                && (at(was, old).is_some_and(is_telling) || are_alike(old, to))
            {
                renames.push((old.clone(), (*to).clone()));
            }
        }
    }
    renames
}

/// Whether two settings hardly have a value in common by chance.
fn is_telling(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::Number(number) => number.as_f64().is_some_and(|number| number.abs() >= 1000.0),
        Value::String(text) => {
            text.chars().count() >= 4 && !["true", "false", "null", "none"].contains(&&*text.to_lowercase())
        }
        Value::Array(items) => items.iter().any(is_telling),
        Value::Object(map) => map.values().any(is_telling),
    }
}

/// Words that say how a setting is set, not what it is.
const SWITCHES: [&str; 6] = ["allow", "disable", "disabled", "enable", "enabled", "use"];

/// Whether one name says what the other says, and perhaps more: `replicas` and `replicaCount`, not `readTimeout` and
/// `writeTimeout`. One key under two others is one setting only where those are alike, too.
fn are_alike(one: &[String], other: &[String]) -> bool {
    let (Some((one, above_one)), Some((other, above_other))) = (one.split_last(), other.split_last()) else {
        return false;
    };
    if one == other {
        return are_alike(above_one, above_other);
    }
    let words = |key: &str| -> BTreeSet<String> {
        let words = words::of(key).into_iter().filter(|word| !SWITCHES.contains(&&**word));
        words.map(|word| word.strip_suffix('s').map_or(word.clone(), str::to_owned)).collect()
    };
    let (one, other) = (words(one), words(other));
    !one.is_empty() && !other.is_empty() && (one.is_subset(&other) || other.is_subset(&one))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    fn renamed(was: Value, now: Value) -> Vec<(Vec<String>, Vec<String>)> {
        renames(&[Some(was)], &[Some(now)])
    }

    #[test]
    fn a_telling_value_under_another_name_is_renamed() {
        let was = json!({"web": {"url": "http://api.shop", "tag": "1", "gone": true}});
        let now = json!({"web": {"upstream": "http://api.shop", "tag": "2", "new": "x"}});
        assert_eq!(renamed(was, now), [(path("web.url"), path("web.upstream"))]);
        assert_eq!(renamed(json!({"a": 8080}), json!({"b": 8080})), [(path("a"), path("b"))]);
    }

    #[test]
    fn any_value_under_a_name_that_says_the_same_is_renamed() {
        for (from, to) in [("replicas", "replicaCount"), ("tag", "imageTag"), ("cache_enabled", "cache")] {
            for value in [json!(2), json!("1.4"), json!(true)] {
                let (was, now) = (json!({"web": {from: value}, "z": 0}), json!({"web": {to: value}, "z": 0}));
                // The map stays, so that the keys in it are what differs.
                assert_eq!(
                    renamed(was, now),
                    [(vec!["web".into(), from.into()], vec!["web".into(), to.into()])]
                );
            }
        }
    }

    #[test]
    fn an_equal_value_by_chance_is_no_rename() {
        for value in [json!(true), json!(null), json!(""), json!(999), json!("abc"), json!({}), json!("true")]
        {
            let (was, now) = (json!({"readOnly": value}), json!({"autoDeleteData": value}));
            assert_eq!(renamed(was, now), [], "{value}");
        }
        for (from, to) in
            [("readTimeout", "writeTimeout"), ("enableCache", "enableTrace"), ("enabled", "cacheEnabled")]
        {
            assert_eq!(renamed(json!({from: true}), json!({to: true})), [], "{from} {to}");
        }
        let was = json!({"cache": {"enabled": true, "size": 1}, "trace": {"rate": 1}});
        let now = json!({"cache": {"size": 1}, "trace": {"enabled": true, "rate": 1}});
        assert_eq!(renamed(was, now), [], "each has a switch of its own");
    }

    #[test]
    fn two_that_could_be_it_are_none() {
        assert_eq!(renamed(json!({"a": 8080}), json!({"b": 8080, "c": 8080})), []);
        assert_eq!(renamed(json!({"a": 8080, "b": 8080}), json!({"c": 8080})), []);
    }

    #[test]
    fn a_file_that_cannot_be_read_moves_no_other() {
        let (one, other) = (json!({"a": 8080}), json!({"b": 8080}));
        assert_eq!(renames(&[None, Some(one.clone())], &[Some(other.clone()), None]), []);
        let found = renames(&[None, Some(one)], &[Some(json!({})), Some(other)]);
        assert_eq!(found, [(path("a"), path("b"))]);
    }
}
