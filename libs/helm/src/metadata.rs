//! `Chart.yaml`, `requirements.yaml` and `Chart.lock`.

use serde_json::{Map, Value};

/// What a chart says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// The chart's form: `v1` or `v2`.
    pub api_version: String,
    /// Its name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// The version of what it deploys.
    pub app_version: Option<String>,
    /// The versions of Kubernetes that it is for, as Helm's constraints.
    pub kube_version: Option<String>,
    /// Whether it is a library, which renders nothing by itself.
    pub is_library: bool,
    /// The charts that it is made of.
    pub dependencies: Vec<Dependency>,
}

/// A chart that another one is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// The versions that are taken: a constraint in `Chart.yaml`, one version in `Chart.lock`.
    pub version: String,
    /// Where it comes from: a URL, `oci://…`, `@alias`, `file://PATH`; empty for a chart that only lies in `charts/`.
    pub repository: String,
    /// Values that switch it on or off, separated by commas; the first that is a boolean counts.
    pub condition: String,
    /// Names under `tags` that switch it on or off.
    pub tags: Vec<String>,
    /// Whether `enabled` is set; Helm overwrites it.
    pub enabled: bool,
    /// What the parent takes over of its values.
    pub import_values: Vec<Value>,
    /// The name that it has in this chart.
    pub alias: String,
}

/// The versions that were resolved last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lock {
    /// One for each dependency, with its exact version.
    pub dependencies: Vec<Dependency>,
    /// What [`crate::lock_digest`] was when it was written: `sha256:` and hex.
    pub digest: String,
}

impl Dependency {
    /// The name that its values lie under.
    #[must_use]
    pub fn key(&self) -> &str {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }

    /// The directory that `file://` names, relative to the chart.
    #[must_use]
    pub fn local_path(&self) -> Option<&str> {
        self.repository.strip_prefix("file://")
    }

    fn read(value: &Value) -> Option<Self> {
        let map = value.as_object()?;
        Some(Self {
            name: text(map, "name"),
            version: text(map, "version"),
            repository: text(map, "repository"),
            condition: text(map, "condition"),
            tags: list(map, "tags").iter().filter_map(scalar).collect(),
            enabled: map.get("enabled").and_then(Value::as_bool).unwrap_or_default(),
            import_values: list(map, "import-values").to_vec(),
            alias: text(map, "alias"),
        })
    }
}

impl Metadata {
    /// Reads `Chart.yaml`, with the dependencies of a `requirements.yaml` beside it where there is one. What is wrong
    /// with it is said as Helm says it.
    pub(crate) fn read(chart: &Value, requirements: Option<&Value>) -> Result<Self, String> {
        let map = chart.as_object().ok_or("Chart.yaml is no mapping")?;
        let optional = |key| Some(text(map, key)).filter(|text| !text.is_empty());
        let dependencies =
            requirements.and_then(|value| value.get("dependencies")).or(map.get("dependencies"));
        let metadata = Self {
            api_version: optional("apiVersion").unwrap_or_else(|| "v1".to_owned()),
            name: text(map, "name"),
            version: text(map, "version"),
            app_version: optional("appVersion"),
            kube_version: optional("kubeVersion"),
            is_library: text(map, "type") == "library",
            dependencies: read_dependencies(dependencies)?,
        };
        metadata.check()?;
        Ok(metadata)
    }

    fn check(&self) -> Result<(), String> {
        if self.name.is_empty() || self.name.contains('/') || self.name == ".." {
            return Err(format!("its name is {:?}", self.name));
        }
        if self.version.is_empty() {
            return Err("Chart.yaml gives no version".to_owned());
        }
        for (index, dependency) in self.dependencies.iter().enumerate() {
            let key = dependency.key();
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            if !dependency.alias.is_empty() && !dependency.alias.chars().all(plain) {
                return Err(format!(
                    "the alias {:?} holds more than letters, digits, - and _",
                    dependency.alias
                ));
            }
            if self.dependencies[..index].iter().any(|other| other.key() == key) {
                return Err(format!("two dependencies have the name {key:?}"));
            }
        }
        Ok(())
    }
}

impl Lock {
    /// Reads `Chart.lock` or `requirements.lock`.
    pub(crate) fn read(value: &Value) -> Result<Self, String> {
        let map = value.as_object().ok_or("Chart.lock is no mapping")?;
        Ok(Self { dependencies: read_dependencies(map.get("dependencies"))?, digest: text(map, "digest") })
    }
}

fn read_dependencies(value: Option<&Value>) -> Result<Vec<Dependency>, String> {
    let none = || "its dependencies are no list of mappings".to_owned();
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            items.iter().map(|item| Dependency::read(item).ok_or_else(none)).collect()
        }
        Some(_) => Err(none()),
    }
}

/// Numbers are taken as they are written: an unquoted `1.2` is a version too.
fn text(map: &Map<String, Value>, key: &str) -> String {
    map.get(key).and_then(scalar).unwrap_or_default()
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn list<'v>(map: &'v Map<String, Value>, key: &str) -> &'v [Value] {
    map.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
