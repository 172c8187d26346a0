//! What a remote repository's names stand for, asked without a clone.

use std::collections::BTreeMap;

use super::Mirrors;
use super::error::GitError;

/// A revision as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revision<'a> {
    /// What the repository's `HEAD` points to.
    Default,
    /// A branch, never a tag of that name.
    Branch(&'a str),
    /// A commit's full hash, a full name (`refs/…`), a tag or a branch, in this order.
    Named(&'a str),
}

/// What a revision stood for when it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// The commit's full hash.
    pub commit: String,
    /// The branch, where the revision is one.
    pub branch: Option<String>,
}

/// The names of a repository, by their full form (`refs/heads/main`).
struct Names {
    hashes: BTreeMap<String, String>,
    /// What `HEAD` points to.
    head: Option<String>,
}

impl Mirrors {
    /// What a revision stands for now. A commit's hash is looked up, and with it fetched.
    ///
    /// # Errors
    /// `REVISION_NOT_FOUND` if the repository does not have it; else whatever keeps the repository from being read.
    pub fn resolve(&self, url: &str, revision: Revision<'_>) -> Result<Pinned, GitError> {
        let (repository, text) = (self.shown(url)?, revision.text());
        let not_found = || GitError::Revision { repository: repository.clone(), revision: text.to_owned() };
        if let Revision::Named(hash) = revision
            && is_hash(hash)
        {
            self.ensure(url, hash)?;
            return Ok(Pinned { commit: hash.to_owned(), branch: None });
        }
        if !is_name(text) {
            return Err(not_found());
        }
        let candidates = revision.candidates();
        let names = self.names(url, &repository, &candidates)?;
        let branch_of = |name: &str| name.strip_prefix("refs/heads/").map(str::to_owned);
        let found = candidates.iter().find_map(|name| Some((name, names.hashes.get(name)?)));
        let (name, commit) = found.ok_or_else(not_found)?;
        let branch = match name.as_str() {
            "HEAD" => names.head.as_deref().and_then(branch_of),
            name => branch_of(name),
        };
        Ok(Pinned { commit: commit.clone(), branch })
    }

    /// The heads of those of some branches that exist, in one question.
    ///
    /// # Errors
    /// Whatever keeps the repository from being read.
    pub fn heads(&self, url: &str, branches: &[&str]) -> Result<BTreeMap<String, String>, GitError> {
        let repository = self.shown(url)?;
        let named = branches.iter().filter(|branch| is_name(branch));
        let wanted: Vec<String> = named.map(|branch| format!("refs/heads/{branch}")).collect();
        if wanted.is_empty() {
            return Ok(BTreeMap::new());
        }
        let names = self.names(url, &repository, &wanted)?;
        let found = names.hashes.into_iter().filter(|(name, _)| wanted.contains(name));
        Ok(found
            .filter_map(|(name, hash)| Some((name.strip_prefix("refs/heads/")?.to_owned(), hash)))
            .collect())
    }

    fn names(&self, url: &str, repository: &str, wanted: &[String]) -> Result<Names, GitError> {
        self.check_host(url)?;
        let command = self.outside(repository).args(["ls-remote", "--quiet", "--symref", "--", url]);
        Ok(read(&command.args(wanted).run()?))
    }
}

impl<'a> Revision<'a> {
    /// The full names that it may have, the first one first. A tag that points to a commit by way of a tag object
    /// has a second name, with `^{}`.
    fn candidates(self) -> Vec<String> {
        match self {
            Self::Default => vec!["HEAD".to_owned()],
            Self::Branch(name) => vec![format!("refs/heads/{name}")],
            Self::Named("HEAD") => vec!["HEAD".to_owned()],
            Self::Named(name) if name.starts_with("refs/") => vec![format!("{name}^{{}}"), name.to_owned()],
            Self::Named(name) => vec![
                format!("refs/tags/{name}^{{}}"),
                format!("refs/tags/{name}"),
                format!("refs/heads/{name}"),
            ],
        }
    }

    fn text(self) -> &'a str {
        match self {
            Self::Default => "HEAD",
            Self::Branch(name) | Self::Named(name) => name,
        }
    }
}

/// Lines of the form `HASH<TAB>NAME` and `ref: TARGET<TAB>NAME`.
fn read(output: &[u8]) -> Names {
    let mut names = Names { hashes: BTreeMap::new(), head: None };
    for line in String::from_utf8_lossy(output).lines() {
        match line.split_once('\t') {
            Some((target, "HEAD")) if target.starts_with("ref: ") => {
                names.head = target.strip_prefix("ref: ").map(str::to_owned);
            }
            Some((hash, name)) if is_hash(hash) => {
                names.hashes.insert(name.to_owned(), hash.to_owned());
            }
            _ => {}
        }
    }
    names
}

/// A full hash, as Git writes it: SHA-1 or SHA-256, in lower case.
pub(super) fn is_hash(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

/// What could be a name: `git ls-remote` would take other characters for a pattern or an option.
fn is_name(text: &str) -> bool {
    let odd = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, ':' | '*' | '?' | '[' | '\\' | '^' | '~')
    };
    !text.is_empty() && !text.starts_with('-') && !text.contains(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_what_head_points_to_are_read() {
        let (a, b) = ("a".repeat(40), "b".repeat(64));
        let text = format!("ref: refs/heads/main\tHEAD\n{a}\tHEAD\n{b}\trefs/heads/main\nnot a line\nx\ty\n");
        let names = read(text.as_bytes());
        assert_eq!(names.head.as_deref(), Some("refs/heads/main"));
        assert_eq!(names.hashes, BTreeMap::from([("HEAD".to_owned(), a), ("refs/heads/main".to_owned(), b)]));
    }

    #[test]
    fn hashes_are_full_and_names_are_plain() {
        assert!(is_hash(&"0a".repeat(20)) && is_hash(&"0a".repeat(32)));
        assert!(!is_hash(&"0A".repeat(20)) && !is_hash("0a0a0a0") && !is_hash(&"0a".repeat(21)));
        assert!(is_name("release/9.1@x") && is_name("main"));
        for text in ["", "-x", "a b", "a:b", "a*", "HEAD~1", "a^{}", "a\n"] {
            assert!(!is_name(text), "{text:?}");
        }
    }
}
