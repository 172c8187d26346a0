//! What branches have besides the main branch, as Git has it: how many commits, and which files with which bytes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::path::Path;

use crate::Failed;
use crate::git::{git, told};

/// A file that a branch has otherwise than the commit of the main branch that it was made upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: String,
    /// How, as `git diff-tree --raw` prints it: both modes, the names of both contents, and `M` for one that has changed. Git names a content by
    /// its hash, so that what has one name has the same bytes.
    pub how: String,
}

/// A branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branch {
    /// How many commits it has besides those that the main branch has.
    pub commits: usize,
    /// What they change, all together.
    pub changes: Vec<Change>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.path, self.how)
    }
}

/// The branches with these heads, by the head: three processes of Git, however many there are. One that shares nothing with the main branch
/// changes nothing of it.
pub(crate) fn branches(bare: &Path, heads: &BTreeSet<&str>) -> Result<HashMap<String, Branch>, Failed> {
    // Each commit, and the one that it was made upon.
    let listed = git(bare, &["rev-list", "--parents", "--all"])?;
    let pair = |line: &'_ str| {
        let mut words = line.split(' ').map(str::to_owned);
        Some((words.next()?, words.next()?))
    };
    let parents: HashMap<String, String> = listed.lines().filter_map(pair).collect();
    let main = git(bare, &["rev-list", "--first-parent", "main"])?;
    let main: HashSet<&str> = main.lines().collect();
    let (mut found, mut asked) = (HashMap::new(), String::new());
    for head in heads {
        let (mut commits, mut at) = (0, Some(*head));
        while let Some(commit) = at.filter(|commit| !main.contains(commit)) {
            (commits, at) = (commits + 1, parents.get(commit).map(String::as_str));
        }
        if let Some(base) = at {
            asked.push_str(&format!("{head} {base}\n"));
        }
        found.insert((*head).to_owned(), Branch { commits, changes: Vec::new() });
    }
    // A commit and the one that it is held against, as if that were its parent.
    let words = ["diff-tree", "--stdin", "-r", "--raw", "--no-abbrev", "--no-renames"];
    let mut branch = None;
    for line in told(bare, &words, &asked)?.lines() {
        match line.split_once('\t') {
            None => branch = found.get_mut(line),
            Some((how, path)) => {
                let branch: &mut Branch =
                    branch.as_deref_mut().ok_or("git says of no commit what differs")?;
                branch.changes.push(Change { path: path.to_owned(), how: how.to_owned() });
            }
        }
    }
    Ok(found)
}
