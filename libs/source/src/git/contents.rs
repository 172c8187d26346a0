//! The bytes of the files of a listing.

use super::listing::Listing;
use super::location::GitSource;
use super::objects::{Batch, ReadError};
use crate::error::SourceError;
use crate::file::Budget;
use crate::tree::{Limits, SourceFile};

/// The files of a listing, sorted by path. Sizes are compared with the limits before bytes are read.
pub(super) fn read(
    source: &GitSource,
    listing: &Listing,
    limits: &Limits,
    batch: &mut Batch,
) -> Result<Vec<SourceFile>, ReadError> {
    let description = source.to_string();
    let (before, after) = source.shown_around(listing.is_file);
    let mut budget = Budget::new(&description, limits.total_bytes);
    let hashes: Vec<&str> = listing.blobs.iter().map(|(_, hash)| hash.as_str()).collect();
    let mut files = Vec::with_capacity(hashes.len());
    batch.each(
        &hashes,
        |index, size| {
            if size > limits.file_bytes {
                let file = format!("{before}{}{after}", listing.blobs[index].0);
                let limit = limits.file_bytes;
                return Err(SourceError::FileTooLarge { file, size, limit }.into());
            }
            Ok(budget.spend(size)?)
        },
        |index, bytes| {
            files.push(SourceFile { path: listing.blobs[index].0.clone(), bytes });
            Ok(())
        },
    )?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}
