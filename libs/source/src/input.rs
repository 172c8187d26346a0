//! Manifests from standard input.

use std::io::Read;

use crate::error::SourceError;
use crate::file;
use crate::tree::{Limits, Shown, SourceFile, SourceTree};

/// Reads all of it, as one file.
pub(crate) fn read(input: &mut dyn Read, limits: &Limits) -> Result<SourceTree, SourceError> {
    let description = "standard input".to_owned();
    let bytes = file::read_stream(input, &description, limits.file_bytes)?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(SourceError::Empty { description });
    }
    Ok(SourceTree {
        description,
        files: vec![SourceFile { path: "stdin".to_owned(), bytes }],
        pinned: None,
        root: None,
        prefix: String::new(),
        shown: Shown { before: String::new(), after: String::new() },
    })
}
