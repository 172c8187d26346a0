//! The items of ConfigMap generators: literals, lines of environment files, whole files.

use file_tree::{FileTree, join, parent};
use kube_model::Segment;
use serde_json::{Value, json};

use super::super::draft::Draft;
use super::super::trial::{Open, Standing};
use super::super::write::Site;
use super::{Kustomization, place_among, same_name};
use crate::settings::Settings;

const FIELD: &str = "configMapGenerator";

/// One key of a ConfigMap, as it is to become; none if it goes.
struct Setting<'o> {
    key: &'o str,
    planned: Option<&'o str>,
    /// Whether the ConfigMap has it now.
    exists: bool,
}

/// Changes, adds or takes out an item of a generator that the target has.
pub(crate) fn change<'a>(
    site: &Site<'_, 'a>,
    draft: &Draft<'a>,
    open: &Open,
    _: &Standing,
) -> Vec<Draft<'a>> {
    let Some(setting) = setting(open) else { return Vec::new() };
    let mut drafts = Vec::new();
    for layer in site.own_kustomizations(draft) {
        let entries = layer.items(FIELD).iter().enumerate();
        for (index, entry) in entries.filter(|(_, entry)| entry["name"] == open.place.object.name.as_str()) {
            let place = Place { site, draft, layer: &layer, index, entry };
            let mut forms = [
                (Form::Literal, place.literal(&setting)),
                (Form::Line, place.line(&setting)),
                (Form::File, place.file(&setting)),
            ];
            let of_source = place.form_in_source(setting.key);
            forms.sort_by_key(|(form, _)| Some(*form) != of_source);
            drafts.extend(forms.into_iter().filter_map(|(_, draft)| draft));
        }
    }
    drafts
}

/// Adds a generator that merges the key into the ConfigMap of a base.
pub(crate) fn add<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, open: &Open, _: &Standing) -> Vec<Draft<'a>> {
    let (Some(Setting { key, planned: Some(planned), .. }), Some(overlay)) =
        (setting(open), site.overlay(draft))
    else {
        return Vec::new();
    };
    let literal = format!("{key}={planned}");
    let entry = json!({"name": open.place.object.name, "behavior": "merge", "literals": [literal]});
    overlay.with_new_item(site, draft, FIELD, entry, same_name).into_iter().collect()
}

fn setting(open: &Open) -> Option<Setting<'_>> {
    let [Segment::Key(data), Segment::Key(key)] = open.place.path.segments() else { return None };
    (open.place.object.kind == "ConfigMap" && data == "data").then_some(())?;
    let planned = match &open.planned {
        Some(value) => Some(value.as_str()?),
        None => None,
    };
    Some(Setting { key, planned, exists: open.found.is_some() })
}

/// How a generator gives a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Literal,
    Line,
    File,
}

/// A generator's entry.
struct Place<'p, 's, 'a> {
    site: &'p Site<'s, 'a>,
    draft: &'p Draft<'a>,
    layer: &'p Kustomization,
    index: usize,
    entry: &'p Value,
}

impl<'a> Place<'_, '_, 'a> {
    fn literal(&self, setting: &Setting<'_>) -> Option<Draft<'a>> {
        let mut literals = self.texts("literals");
        let at = literals.iter().position(|literal| key_of(literal) == setting.key);
        match (at, setting.planned) {
            (Some(at), Some(planned)) => literals[at] = format!("{}={planned}", setting.key),
            (Some(at), None) => drop(literals.remove(at)),
            (None, Some(planned)) if !setting.exists || self.merges() => {
                let new = Value::from(format!("{}={planned}", setting.key));
                let items: Vec<Value> = literals.iter().cloned().map(Value::from).collect();
                let at = place_among(&items, &self.source_literals(), &new, |one, other| {
                    key_of(one.as_str().unwrap_or_default()) == key_of(other.as_str().unwrap_or_default())
                });
                literals.insert(at, format!("{}={planned}", setting.key));
            }
            _ => return None,
        }
        self.with("literals", literals)
    }

    /// Whether the generator lays its keys over those of a base.
    fn merges(&self) -> bool {
        matches!(self.entry["behavior"].as_str(), Some("merge" | "replace"))
    }

    /// A line of an environment file that is the target's own.
    fn line(&self, setting: &Setting<'_>) -> Option<Draft<'a>> {
        let theirs = self.source_entry().map(|entry| {
            let (directory, tree) = (self.site.source_directory(), self.site.layers.source.tree);
            let files = env_files(&entry, directory);
            Settings::of(&files.iter().filter_map(|path| text_of(tree, path)).collect::<String>())
        });
        let own =
            env_files(self.entry, &self.layer.directory).into_iter().filter(|path| self.site.is_own(path));
        let mut drafts = own.filter_map(|path| {
            let mut lines = Settings::of(&text_of(&self.draft.tree, &path)?);
            match (lines.value(setting.key).is_some(), setting.planned) {
                (true, None) => lines.remove(setting.key),
                (has, Some(planned)) if has || !setting.exists => {
                    lines.put(setting.key, planned, theirs.as_ref());
                }
                _ => return None,
            }
            Some(self.draft.clone().with_file(&path, lines.text().into_bytes()))
        });
        drafts.next()
    }

    /// How the source's generator of the name gives a key.
    fn form_in_source(&self, key: &str) -> Option<Form> {
        let entry = self.source_entry()?;
        let has = |field: &str, is_of: fn(&str) -> &str| {
            entry[field]
                .as_array()
                .is_some_and(|items| items.iter().filter_map(Value::as_str).any(|item| is_of(item) == key))
        };
        if has("literals", key_of) {
            return Some(Form::Literal);
        }
        if has("files", |item| named(item).0) {
            return Some(Form::File);
        }
        let tree = self.site.layers.source.tree;
        let files = env_files(&entry, self.site.source_directory());
        let lines = files.iter().filter_map(|path| text_of(tree, path));
        let is_line = lines.map(|text| Settings::of(&text)).any(|lines| lines.value(key).is_some());
        is_line.then_some(Form::Line)
    }

    /// A file that is the value.
    fn file(&self, setting: &Setting<'_>) -> Option<Draft<'a>> {
        let files = self.texts("files");
        let at = files.iter().position(|file| named(file).0 == setting.key);
        match (at, setting.planned) {
            (Some(at), Some(planned)) => {
                let path = join(&self.layer.directory, named(&files[at]).1).ok()?;
                let own = self.site.is_own(&path);
                own.then(|| self.draft.clone().with_file(&path, planned.as_bytes().to_vec()))
            }
            (Some(at), None) => {
                let path = join(&self.layer.directory, named(&files[at]).1).ok()?;
                let mut files = files;
                files.remove(at);
                let draft = self.with("files", files)?;
                Some(if self.site.is_own(&path) { draft.without_file(&path) } else { draft })
            }
            (None, Some(planned)) if !setting.exists => self.new_file(setting.key, planned, files),
            _ => None,
        }
    }

    /// The source's file under its own name.
    fn new_file(&self, key: &str, planned: &str, mut files: Vec<String>) -> Option<Draft<'a>> {
        let theirs = self.source_entry()?;
        let item =
            theirs["files"].as_array()?.iter().filter_map(Value::as_str).find(|file| named(file).0 == key)?;
        let path = join(&self.layer.directory, named(item).1).ok()?;
        if self.draft.tree.file(&path).is_some() || !self.site.is_own(&path) || parent(&path).is_empty() {
            return None;
        }
        files.push(item.to_owned());
        Some(self.with("files", files)?.with_file(&path, planned.as_bytes().to_vec()))
    }

    fn texts(&self, field: &str) -> Vec<String> {
        let items = self.entry.get(field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    fn with(&self, field: &str, items: Vec<String>) -> Option<Draft<'a>> {
        let mut entry = self.entry.as_object()?.clone();
        match items.is_empty() {
            true => drop(entry.remove(field)),
            false => drop(entry.insert(field.to_owned(), Value::from(items))),
        }
        self.layer.with_item(self.site, self.draft, (FIELD, self.index), Value::Object(entry))
    }

    fn source_entry(&self) -> Option<Value> {
        self.site.source_items(FIELD).into_iter().find(|entry| same_name(entry, self.entry))
    }

    fn source_literals(&self) -> Vec<Value> {
        self.source_entry().and_then(|entry| entry["literals"].as_array().cloned()).unwrap_or_default()
    }
}

/// The environment files of an entry.
fn env_files(entry: &Value, directory: &str) -> Vec<String> {
    let envs = entry["envs"].as_array().into_iter().flatten().chain(entry.get("env"));
    envs.filter_map(|file| join(directory, file.as_str()?).ok()).collect()
}

fn text_of(tree: &FileTree, path: &str) -> Option<String> {
    std::str::from_utf8(tree.file(path)?).ok().map(str::to_owned)
}

/// The key of `KEY=VALUE`.
fn key_of(literal: &str) -> &str {
    literal.split_once('=').map_or("", |(key, _)| key)
}

/// The key and the path of an item of `files`: `KEY=PATH`, or a path whose last part is the key.
fn named(item: &str) -> (&str, &str) {
    item.split_once('=').unwrap_or_else(|| (item.rsplit('/').next().unwrap_or(item), item))
}
