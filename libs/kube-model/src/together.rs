//! Reading several states that have much in common: what is written alike is read once.
//!
//! Environments of one application, and one environment at two commits, are mostly made of the same documents. A
//! document means the same wherever it stands, so each text is read once, and what it holds is shared. What cannot be
//! told apart, or does not read in parts, is read as [`ManifestFile::read`] does, which says what is wrong with it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::each::map_each;
use crate::object::Object;
use crate::state::{Documents, ManifestFile, State, StateError};
use crate::yaml::{self, Limits};
use document::ReadDocument;

mod document;
mod unequal;

pub(crate) use document::Placed;
pub use unequal::Unequal;

/// A file: its path, relative to its source, and its bytes.
pub type FileBytes<'f> = (&'f str, &'f [u8]);

/// How many bytes are worth more than one core.
const WORTH_ALL_CORES: usize = 128 << 10;

impl State {
    /// Reads several states. Each comes out as [`State::read`] would have it, its error too.
    #[must_use]
    pub fn read_together(states: &[&[FileBytes<'_>]], limits: &Limits) -> Vec<Result<Self, StateError>> {
        read_states(states, limits, are_worth_all_cores(states))
    }

    /// The objects of [`State::read_together`].
    #[must_use]
    pub fn objects_together(
        states: &[&[FileBytes<'_>]],
        limits: &Limits,
    ) -> Vec<Result<Vec<Object>, StateError>> {
        let states = read_states(states, limits, are_worth_all_cores(states));
        states.into_iter().map(|state| state.map(|state| state.objects)).collect()
    }
}

fn are_worth_all_cores(states: &[&[FileBytes<'_>]]) -> bool {
    let bytes: usize = states.iter().copied().flatten().map(|(_, bytes)| bytes.len()).sum();
    bytes >= WORTH_ALL_CORES
}

fn read_states(
    states: &[&[FileBytes<'_>]],
    limits: &Limits,
    on_all_cores: bool,
) -> Vec<Result<State, StateError>> {
    let split: Vec<Vec<Option<Split<'_>>>> = states
        .iter()
        .map(|files| files.iter().map(|(path, bytes)| Split::of(path, bytes, limits)).collect())
        .collect();
    let read = read_distinct(split.iter().flatten().flatten().flat_map(Split::texts), limits, on_all_cores);
    let find = |text: &str| read.get(text).cloned().flatten();
    let file = |(split, (path, bytes)): (&Option<Split<'_>>, &FileBytes<'_>)| match split
        .as_ref()
        .and_then(|split| split.placed(find, limits))
    {
        Some(file) => Ok(file),
        None => ManifestFile::read(path, bytes, limits),
    };
    let assembled = states.iter().zip(&split).map(|(files, split)| {
        let files: Result<_, StateError> = split.iter().zip(*files).map(file).collect();
        State::of_files(files?, limits)
    });
    assembled.collect()
}

impl ManifestFile {
    /// Reads another text of this file, and its objects. What it has in common with this one is not read again.
    ///
    /// # Errors
    /// As [`ManifestFile::read`] and [`ManifestFile::objects`].
    pub fn read_again(&self, text: &str, limits: &Limits) -> Result<(Self, Vec<Object>), StateError> {
        let parts = match &self.documents {
            Documents::Apart(parts) => parts.as_slice(),
            Documents::Whole(_) => &[],
        };
        let known: HashMap<&str, &Arc<ReadDocument>> =
            parts.iter().map(|part| (part.text(&self.text), part.read())).collect();
        let find = |text: &str| match known.get(text) {
            Some(read) => Some(Arc::clone(read)),
            None => ReadDocument::read(text, limits).map(Arc::new),
        };
        let parts =
            Split::of(&self.path, text.as_bytes(), limits).and_then(|split| split.placed(find, limits));
        let file = match parts {
            Some(file) => file,
            None => Self::read(&self.path, text.as_bytes(), limits)?,
        };
        let objects = file.objects(limits)?;
        Ok((file, objects))
    }
}

/// What each text reads as; none for what is no document by itself.
type ReadTexts<'f> = HashMap<&'f str, Option<Arc<ReadDocument>>>;

/// Reads each text once.
fn read_distinct<'f>(
    texts: impl Iterator<Item = &'f str>,
    limits: &Limits,
    on_all_cores: bool,
) -> ReadTexts<'f> {
    let mut known: ReadTexts<'f> = HashMap::new();
    let mut distinct: Vec<&str> = Vec::new();
    for text in texts {
        known.entry(text).or_insert_with(|| {
            distinct.push(text);
            None
        });
    }
    let read = map_each(&distinct, on_all_cores, |text| ReadDocument::read(text, limits).map(Arc::new));
    known.extend(distinct.into_iter().zip(read));
    known
}

/// A file whose documents can be told apart.
struct Split<'f> {
    path: &'f str,
    text: &'f str,
    bom: bool,
    documents: Vec<Range<usize>>,
}

impl<'f> Split<'f> {
    fn of(path: &'f str, bytes: &'f [u8], limits: &Limits) -> Option<Self> {
        let text = yaml::text_of(bytes, limits).ok()?;
        Some(Self { path, text, bom: text.len() < bytes.len(), documents: yaml::split(text)? })
    }

    fn texts(&self) -> impl Iterator<Item = &'f str> {
        let text = self.text;
        self.documents.iter().map(move |range| &text[range.clone()])
    }

    /// The file with its documents in their places; none if one of them is none, or all are too many nodes.
    fn placed(
        &self,
        find: impl Fn(&'f str) -> Option<Arc<ReadDocument>>,
        limits: &Limits,
    ) -> Option<ManifestFile> {
        let (mut parts, mut lines, mut nodes) = (Vec::with_capacity(self.documents.len()), 0, 0);
        for (text, range) in self.texts().zip(&self.documents) {
            let read = find(text)?;
            nodes += read.nodes;
            parts.push(Placed::new(read, range.clone(), lines));
            lines += memchr::memchr_iter(b'\n', text.as_bytes()).count();
        }
        (nodes <= limits.nodes).then(|| ManifestFile {
            path: self.path.into(),
            text: self.text.to_owned(),
            bom: self.bom,
            documents: Documents::Apart(parts),
        })
    }
}

#[cfg(test)]
mod tests;
