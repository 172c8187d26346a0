//! A chart with the values that it is given, as files.

use std::sync::Arc;

use file_tree::FileTree;
use helm::{Chart, HelmError, Layer, Release, Set};

/// Prints the values that templates see.
const PRINT: &str = "{{ toYaml .Values }}\n";

/// A chart at `chart/` in a repository, and what it is given.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    files: Vec<(String, String)>,
    values: Vec<&'static str>,
    set: Vec<Set>,
}

impl Case {
    /// A chart with these values of its own.
    pub(crate) fn new(name: &'static str, values: &str) -> Self {
        Self { name, files: Vec::new(), values: Vec::new(), set: Vec::new() }
            .file("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n")
            .file("chart/values.yaml", values)
            .file("chart/templates/values.yaml", PRINT)
    }

    /// A file of the repository; of one that is there already, its other content.
    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.retain(|(other, _)| other != path);
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    /// The chart's dependencies, as the list of `Chart.yaml`.
    pub(crate) fn dependencies(self, list: &str) -> Self {
        let head = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n";
        self.file("chart/Chart.yaml", &format!("{head}{list}"))
    }

    /// A chart below it.
    pub(crate) fn part(self, directory: &str, name: &str, values: &str) -> Self {
        self.file(
            &format!("chart/{directory}/Chart.yaml"),
            &format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n"),
        )
        .file(&format!("chart/{directory}/values.yaml"), values)
    }

    /// A values file that is given.
    pub(crate) fn given(mut self, text: &'static str) -> Self {
        self.values.push(text);
        self
    }

    pub(crate) fn set(mut self, text: &str) -> Self {
        self.set.push(Set::Typed(text.to_owned()));
        self
    }

    pub(crate) fn set_text(mut self, text: &str) -> Self {
        self.set.push(Set::Text(text.to_owned()));
        self
    }

    pub(crate) fn set_json(mut self, text: &str) -> Self {
        self.set.push(Set::Json(text.to_owned()));
        self
    }

    pub(crate) fn set_literal(mut self, text: &str) -> Self {
        self.set.push(Set::Literal(text.to_owned()));
        self
    }

    pub(crate) fn set_file(mut self, name: &str, text: &'static str) -> Self {
        self.set.push(Set::File { name: name.to_owned(), bytes: text.as_bytes().into() });
        self
    }

    pub(crate) fn release(&self) -> Result<Release, HelmError> {
        let files = self.files.iter().map(|(path, text)| (path.clone(), text.as_bytes().to_vec()));
        let chart = Chart::read(&FileTree::new(files, []), "chart")?;
        let layer = |(index, text): (usize, &&str)| Layer::File {
            path: format!("values-{}.yaml", index + 1),
            bytes: text.as_bytes().into(),
        };
        let values = self.values.iter().enumerate().map(layer).collect();
        Ok(Release { values, set: self.set.clone(), ..Release::of(Arc::new(chart), "r") })
    }
}
