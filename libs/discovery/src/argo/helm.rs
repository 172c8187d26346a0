//! `source.helm` of an Application.

use std::collections::HashMap;

use crate::argo::build_environment::BuildEnvironment;
use crate::field::{Field, Kind, documents};
use crate::glob::{self, Star};
use crate::helm::{Chart, Helm, SetForm, SetValue, Skip, Values};
use crate::note::{Note, Problem};
use crate::place::Sourced;
use crate::repository::Index;

/// What the fields are read with.
pub(crate) struct Reader<'a, 't> {
    pub(crate) index: &'a Index<'t>,
    /// The chart's directory; value files are relative to it.
    pub(crate) directory: &'a str,
    pub(crate) environment: BuildEnvironment,
    pub(crate) refs: &'a HashMap<String, bool>,
}

impl Reader<'_, '_> {
    /// What `helm template` is given. "Order of precedence is parameters > valuesObject > values > valueFiles" (user
    /// guide, Helm); of `values` and `valuesObject` only one is read.
    pub(crate) fn read(
        &self,
        chart: Chart,
        options: Option<&Field>,
        name: &str,
        partial: &mut Vec<Note>,
    ) -> Helm {
        let mut helm = Helm::of(chart, name);
        let Some(options) = options else { return helm };
        let is_remote = matches!(helm.chart, Chart::Remote(_));
        let may_miss = options.is_set("ignoreMissingValueFiles");
        for file in options.list("valueFiles") {
            let found = self.value_files(file, is_remote, may_miss);
            helm.values.extend(found.unwrap_or_else(|note| unknown(note, partial)));
        }
        helm.values.extend(inline(options).unwrap_or_else(|note| Some(unknown_inline(note, partial))));
        helm.set = options.list("parameters").iter().filter_map(|field| self.parameter(field)).collect();
        let files = options.list("fileParameters").iter();
        helm.set.extend(files.filter_map(|field| self.file_parameter(field, partial)));
        helm.release = options.text_of("releaseName").unwrap_or(helm.release);
        helm.namespace = options.text_of("namespace");
        helm.kube_version = options.text_of("kubeVersion");
        helm.api_versions = options.texts("apiVersions");
        helm.skip = Skip {
            crds: options.is_set("skipCrds"),
            tests: options.is_set("skipTests"),
            schema: options.is_set("skipSchemaValidation"),
        };
        helm
    }

    /// The files that one entry names: relative to the chart, from the root with `/`, or from another source with
    /// `$ref/`; a pattern names several, in the order of their names.
    fn value_files(&self, field: &Field, is_remote: bool, may_miss: bool) -> Result<Vec<Values>, Note> {
        let text = self.environment.fill_in(&field.text().unwrap_or_default());
        let note = |problem, message| Note { problem, at: field.at.clone(), message };
        let unread = |what| Ok(vec![Values::Unknown(what)]);
        let (directory, path) = match text.strip_prefix('$').and_then(|rest| rest.split_once('/')) {
            Some((name, path)) if self.refs.contains_key(name) => match self.refs.get(name) {
                Some(true) => ("", path.trim_start_matches('/')),
                _ => return unread(format!("{text}: the source ${name} is not in this repository")),
            },
            _ if text.contains("://") => {
                return unread(format!("{}: a URL is not read", crate::repository::shown_url(&text)));
            }
            _ if text.starts_with('/') => ("", text.trim_start_matches('/')),
            _ if is_remote => return unread(format!("{text}: in a chart that is not in this repository")),
            _ => (self.directory, text.as_str()),
        };
        let path = file_tree::join(directory, path)
            .map_err(|error| note(Problem::Outside, format!("{text}: {error}")))?;
        if self.index.is_link(&path) {
            return Err(note(Problem::Outside, format!("{path} is a symbolic link, or behind one")));
        }
        let files: Vec<Values> = match glob::is_pattern(&path) {
            true => {
                let all = self.index.files.files().map(|(path, _)| path);
                let meant = all.filter(|file| glob::matches(&path, file, Star::Segment));
                meant.map(|file| Values::File(file.to_owned())).collect()
            }
            false if self.index.is_file(&path) => vec![Values::File(path.clone())],
            false => Vec::new(),
        };
        match files.is_empty() && !may_miss {
            true => Err(note(Problem::Missing, format!("there is no values file {path}"))),
            false => Ok(files),
        }
    }

    fn parameter(&self, field: &Field) -> Option<SetValue> {
        let form = if field.is_set("forceString") { SetForm::Text } else { SetForm::Typed };
        let value = field.get("value").and_then(Field::sourced_text);
        let mut value = value.unwrap_or_else(|| Sourced::new(String::new(), field.at.clone()));
        value.value = self.environment.fill_in(&value.value);
        Some(SetValue { name: field.text_of("name")?, value, form })
    }

    fn file_parameter(&self, field: &Field, partial: &mut Vec<Note>) -> Option<SetValue> {
        let path = field.get("path")?;
        match super::source::path_in(self.index, self.directory, path) {
            Ok(file) => {
                let value = path.with(file);
                Some(SetValue { name: field.text_of("name")?, value, form: SetForm::File })
            }
            Err(note) => {
                partial.push(note);
                None
            }
        }
    }
}

fn unknown(note: Note, partial: &mut Vec<Note>) -> Vec<Values> {
    let values = vec![Values::Unknown(note.message.clone())];
    partial.push(note);
    values
}

fn unknown_inline(note: Note, partial: &mut Vec<Note>) -> Values {
    let values = Values::Unknown(note.message.clone());
    partial.push(note);
    values
}

/// `valuesObject`, else `values`, which is a text.
fn inline(options: &Field) -> Result<Option<Values>, Note> {
    if let Some(object) = options.get("valuesObject") {
        return Ok(Some(Values::Inline(object.with(object.value()))));
    }
    let Some(values) = options.get("values") else { return Ok(None) };
    if let Kind::Map(_) = values.kind {
        return Ok(Some(Values::Inline(values.with(values.value()))));
    }
    let text = values.text().unwrap_or_default();
    match documents(&values.at.file, text.as_bytes()).as_deref() {
        Ok([]) => Ok(None),
        Ok([root]) => Ok(Some(Values::Inline(values.with(root.value())))),
        Ok(_) => Err(note_of(values, "values hold more than one document".to_owned())),
        Err(error) => Err(note_of(values, format!("values are not YAML: {error}"))),
    }
}

fn note_of(field: &Field, message: String) -> Note {
    Note { problem: Problem::Unreadable, at: field.at.clone(), message }
}
