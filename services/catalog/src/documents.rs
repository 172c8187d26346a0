//! `plimsoll.yaml`: read from where the caller says, checked, and kept as a blob.

use std::sync::Arc;

use events::plan::Side;
use ids::{BlobHash, OrgId};
use protos::catalog::application_source::Source;
use repositories::{Repositories, RepositoryError};
use service::{Failure, Kind, Refused, Undone};
use store::Blobs;

use crate::domain::Application;

/// Where documents come from and go to.
#[derive(Clone)]
pub(crate) struct Documents {
    pub(crate) repositories: Arc<dyn Repositories>,
    pub(crate) blobs: Arc<dyn Blobs>,
}

/// An application as it was given, and the blob of its document.
pub(crate) struct Read {
    pub(crate) application: Application,
    pub(crate) blob: BlobHash,
}

impl Documents {
    /// The application that a source describes.
    pub(crate) async fn read(&self, org: OrgId, source: Option<Source>) -> Result<Read, Undone> {
        match source {
            Some(Source::Document(text)) => self.given(org, text.as_bytes()).await,
            Some(Source::File(file)) => self.in_repository(org, &file.repository, &file.path).await,
            None => {
                Err(invalid("APPLICATION_INVALID", "there is neither a document nor a repository").into())
            }
        }
    }

    async fn given(&self, org: OrgId, text: &[u8]) -> Result<Read, Undone> {
        let document = parsed(text)?;
        let Some(repository) = document.spec.source.repo.clone() else {
            let why = "spec.source.repo is missing: a document that lies in no repository has to name one";
            return Err(invalid("APPLICATION_INVALID", why).into());
        };
        self.repositories.check(&repository).map_err(unreadable)?;
        let blob = self.keep(org, &document).await?;
        Ok(Read { application: known(&document, repository, None, Some(blob)), blob })
    }

    /// The file lies in the repository that it is about: what it says of `spec.source.repo` may be another's name for it.
    async fn in_repository(&self, org: OrgId, repository: &str, path: &str) -> Result<Read, Undone> {
        self.repositories.check(repository).map_err(unreadable)?;
        let head = self.repositories.head(repository).await.map_err(unreadable)?;
        let bytes = self.repositories.file(repository, &head.commit, path).await.map_err(unreadable)?;
        let missing = || invalid("APPLICATION_FILE_MISSING", format!("{path} is not in the repository"));
        let document = parsed(&bytes.ok_or_else(missing)?)?;
        let blob = self.keep(org, &document).await?;
        Ok(Read { application: known(&document, repository.to_owned(), Some(path.to_owned()), None), blob })
    }

    async fn keep(&self, org: OrgId, document: &application::Application) -> Result<BlobHash, Undone> {
        // A map of JSON is sorted, so the same document has the same bytes.
        let value = serde_json::to_value(document).and_then(|value| serde_json::to_vec(&value));
        let bytes = value.map_err(|error| Failure::unhandled("INTERNAL", error.to_string()))?;
        Ok(self.blobs.put(org, &bytes).await?)
    }

    /// The text of a document.
    pub(crate) async fn text(&self, org: OrgId, blob: BlobHash) -> Result<String, Undone> {
        let missing = || Failure::unhandled("BLOB_MISSING", format!("the blob {blob} is missing"));
        let bytes = self.blobs.get(org, blob).await?.ok_or_else(missing)?;
        let text = String::from_utf8(bytes);
        Ok(text.map_err(|_| Failure::unhandled("STORE_DAMAGED", "a document is no text"))?)
    }
}

fn parsed(bytes: &[u8]) -> Result<application::Application, Undone> {
    let refuse = |error: application::ApplicationError| invalid(error.code(), error.to_string());
    Ok(application::Application::read(bytes).map_err(refuse)?)
}

fn known(
    document: &application::Application,
    repository: String,
    path: Option<String>,
    blob: Option<BlobHash>,
) -> Application {
    // Paths are relative to the document, where it lies in the repository.
    let directory = path.as_deref().and_then(|path| path.rsplit_once('/'));
    let directory = directory.map_or(String::new(), |(directory, _)| directory.to_owned());
    let side = |environment: &application::Environment| Side {
        environment: environment.name.clone(),
        path: environment.path_below(&directory),
        namespace: environment.namespace.clone(),
        cluster: environment.cluster.clone(),
    };
    let environments = document.spec.environments.iter().map(side).collect();
    Application { name: document.metadata.name.clone(), repository, path, document: blob, environments }
}

fn invalid(code: &'static str, message: impl Into<String>) -> Refused {
    Refused::new(Kind::Invalid, code, message)
}

fn unreadable(error: RepositoryError) -> Undone {
    match error.is_transient {
        true => Failure::unavailable(error.code, error.message).into(),
        false => invalid(error.code, error.message).into(),
    }
}
