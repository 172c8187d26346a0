//! How a chart is rendered.

use serde_json::Value;

use crate::overrides::Overrides;
use crate::place::Sourced;

/// What `helm template` is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Helm {
    /// The chart.
    pub chart: Chart,
    /// Values over the chart's own, a later one over an earlier one.
    pub values: Vec<Values>,
    /// Single values, over all of them; a later one over an earlier one.
    pub set: Vec<SetValue>,
    /// The name of the release.
    pub release: String,
    /// The namespace of the release.
    pub namespace: Option<String>,
    /// The version of Kubernetes that templates see.
    pub kube_version: Option<String>,
    /// The API versions that templates see beside the built-in ones.
    pub api_versions: Vec<String>,
    /// Parts that are left out or not checked.
    pub skip: Skip,
    /// What is laid over what was rendered (Flux's `postRenderers`), in order.
    pub post_renderers: Vec<Overrides>,
}

/// What a release leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Skip {
    /// The chart's `crds/`.
    pub crds: bool,
    /// Hooks that are tests.
    pub tests: bool,
    /// The check against `values.schema.json`.
    pub schema: bool,
}

/// Where a chart is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chart {
    /// A directory of the repository.
    Directory(String),
    /// A packaged chart (`.tgz`) in the repository.
    Archive(String),
    /// A chart that the repository does not hold: it is named, not rendered.
    Remote(RemoteChart),
}

/// A chart of a Helm or OCI repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteChart {
    /// The repository, without credentials.
    pub repository: String,
    /// The chart's name.
    pub name: String,
    /// The version, or the range of versions.
    pub version: Option<Sourced<String>>,
}

impl Chart {
    /// Where it is in the repository.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Directory(path) | Self::Archive(path) => Some(path),
            Self::Remote(_) => None,
        }
    }
}

/// Values that are merged over the chart's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// A file of the repository.
    File(String),
    /// Values that stand in another object: an Application, a HelmRelease, a ConfigMap.
    Inline(Sourced<Value>),
    /// Values that cannot be read here, and why: a URL, a Secret, another repository. The environment is partial.
    Unknown(String),
}

/// A single value, as `--set` and its like take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetValue {
    /// The path, in Helm's own grammar: `image.tag`, `hosts[0].name`.
    pub name: String,
    /// The value: Helm's text, or the path of a file in the repository.
    pub value: Sourced<String>,
    /// How it is read.
    pub form: SetForm,
}

/// How a single value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetForm {
    /// `--set`: numbers and booleans are what they look like.
    Typed,
    /// `--set-string`.
    Text,
    /// `--set-json`.
    Json,
    /// `--set-file`: the value is the path of a file in the repository.
    File,
}

impl Helm {
    /// A chart as it stands, under a release's name.
    #[must_use]
    pub fn of(chart: Chart, release: impl Into<String>) -> Self {
        Self {
            chart,
            values: Vec::new(),
            set: Vec::new(),
            release: release.into(),
            namespace: None,
            kube_version: None,
            api_versions: Vec::new(),
            skip: Skip::default(),
            post_renderers: Vec::new(),
        }
    }
}
