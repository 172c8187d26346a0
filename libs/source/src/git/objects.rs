//! Reading many objects of a repository through one `git cat-file --batch`.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};

use super::command::why_not_started;
use super::directory::GitDirectory;
use crate::error::SourceError;
use crate::process::Running;

/// How many objects are asked for before the first answer is read: their names fit into the smallest pipe there is
/// (a page), so that neither side waits for the other to empty one.
const AHEAD: usize = 4096 / 66;

/// An object of a repository.
#[derive(Debug)]
pub(crate) struct Object {
    /// `commit`, `tree`, `blob`, `tag`.
    pub(crate) kind: String,
    pub(crate) hash: String,
    pub(crate) bytes: Vec<u8>,
}

/// Why something cannot be read from a repository.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// What is asked for is at fault.
    Source(SourceError),
    /// The repository has no such commit.
    NoCommit,
    /// The repository does not hold what a commit of it names, or cannot be read.
    Broken(String),
    /// Git cannot be started.
    NotStarted(String),
    /// It took too long.
    Expired,
}

impl From<SourceError> for ReadError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl ReadError {
    /// What it is to a user who named a commit of a repository.
    pub(crate) fn of_user(self, repository: &str, commit: &str) -> SourceError {
        let repository = repository.to_owned();
        match self {
            Self::Source(error) => error,
            Self::NoCommit => SourceError::Revision { repository, revision: commit.to_owned() },
            Self::Broken(why) | Self::NotStarted(why) => SourceError::Git { repository, why },
            Self::Expired => SourceError::Git { repository, why: "it took too long".to_owned() },
        }
    }
}

/// A `git cat-file` that answers.
pub(crate) struct Batch {
    running: Running,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Batch {
    pub(crate) fn start(git: &GitDirectory) -> Result<Self, ReadError> {
        let mut command = git.command();
        command.args(["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let not_started = |error| ReadError::NotStarted(why_not_started(&error));
        let mut running = git.start(&mut command).map_err(not_started)?;
        match (running.child.stdin.take(), running.child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self { running, input, output: BufReader::new(output) }),
            _ => Err(ReadError::NotStarted("its streams are not open".to_owned())),
        }
    }

    /// One object, by any name that Git knows. `admit` is asked with its size before its bytes are read; if it
    /// refuses, nothing more can be read from this batch.
    pub(crate) fn object(
        &mut self,
        name: &str,
        admit: impl FnOnce(u64) -> Result<(), ReadError>,
    ) -> Result<Option<Object>, ReadError> {
        self.ask(&[name])?;
        self.answer(admit)
    }

    /// An object that another one names, by its hash.
    pub(crate) fn bytes(
        &mut self,
        hash: &str,
        admit: impl FnOnce(u64) -> Result<(), ReadError>,
    ) -> Result<Vec<u8>, ReadError> {
        expected(self.object(hash, admit)?, hash)
    }

    /// Objects that others name, in order: `admit` gets the index and the size of each, `take` the bytes.
    pub(crate) fn each(
        &mut self,
        hashes: &[&str],
        mut admit: impl FnMut(usize, u64) -> Result<(), ReadError>,
        mut take: impl FnMut(usize, Vec<u8>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        for (chunk, names) in hashes.chunks(AHEAD).enumerate() {
            self.ask(names)?;
            for (at, name) in names.iter().enumerate() {
                let index = chunk * AHEAD + at;
                let object = self.answer(|size| admit(index, size))?;
                take(index, expected(object, name)?)?;
            }
        }
        Ok(())
    }

    /// Objects that others name, in order: `take` gets the index of each and its bytes, or its size where that is over
    /// the limit.
    pub(crate) fn each_up_to(
        &mut self,
        limit: u64,
        hashes: &[&str],
        mut take: impl FnMut(usize, Result<Vec<u8>, u64>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        for (chunk, names) in hashes.chunks(AHEAD).enumerate() {
            self.ask(names)?;
            for (at, name) in names.iter().enumerate() {
                let header = self.header().map_err(|error| self.failed(&error))?;
                let (_, _, size) = header.ok_or_else(|| missing(name))?;
                let object = match size > limit {
                    false => self.body(size).map(Ok),
                    true => self.skip(size).map(|()| Err(size)),
                };
                take(chunk * AHEAD + at, object.map_err(|error| self.failed(&error))?)?;
            }
        }
        Ok(())
    }

    fn ask(&mut self, names: &[&str]) -> Result<(), ReadError> {
        let mut lines = names.join("\n");
        lines.push('\n');
        self.input.write_all(lines.as_bytes()).map_err(|error| self.failed(&error))
    }

    fn answer(
        &mut self,
        admit: impl FnOnce(u64) -> Result<(), ReadError>,
    ) -> Result<Option<Object>, ReadError> {
        let Some((kind, hash, size)) = self.header().map_err(|error| self.failed(&error))? else {
            return Ok(None);
        };
        admit(size)?;
        let bytes = self.body(size).map_err(|error| self.failed(&error))?;
        Ok(Some(Object { kind, hash, bytes }))
    }

    /// `HASH KIND SIZE`, or `NAME missing`.
    fn header(&mut self) -> io::Result<Option<(String, String, u64)>> {
        let mut line = Vec::new();
        self.output.read_until(b'\n', &mut line)?;
        let line = String::from_utf8_lossy(&line);
        if line.ends_with(" missing\n") {
            return Ok(None);
        }
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            [hash, kind, size] => {
                let size = size.parse().map_err(io::Error::other)?;
                Ok(Some((kind.to_owned(), hash.to_owned(), size)))
            }
            _ => Err(io::Error::other("git cat-file ended")),
        }
    }

    fn body(&mut self, size: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&mut self.output).take(size).read_to_end(&mut bytes)?;
        self.output.read_exact(&mut [0])?;
        Ok(bytes)
    }

    fn skip(&mut self, size: u64) -> io::Result<()> {
        io::copy(&mut (&mut self.output).take(size), &mut io::sink())?;
        self.output.read_exact(&mut [0])
    }

    fn failed(&self, error: &io::Error) -> ReadError {
        match self.running.expired() {
            true => ReadError::Expired,
            false => ReadError::Broken(format!("its objects cannot be read ({error})")),
        }
    }
}

fn expected(object: Option<Object>, hash: &str) -> Result<Vec<u8>, ReadError> {
    object.map(|object| object.bytes).ok_or_else(|| missing(hash))
}

fn missing(hash: &str) -> ReadError {
    ReadError::Broken(format!("object {hash} is missing"))
}
