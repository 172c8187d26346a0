//! Pushing the branch, once.

use source::{GitError, GitOutput, Mirror, Mirrors, sanitised};

use super::build::{Built, build};
use super::history::Mirrored;
use crate::git::merge::Repository;
use crate::git::message::Trailers;
use crate::git::push::{Push, PushError, Pushed};

/// What a host says that could not update a reference just now: another push holds it, or the host has trouble.
const TROUBLE: [&str; 5] =
    ["failed to update ref", "cannot lock ref", "failed to lock", "unpacker error", "internal server error"];

/// Makes the commit and pushes it.
pub(super) fn push(mirrors: &Mirrors, push: &Push) -> Result<Pushed, PushError> {
    let mirror = mirrors.mirror(&push.url)?;
    mirror.ensure(&push.base_commit)?;
    // The lock is not held while the host takes its time: others fetch. A watcher whose fetch fails would throw the mirror away.
    let Built { commit, kept } = build(mirrors, &mirror, push)?;
    let name = format!("refs/heads/{}", push.branch);
    // The branch is expected not to be there; one with the same commit is left alone.
    let command = mirror.command().args(["push", "--porcelain", "--no-verify", "--no-thin"]);
    let command = command.args([format!("--force-with-lease={name}:"), "--".to_owned()]);
    let output = command.args([mirror.url().to_owned(), format!("{commit}:{name}")]).output()?;
    // What follows may have to mend the mirror.
    drop(kept);
    match Answer::of(&output) {
        Answer::Made => Ok(Pushed { commit, already_there: false }),
        Answer::Same => Ok(Pushed { commit, already_there: true }),
        Answer::Failed => Err(output.error(mirror.shown()).into()),
        Answer::Rejected(why) => rejected(mirrors, &mirror, push, commit, &why, &output),
    }
}

/// What `git push --porcelain` says of the one branch.
enum Answer {
    Made,
    Same,
    /// The host, or Git itself, did not update it: why.
    Rejected(String),
    /// It did not come so far.
    Failed,
}

impl Answer {
    /// Lines of the form `FLAG<TAB>FROM:TO<TAB>SUMMARY`; see `git push`, "Output".
    fn of(output: &GitOutput) -> Self {
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find_map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            [flag, _, summary] => Some((flag.to_owned(), summary.to_owned())),
            _ => None,
        });
        match line {
            Some((flag, why)) if flag == "!" => Self::Rejected(why),
            Some((flag, _)) if flag == "=" && output.success => Self::Same,
            Some(_) if output.success => Self::Made,
            _ => Self::Failed,
        }
    }
}

/// A push that was rejected: because the branch is there, or because the host does not want it.
fn rejected(
    mirrors: &Mirrors,
    mirror: &Mirror<'_>,
    push: &Push,
    commit: String,
    why: &str,
    output: &GitOutput,
) -> Result<Pushed, PushError> {
    let (repository, branch) = (mirror.shown().to_owned(), push.branch.clone());
    match mirrors.heads(&push.url, &[&push.branch])?.remove(&push.branch) {
        Some(tip) => match equal_commit(mirrors, mirror, push, &commit, &tip)? {
            Some(commit) => Ok(Pushed { commit, already_there: true }),
            None => Err(PushError::BranchTaken { repository, branch }),
        },
        None if is_refusal(why, &output.stderr) => {
            let reason = reason(why, &output.stderr);
            Err(PushError::Refused { repository, branch, reason })
        }
        None => Err(GitError::Unreachable { repository, why: reason(why, &output.stderr) }.into()),
    }
}

/// Whether the host does not want the branch, rather than cannot make it now. A branch in the place of one of our
/// name's directories does not go away by waiting.
fn is_refusal(why: &str, stderr: &[u8]) -> bool {
    let is_trouble = TROUBLE.iter().any(|sign| why.contains(sign));
    let is_in_the_way = String::from_utf8_lossy(stderr).contains("exists; cannot create");
    why.starts_with("[remote rejected]") && (!is_trouble || is_in_the_way)
}

/// The commit of an existing branch that carries the same promotion and preview and makes the same files as ours. A
/// message alone proves nothing: anybody who may push can write one.
fn equal_commit(
    mirrors: &Mirrors,
    mirror: &Mirror<'_>,
    push: &Push,
    ours: &str,
    tip: &str,
) -> Result<Option<String>, PushError> {
    mirror.ensure(tip)?;
    let history = Mirrored { mirrors, mirror: mirrors.mirror(&push.url)? };
    let trailers = &push.message.trailers;
    let made = made_files(mirror, &push.base_commit, ours)?;
    for other in history.commits(&push.base_commit, tip)? {
        let is_named = Trailers::is_named_by(&other.message, &trailers.promotion, &trailers.preview_hash);
        let [parent] = other.parents.as_slice() else { continue };
        if other.hash == ours || is_named && made_files(mirror, parent, &other.hash)? == made {
            return Ok(Some(other.hash));
        }
    }
    Ok(None)
}

/// What a commit makes of the files that it changes: mode, object and path of each.
fn made_files(mirror: &Mirror<'_>, parent: &str, commit: &str) -> Result<Vec<String>, GitError> {
    let command = mirror.command().args(["diff-tree", "-r", "-z", "--no-renames", "--raw", "--no-abbrev"]);
    let output = command.args([parent, commit]).run()?;
    let text = String::from_utf8_lossy(&output).into_owned();
    let mut fields = text.split('\0');
    let mut files = Vec::new();
    // `:OLD_MODE NEW_MODE OLD_HASH NEW_HASH STATUS`, and the path.
    while let (Some(meta), Some(path)) = (fields.next(), fields.next()) {
        let meta: Vec<&str> = meta.split(' ').collect();
        if let [_, mode, _, hash, _] = meta[..] {
            files.push(format!("{mode} {hash} {path}"));
        }
    }
    Ok(files)
}

/// In the place of a line that looks as if it held a secret.
const LEFT_OUT: &str = "(a line that looks like a secret is left out)";

/// What the host said: its own lines, if there are any, and the word of Git. What Git says twice is left out.
fn reason(why: &str, stderr: &[u8]) -> String {
    let said = String::from_utf8_lossy(stderr);
    let lines = said.lines().filter_map(|line| Some(line.trim_start().strip_prefix("remote:")?.trim()));
    let lines = lines.filter(|line| !line.starts_with("error: hook declined to update"));
    // A hook may print what it was given; an event is kept for ever. Of a URL its credentials alone are masked.
    let shown = |line: &str| match sanitised(line) {
        line if kube_model::line_holds_secret(&line) => LEFT_OUT.to_owned(),
        line => line,
    };
    let said = sanitised(&lines.map(shown).collect::<Vec<_>>().join(" "));
    let why = why.trim_start_matches("[remote rejected]").trim().trim_matches(['(', ')']);
    match said.is_empty() {
        true => sanitised(why),
        false => sanitised(&format!("{said} ({why})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_hook_prints_of_secrets_is_left_out() {
        let stderr = b"remote: policy: no direct changes\nremote: DB_PASSWORD=hunter2\n\
            remote: token ghp_0123456789abcdefghijklmnopqrstuvwxyz was used\nremote: ask the owners\n";
        let said = reason("[remote rejected] (pre-receive hook declined)", stderr);
        assert!(!said.contains("hunter2") && !said.contains("ghp_"), "{said}");
        assert!(said.starts_with("policy: no direct changes ") && said.contains("ask the owners"), "{said}");
    }
}
