//! Clusters and workloads (applications).

use ids::{ApplicationId, ClusterId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cluster {
    /// Its identifier.
    #[schema(value_type = Uuid)]
    pub id: ClusterId,
    /// Its name, as `plimsoll.yaml` says it.
    pub name: String,
}

/// `POST clusters`, and `PATCH clusters/:id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCluster {
    /// Its name: 1 to 253 characters, as Kubernetes names objects (RFC 1123 subdomain).
    pub name: String,
}

/// A workload: an application and its environments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Workload {
    /// Its identifier.
    #[schema(value_type = Uuid)]
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
    /// The URL of the repository that holds its manifests, without credentials.
    pub repository: String,
    /// Where `plimsoll.yaml` lies in the repository, if it is read from there.
    pub path: Option<String>,
    /// Its document: `plimsoll.yaml` as JSON.
    #[schema(value_type = Object)]
    pub document: Value,
}

/// `POST workloads` that reads the document from a repository. The other form of the body is the document itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkloadFile {
    /// The URL of the repository.
    pub repo: String,
    /// The path of `plimsoll.yaml` in it.
    pub path: String,
}

/// `POST workloads`, and `PATCH workloads/:id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum WorkloadSource {
    /// Read from a repository whenever it is needed, at the head of its default branch.
    File(WorkloadFile),
    /// `plimsoll.yaml` as JSON.
    Document(Value),
}
