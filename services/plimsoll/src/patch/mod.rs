//! The edit of a plan as a unified diff, without the secrets that stand beside it.

mod hunks;

use kube_model::yaml::{self, Limits};
use kube_model::{Redactor, SecretSpans};

use crate::edits::Edits;
use crate::failure::Failure;

/// A patch, and what to know about it.
#[derive(Debug, Default)]
pub(crate) struct Patch {
    /// The patch, for `git apply` or `patch -p1`.
    pub(crate) text: String,
    /// Whether so much context was left out that `git apply` needs `--unidiff-zero`.
    pub(crate) bare: bool,
}

/// The edits as a patch, with paths as the working directory or the repository has them.
///
/// # Errors
/// When a line that is added or removed shows a secret: a patch without it would be another edit.
pub(crate) fn of(edits: &Edits<'_>, redactor: &Redactor, limits: &Limits) -> Result<Patch, Failure> {
    let mut patch = Patch::default();
    for (preview, edit) in edits.iter() {
        let after = preview.bytes_after(edit)?;
        let (before, after) = (text(preview.bytes(edit)), text(after.as_deref()));
        let spans = match preview.target.is_rendered() {
            true => SecretSpans::of_input,
            false => SecretSpans::of,
        };
        let secret = |text: &str| spans(&edit.path, text, redactor, limits).lines(text);
        let hunks = hunks::of(before, after, &secret(before), &secret(after)).map_err(|line| {
            let why = "the edit changes a line that shows a secret, which a patch would show too";
            Failure::new("PATCH_SECRET", format!("{}:{line}: {why}", preview.show(edit)))
        })?;
        let side = |hash: &Option<String>, name: &str| match hash {
            Some(_) => quoted(&format!("{name}/{}", preview.target.patch_path(&edit.path))),
            None => "/dev/null".to_owned(),
        };
        patch.bare |= hunks.bare;
        patch.text.push_str(&format!("--- {}\n", side(&edit.hash_before, "a")));
        patch.text.push_str(&format!("+++ {}\n{}", side(&edit.hash_after, "b"), hunks.text));
    }
    Ok(patch)
}

/// The text of a file, without a byte-order mark. What was read as a manifest is text.
fn text(bytes: Option<&[u8]>) -> &str {
    let unlimited = Limits { bytes: usize::MAX, ..Limits::default() };
    bytes.and_then(|bytes| yaml::text_of(bytes, &unlimited).ok()).unwrap_or_default()
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
