//! The documents of a preview, as blobs.
//!
//! Each link of the chain reads what the links before it wrote, and writes its own before the event that names it.

use events::preview::PreviewFailed;
use events::{Message, Service};
use ids::{BlobHash, EventId, OrgId, PromotionId};
use preview::{Document, DocumentError, Rendered};
use service::Failure;
use store::Blobs;

/// Reads a document.
///
/// # Errors
/// The store of blobs cannot be reached; or the blob is missing or no such document, which trying again does not mend.
pub async fn read<D: Document>(blobs: &dyn Blobs, org: OrgId, hash: BlobHash) -> Result<D, Failure> {
    D::read(&bytes(blobs, org, hash).await?).map_err(unreadable)
}

/// Writes a document; its name.
///
/// # Errors
/// The store of blobs cannot be reached.
pub async fn write(blobs: &dyn Blobs, org: OrgId, document: &impl Document) -> Result<BlobHash, Failure> {
    Ok(blobs.put(org, &document.write().map_err(unreadable)?).await?)
}

/// Reads the target before and after the edit.
///
/// # Errors
/// As [`read`].
pub async fn read_rendered(
    blobs: &dyn Blobs,
    org: OrgId,
    before: BlobHash,
    after: BlobHash,
) -> Result<Rendered, Failure> {
    let (before, after) = (bytes(blobs, org, before).await?, bytes(blobs, org, after).await?);
    Rendered::read(&before, &after).map_err(unreadable)
}

/// Writes the target before and after the edit; their names.
///
/// # Errors
/// As [`write`].
pub async fn write_rendered(
    blobs: &dyn Blobs,
    org: OrgId,
    rendered: &Rendered,
) -> Result<(BlobHash, BlobHash), Failure> {
    let (before, after) = rendered.write().map_err(unreadable)?;
    Ok((blobs.put(org, &before).await?, blobs.put(org, &after).await?))
}

async fn bytes(blobs: &dyn Blobs, org: OrgId, hash: BlobHash) -> Result<Vec<u8>, Failure> {
    let missing = || Failure::unhandled("BLOB_MISSING", format!("the blob {hash} is missing"));
    blobs.get(org, hash).await?.ok_or_else(missing)
}

fn unreadable(error: DocumentError) -> Failure {
    Failure::unhandled(error.code(), error.to_string())
}

/// A link's word that it cannot do with the input, which ends the preview where a person sees it.
#[must_use]
pub fn failed(
    message: &Message,
    stage: Service,
    (promotion_id, request): (PromotionId, EventId),
    (code, why): (&str, String),
) -> Message {
    let event = PreviewFailed {
        promotion_id,
        request,
        stage: stage.name().to_owned(),
        code: code.to_owned(),
        message: why,
    };
    message.output(stage, event)
}
