//! What stands for `${NAME}`: texts that both sides have alike, and that are not alike once it is put in.
//!
//! Texts are merged as they are written, so that `${NAME}` never becomes what it stands for. Where both sides have the
//! same text, what differs is what the environments set, and that is what a plan decides about; the edit is one of the
//! value that is set, in the file that sets it.

use std::collections::BTreeSet;

use discovery::Environment;
use kube_model::{Object, Path, Place, Redactor, State};
use render::Variables;
use serde_json::Value;
use std::sync::Arc;

use crate::decide::{Decision, Grounds, SECRET_EDIT, Verdict};
use crate::pairing::Pair;
use crate::places::{self, Differing};
use crate::plan::Request;

/// What stands for `${NAME}` on each side.
pub(crate) struct Substituted<'r> {
    target: Option<Variables<'r>>,
    source: Option<Variables<'r>>,
    base: Option<Variables<'r>>,
}

impl<'r> Substituted<'r> {
    /// The variables of a plan; none where neither side has any.
    pub(crate) fn of(request: &Request<'r>) -> Option<Self> {
        let layers = request.layers?;
        let variables = |environment: Option<&'r Environment>| environment.and_then(Variables::of);
        let (target, source) = (variables(layers.target.environment), variables(layers.source.environment));
        let base = request.base_layer.and_then(|base| variables(base.environment));
        (target.is_some() || source.is_some()).then_some(Self { target, source, base })
    }

    /// The states of source and target as a cluster gets them.
    pub(crate) fn states(&self, source: &State, target: &State) -> (State, State) {
        (state(source, self.source.as_ref()), state(target, self.target.as_ref()))
    }

    /// The target's object and the source's with their variables put in.
    pub(crate) fn both(&self, pair: &Pair<'_>) -> (Option<Object>, Option<Object>) {
        let target = pair.target.map(|object| put_in(object, self.target.as_ref()));
        (target, pair.source.as_ref().map(|object| put_in(object, self.source.as_ref())))
    }

    /// The decisions about texts that both sides have alike.
    pub(crate) fn decide(
        &self,
        pair: &Pair<'_>,
        grounds: &Grounds<'_>,
        redactor: &Redactor,
    ) -> Vec<Decision> {
        let (Some(target), Some(source)) = self.both(pair) else { return Vec::new() };
        if target.value == source.value {
            return Vec::new();
        }
        let masked = redactor.redact(&source);
        let compared = diff_engine::compare(pair.key.schema(), &target.value, &source.value);
        let differing = places::merged(compared).filter_map(|one| {
            let (text, names) = self.text_of(pair, &one.path)?;
            let base = self.base.as_ref().and_then(|base| base.substitute(&text).ok());
            let base_known = base.is_some() && pair.base_known_at(&one.path);
            let place = Place { object: pair.key.clone(), path: one.path };
            let (target, source) = (one.before, one.after);
            let base = base.filter(|_| base_known);
            Some((Differing { place, target, source, base, base_known }, text, names))
        });
        let decisions = differing.map(|(differing, text, names)| {
            let path = differing.place.path.clone();
            let mut decision = grounds.decide(pair, differing);
            let shown = |object: &Object| {
                path.get(pair.key.schema(), &object.value).map(std::borrow::Cow::into_owned)
            };
            if decision.is_carried() && shown(&masked) != shown(&source) {
                decision.change(Verdict::waiting(decision.differing.base_known), SECRET_EDIT.to_owned());
            }
            if decision.verdict == Verdict::Candidate {
                let names: Vec<String> = names.iter().map(|name| format!("${{{name}}}")).collect();
                decision
                    .change(Verdict::Kept, format!("each environment sets its own {}", names.join(" and ")));
            }
            let variables = self.needed(&text, names, decision.becomes.as_ref());
            Decision { variables, ..decision }
        });
        decisions.collect()
    }

    /// The variables that make a text what it is to become: one alone if that is enough (the tag beside a registry).
    fn needed(&self, text: &Value, names: BTreeSet<String>, becomes: Option<&Value>) -> BTreeSet<String> {
        let is_enough = |name: &&String| {
            let made = self
                .target
                .as_ref()
                .zip(self.source_value(name))
                .map(|(target, value)| target.with(name, value).substitute(text));
            matches!((made, becomes), (Some(Ok(made)), Some(becomes)) if made == *becomes)
        };
        names.iter().find(is_enough).map(|name| BTreeSet::from([name.clone()])).unwrap_or(names)
    }

    /// What the source sets.
    pub(crate) fn source_value(&self, name: &str) -> Option<&'r str> {
        self.source.as_ref()?.get(name)
    }

    /// The places of an object of the target that another value of a variable changes.
    pub(crate) fn moved_by(&self, object: &Object, name: &str, to: &str) -> Vec<Place> {
        let Some(target) = &self.target else { return Vec::new() };
        let (before, after) = (put_in(object, Some(target)), put_in(object, Some(&target.with(name, to))));
        let compared = diff_engine::compare(object.key.schema(), &before.value, &after.value);
        let place = |one: diff_engine::Difference| Place { object: object.key.clone(), path: one.path };
        compared.differences.into_iter().map(place).collect()
    }

    /// The text that both sides have at a place, and the variables in it that they set otherwise.
    fn text_of(&self, pair: &Pair<'_>, path: &Path) -> Option<(Value, BTreeSet<String>)> {
        let schema = pair.key.schema();
        let text = path.get(schema, &pair.target?.value)?.into_owned();
        let theirs = path.get(schema, &pair.source.as_ref()?.value)?;
        let mut names = BTreeSet::new();
        (text == *theirs).then(|| named(&text, &mut names))?;
        let is_set_otherwise = |name: &String| {
            let value = |variables: &Option<Variables<'r>>| variables.as_ref().and_then(|all| all.get(name));
            value(&self.target) != value(&self.source)
        };
        names.retain(is_set_otherwise);
        (!names.is_empty()).then_some((text, names))
    }

    /// The first variable of a value that the target does not set.
    pub(crate) fn missing(&self, value: &Value) -> Option<String> {
        let target = self.target.as_ref().filter(|target| target.are_all_known())?;
        let mut names = BTreeSet::new();
        named_without_default(value, &mut names);
        names.into_iter().find(|name| target.get(name).is_none())
    }
}

fn state(state: &State, variables: Option<&Variables<'_>>) -> State {
    let objects = state.objects.iter().map(|object| put_in(object, variables)).collect();
    State { files: Vec::new(), objects }
}

fn put_in(object: &Object, variables: Option<&Variables<'_>>) -> Object {
    let replaced = variables.and_then(|variables| variables.of_object(&object.value).ok());
    Object { value: replaced.map_or_else(|| object.value.clone(), Arc::new), ..object.clone() }
}

/// The names in all texts of a value.
pub(crate) fn named(value: &Value, names: &mut BTreeSet<String>) {
    expressions(value, &mut |inner| {
        names.insert(name_of(inner).to_owned());
    });
}

fn named_without_default(value: &Value, names: &mut BTreeSet<String>) {
    expressions(value, &mut |inner| {
        let name = name_of(inner);
        if inner == name {
            names.insert(name.to_owned());
        }
    });
}

fn name_of(inner: &str) -> &str {
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
    &inner[..end]
}

/// What stands between the braces of each `${…}`.
fn expressions(value: &Value, take: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => {
            for (at, _) in text.match_indices("${") {
                let is_escaped = text[..at].ends_with('$');
                if let Some(end) = text[at..].find('}').filter(|_| !is_escaped) {
                    take(&text[at + 2..at + end]);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| expressions(item, take)),
        Value::Object(map) => map.values().for_each(|value| expressions(value, take)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_names_of_a_value_are_found() {
        let value = json!({"a": ["web:${tag}", "$${kept}"], "b": "${host:-none}/${path}"});
        let (mut all, mut needed) = (BTreeSet::new(), BTreeSet::new());
        named(&value, &mut all);
        named_without_default(&value, &mut needed);
        assert_eq!(all.into_iter().collect::<Vec<_>>(), ["host", "path", "tag"]);
        assert_eq!(needed.into_iter().collect::<Vec<_>>(), ["path", "tag"]);
    }
}
