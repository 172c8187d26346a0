//! The types of `plimsoll.yaml`.

use std::collections::BTreeMap;

use kube_model::PlacePattern;
use serde::{Deserialize, Serialize};

use crate::budget::{Budget, CostRules};
use crate::date::Date;

/// An application: its environments, its promotions and their rules.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Application {
    #[serde(rename = "apiVersion")]
    _api_version: ApiVersion,
    #[serde(rename = "kind")]
    _kind: Kind,
    /// Its name.
    pub metadata: Metadata,
    /// The rest.
    pub spec: Spec,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum ApiVersion {
    #[serde(rename = "plimsoll.dev/v1")]
    V1,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Kind {
    Application,
}

/// What an application is called.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The name.
    pub name: String,
}

/// What an application says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Where its manifests are and how they are rendered.
    #[serde(default)]
    pub source: Source,
    /// Its environments; at least one.
    pub environments: Vec<Environment>,
    /// Its promotions.
    #[serde(default)]
    pub promotions: Vec<Promotion>,
    /// Noise that a diff may leave out; what is left out is counted every time.
    #[serde(default)]
    pub ignore: Vec<PlacePattern>,
    /// Findings that somebody has accepted.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
    /// Ceilings on cost.
    #[serde(default)]
    pub budgets: Vec<Budget>,
    /// Policies that are held against every change of it: files and directories, relative to this file, with `/`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// What else it says of its cost.
    #[serde(default, skip_serializing_if = "CostRules::is_empty")]
    pub cost: CostRules,
}

/// Where an application's manifests are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The URL of its repository; none is the repository that holds this file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    /// How its manifests are rendered; none leaves it to the files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub render: Option<Render>,
}

/// How manifests are rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Render {
    /// They are read as they stand.
    Plain,
    /// By Kustomize.
    Kustomize,
    /// By Helm.
    Helm,
    /// By a command: its name, by which an administrator allows it, and its arguments.
    Command(Vec<String>),
}

/// What Helm is given for an environment. Paths are relative to this file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct HelmOptions {
    /// The chart: a directory or a packaged chart. None is the environment's path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<String>,
    /// Values files, a later one over an earlier one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Single values, as `--set` takes them: a path and a text.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, String>,
    /// The name of the release; none is the application's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The version of Kubernetes that templates see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kube_version: Option<String>,
    /// API versions that templates see beside the built-in ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub api_versions: Vec<String>,
    /// Leave the chart's `crds/` out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub skip_crds: bool,
}

/// One place where the application runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its name, such as `production`.
    pub name: String,
    /// Where its manifests are, relative to this file, with `/`.
    pub path: String,
    /// The cluster it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The namespace it runs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// How it is rendered, where that is not as the source says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub render: Option<Render>,
    /// What Helm is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helm: Option<HelmOptions>,
    /// What describes the nodes that it runs on: a file or a directory, relative to this file, with `/`. What the change
    /// does to their bill is then a part of every preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes: Option<String>,
    /// Policies that are held against changes of this environment, beside those of the application.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
}

/// A promotion from one environment to another.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Promotion {
    /// The environment whose changes are carried.
    pub from: String,
    /// The environment that they are carried to.
    pub to: String,
    /// Places that are carried although the table would keep them.
    #[serde(default)]
    pub promote: Vec<PlacePattern>,
    /// Places that stay as the target has them although the table would carry them.
    #[serde(default)]
    pub keep: Vec<PlacePattern>,
    /// How many people have to approve.
    #[serde(default = "one_approval")]
    pub approvals: u32,
    /// Whether the one who asked for the promotion may approve it.
    #[serde(default)]
    pub self_approval: bool,
}

fn one_approval() -> u32 {
    1
}

/// A finding that somebody has accepted until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The rule that found it.
    pub rule: String,
    /// Where.
    pub place: PlacePattern,
    /// Why it is accepted.
    pub reason: String,
    /// Who accepted it.
    pub who: String,
    /// The last day on which it counts.
    pub until: Date,
    /// The environment in which it counts; none is all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

impl Waiver {
    /// Whether it counts in an environment.
    #[must_use]
    pub fn is_in(&self, environment: &str) -> bool {
        self.environment.as_ref().is_none_or(|named| named == environment)
    }
}

impl Environment {
    /// Where its manifests are in a repository whose `plimsoll.yaml` lies in `directory`, with `/`; empty for the top.
    #[must_use]
    pub fn path_below(&self, directory: &str) -> String {
        below(directory, &self.path)
    }

    /// Where what describes its nodes is, in the same way; none where nothing is named.
    #[must_use]
    pub fn nodes_below(&self, directory: &str) -> Option<String> {
        self.nodes.as_ref().map(|nodes| below(directory, nodes))
    }
}

impl Application {
    /// Where the policies are that hold for an environment, in a repository whose `plimsoll.yaml` lies in `directory`: those
    /// of the application, then its own.
    #[must_use]
    pub fn policies_below(&self, directory: &str, environment: &Environment) -> Vec<String> {
        let all = self.spec.policies.iter().chain(&environment.policies);
        all.map(|path| below(directory, path)).collect()
    }
}

/// What a path of `plimsoll.yaml` names in the repository, if the file lies in `directory`.
#[must_use]
pub fn below(directory: &str, path: &str) -> String {
    let parts = directory.split('/').chain(path.split('/'));
    parts.filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

impl Application {
    /// How an environment is rendered, if the application says so.
    #[must_use]
    pub fn render<'a>(&'a self, environment: &'a Environment) -> Option<&'a Render> {
        let by_options = environment.helm.as_ref().map(|_| &Render::Helm);
        environment.render.as_ref().or(by_options).or(self.spec.source.render.as_ref())
    }

    /// The environment of this name.
    #[must_use]
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.spec.environments.iter().find(|environment| environment.name == name)
    }

    /// The promotion from one environment to another.
    #[must_use]
    pub fn promotion(&self, from: &str, to: &str) -> Option<&Promotion> {
        self.spec.promotions.iter().find(|promotion| promotion.from == from && promotion.to == to)
    }
}
