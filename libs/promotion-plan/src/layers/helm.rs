//! Edits of a chart's values: the target's own values take over values of the source, one after the other, and
//! rendering says which places each of them sets.

mod lists;
mod paths;

use std::rc::Rc;
use std::sync::Arc;

use ::helm::{Asks, Chart, OutsideCall, Release, SchemaCheck, Values};
use discovery::Sets;
use file_tree::{FileTree, join};
use serde_json::Value;

use super::draft::Draft;
use super::stack::{self, ValuesLayer, with_setting};
use super::trial::{Open, Standing};
use super::write::{Mechanism, Site};
use super::{Documents, Inputs, Layer};

pub(in crate::layers) use paths::{at, differing, with};

pub(super) const PHASES: &[&[Mechanism]] = &[&[change]];

/// Values files of a side, and what they come to with the chart's own.
struct Side {
    /// Those that win last.
    files: Vec<(String, Rc<Documents>)>,
    /// What an Application or a HelmRelease says over them.
    settings: Vec<ValuesLayer>,
    merged: Value,
}

impl Side {
    fn of_target(site: &Site<'_, '_>, draft: &Draft<'_>) -> Option<Self> {
        let files = files(&site.layers.target, |path| draft.documents(path));
        let environment = site.layers.renderer.environment(&draft.tree);
        let settings = stack::layers(environment.as_deref(), draft);
        Some(Self::over(files, settings, merged(&draft.tree, site.layers.target.inputs)?))
    }

    fn of_source(site: &Site<'_, '_>) -> Option<Self> {
        let source = &site.layers.source;
        let files = files(source, |path| Documents::read(source.tree, path, site.limits));
        let settings = stack::layers(source.environment, &Draft::new(source.tree, site.limits));
        Some(Self::over(files, settings, merged(source.tree, source.inputs)?))
    }

    fn over(files: Vec<(String, Rc<Documents>)>, settings: Vec<ValuesLayer>, below: Value) -> Self {
        let merged = settings.iter().fold(below, |below, layer| stack::merged(below, layer.value.clone()));
        Self { files, settings, merged }
    }

    /// Whether a file says something of a path.
    fn says(file: &(String, Rc<Documents>), path: &[String]) -> bool {
        file.1.values.first().is_some_and(|value| at(value, path).is_some())
    }
}

fn files(layer: &Layer<'_>, read: impl Fn(&str) -> Option<Documents>) -> Vec<(String, Rc<Documents>)> {
    let Inputs::Helm { chart, values } = layer.inputs else { return Vec::new() };
    let paths = join(chart, "values.yaml").into_iter().chain(values.iter().cloned());
    paths.filter_map(|path| Some((path.clone(), Rc::new(read(&path)?)))).collect()
}

/// What templates see, as Helm merges it. Values that break the chart's rules show when they are rendered.
fn merged(tree: &FileTree, inputs: &Inputs) -> Option<Value> {
    let Inputs::Helm { chart, values } = inputs else { return None };
    let layer = |path: &String| {
        let bytes = tree.file(path).map(Arc::from)?;
        Some(::helm::Layer::File { path: path.clone(), bytes })
    };
    let release = Release {
        values: values.iter().filter_map(layer).collect(),
        schema: SchemaCheck::Skipped,
        ..Release::of(Arc::new(Chart::read(tree, chart).ok()?), "release")
    };
    Values::of(&release).ok().map(|values| values.merged())
}

/// A value of the source, single items of a list, what is planned itself where a value of the target is what stands there.
fn change<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, open: &Open, _: &Standing) -> Vec<Draft<'a>> {
    let (Some(ours), Some(theirs)) = (Side::of_target(site, draft), Side::of_source(site)) else {
        return Vec::new();
    };
    let values = taken(&ours.merged, &theirs.merged, open)
        .chain(items(&ours.merged, &theirs.merged))
        .chain(planned(&ours.merged, open));
    values.filter_map(|(path, new)| with_value(site, draft, (&ours, &theirs), &path, new)).collect()
}

/// A value that the target might have at a path, if any.
type Proposal = (Vec<String>, Option<Value>);

/// Values of the source where the two differ: those first that show in what is planned.
fn taken<'v>(ours: &'v Value, theirs: &'v Value, open: &Open) -> impl Iterator<Item = Proposal> + use<'v> {
    let mut paths = differing(ours, theirs);
    paths.sort_by_key(|path| !shows(at(theirs, path), open.planned.as_ref()));
    paths.into_iter().flat_map(|path| match at(theirs, &path) {
        Some(value) => vec![(path.clone(), Some(value.clone()))],
        // Null takes away what comes from below.
        None => vec![(path.clone(), None), (path, Some(Value::Null))],
    })
}

/// Single items of lists: a list replaces the one below whole, so the target's own stays but for them.
fn items<'v>(ours: &'v Value, theirs: &'v Value) -> impl Iterator<Item = Proposal> + use<'v> {
    differing(ours, theirs).into_iter().flat_map(|path| match (at(ours, &path), at(theirs, &path)) {
        (Some(Value::Array(own)), Some(Value::Array(new))) => {
            let lists = lists::one_item_apart(own, new).into_iter();
            lists.map(|list| (path.clone(), Some(Value::Array(list)))).collect()
        }
        _ => Vec::new(),
    })
}

/// What is planned, where a value of the target is what stands there.
fn planned<'v>(ours: &'v Value, open: &'v Open) -> impl Iterator<Item = Proposal> + use<'v> {
    let both = open.found.as_ref().zip(open.planned.clone());
    both.into_iter().flat_map(|(found, planned)| {
        paths::of_value(ours, found).into_iter().map(move |path| (path, Some(planned.clone())))
    })
}

/// The draft in which the target's own file gives a value: the file that gives it now, else the one that says most of
/// what holds it. What is added is written as the source has it.
fn with_value<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    (ours, theirs): (&Side, &Side),
    path: &[String],
    new: Option<Value>,
) -> Option<Draft<'a>> {
    let own = ours.settings.iter().rev().filter(|layer| site.is_own_setting(&layer.setting));
    if let Some(winner) = own.clone().find(|layer| at(&layer.value, path).is_some()) {
        return with_setting(draft, &winner.setting, path, new.as_ref());
    }
    let last = own.clone().find(|layer| matches!(layer.setting.sets, Sets::Values(_)));
    if let (Some(last), false) = (last, ours.files.iter().any(|(file, _)| site.is_own(file))) {
        return with_setting(draft, &last.setting, path, new.as_ref());
    }
    let own = ours.files.iter().filter(|(file, _)| site.is_own(file));
    let depth = |file: &&(String, Rc<Documents>)| {
        (0..=path.len()).rev().find(|depth| Side::says(file, &path[..*depth]))
    };
    let (file, documents) = own.max_by_key(depth)?;
    let value = documents.values.first().cloned().unwrap_or_default();
    let template = theirs.files.iter().rev().find(|file| Side::says(file, path));
    let becoming = with(&value, path, new)?;
    (becoming != value).then_some(())?;
    draft.clone().with_document(file, 0, becoming, template.map(|(_, documents)| (documents.clone(), 0)))
}

/// Why no edit of a chart can be shown to do what was planned: its templates ask for chance or the clock.
pub(super) fn chance(layer: &Layer<'_>) -> Option<String> {
    let Inputs::Helm { chart, .. } = layer.inputs else { return None };
    let calls = Chart::read(layer.tree, chart).ok()?.outside_calls();
    let call = calls.into_iter().find(|call| call.asks == Asks::Chance)?;
    let OutsideCall { template, line, function, .. } = call;
    Some(format!(
        "{template}:{line} calls {function}, whose answer is another one each time: rendering twice differs by it, so no preview would be what the edit does"
    ))
}

/// Whether a value of the source can be seen in what is planned.
pub(super) fn shows(value: Option<&Value>, planned: Option<&Value>) -> bool {
    let (Some(value), Some(planned)) = (value, planned) else { return value.is_none() && planned.is_none() };
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => return value == planned,
        other => other.to_string(),
    };
    !text.is_empty() && planned.to_string().contains(&text)
}
