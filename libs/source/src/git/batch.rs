//! Reading many objects of a repository through one `git cat-file --batch`.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::Pinned;
use super::command::{cannot_start, git};
use super::listing::{Blob, Listing};
use super::location::GitSource;
use crate::error::{SourceError, plain};
use crate::file::Budget;
use crate::tree::{Limits, SourceFile};

/// The files of a listing, sorted by path.
pub(super) fn read(
    source: &GitSource,
    pinned: &Pinned,
    listing: &Listing,
    limits: &Limits,
) -> Result<Vec<SourceFile>, SourceError> {
    let description = source.to_string();
    let (before, after) = source.shown_around(listing.is_file);
    let mut budget = Budget::new(&description, limits.total_bytes);
    let too_large = |path: &str, size| SourceError::FileTooLarge {
        file: format!("{before}{path}{after}"),
        size,
        limit: limits.file_bytes,
    };
    // Sizes are known from the listing, so a large file is refused before anything is read.
    for (path, Blob { size, .. }) in &listing.blobs {
        if *size > limits.file_bytes {
            return Err(too_large(path, *size));
        }
        budget.spend(*size)?;
    }
    let mut batch = Batch::start(source, pinned)?;
    let mut files = Vec::with_capacity(listing.blobs.len());
    for (path, blob) in &listing.blobs {
        let bytes = match batch.object(&blob.hash, limits.file_bytes) {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(size)) => return Err(too_large(path, size)),
            Err(error) => {
                return Err(SourceError::Git { repository: source.repository_shown(), why: plain(&error) });
            }
        };
        files.push(SourceFile { path: path.clone(), bytes });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

struct Batch {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Batch {
    fn start(source: &GitSource, pinned: &Pinned) -> Result<Self, SourceError> {
        let repository = source.repository_shown();
        let mut child = git(&pinned.directory)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| cannot_start(&error, &repository))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self { child, input, output: BufReader::new(output) }),
            _ => Err(SourceError::Git { repository, why: "its streams are not open".to_owned() }),
        }
    }

    /// The bytes of an object, or its size if that is above the limit. One is asked for at a time, so neither
    /// side waits for the other to empty a pipe.
    fn object(&mut self, hash: &str, limit: u64) -> std::io::Result<Result<Vec<u8>, u64>> {
        writeln!(self.input, "{hash}")?;
        self.input.flush()?;
        let mut header = String::new();
        self.output.read_line(&mut header)?;
        let size = match header.split_whitespace().collect::<Vec<_>>()[..] {
            [_, "blob", size] => size.parse::<u64>().map_err(std::io::Error::other)?,
            _ => return Err(std::io::Error::other(format!("object {hash} cannot be read"))),
        };
        if size > limit {
            return Ok(Err(size));
        }
        let mut bytes = Vec::new();
        (&mut self.output).take(size).read_to_end(&mut bytes)?;
        let mut newline = [0];
        self.output.read_exact(&mut newline)?;
        Ok(Ok(bytes))
    }
}

impl Drop for Batch {
    /// Not waited for, a child that has ended would stay in the process table.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
