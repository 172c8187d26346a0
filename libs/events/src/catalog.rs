//! What an organisation has (`plimsoll.catalog.v1`).

use ids::{ApplicationId, BlobHash, ClusterId, WaiverId};
use serde::{Deserialize, Serialize};

use crate::plan::Side;

/// An organisation began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationCreated {
    /// Its name.
    pub name: String,
    /// Who did it.
    pub by: String,
}

/// An application is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationRegistered {
    /// The application.
    pub application_id: ApplicationId,
    /// Its name.
    pub name: String,
    /// The URL of the repository that holds its manifests, without credentials.
    pub repository: String,
    /// Where `plimsoll.yaml` lies in that repository, if it is read from there.
    pub path: Option<String>,
    /// The application's document as a blob of canonical JSON, if it was given through the API.
    pub document: Option<BlobHash>,
    /// Its environments.
    pub environments: Vec<Side>,
    /// Who did it.
    pub by: String,
}

/// An application is another than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationUpdated {
    /// The application.
    pub application_id: ApplicationId,
    /// Its name.
    pub name: String,
    /// The URL of the repository that holds its manifests, without credentials.
    pub repository: String,
    /// Where `plimsoll.yaml` lies in that repository, if it is read from there.
    pub path: Option<String>,
    /// The application's document as a blob of canonical JSON, if it was given through the API.
    pub document: Option<BlobHash>,
    /// Its environments.
    pub environments: Vec<Side>,
    /// Who did it.
    pub by: String,
}

/// An application is no longer known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationRemoved {
    /// The application.
    pub application_id: ApplicationId,
    /// Its name.
    pub name: String,
    /// Who did it.
    pub by: String,
}

/// A cluster is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRegistered {
    /// The cluster.
    pub cluster_id: ClusterId,
    /// Its name.
    pub name: String,
    /// Who did it.
    pub by: String,
}

/// A cluster has another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRenamed {
    /// The cluster.
    pub cluster_id: ClusterId,
    /// Its name now.
    pub name: String,
    /// Who did it.
    pub by: String,
}

/// A cluster is no longer known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRemoved {
    /// The cluster.
    pub cluster_id: ClusterId,
    /// Its name.
    pub name: String,
    /// Who did it.
    pub by: String,
}

/// Somebody accepts what a rule finds at a place, until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverGranted {
    /// The waiver.
    pub waiver_id: WaiverId,
    /// The application that it is for.
    pub application_id: ApplicationId,
    /// Its name.
    pub application: String,
    /// The environment in which it counts; none is all of them.
    pub environment: Option<String>,
    /// The rule that finds it, or a check that is equal to it; `*` for every rule.
    pub rule: String,
    /// Where, as a pattern of places.
    pub place: String,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it counts: `2026-12-31`.
    pub until: String,
    /// Who did it.
    pub by: String,
}

/// A waiver counts no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRevoked {
    /// The waiver.
    pub waiver_id: WaiverId,
    /// The application that it was for.
    pub application_id: ApplicationId,
    /// The rule that it named.
    pub rule: String,
    /// The place that it named.
    pub place: String,
    /// Who did it.
    pub by: String,
}

/// A known caller asked for what cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogRefused {
    /// Who asked.
    pub by: String,
    /// What was asked for.
    pub command: String,
    /// The stable code of the refusal.
    pub code: String,
    /// Why.
    pub message: String,
}
