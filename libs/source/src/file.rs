//! Reading one file, or standard input, up to a limit.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::SourceError;

/// The bytes of a file that is called `shown` in messages.
pub(crate) fn read(path: &Path, shown: &str, limit: u64) -> Result<Vec<u8>, SourceError> {
    let file = File::open(path).map_err(|error| SourceError::unreadable(shown, &error))?;
    read_open(file, shown, limit)
}

/// The bytes of a file that is open.
pub(crate) fn read_open(file: File, shown: &str, limit: u64) -> Result<Vec<u8>, SourceError> {
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    if size > limit {
        return Err(SourceError::FileTooLarge { file: shown.to_owned(), size, limit });
    }
    read_up_to(file, size, shown, limit)
}

/// The bytes of a stream. Its length is not known before it ends, so the limit is watched while reading.
pub(crate) fn read_stream(stream: impl Read, shown: &str, limit: u64) -> Result<Vec<u8>, SourceError> {
    read_up_to(stream, 0, shown, limit)
}

/// [`read_stream`] for a stream that is likely of this size, for which room is made once.
fn read_up_to(stream: impl Read, size: u64, shown: &str, limit: u64) -> Result<Vec<u8>, SourceError> {
    // One byte more, since only an empty read says that this is the end.
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(limit)).unwrap_or(0).saturating_add(1));
    stream
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| SourceError::unreadable(shown, &error))?;
    match bytes.len() as u64 {
        size if size > limit => Err(SourceError::FileTooLarge { file: shown.to_owned(), size, limit }),
        _ => Ok(bytes),
    }
}

/// Counts the bytes of a source against its limit.
#[derive(Debug)]
pub(crate) struct Budget<'a> {
    pub(crate) description: &'a str,
    pub(crate) limit: u64,
    pub(crate) left: u64,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(description: &'a str, limit: u64) -> Self {
        Self { description, limit, left: limit }
    }

    pub(crate) fn spend(&mut self, bytes: u64) -> Result<(), SourceError> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| SourceError::TooLarge {
            description: self.description.to_owned(),
            limit: self.limit,
        })?;
        Ok(())
    }
}
