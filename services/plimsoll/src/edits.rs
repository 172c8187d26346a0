//! The edits of one plan, or of several that are made together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use preview::FileEdit;
use source::Change;

use crate::failure::Failure;
use crate::group::Group;
use crate::preview::Preview;

/// The edits of plans, each file once.
pub(crate) struct Edits<'p> {
    all: Vec<(&'p Preview, &'p FileEdit)>,
    previews: Vec<&'p Preview>,
}

impl<'p> Edits<'p> {
    /// Those of one plan.
    pub(crate) fn of(preview: &'p Preview) -> Self {
        let all = preview.plan.edits.iter().map(|edit| (preview, edit)).collect();
        Self { all, previews: vec![preview] }
    }

    /// Those of a group. What several plans do in the same way is done once.
    ///
    /// # Errors
    /// `GROUP_EDITS_MEET` where two plans edit a file in different ways: each was proven without the other.
    pub(crate) fn together(group: &'p Group) -> Result<Self, Failure> {
        let mut files = BTreeMap::new();
        let mut together = Self { all: Vec::new(), previews: Vec::new() };
        for (member, preview) in group.previews() {
            together.previews.push(preview);
            for edit in &preview.plan.edits {
                let file = preview.target.patch_path(&edit.path);
                match files.get(&file) {
                    None => {
                        together.all.push((preview, edit));
                        files.insert(file, (member, edit));
                    }
                    Some((_, first)) if *first == edit => {}
                    Some((first, _)) => {
                        let (first, second) = (first.name(), member.name());
                        let message = format!("{first} and {second} both edit {file}, each in its own way");
                        return Err(Failure::new("GROUP_EDITS_MEET", message));
                    }
                }
            }
        }
        Ok(together)
    }

    /// Each edit with its preview.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'p Preview, &'p FileEdit)> {
        self.all.iter().copied()
    }

    /// Applies the edits to the working tree, if every file is still what the plans read.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        let root = self.root()?;
        let mut changes = Vec::with_capacity(self.all.len());
        for (preview, edit) in self.iter() {
            let Some((directory, path)) = preview.target.place(&edit.path) else { continue };
            let below = absolute(directory)?;
            let below = below.strip_prefix(&root).unwrap_or(Path::new("")).join(path);
            changes.push(Change {
                path: below.display().to_string(),
                before: preview.bytes(edit).map(source::sha256),
                after: preview.bytes_after(edit)?,
            });
        }
        Ok(source::apply(&root, &changes)?)
    }

    /// The directory that all targets lie in.
    fn root(&self) -> Result<PathBuf, Failure> {
        let mut common: Option<PathBuf> = None;
        for preview in &self.previews {
            let Some((root, _)) = preview.target.place("") else {
                let why =
                    format!("{} is not a working tree, so nothing was written", preview.target.description());
                return Err(Failure::new("TARGET_NOT_WRITABLE", why));
            };
            let root = absolute(root)?;
            common = match common {
                None => Some(root),
                Some(other) => other.ancestors().find(|above| root.starts_with(above)).map(Path::to_owned),
            };
        }
        Ok(common.unwrap_or_default())
    }
}

fn absolute(directory: &Path) -> Result<PathBuf, Failure> {
    directory.canonicalize().map_err(|error| {
        Failure::new("SOURCE_UNREADABLE", format!("{} cannot be read: {error}", directory.display()))
    })
}
