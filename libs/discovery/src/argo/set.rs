//! An ApplicationSet as the Applications that it makes.

use crate::argo::generators::{Generators, MOST};
use crate::argo::parameters::{Language, Parameters};
use crate::environment::Evidence;
use crate::field::{Field, Kind, documents};
use crate::note::{Note, Problem};
use crate::object::Object;
use crate::place::Location;
use crate::repository::Index;

/// An Application that a set makes.
pub(crate) struct Made {
    pub(crate) object: Object,
    pub(crate) found_by: Evidence,
    /// What of it could not be filled in.
    pub(crate) notes: Vec<Note>,
}

/// The Applications of a set, if there are at most `room` of them.
pub(crate) fn applications(
    set: &Object,
    clusters: &[Object],
    index: &Index<'_>,
    room: usize,
    notes: &mut Vec<Note>,
) -> Vec<Made> {
    let Some(spec) = set.root.get("spec") else { return Vec::new() };
    let language = Language::of(spec);
    let mut made = Vec::new();
    for generator in spec.list("generators") {
        let sets = Generators { index, clusters, language, notes }.sets(generator, 0);
        let sets = match sets {
            Ok(sets) => sets,
            Err(note) => {
                notes.push(note);
                continue;
            }
        };
        if made.len() + sets.len() > room.min(MOST) {
            let message = format!(
                "{} makes more applications than are listed ({MOST}): none of them is",
                set.full_name()
            );
            notes.push(Note { problem: Problem::TooMany, at: set.at().clone(), message });
            return Vec::new();
        }
        let template = template(spec, generator);
        for parameters in &sets {
            made.extend(one(set, spec, &template, parameters, language, notes));
        }
    }
    made
}

/// The set's template, with the generator's own laid over.
fn template(spec: &Field, generator: &Field) -> Field {
    let empty = || Field::new(Kind::Map(Vec::new()), spec.at.clone());
    let mut template = spec.get("template").cloned().unwrap_or_else(empty);
    let own = generator.entries().iter().find_map(|(_, kind)| kind.get("template"));
    if let Some(own) = own {
        template.merge(own);
    }
    template
}

fn one(
    set: &Object,
    spec: &Field,
    template: &Field,
    parameters: &Field,
    language: Language,
    notes: &mut Vec<Note>,
) -> Option<Made> {
    let filler = Parameters::new(parameters, language);
    let mut unfilled = Vec::new();
    let mut root = filler.fill_in(template, &mut unfilled);
    if let Some(patch) = spec.get("templatePatch").filter(|_| language.is_go()) {
        patch_template(&mut root, patch, &filler, &mut unfilled);
    }
    let name = root.text_of("metadata.name").filter(|name| !name.contains("{{"));
    let is_whole = !at_essential(&root, "{{");
    let Some(name) = name.filter(|_| is_whole) else {
        notes.append(&mut unfilled);
        let message =
            format!("an application of {} is not listed: its name or path is not known", set.full_name());
        notes.push(Note { problem: Problem::Template, at: parameters.at.clone(), message });
        return None;
    };
    let from = origin(parameters, set);
    let object = Object {
        group: set.group.clone(),
        kind: "Application".to_owned(),
        namespace: root.text_of("metadata.namespace").or_else(|| set.namespace.clone()),
        root,
        name,
    };
    let why = format!("Argo CD ApplicationSet {}, which makes {}", set.full_name(), object.name);
    Some(Made { object, found_by: Evidence { at: from, why }, notes: unfilled })
}

/// Whether a field that says what is rendered holds this text.
fn at_essential(root: &Field, text: &str) -> bool {
    let sources = root.list("spec.sources").iter().chain(root.at_path("spec.source"));
    sources
        .flat_map(|source| ["path", "chart", "repoURL", "targetRevision"].map(|key| source.text_of(key)))
        .flatten()
        .any(|value| value.contains(text))
}

/// The element that made it: its place, if it is one.
fn origin(parameters: &Field, set: &Object) -> Location {
    let is_place = parameters.at.file != set.at().file || parameters.at.line > set.at().line;
    if is_place { parameters.at.clone() } else { set.at().clone() }
}

/// Lays the text of `templatePatch`, filled in, over the Application.
fn patch_template(root: &mut Field, patch: &Field, filler: &Parameters<'_>, notes: &mut Vec<Note>) {
    let before = notes.len();
    let text = filler.fill_in(patch, notes).text().unwrap_or_default();
    if notes.len() > before {
        return;
    }
    match documents(&patch.at.file, text.as_bytes()).as_deref() {
        Ok([]) => {}
        Ok([change, ..]) => root.merge(&Field::of_value(change.value(), &patch.at)),
        Err(error) => notes.push(Note {
            problem: Problem::Template,
            at: patch.at.clone(),
            message: format!("templatePatch makes no YAML: {error}"),
        }),
    }
}
