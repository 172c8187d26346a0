//! Carrying an approved plan out: from the plan to a branch. It blocks.

use std::collections::BTreeMap;

use events::plan::ApprovedPlan;
use ids::PromotionId;
use preview::{EditError, PlanDocument, apply_edit};
use source::sha256;

use crate::git::{Author, Files, Git, GitError, Message, Push, PushError, Trailers, Watched};

/// How often what is at fault itself is tried.
const ATTEMPTS: u32 = 4;

/// How many places a commit's message names.
const NAMED: usize = 20;

/// What is carried out.
pub(crate) struct Carried {
    pub(crate) promotion: PromotionId,
    pub(crate) approved: ApprovedPlan,
    pub(crate) plan: PlanDocument,
    pub(crate) author: Author,
    /// When it was approved, in seconds since 1970, UTC.
    pub(crate) at: u64,
}

/// What came of it.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// The change lies on its branch.
    Pushed {
        commit: String,
        /// The SHA-256 of each file after the edit; none where it goes.
        planned: BTreeMap<String, Option<String>>,
    },
    /// What the plan read has moved.
    Moved { head: String, paths: Vec<String> },
    /// It was not pushed.
    Failed { trouble: Trouble, code: &'static str, message: String },
}

/// Whose fault it is that nothing was pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The host's, or this machine's: it goes away without anybody doing something about the promotion.
    Away,
    /// Ours, or nobody's that is known.
    Faulty,
    /// The promotion's: the host, or the repository as it is, does not take it.
    Refused,
}

impl Trouble {
    /// Whether it is tried again once a push has met so many faults.
    pub(crate) fn is_tried_again(self, faults: u32) -> bool {
        match self {
            Self::Away => true,
            Self::Faulty => faults < ATTEMPTS,
            Self::Refused => false,
        }
    }

    fn of_git(error: &GitError) -> Self {
        match error {
            // What Git said is known to nobody: as well a mirror's fault as the repository's.
            GitError::Failed { .. } => Self::Faulty,
            error if error.is_transient() => Self::Away,
            _ => Self::Refused,
        }
    }
}

impl Outcome {
    pub(crate) fn failed(trouble: Trouble, code: &'static str, message: String) -> Self {
        Self::Failed { trouble, code, message }
    }
}

/// Why it cannot be pushed.
#[derive(Debug, thiserror::Error)]
enum CarryError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Push(#[from] PushError),
    #[error(transparent)]
    Edit(#[from] EditError),
}

impl CarryError {
    fn code(&self) -> &'static str {
        match self {
            Self::Git(error) => error.code(),
            Self::Push(error) => error.code(),
            Self::Edit(error) => error.code(),
        }
    }

    fn trouble(&self) -> Trouble {
        match self {
            Self::Git(error) | Self::Push(PushError::Git(error)) => Trouble::of_git(error),
            Self::Push(_) | Self::Edit(_) => Trouble::Refused,
        }
    }
}

/// Pushes the branch, unless what the plan read has moved.
pub(crate) fn carry_out(git: &dyn Git, carried: &Carried) -> Outcome {
    attempt(git, carried)
        .unwrap_or_else(|error| Outcome::failed(error.trouble(), error.code(), error.to_string()))
}

fn attempt(git: &dyn Git, carried: &Carried) -> Result<Outcome, CarryError> {
    let ApprovedPlan { repository: url, target_branch, target_commit, branch, .. } = &carried.approved;
    let missing = || GitError::Revision { repository: url.clone(), revision: target_branch.clone() };
    let head = git.head(url, target_branch)?.ok_or_else(missing)?;
    if head != *target_commit {
        let paths = git.changed_between(url, target_commit, &head, &watched(carried))?;
        // A branch that an earlier try has pushed stays pushed, whatever moved since.
        if !paths.is_empty() && git.head(url, branch)?.is_none() {
            return Ok(Outcome::Moved { head, paths });
        }
    }
    let files = edited(git, carried)?;
    let planned = files.iter().map(|(path, bytes)| (path.clone(), bytes.as_deref().map(sha256))).collect();
    let commit = git.push_branch(&push(carried, files))?.commit;
    Ok(Outcome::Pushed { commit, planned })
}

/// What the plan read: its inputs, and the file that says who has to approve what.
fn watched(Carried { plan, approved, .. }: &Carried) -> Watched {
    let inputs = plan.inputs.files.iter().map(|file| file.path.clone());
    Watched {
        files: inputs.chain(approved.policy_path.clone()).collect(),
        directories: plan.inputs.directories.iter().cloned().collect(),
    }
}

/// The files after the edits, made of the commit that the plan read.
fn edited(git: &dyn Git, carried: &Carried) -> Result<Files, CarryError> {
    let edits = &carried.plan.edits;
    let paths: Vec<String> = edits.iter().map(|edit| edit.path.clone()).collect();
    let before = git.files(&carried.approved.repository, &carried.approved.target_commit, &paths)?;
    let mut files = Files::new();
    for (edit, before) in edits.iter().zip(before) {
        files.insert(edit.path.clone(), apply_edit(before.as_deref(), edit)?);
    }
    Ok(files)
}

fn push(carried: &Carried, files: Files) -> Push {
    let approved = &carried.approved;
    Push {
        url: approved.repository.clone(),
        base_commit: approved.target_commit.clone(),
        target_branch: approved.target_branch.clone(),
        branch: approved.branch.clone(),
        files,
        message: message(carried),
        author: carried.author.clone(),
        at: carried.at,
    }
}

fn message(carried: &Carried) -> Message {
    let Carried { promotion, approved, plan, .. } = carried;
    let trailers = Trailers {
        promotion: promotion.to_string(),
        preview_hash: approved.preview_hash.clone(),
        approved_by: approved.approvers.clone(),
    };
    let subject = format!("Promote {} from {} to {}", approved.application, approved.from, approved.to);
    Message { subject, body: body(approved, plan), trailers }
}

/// Who asked for it, and which places it carries: their values are in the commit itself.
fn body(approved: &ApprovedPlan, plan: &PlanDocument) -> String {
    let mut lines = vec![format!("Requested by {}.", approved.requested_by), String::new()];
    lines.extend(plan.carried.iter().take(NAMED).map(|item| format!("- {}", item.label)));
    if let Some(more) = plan.carried.len().checked_sub(NAMED).filter(|more| *more > 0) {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}
