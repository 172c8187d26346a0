//! The items of ConfigMap generators: literals, lines of environment files, whole files.

use file_tree::{join, parent};
use kube_model::Segment;
use serde_json::{Value, json};

use super::super::draft::Draft;
use super::super::trial::{Open, Standing};
use super::super::write::Site;
use super::{Kustomization, place_among, same_name};

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
            drafts.extend(place.literal(&setting));
            drafts.extend(place.line(&setting));
            drafts.extend(place.file(&setting));
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
            (None, Some(planned)) if !setting.exists => {
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

    /// A line of an environment file that is the target's own.
    fn line(&self, setting: &Setting<'_>) -> Option<Draft<'a>> {
        let files = self.texts("envs").into_iter().chain(self.entry["env"].as_str().map(str::to_owned));
        let own = files.filter_map(|file| join(&self.layer.directory, &file).ok());
        let mut drafts = own.filter(|path| self.site.is_own(path)).filter_map(|path| {
            let text = std::str::from_utf8(self.draft.tree.file(&path)?).ok()?;
            let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let at = lines.iter().position(|line| key_of(line.trim_start()) == setting.key);
            let new = setting.planned.map(|planned| format!("{}={planned}", setting.key));
            let written;
            match (at, new) {
                (Some(at), Some(new)) => {
                    let had = lines[at].len() - lines[at].trim_end_matches(['\r', '\n']).len();
                    written = format!("{new}{}", &lines[at][lines[at].len() - had..]);
                    lines[at] = &written;
                }
                (Some(at), None) => drop(lines.remove(at)),
                (None, Some(new)) if !setting.exists => {
                    let ends = text.is_empty() || text.ends_with('\n');
                    written = if ends { format!("{new}{ending}") } else { format!("{ending}{new}") };
                    lines.push(&written);
                }
                _ => return None,
            }
            Some(self.draft.clone().with_file(&path, lines.concat().into_bytes()))
        });
        drafts.next()
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

/// The key of `KEY=VALUE`.
fn key_of(literal: &str) -> &str {
    literal.split_once('=').map_or("", |(key, _)| key)
}

/// The key and the path of an item of `files`: `KEY=PATH`, or a path whose last part is the key.
fn named(item: &str) -> (&str, &str) {
    item.split_once('=').unwrap_or_else(|| (item.rsplit('/').next().unwrap_or(item), item))
}
