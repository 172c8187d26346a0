//! The edit of a plan as a unified diff, without the secrets that stand beside it.

mod hunks;
pub(crate) mod masked;

use kube_model::yaml::Limits;
use kube_model::{Redactor, SecretSpans};
use promotion_plan::FileEdit;
use source::SourceTree;

use crate::failure::Failure;

/// A patch, and what to know about it.
#[derive(Debug, Default)]
pub(crate) struct Patch {
    /// The patch, for `git apply` or `patch -p1`.
    pub(crate) text: String,
    /// Whether so much context was left out that `git apply` needs `--unidiff-zero`.
    pub(crate) bare: bool,
}

/// The edits of a plan as a patch, with paths as the working directory or the repository has them.
///
/// # Errors
/// When a line that is added or removed shows a secret: a patch without it would be another edit.
pub(crate) fn of(
    edits: &[FileEdit],
    tree: &SourceTree,
    redactor: &Redactor,
    limits: &Limits,
) -> Result<Patch, Failure> {
    let mut patch = Patch::default();
    for edit in edits {
        let path = tree.patch_path(&edit.path);
        let (before, after) = (edit.before.as_deref().unwrap_or(""), edit.after.as_deref().unwrap_or(""));
        let secret = |text: &str| SecretSpans::of(&edit.path, text, redactor, limits).lines(text);
        let hunks = hunks::of(before, after, &secret(before), &secret(after)).map_err(|line| {
            let why = "the edit changes a line that shows a secret, which a patch would show too";
            Failure::new("PATCH_SECRET", format!("{}:{line}: {why}", tree.show(&edit.path)))
        })?;
        let side = |text: &Option<String>, name: &str| match text {
            Some(_) => quoted(&format!("{name}/{path}")),
            None => "/dev/null".to_owned(),
        };
        patch.bare |= hunks.bare;
        patch.text.push_str(&format!("--- {}\n", side(&edit.before, "a")));
        patch.text.push_str(&format!("+++ {}\n{}", side(&edit.after, "b"), hunks.text));
    }
    Ok(patch)
}

/// A path that holds what would end or break the line is written as Git writes it: in quotes, with escapes.
/// After a path with a space, a tab tells where it ends.
fn quoted(path: &str) -> String {
    if path.contains(|c: char| c.is_control() || c == '"' || c == '\\') {
        let bytes = path.bytes().map(|byte| match byte {
            b'"' | b'\\' => format!("\\{}", char::from(byte)),
            b' '..=b'~' => char::from(byte).to_string(),
            _ => format!("\\{byte:03o}"),
        });
        return format!("\"{}\"", bytes.collect::<String>());
    }
    match path.contains(' ') {
        true => format!("{path}\t"),
        false => path.to_owned(),
    }
}
