//! What changes.

use kube_model::image::ImageRef;
use kube_model::{ObjectRef, shown, shown_list};

use crate::sheet::{
    FactSheet, FieldChange, ImageChange, Op, Renamed, SettingChange, SettingKind, SizeChange,
};
use crate::words::{Names, Reasons, clause, count, place, value, verb};

/// The most items of one sort that a paragraph names.
const MOST: usize = 5;
/// The most files of the edit that it names.
const FILES: usize = 3;

/// None if nothing changes, which the headline says.
pub(super) fn write(sheet: &FactSheet, names: Names) -> Option<String> {
    let changes = &sheet.changes;
    let mut sentences = Vec::new();
    sentences.extend(images(&changes.images, names));
    sentences.extend(settings(&changes.settings, names));
    sentences.extend(sizes(&changes.sizes, names));
    sentences.extend(objects(&changes.added, "new", names));
    sentences.extend(objects(&changes.removed, "removed", names));
    sentences.extend(renamed(&changes.renamed, names));
    sentences.extend(fields(&changes.fields, names));
    sentences.extend(suppressed(changes.suppressed));
    sentences.extend(sheet.plan.as_ref().and_then(|plan| edits(&plan.edits)));
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn images(images: &[ImageChange], names: Names) -> Option<String> {
    let owner = |image: &ImageChange| {
        let of_object = images.iter().filter(|other| other.object == image.object).count();
        let object = names.object(&image.object);
        match of_object > 1 {
            true => format!("container {} of {object}", shown(&image.container)),
            false => object,
        }
    };
    if let Some((before, after)) = common_versions(images) {
        let owners: Vec<String> = images.iter().map(owner).collect();
        let count = format!("{} images go from {} to {}", images.len(), shown(&before), shown(&after));
        return Some(format!("{count}: {}.", shown_list(&owners, MOST)));
    }
    let items: Vec<String> = images.iter().map(|image| of_image(image, &owner(image))).collect();
    listed(&items, "image changes", "images change")
}

/// The versions that several images all go from and to.
fn common_versions(images: &[ImageChange]) -> Option<(String, String)> {
    let of = |image: &ImageChange| Some(versions(image.before.as_ref()?, image.after.as_ref()?));
    let first = of(images.first()?)?;
    (images.len() > 1 && images.iter().all(|image| of(image).as_ref() == Some(&first))).then_some(first)
}

/// `Deployment web from 1.2 to 1.3`.
fn of_image(image: &ImageChange, owner: &str) -> String {
    match (&image.before, &image.after) {
        (Some(before), Some(after)) => {
            let (before, after) = versions(before, after);
            format!("{owner} from {} to {}", shown(&before), shown(&after))
        }
        (None, Some(after)) => format!("{owner} gets {}", shown(after)),
        (Some(before), None) => format!("{owner} loses {}", shown(before)),
        (None, None) => owner.to_owned(),
    }
}

/// What tells two images apart: of one repository the tags, else the digests, else all of it.
fn versions(before: &str, after: &str) -> (String, String) {
    let (was, is) = (ImageRef::parse(before), ImageRef::parse(after));
    let pair = |was: Option<&str>, is: Option<&str>| {
        was.zip(is).filter(|(was, is)| was != is).map(|(was, is)| (was.to_owned(), is.to_owned()))
    };
    let same = was.repository == is.repository;
    same.then(|| pair(was.tag, is.tag).or_else(|| pair(was.digest, is.digest)))
        .flatten()
        .unwrap_or_else(|| (before.to_owned(), after.to_owned()))
}

/// Object by object: `in ConfigMap web, A goes from 1 to 2 and B is removed`.
fn settings(settings: &[SettingChange], names: Names) -> Option<String> {
    let mut groups: Vec<(&ObjectRef, Vec<String>)> = Vec::new();
    for setting in settings.iter().take(MOST) {
        let text = of_setting(setting);
        match groups.iter_mut().find(|(object, _)| **object == setting.object) {
            Some((_, texts)) => texts.push(text),
            None => groups.push((&setting.object, vec![text])),
        }
    }
    let mut parts: Vec<String> = groups
        .into_iter()
        .map(|(object, texts)| format!("in {}, {}", names.object(object), shown_list(&texts, MOST)))
        .collect();
    if settings.len() > MOST {
        parts.push(format!("and {} more", settings.len() - MOST));
    }
    let count = count(settings.len(), "setting changes", "settings change");
    (!parts.is_empty()).then(|| format!("{count}: {}.", parts.join("; ")))
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

fn sizes(sizes: &[SizeChange], names: Names) -> Option<String> {
    let items: Vec<String> = sizes.iter().map(|size| of_size(size, names)).collect();
    listed(&items, "size changes", "sizes change")
}

fn of_size(size: &SizeChange, names: Names) -> String {
    let what = format!("{} in {}", crate::words::sentences(&size.what), names.object(&size.object));
    match (&size.before, &size.after, value(size.before.as_ref()), value(size.after.as_ref())) {
        (_, _, Some(before), Some(after)) => format!("{what} from {before} to {after}"),
        (None, _, _, Some(after)) => format!("{what} is set to {after}"),
        (_, None, Some(before), _) => format!("{what} is removed (it was {before})"),
        (Some(_), None, ..) => format!("{what} is removed"),
        _ => what,
    }
}

fn fields(fields: &[FieldChange], names: Names) -> Option<String> {
    let items: Vec<String> = fields
        .iter()
        .map(|field| {
            let path = place(&field.path.to_string());
            let gone = match field.op {
                Op::Add => " (new)",
                Op::Remove => " (removed)",
                Op::Replace => "",
            };
            format!("{path} of {}{gone}", names.object(&field.object))
        })
        .collect();
    listed(&items, "other field changes", "other fields change")
}

fn objects(objects: &[ObjectRef], what: &str, names: Names) -> Option<String> {
    let number = objects.len();
    let list = shown_list(&names.objects(objects), MOST);
    let count = count(number, "object", "objects");
    (number > 0).then(|| format!("{count} {} {what}: {list}.", verb(number, "is", "are")))
}

/// `1 object is called differently: Deployment a is now Deployment b (a new object is created and the old one deleted).`
fn renamed(renamed: &[Renamed], names: Names) -> Option<String> {
    let pair = |one: &Renamed| {
        let pair = format!("{} is now {}", names.object(&one.before), names.object(&one.after));
        (pair, clause(&one.consequence))
    };
    let number = renamed.len();
    let count = count(number, "object is called differently", "objects are called differently");
    let listed = Reasons::of(renamed.iter().map(pair)).in_brackets(MOST, MOST);
    (number > 0).then(|| format!("{count}: {listed}."))
}

fn suppressed(number: usize) -> Option<String> {
    let count = count(number, "difference is", "differences are");
    (number > 0).then(|| format!("{count} in writing alone and left out."))
}

fn edits(files: &[String]) -> Option<String> {
    let named = match files.len() <= FILES {
        true => {
            let files: Vec<String> = files.iter().map(|file| place(file)).collect();
            format!(": {}", shown_list(&files, FILES))
        }
        false => String::new(),
    };
    let count = count(files.len(), "file", "files");
    (!files.is_empty()).then(|| format!("The edit touches {count}{named}."))
}

fn listed(items: &[String], one: &str, many: &str) -> Option<String> {
    let count = count(items.len(), one, many);
    (!items.is_empty()).then(|| format!("{count}: {}.", shown_list(items, MOST)))
}
