//! What the catalog answers.

use ids::{ApplicationId, BlobHash, ClusterId};
use protos::catalog as proto;
use service::{Failure, Refused, Undone};

use crate::domain::{Application, Catalog, no_application, no_cluster};

/// The application of this identifier or name.
pub(crate) fn application<'a>(
    catalog: &'a Catalog,
    id_or_name: &str,
) -> Result<(ApplicationId, &'a Application), Refused> {
    let named = |(id, known): &(&ApplicationId, &Application)| {
        id.to_string() == id_or_name || known.name == id_or_name
    };
    let found = catalog.applications.iter().find(named);
    found.map(|(id, known)| (*id, known)).ok_or_else(|| no_application(id_or_name))
}

/// The cluster of this identifier or name.
pub(crate) fn cluster(catalog: &Catalog, id_or_name: &str) -> Result<proto::Cluster, Refused> {
    let named =
        |(id, name): &(&ClusterId, &String)| id.to_string() == id_or_name || name.as_str() == id_or_name;
    let found = catalog.clusters.iter().find(named).ok_or_else(|| no_cluster(id_or_name))?;
    Ok(proto::Cluster { cluster_id: found.0.to_string(), name: found.1.clone() })
}

/// The blob of an application's document: as it was given, or as it was read last.
pub(crate) fn document(catalog: &Catalog, id: ApplicationId) -> Result<BlobHash, Undone> {
    let given = catalog.applications.get(&id).and_then(|known| known.document);
    let read = || catalog.read.get(&id).copied();
    let lost = || Failure::unhandled("STORE_DAMAGED", format!("the application {id} has no document"));
    Ok(given.or_else(read).ok_or_else(lost)?)
}

/// An application with its document.
pub(crate) fn with_document(id: ApplicationId, known: &Application, document: String) -> proto::Application {
    proto::Application {
        application_id: id.to_string(),
        name: known.name.clone(),
        repository: known.repository.clone(),
        path: known.path.clone(),
        document,
    }
}
