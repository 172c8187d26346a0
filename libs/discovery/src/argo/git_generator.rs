//! The Git generator: a set of parameters for each directory, or for each file.

use file_tree::parent;

use crate::argo::generators::{entry, mapping};
use crate::argo::parameters::{Language, flattened};
use crate::field::{Field, Kind, documents};
use crate::glob::{self, Star};
use crate::gotemplate::normalised;
use crate::note::{Note, Problem};
use crate::place::Location;
use crate::repository::{Index, shown_url};

pub(crate) fn sets(
    git: &Field,
    index: &Index<'_>,
    language: Language,
    notes: &mut Vec<Note>,
) -> Result<Vec<Field>, Note> {
    let url = git.text_of("repoURL").unwrap_or_default();
    if !index.is_here(&url) {
        let message = format!("the applications come from {}, which is not this repository", shown_url(&url));
        return Err(Note { problem: Problem::Elsewhere, at: git.at.clone(), message });
    }
    let generator = Generator { git, language, prefix: git.text_of("pathParamPrefix") };
    let mut sets: Vec<Field> = generator.directories(index);
    for path in generator.files(index) {
        match documents(path, index.files.file(path).unwrap_or_default()) {
            Ok(read) => {
                sets.extend(read.iter().flat_map(elements).map(|element| generator.of_file(path, element)))
            }
            Err(error) => notes.push(Note {
                problem: Problem::Unreadable,
                at: Location { line: error.line, ..Location::of_file(path) },
                message: error.to_string(),
            }),
        }
    }
    Ok(sets)
}

/// A file holds one set of parameters, or a list of them.
fn elements(document: &Field) -> &[Field] {
    match &document.kind {
        Kind::List(items) => items,
        _ => std::slice::from_ref(document),
    }
}

struct Generator<'a> {
    git: &'a Field,
    language: Language,
    prefix: Option<String>,
}

impl Generator<'_> {
    /// The patterns under a key, and those that exclude.
    fn patterns(&self, key: &str) -> (Vec<String>, Vec<String>) {
        let (without, with): (Vec<&Field>, Vec<&Field>) =
            self.git.list(key).iter().partition(|entry| entry.is_set("exclude"));
        let paths = |entries: Vec<&Field>| {
            entries.iter().filter_map(|entry| entry.text_of("path")).collect::<Vec<_>>()
        };
        (paths(with), paths(without))
    }

    /// Directories that match a pattern and no exclusion; those whose names start with a dot are none.
    fn directories(&self, index: &Index<'_>) -> Vec<Field> {
        let (with, without) = self.patterns("directories");
        let matches = |patterns: &[String], path: &str| {
            patterns.iter().any(|pattern| glob::matches(pattern.trim_end_matches('/'), path, Star::Segment))
        };
        let is_hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
        let chosen = index.directories().filter(|path| {
            !path.is_empty() && !is_hidden(path) && matches(&with, path) && !matches(&without, path)
        });
        chosen
            .map(|path| {
                let at = Location::of_file(path);
                let like = Field::text_at(path, at);
                mapping(self.path(path, None, &like), &like)
            })
            .collect()
    }

    /// Files that match: `*` goes across directories, as Git's own patterns do, which is Argo CD's default.
    fn files<'t>(&self, index: &Index<'t>) -> Vec<&'t str> {
        let (with, without) = self.patterns("files");
        let matches = |patterns: &[String], path: &str| {
            patterns.iter().any(|pattern| glob::matches(pattern, path, Star::Anything))
        };
        let all = index.files.files().map(|(path, _)| path);
        all.filter(|path| matches(&with, path) && !matches(&without, path)).collect()
    }

    fn of_file(&self, path: &str, element: &Field) -> Field {
        let (directory, name) = (parent(path), path.rsplit('/').next().unwrap_or(path));
        let mut fields = match self.language {
            Language::Go(_) => element.clone(),
            Language::Fast => flattened(element),
        };
        let like = Field::new(Kind::List(Vec::new()), Location::of_file(path));
        let added = self.path(directory, Some(name), &like);
        match &mut fields.kind {
            Kind::Map(entries) => entries.extend(added),
            _ => fields = mapping(added, element),
        }
        fields
    }

    /// The parameters that say where a directory or a file is.
    fn path(&self, directory: &str, file: Option<&str>, like: &Field) -> Vec<(String, Field)> {
        let text = |text: &str| Field::text_at(text, like.at.clone());
        let base = directory.rsplit('/').next().unwrap_or(directory);
        let mut named = vec![("basename", base.to_owned()), ("basenameNormalized", normalised(base))];
        if let Some(file) = file {
            named.extend([("filename", file.to_owned()), ("filenameNormalized", normalised(file))]);
        }
        let segments = directory.split('/').map(text);
        match self.language {
            Language::Go(_) => {
                let mut entries = vec![entry("path", text(directory))];
                entries.extend(named.iter().map(|(key, value)| entry(*key, text(value))));
                let segments = Field::new(Kind::List(segments.collect()), like.at.clone());
                entries.push(entry("segments", segments));
                let path = entry("path", mapping(entries, like));
                match &self.prefix {
                    Some(prefix) => vec![entry(prefix, mapping(vec![path], like))],
                    None => vec![path],
                }
            }
            Language::Fast => {
                let name =
                    self.prefix.as_ref().map_or_else(|| "path".to_owned(), |prefix| format!("{prefix}.path"));
                let mut entries = vec![entry(name.as_str(), text(directory))];
                entries.extend(named.iter().map(|(key, value)| entry(format!("{name}.{key}"), text(value))));
                entries.extend(segments.enumerate().map(|(at, part)| entry(format!("{name}[{at}]"), part)));
                entries
            }
        }
    }
}
