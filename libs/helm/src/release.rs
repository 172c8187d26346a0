//! What `helm template` is given.

use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::chart::Chart;

/// What `helm template` is given. Equal releases render to equal text, as far as the templates let them.
#[derive(Debug, Clone)]
pub struct Release {
    /// The chart.
    pub chart: Arc<Chart>,
    /// Values over the chart's own, a later one over an earlier one.
    pub values: Vec<Layer>,
    /// Single values, over all of them.
    pub set: Vec<Set>,
    /// The name of the release.
    pub name: String,
    /// Its namespace; none leaves it to Helm (`default`).
    pub namespace: Option<String>,
    /// The version of Kubernetes that templates see; none leaves it to Helm, whose answer differs by its version.
    pub kube_version: Option<String>,
    /// The API versions that templates see beside the built-in ones.
    pub api_versions: Vec<String>,
    /// Whether the chart's `crds/` are among the output.
    pub crds: Crds,
    /// Whether Helm holds the values against `values.schema.json`.
    pub schema: SchemaCheck,
}

/// What becomes of a chart's `crds/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Crds {
    /// They are rendered, as an installation applies them.
    #[default]
    Included,
    /// They are left out.
    Skipped,
}

/// Whether values are held against `values.schema.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SchemaCheck {
    /// As Helm does by default.
    #[default]
    On,
    /// `--skip-schema-validation`.
    Skipped,
}

/// Values over a chart's own.
#[derive(Debug, Clone)]
pub enum Layer {
    /// A values file.
    File {
        /// Its path, relative to the repository's root.
        path: String,
        /// Its bytes.
        bytes: Arc<[u8]>,
    },
    /// Values that stand in no file of their own: in an Argo CD Application, a HelmRelease, a probe.
    Inline(Value),
}

/// A single value, as one of Helm's `--set` options takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Set {
    /// `--set NAME=VALUE[,…]`: numbers, booleans and null are what they look like.
    Typed(String),
    /// `--set-string NAME=VALUE[,…]`.
    Text(String),
    /// `--set-json NAME=JSON[,…]`, or a whole object.
    Json(String),
    /// `--set-literal NAME=VALUE`: nothing in the value is special.
    Literal(String),
    /// `--set-file NAME=…`, of one name, with what the file holds.
    File {
        /// The name.
        name: String,
        /// The bytes of the file.
        bytes: Arc<[u8]>,
    },
}

impl Release {
    /// A chart with its own values, under a release's name.
    #[must_use]
    pub fn of(chart: Arc<Chart>, name: &str) -> Self {
        Self {
            chart,
            values: Vec::new(),
            set: Vec::new(),
            name: name.to_owned(),
            namespace: None,
            kube_version: None,
            api_versions: Vec::new(),
            crds: Crds::default(),
            schema: SchemaCheck::default(),
        }
    }

    /// The SHA-256 of everything that goes into a render, in lower-case hex: the chart's files with their paths, the
    /// values, the options. What the files are called in the repository does not matter.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hash = Fingerprint(Sha256::new());
        hash.list(self.chart.files.iter(), |hash, (path, bytes)| {
            hash.part(path.as_bytes());
            hash.part(bytes);
        });
        hash.list(self.values.iter(), |hash, layer| match layer {
            Layer::File { bytes, .. } => hash.tagged("file", bytes),
            Layer::Inline(value) => hash.tagged("inline", value.to_string().as_bytes()),
        });
        hash.list(self.set.iter(), |hash, set| match set {
            Set::Typed(text) => hash.tagged("typed", text.as_bytes()),
            Set::Text(text) => hash.tagged("text", text.as_bytes()),
            Set::Json(text) => hash.tagged("json", text.as_bytes()),
            Set::Literal(text) => hash.tagged("literal", text.as_bytes()),
            Set::File { name, bytes } => {
                hash.tagged("set-file", name.as_bytes());
                hash.part(bytes);
            }
        });
        hash.part(self.name.as_bytes());
        hash.list(self.namespace.iter(), |hash, text| hash.part(text.as_bytes()));
        hash.list(self.kube_version.iter(), |hash, text| hash.part(text.as_bytes()));
        hash.list(self.api_versions.iter(), |hash, text| hash.part(text.as_bytes()));
        hash.part(&[u8::from(self.crds == Crds::Included), u8::from(self.schema == SchemaCheck::On)]);
        hash.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Parts with their lengths, so that no two different lists give the same bytes.
struct Fingerprint(Sha256);

impl Fingerprint {
    fn part(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn tagged(&mut self, tag: &str, bytes: &[u8]) {
        self.part(tag.as_bytes());
        self.part(bytes);
    }

    fn list<T>(&mut self, items: impl ExactSizeIterator<Item = T>, mut each: impl FnMut(&mut Self, T)) {
        self.0.update((items.len() as u64).to_be_bytes());
        items.for_each(|item| each(self, item));
    }
}
