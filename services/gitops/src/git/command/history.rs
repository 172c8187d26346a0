//! The history of a mirrored repository.

use source::{GitError, Mirror, Mirrors};

use crate::git::merge::{Commit, Repository};

/// How far back the search goes where the commit that it starts from is gone, and the most commits it looks at.
const COMMITS: &str = "--max-count=10000";
/// The most states of the target that are held against the planned content.
const STATES: &str = "--max-count=1000";

/// A repository through its mirror.
pub(super) struct Mirrored<'a> {
    pub(super) mirrors: &'a Mirrors,
    pub(super) mirror: Mirror<'a>,
}

impl Mirrored<'_> {
    /// The range of commits. What was rewritten on the target may be gone for ever.
    fn range(&self, since: &str, head: &str) -> Result<Vec<String>, GitError> {
        match self.mirror.ensure(since) {
            Ok(()) => Ok(vec![head.to_owned(), format!("^{since}")]),
            Err(GitError::Revision { .. }) => Ok(vec![head.to_owned()]),
            Err(error) => Err(error),
        }
    }
}

impl Repository for Mirrored<'_> {
    fn commits(&self, since: &str, head: &str) -> Result<Vec<Commit>, GitError> {
        let command =
            self.mirror.command().args(["log", "-z", "--topo-order", COMMITS, "--format=%H%n%P%n%B"]);
        let output = command.args(self.range(since, head)?).args(["--"]).run()?;
        Ok(parse(&String::from_utf8_lossy(&output)))
    }

    fn changing(&self, since: &str, head: &str, paths: &[&str]) -> Result<Vec<String>, GitError> {
        let mut real = Vec::new();
        for path in paths {
            // A link is followed: the file behind it is what changes.
            let found = self.mirrors.find(self.mirror.url(), head, path);
            real.extend(found.ok().flatten().map(|found| found.path).filter(|found| found != path));
            real.push((*path).to_owned());
        }
        let command =
            self.mirror.command().args(["--literal-pathspecs", "rev-list", "--first-parent", "--reverse"]);
        let command = command.args([STATES]).args(self.range(since, head)?).args(["--"]).args(real);
        let output = command.run()?;
        Ok(String::from_utf8_lossy(&output).lines().map(str::to_owned).collect())
    }

    fn files(&self, commit: &str, paths: &[&str]) -> Result<Option<Vec<Option<Vec<u8>>>>, GitError> {
        match self.mirrors.read_files(self.mirror.url(), commit, paths) {
            Ok(files) => Ok(Some(files)),
            Err(GitError::Revision { .. }) => Ok(None),
            // A directory in the place of a file, a link that leads out: not what was planned.
            Err(GitError::Source(_)) => Ok(Some(vec![None; paths.len()])),
            Err(error) => Err(error),
        }
    }
}

/// `HASH LF PARENTS LF MESSAGE`, separated by NUL.
fn parse(output: &str) -> Vec<Commit> {
    let commits = output.split('\0').filter_map(|text| {
        let (hash, rest) = text.split_once('\n')?;
        let (parents, message) = rest.split_once('\n')?;
        let parents = parents.split_whitespace().map(str::to_owned).collect();
        Some(Commit { hash: hash.to_owned(), parents, message: message.to_owned() })
    });
    commits.collect()
}
