//! What an Argo CD Application ignores: `spec.ignoreDifferences`, read as it is written
//! (argo-cd docs, user-guide/diffing; `util/argo/normalizers/diff_normalizer.go`).

mod condition;
mod expression;
mod parse;

use std::collections::HashMap;

use kube_model::schema::{Schema, Schemas};
use kube_model::{Object, ObjectKey, Path, PlacePattern};
use serde_json::Value;

use crate::diff::{Change, Diff, Suppressed};
use crate::ignore::summary;
use crate::live::managers;
use crate::reason::Reason;
use expression::Expression;

/// One entry of `ignoreDifferences`.
#[derive(Debug, Clone)]
pub struct ArgoIgnore {
    /// Which objects: group, kind, namespace and name; what is left out is any.
    objects: PlacePattern,
    expressions: Vec<Expression>,
    managers: Vec<String>,
}

/// An entry of `ignoreDifferences` that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{application}: spec.ignoreDifferences[{index}]: {text:?} is not understood: {why}")]
pub struct ArgoIgnoreError {
    /// The Application.
    pub application: String,
    /// Which entry, from 0.
    pub index: usize,
    /// The expression.
    pub text: String,
    /// What is not understood.
    pub why: &'static str,
}

impl ArgoIgnoreError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "ARGOCD_IGNORE"
    }
}

/// What the Argo CD Applications among these objects ignore.
///
/// # Errors
/// The first entry that is not understood: an ignore that is passed over in silence would show as changes what is none.
pub fn argocd_ignores(objects: &[Object]) -> Result<Vec<ArgoIgnore>, ArgoIgnoreError> {
    let is_application =
        |object: &&Object| object.key.kind == "Application" && object.key.group == "argoproj.io";
    let mut ignores = Vec::new();
    for application in objects.iter().filter(is_application) {
        let entries = application.at(&["spec", "ignoreDifferences"]).unwrap_or(&Value::Null);
        ignores.extend(argocd_ignores_of(&application.key.to_string(), entries)?);
    }
    Ok(ignores)
}

/// What an Application ignores whose `spec.ignoreDifferences` these are.
///
/// # Errors
/// As [`argocd_ignores`].
pub fn argocd_ignores_of(application: &str, entries: &Value) -> Result<Vec<ArgoIgnore>, ArgoIgnoreError> {
    let entries = entries.as_array().into_iter().flatten().enumerate();
    let read = |(index, entry)| {
        ArgoIgnore::read(entry).map_err(|(text, why)| ArgoIgnoreError {
            application: application.to_owned(),
            index,
            text,
            why,
        })
    };
    entries.map(read).collect()
}

impl ArgoIgnore {
    fn read(entry: &Value) -> Result<Self, (String, &'static str)> {
        let text = |field: &str| entry.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        let texts = |field: &str| -> Vec<String> {
            let list = entry.get(field).and_then(Value::as_array).into_iter().flatten();
            list.filter_map(|one| one.as_str().map(str::to_owned)).collect()
        };
        let kind = text("kind").ok_or_else(|| (entry.to_string(), "kind is missing"))?;
        let group = text("group").unwrap_or_default();
        let group = if group.is_empty() { String::new() } else { format!(".{group}") };
        let namespace = text("namespace").map(|namespace| format!("{namespace}/")).unwrap_or_default();
        let place = format!("{kind}{group}/{namespace}{}", text("name").unwrap_or("*"));
        let objects = place.parse().map_err(|_| (place, "this names no objects"))?;
        let mut expressions = Vec::new();
        for pointer in texts("jsonPointers") {
            expressions.push(parse::pointer(&pointer).map_err(|why| (pointer, why))?);
        }
        for jq in texts("jqPathExpressions") {
            expressions.push(parse::jq(&jq).map_err(|why| (jq, why))?);
        }
        Ok(Self { objects, expressions, managers: texts("managedFieldsManagers") })
    }
}

impl Diff {
    /// The difference without what Argo CD is told to ignore. `before` and `after` are the states that were compared. What is
    /// left out moves to `suppressed` with the expression that leaves it out.
    #[must_use]
    pub fn ignoring_argocd(mut self, ignores: &[ArgoIgnore], before: &[Object], after: &[Object]) -> Self {
        if ignores.is_empty() {
            return self;
        }
        let by_key = |objects: &'_ [Object]| -> HashMap<ObjectKey, Object> {
            objects.iter().map(|object| (object.key.clone(), object.clone())).collect()
        };
        let schemas = Schemas::built_in().with_crds(before.iter().chain(after));
        let (before, after) = (by_key(before), by_key(after));
        let mut changes = Vec::with_capacity(self.changes.len());
        for change in std::mem::take(&mut self.changes) {
            let key = change.object.key();
            let reason = match (before.get(&key), after.get(&key)) {
                (Some(before), Some(after)) => ignored(ignores, &schemas, &change, before, after),
                _ => None,
            };
            match reason {
                Some(reason) => self.suppressed.push(Suppressed::of(change, reason)),
                None => changes.push(change),
            }
        }
        self.suppressed.sort_by_cached_key(|one| (one.object.key(), one.path.clone()));
        self.summary = summary(&changes);
        self.changes = changes;
        self
    }
}

/// The expression that leaves a change out; none if nothing does, or not all of it.
fn ignored(
    ignores: &[ArgoIgnore],
    schemas: &Schemas,
    change: &Change,
    before: &Object,
    after: &Object,
) -> Option<Reason> {
    let schema = schemas.of(&after.key.group, &after.key.kind);
    ignores.iter().filter(|ignore| ignore.objects.object.matches(&after.key)).find_map(|ignore| {
        let by_expression =
            ignore.expressions.iter().find(|one| covers(one, schema, &change.path, before, after));
        if let Some(expression) = by_expression {
            return Some(Reason::argocd_ignore(expression.text()));
        }
        let owners = managers(before);
        let trusted = owners
            .into_iter()
            .find(|(name, owned)| ignore.managers.contains(name) && owned.has(&change.path));
        trusted.map(|(manager, _)| Reason::argocd_ignore(&format!("manager {manager}")))
    })
}

/// Whether nothing of the change is left once what the expression names is taken out of both.
fn covers(expression: &Expression, schema: Schema<'_>, path: &Path, before: &Object, after: &Object) -> bool {
    let left = |object: &Object| {
        let mut value = Value::clone(&object.value);
        let taken = expression.delete_from(&mut value);
        let left = path.get(schema, &value).map(std::borrow::Cow::into_owned);
        (taken, left.filter(|left| !is_empty(left)))
    };
    let ((took_before, before), (took_after, after)) = (left(before), left(after));
    (took_before || took_after) && before == after
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
