//! The form `URL//PATH@REV`.

use std::fmt;
use std::path::PathBuf;

use super::credentials;
use crate::error::SourceError;

/// Where a repository is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Repository {
    /// On this machine.
    Local(PathBuf),
    /// Behind a URL.
    Remote(String),
}

/// A source in Git.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GitSource {
    repository: Repository,
    path: String,
    revision: Option<String>,
}

const REMOTE_SCHEMES: [&str; 3] = ["https", "http", "ssh"];

impl GitSource {
    /// Reads what follows `git+`. The path begins at the first `//` after the scheme, the revision at the first
    /// `@` of the path, so that tags like `web@1.2.0` are taken whole.
    pub(crate) fn parse(text: &str) -> Result<Self, SourceError> {
        let fail = |why| SourceError::Argument { text: format!("git+{}", credentials::mask(text)), why };
        if text.is_empty() || text.starts_with('-') {
            return Err(fail("a URL or the path of a repository is expected after git+"));
        }
        let (repository, tail) = split_repository(text);
        let (path, revision) = match tail.split_once('@') {
            Some((path, revision)) => (path, Some(revision.to_owned())),
            None => (tail, None),
        };
        let path = normal(path).ok_or_else(|| fail("the path leads out of the repository"))?;
        if let Some(revision) = &revision {
            refuse_revision(revision).map_or(Ok(()), |why| Err(fail(why)))?;
        }
        Ok(Self { repository: repository_of(repository).map_err(fail)?, path, revision })
    }

    /// A path in a commit of the repository behind a URL; none if the path leads out of it.
    pub(crate) fn pinned(url: &str, commit: &str, path: &str) -> Option<Self> {
        let (repository, revision) = (Repository::Remote(url.to_owned()), Some(commit.to_owned()));
        Some(Self { repository, path: normal(path)?, revision })
    }

    pub(super) fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Whether its repository is on this machine.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.repository, Repository::Local(_))
    }

    /// The path as it was given, with `/`; empty for the root.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn revision(&self) -> &str {
        self.revision.as_deref().unwrap_or("HEAD")
    }

    /// The repository without credentials.
    pub(crate) fn repository_shown(&self) -> String {
        match &self.repository {
            Repository::Local(path) => path.display().to_string(),
            Repository::Remote(url) => credentials::mask(url),
        }
    }

    /// What stands around the path of a file of the repository in messages.
    pub(crate) fn root_shown_around(&self) -> (String, String) {
        let after = self.revision.as_ref().map_or(String::new(), |revision| format!("@{revision}"));
        (format!("git+{}//", self.repository_shown()), after)
    }

    /// What stands around the path of a file of the source in messages.
    pub(super) fn shown_around(&self, is_file: bool) -> (String, String) {
        let path = match (is_file, self.path.rsplit_once('/')) {
            (true, Some((parent, _))) => format!("{parent}/"),
            (true, None) => String::new(),
            (false, _) if self.path.is_empty() => String::new(),
            (false, _) => format!("{}/", self.path),
        };
        let (before, after) = self.root_shown_around();
        (format!("{before}{path}"), after)
    }
}

impl fmt::Display for GitSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "git+{}//{}", self.repository_shown(), self.path)?;
        self.revision.iter().try_for_each(|revision| write!(f, "@{revision}"))
    }
}

/// The repository, and the path with the revision.
fn split_repository(text: &str) -> (&str, &str) {
    let start = text.find("://").map_or(0, |scheme| scheme + 3);
    // A path that starts with `/` is no separator.
    let body = start + usize::from(text[start..].starts_with('/'));
    if let Some(at) = text[body..].find("//") {
        return (&text[..body + at], &text[body + at + 2..]);
    }
    // Without a path, the `@` of the host is not that of the revision.
    let host_end = match start {
        0 => 0,
        _ => text[start..].find('/').map_or(text.len(), |slash| start + slash),
    };
    match text[host_end..].find('@') {
        Some(at) => (&text[..host_end + at], &text[host_end + at..]),
        None => (text, ""),
    }
}

fn repository_of(text: &str) -> Result<Repository, &'static str> {
    if text.split('/').next().is_some_and(|first| first.contains("::")) {
        return Err("transport helpers (name::address) are not used");
    }
    match text.split_once("://") {
        Some(("file", path)) => {
            let path = path.strip_prefix("localhost").unwrap_or(path);
            match path.starts_with('/') {
                true => Ok(Repository::Local(PathBuf::from(path))),
                false => Err("a file: URL has three slashes and no host, as in git+file:///srv/shop.git"),
            }
        }
        Some((scheme, rest)) => match REMOTE_SCHEMES.contains(&scheme) && !rest.starts_with(['-', '/']) {
            true => Ok(Repository::Remote(text.to_owned())),
            false => Err("the URL is https://HOST/…, http://HOST/…, ssh://HOST/… or file:///…"),
        },
        None if text.split('/').next().is_some_and(|first| first.contains(':')) => {
            Err("write git@host:path as ssh://git@host/path")
        }
        None => Ok(Repository::Local(PathBuf::from(text))),
    }
}

/// The path without empty and `.` segments; none if it leads upwards.
fn normal(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    (!parts.contains(&"..")).then(|| parts.join("/"))
}

/// What Git would read as an option, a refspec or a path is no revision.
fn refuse_revision(revision: &str) -> Option<&'static str> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ':' | '*' | '?' | '[' | '\\');
    (revision.is_empty() || revision.starts_with(['-', '+', '^']) || revision.contains(odd))
        .then_some("the revision is a branch, a tag or a commit")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String, String) {
        let source = GitSource::parse(text).unwrap();
        let repository = match &source.repository {
            Repository::Local(path) => format!("local {}", path.display()),
            Repository::Remote(url) => url.clone(),
        };
        (repository, source.path.clone(), source.revision().to_owned())
    }

    #[test]
    fn repository_path_and_revision_are_told_apart() {
        for (text, repository, path, revision) in [
            ("https://h/shop.git//overlays/staging@v1", "https://h/shop.git", "overlays/staging", "v1"),
            ("https://h/shop.git//staging", "https://h/shop.git", "staging", "HEAD"),
            ("https://h/shop.git//@v1", "https://h/shop.git", "", "v1"),
            ("https://h/shop.git@v1", "https://h/shop.git", "", "v1"),
            ("https://h/shop.git", "https://h/shop.git", "", "HEAD"),
            ("https://u:p@h/shop.git//a@b/c", "https://u:p@h/shop.git", "a", "b/c"),
            ("ssh://git@h/shop.git//a@web@1.2", "ssh://git@h/shop.git", "a", "web@1.2"),
            ("ssh://git@h/shop.git@release/9", "ssh://git@h/shop.git", "", "release/9"),
            ("file:///srv/shop//staging@v1", "local /srv/shop", "staging", "v1"),
            ("/srv/shop//staging/@v1", "local /srv/shop", "staging", "v1"),
            (".//staging@HEAD~1", "local .", "staging", "HEAD~1"),
            ("../shop//./a//b", "local ../shop", "a/b", "HEAD"),
            (".@v1", "local .", "", "v1"),
        ] {
            let expected = (repository.to_owned(), path.to_owned(), revision.to_owned());
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn what_git_could_misread_is_refused() {
        for text in [
            "",
            "--upload-pack=touch x//a",
            "ext::sh -c touch%20x//a",
            "https://h/x//a@--output=x",
            "https://h/x//a@",
            "https://h/x//a@+main",
            "https://h/x//a@a:b",
            "https://h/x//../../etc@v1",
            "ssh://-oProxyCommand=x/y//a",
            "ftp://h/x//a",
            "file://host/x//a",
            "git@github.com:o/r.git//a",
            "https:///x//a",
        ] {
            assert_eq!(GitSource::parse(text).unwrap_err().code(), "SOURCE_INVALID", "{text}");
        }
    }

    #[test]
    fn no_message_shows_credentials() {
        let source = GitSource::parse("https://ana:s3cret@h/x.git//a@v1").unwrap();
        assert_eq!(source.to_string(), "git+https://***@h/x.git//a@v1");
        let error = GitSource::parse("https://ana:s3cret@h/x.git//..").unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
