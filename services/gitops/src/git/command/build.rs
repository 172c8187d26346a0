//! Making a commit on top of another one, without a working tree: one `git fast-import`.

use std::fs::File;

use source::{EntryKind, GitError, Mirror, Mirrors};

use crate::git::push::{Author, Push, PushError};

/// A commit that lies in a mirror.
pub(super) struct Built {
    /// Its hash.
    pub(super) commit: String,
    /// As long as it is there, nobody throws the mirror away with the commit in it.
    pub(super) kept: File,
}

/// Makes the commit in the mirror, which has the base commit.
pub(super) fn build(mirrors: &Mirrors, mirror: &Mirror<'_>, push: &Push) -> Result<Built, PushError> {
    let mut changes = Vec::new();
    for (path, bytes) in &push.files {
        let place = Place::of(mirrors, push, path)?;
        if changes.iter().any(|(other, _): &(Place, _)| other.path == place.path) {
            return Err(PushError::invalid(format!("{path:?} and another file are the same one")));
        }
        changes.push((place, bytes.as_deref()));
    }
    let _lock = mirror.lock()?;
    let kept = mirror.keep()?;
    let command = mirror.command().args(["fast-import", "--quiet", "--force", "--done", "--date-format=raw"]);
    let output = command.input(stream(push, &changes)?).run()?;
    let commit = String::from_utf8_lossy(&output).trim().to_owned();
    match commit.len() == push.base_commit.len() {
        true => Ok(Built { commit, kept }),
        false => {
            let why = "git fast-import named no commit".to_owned();
            Err(GitError::Failed { repository: mirror.shown().to_owned(), why }.into())
        }
    }
}

/// Where a file is written.
struct Place {
    /// The path behind all links.
    path: String,
    /// The mode that it has, or that a new file gets.
    mode: &'static str,
    exists: bool,
}

impl Place {
    fn of(mirrors: &Mirrors, push: &Push, path: &str) -> Result<Self, PushError> {
        let in_the_way = || PushError::invalid(format!("{path:?} is no file in {}", push.base_commit));
        match mirrors.find(&push.url, &push.base_commit, path)? {
            Some(found) if found.kind == EntryKind::File => {
                let mode = if found.executable { "100755" } else { "100644" };
                Ok(Self { path: found.path, mode, exists: true })
            }
            Some(_) => Err(in_the_way()),
            None => {
                let path = new_path(mirrors, push, path)?.ok_or_else(in_the_way)?;
                Ok(Self { path, mode: "100644", exists: false })
            }
        }
    }
}

/// The path of a new file, behind the links that lead to its directory; none if one of its directories is a file.
fn new_path(mirrors: &Mirrors, push: &Push, path: &str) -> Result<Option<String>, GitError> {
    for (at, _) in path.rmatch_indices('/') {
        let (parent, rest) = path.split_at(at);
        match mirrors.find(&push.url, &push.base_commit, parent)? {
            None => {}
            Some(found) if found.kind == EntryKind::Directory => {
                return Ok(Some(format!("{}{rest}", found.path).trim_start_matches('/').to_owned()));
            }
            Some(_) => return Ok(None),
        }
    }
    Ok(Some(path.to_owned()))
}

/// The commands that `git fast-import` reads; see its manual page.
fn stream(push: &Push, changes: &[(Place, Option<&[u8]>)]) -> Result<Vec<u8>, PushError> {
    let mut stream = Vec::new();
    let mut line = |text: String| stream.extend_from_slice(text.as_bytes());
    // A name for the commit keeps it from being tidied away.
    line(format!("feature done\ncommit refs/plimsoll/{}\nmark :1\n", push.branch));
    let person = format!("{} {} +0000\n", person(&push.author), push.at);
    line(format!("author {person}committer {person}"));
    let message = push.message.text();
    line(format!("data {}\n{message}\nfrom {}\n", message.len(), push.base_commit));
    for (place, bytes) in changes {
        let path = quoted(&place.path);
        match bytes {
            Some(bytes) => {
                stream.extend_from_slice(format!("M {} inline {path}\n", place.mode).as_bytes());
                stream.extend_from_slice(format!("data {}\n", bytes.len()).as_bytes());
                stream.extend_from_slice(bytes);
                stream.push(b'\n');
            }
            None if place.exists => stream.extend_from_slice(format!("D {path}\n").as_bytes()),
            None => return Err(PushError::invalid(format!("{:?} goes, and is not there", place.path))),
        }
    }
    stream.extend_from_slice(b"get-mark :1\ndone\n");
    Ok(stream)
}

/// `NAME <MAIL>`, without what would end them early.
fn person(author: &Author) -> String {
    let plain = |text: &str| {
        let kept: String =
            text.chars().map(|c| if c.is_control() || "<>".contains(c) { ' ' } else { c }).collect();
        kept.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    format!("{} <{}>", plain(&author.name), plain(&author.email))
}

/// A path as `git fast-import` reads it: in quotes if it begins with one.
fn quoted(path: &str) -> String {
    match path.starts_with('"') {
        true => format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"")),
        false => path.to_owned(),
    }
}
