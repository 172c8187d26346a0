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
    let by_id = id_or_name.parse().ok();
    let by_id = by_id.and_then(|id: ApplicationId| catalog.applications.get_key_value(&id));
    let by_name = || catalog.applications.iter().find(|(_, known)| known.name == id_or_name);
    let found = by_id.or_else(by_name);
    found.map(|(id, known)| (*id, known)).ok_or_else(|| no_application(id_or_name))
}

/// The cluster of this identifier or name.
pub(crate) fn cluster(catalog: &Catalog, id_or_name: &str) -> Result<proto::Cluster, Refused> {
    let (id, name) = cluster_entry(catalog, id_or_name)?;
    Ok(proto::Cluster { cluster_id: id.to_string(), name: name.clone() })
}

/// Its identifier.
pub(crate) fn cluster_id(catalog: &Catalog, id_or_name: &str) -> Result<ClusterId, Refused> {
    cluster_entry(catalog, id_or_name).map(|(id, _)| *id)
}

/// A name may look like an identifier; what has the identifier is meant first, also where something is removed.
fn cluster_entry<'a>(catalog: &'a Catalog, id_or_name: &str) -> Result<(&'a ClusterId, &'a String), Refused> {
    let by_id = id_or_name.parse().ok().and_then(|id: ClusterId| catalog.clusters.get_key_value(&id));
    let by_name = || catalog.clusters.iter().find(|(_, name)| name.as_str() == id_or_name);
    by_id.or_else(by_name).ok_or_else(|| no_cluster(id_or_name))
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
