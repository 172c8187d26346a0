//! What changes.

mod by_object;

use kube_model::{ObjectRef, shown_list};

use super::headline;
use crate::sheet::{
    FactSheet, FieldChange, ImageChange, Op, Renamed, SettingChange, SettingKind, SizeChange,
};
use crate::words::{Names, Reasons, capital, clause, count, counted, place, sentences, shown, value, verb};

/// The most groups of one sort that a paragraph tells.
const MOST: usize = 5;
/// The most objects of one group that it names.
const OBJECTS: usize = 3;
/// Of more objects that are new or removed their kinds are counted.
const NAMED: usize = 6;

/// None if nothing changes, which the headline says. What else it says is not said again.
pub(super) fn write(sheet: &FactSheet, names: Names) -> Option<String> {
    let changes = &sheet.changes;
    let edits = sheet.plan.as_ref().and_then(|plan| edits(&plan.edits));
    if headline::single(sheet, names).is_some() {
        return edits;
    }
    let mut sentences = Vec::new();
    sentences.extend(images(&changes.images, names));
    sentences.extend(settings(&changes.settings, names));
    sentences.extend(sizes(&changes.sizes, names));
    sentences.extend(objects(&changes.new_objects(), "new", names));
    sentences.extend(objects(&changes.gone_objects(), "removed", names));
    sentences.extend(renamed(&changes.renamed, names));
    sentences.extend(fields(&changes.fields, changes.has_named(), names));
    if sentences.is_empty() {
        sentences.extend(suppressed(changes.suppressed));
    }
    if changes.is_nothing() {
        sentences.extend(sheet.plan.iter().flat_map(|plan| notes(&plan.notes)));
    }
    sentences.extend(edits);
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// `2 images change: Deployment a and Deployment b from 1.0 to 1.1.`
fn images(images: &[ImageChange], names: Names) -> Option<String> {
    let owner = |image: &ImageChange| {
        let of_object = images.iter().filter(|other| other.object == image.object).count();
        let object = names.object(&image.object);
        match of_object > 1 {
            true => format!("container {} of {object}", shown(&image.container)),
            false => object,
        }
    };
    if let ([(before, after)], true) = (same_step(images).as_slice(), images.len() > 1) {
        let owners: Vec<String> = images.iter().map(owner).collect();
        let step = format!("go from {} to {}", shown(before), shown(after));
        return Some(format!("{} images {step}: {}.", images.len(), shown_list(&owners, NAMED)));
    }
    let reasons = Reasons::of_all(images.iter().map(|image| (owner(image), step(image))));
    let count = count(images.len(), "image changes", "images change");
    let groups = in_groups(&reasons, |step, owners| format!("{owners} {step}"));
    (!images.is_empty()).then(|| format!("{count}: {groups}."))
}

/// The versions that all images go from and to; nothing where they go different ways.
fn same_step(images: &[ImageChange]) -> Vec<(String, String)> {
    let mut steps: Vec<_> = images.iter().map(ImageChange::versions).collect();
    steps.dedup();
    if steps.len() == 1 { steps.into_iter().flatten().collect() } else { Vec::new() }
}

/// `from 1.2 to 1.3`
fn step(image: &ImageChange) -> String {
    match (&image.before, &image.after, image.versions()) {
        (.., Some((before, after))) => format!("from {} to {}", shown(&before), shown(&after)),
        (None, Some(after), None) => format!("gets {}", shown(after)),
        (Some(before), _, None) => format!("loses {}", shown(before)),
        (None, None, None) => "changes".to_owned(),
    }
}

/// `in ConfigMap web, A goes from 1 to 2 and B is removed`
fn settings(settings: &[SettingChange], names: Names) -> Option<String> {
    let count = count(settings.len(), "setting changes", "settings change");
    let told = by_object::write(settings.iter().map(|setting| (&setting.object, of_setting(setting))), names);
    told.map(|told| format!("{count}: {told}."))
}

fn of_setting(setting: &SettingChange) -> String {
    let name = shown(&setting.name);
    let plain = |given| if setting.kind == SettingKind::Secret { None } else { value(given) };
    match (setting.op, plain(setting.before.as_ref()), plain(setting.after.as_ref())) {
        (Op::Add, _, Some(after)) => format!("{name} is added as {after}"),
        (Op::Add, ..) => format!("{name} is added"),
        (Op::Remove, Some(before), _) => format!("{name} is removed (it was {before})"),
        (Op::Remove, ..) => format!("{name} is removed"),
        (Op::Replace, Some(before), Some(after)) => format!("{name} goes from {before} to {after}"),
        (Op::Replace, ..) => format!("{name} changes"),
    }
}

/// `in Deployment web, the replica count goes from 2 to 3`
fn sizes(sizes: &[SizeChange], names: Names) -> Option<String> {
    let count = count(sizes.len(), "size changes", "sizes change");
    let told = by_object::write(sizes.iter().map(|size| (&size.object, of_size(size))), names);
    told.map(|told| format!("{count}: {told}."))
}

/// `the replica count goes from 2 to 3`
fn of_size(size: &SizeChange) -> String {
    let what = sentences(&size.what);
    match (&size.before, &size.after, value(size.before.as_ref()), value(size.after.as_ref())) {
        (_, _, Some(before), Some(after)) => format!("{what} goes from {before} to {after}"),
        (None, _, _, Some(after)) => format!("{what} is set to {after}"),
        (_, None, Some(before), _) => format!("{what} is removed (it was {before})"),
        (Some(_), None, ..) => format!("{what} is removed"),
        _ => format!("{what} changes"),
    }
}

/// By what is shared by most: a field of several objects, or an object with several fields.
fn fields(fields: &[FieldChange], has_named: bool, names: Names) -> Option<String> {
    let what = |field: &FieldChange| {
        let gone = match field.op {
            Op::Add => " (new)",
            Op::Remove => " (removed)",
            Op::Replace => "",
        };
        format!("{}{gone}", place(&field.path.to_string()))
    };
    let by_field = Reasons::of_all(fields.iter().map(|field| (names.object(&field.object), what(field))));
    let by_object = Reasons::of_all(fields.iter().map(|field| (what(field), names.object(&field.object))));
    let text = match by_object.groups().count() < by_field.groups().count() {
        true => in_groups(&by_object, |object, fields| format!("{fields} of {object}")),
        false => in_groups(&by_field, |field, objects| format!("{field} of {objects}")),
    };
    let count = match has_named {
        true => count(fields.len(), "other field changes", "other fields change"),
        false => count(fields.len(), "field changes", "fields change"),
    };
    (!fields.is_empty()).then(|| format!("{count}: {text}."))
}

/// The first groups, one after the other, and how many things are in no group of them.
fn in_groups<R: PartialEq>(reasons: &Reasons<R>, text: impl Fn(&R, String) -> String) -> String {
    let listed = reasons.listed(OBJECTS).take(MOST);
    let mut parts: Vec<String> = listed.map(|(reason, things)| text(reason, things)).collect();
    let more = reasons.number_from(MOST);
    if more > 0 {
        parts.push(format!("{more} more"));
    }
    // Parts that are lists themselves are kept apart by more than a comma.
    let is_list = |part: &String| part.contains(" and ") || part.contains(", ");
    match parts.split_last() {
        Some((last, first)) if !first.is_empty() && parts.iter().any(is_list) => {
            format!("{}; and {last}", first.join("; "))
        }
        _ => shown_list(&parts, parts.len()),
    }
}

fn objects(objects: &[ObjectRef], what: &str, names: Names) -> Option<String> {
    let number = objects.len();
    let verb = verb(number, "is", "are");
    let counted = counted(objects.iter().map(|object| object.kind.clone()));
    let count = count(number, "object", "objects");
    Some(match (number, counted.as_slice()) {
        (0, _) => return None,
        (..=NAMED, _) => format!("{count} {verb} {what}: {}.", shown_list(&names.objects(objects), NAMED)),
        (_, [(kind, _)]) => {
            let list = shown_list(&names.objects(objects), OBJECTS);
            format!("{count} of kind {} {verb} {what}: {list}.", shown(kind))
        }
        (_, kinds) => format!("{count} {verb} {what}: {}.", of_kinds(kinds)),
    })
}

/// `5 of kind Service, 3 of kind Deployment and 4 of other kinds`
fn of_kinds(kinds: &[(String, usize)]) -> String {
    // What is left after the first is named as well, if it is one kind.
    let named = if kinds.len() == MOST + 1 { MOST + 1 } else { MOST };
    let of_kind = |(kind, number): &(String, usize)| format!("{number} of kind {}", shown(kind));
    let mut parts: Vec<String> = kinds.iter().take(named).map(of_kind).collect();
    let rest: usize = kinds.iter().skip(named).map(|(_, number)| number).sum();
    if rest > 0 {
        parts.push(format!("{rest} of other kinds"));
    }
    shown_list(&parts, parts.len())
}

/// `1 object is called differently: Deployment a is now Deployment b (a new object is created and the old one deleted).`
fn renamed(renamed: &[Renamed], names: Names) -> Option<String> {
    let pair = |one: &Renamed| {
        let pair = format!("{} is now {}", names.object(&one.before), names.object(&one.after));
        (pair, clause(&one.consequence))
    };
    let number = renamed.len();
    let count = count(number, "object is called differently", "objects are called differently");
    let listed = Reasons::of(renamed.iter().map(pair)).in_brackets(MOST, OBJECTS);
    (number > 0).then(|| format!("{count}: {listed}."))
}

fn suppressed(number: usize) -> Option<String> {
    let count = count(number, "difference is", "differences are");
    (number > 0).then(|| format!("{count} in writing alone and left out."))
}

/// Why there is nothing to carry is told among the notes.
fn notes(notes: &[String]) -> impl Iterator<Item = String> {
    notes.iter().take(MOST).map(|note| format!("{}.", capital(&clause(note))))
}

fn edits(files: &[String]) -> Option<String> {
    let named = match files.len() <= OBJECTS {
        true => {
            let files: Vec<String> = files.iter().map(|file| place(file)).collect();
            format!(": {}", shown_list(&files, OBJECTS))
        }
        false => String::new(),
    };
    let count = count(files.len(), "file", "files");
    (!files.is_empty()).then(|| format!("The edit touches {count}{named}."))
}
