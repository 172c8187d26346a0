//! Reading several states that have much in common: what is written alike is read once.
//!
//! Environments of one application, and one environment at two commits, are mostly made of the same documents. A
//! document means the same wherever it stands, so each text is read once, and what it holds is shared. What cannot be
//! told apart, or does not read in parts, is read as [`ManifestFile::read`] does, which says what is wrong with it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::thread::Builder;

use crate::object::{Object, Origin};
use crate::state::{ManifestFile, State, StateError, collect};
use crate::yaml::{self, Document, Limits};

/// A file: its path, relative to its source, and its bytes.
pub type FileBytes<'f> = (&'f str, &'f [u8]);

/// How many threads read where there is much to read.
const THREADS: usize = 2;
/// How many bytes are worth a thread.
const WORTH_A_THREAD: usize = 64 << 10;

/// Whether the trees of what is read are wanted; they are many times as large as its objects.
#[derive(Clone, Copy)]
enum Trees {
    Kept,
    Dropped,
}

/// A document that was read by itself.
#[derive(Debug)]
struct ReadDocument {
    /// None where trees are dropped.
    tree: Option<Document>,
    /// How much of the budget of nodes it takes.
    nodes: usize,
    /// Its objects, as if its text were a file.
    objects: Vec<Object>,
}

/// A document in its file.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// The document, which other files may share.
    read: Arc<ReadDocument>,
    /// The bytes of the text before it.
    start: usize,
    /// The lines before it.
    lines: usize,
}

impl State {
    /// Reads several states. Each comes out as [`State::read`] would have it, its error too.
    #[must_use]
    pub fn read_together(states: &[&[FileBytes<'_>]], limits: &Limits) -> Vec<Result<Self, StateError>> {
        read_states(states, limits, Trees::Kept, threads_for(states))
    }

    /// The objects of [`State::read_together`], without the files that they were read from.
    #[must_use]
    pub fn objects_together(
        states: &[&[FileBytes<'_>]],
        limits: &Limits,
    ) -> Vec<Result<Vec<Object>, StateError>> {
        let states = read_states(states, limits, Trees::Dropped, threads_for(states));
        states.into_iter().map(|state| state.map(|state| state.objects)).collect()
    }
}

fn threads_for(states: &[&[FileBytes<'_>]]) -> usize {
    let bytes: usize = states.iter().copied().flatten().map(|(_, bytes)| bytes.len()).sum();
    (bytes / WORTH_A_THREAD).clamp(1, THREADS)
}

fn read_states(
    states: &[&[FileBytes<'_>]],
    limits: &Limits,
    trees: Trees,
    threads: usize,
) -> Vec<Result<State, StateError>> {
    let split: Vec<Vec<Option<Split<'_>>>> = states
        .iter()
        .map(|files| files.iter().map(|(path, bytes)| Split::of(path, bytes, limits)).collect())
        .collect();
    let read = read_distinct(split.iter().flatten().flatten().flat_map(Split::texts), limits, trees, threads);
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
        let ends = self.parts.iter().skip(1).map(|part| part.start).chain([self.text.len()]);
        let known: HashMap<&str, &Arc<ReadDocument>> = self
            .parts
            .iter()
            .zip(ends)
            .map(|(part, end)| (&self.text[part.start..end], &part.read))
            .collect();
        let find = |text: &str| match known.get(text) {
            Some(read) => Some(Arc::clone(read)),
            None => ReadDocument::read(text, limits, Trees::Kept).map(Arc::new),
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

impl Placed {
    /// Its tree, with its positions in the file.
    pub(crate) fn document(&self) -> Option<Document> {
        self.read.tree.as_ref().map(|tree| tree.placed(self.start, self.lines))
    }

    /// Its objects, where it is this document of this file.
    pub(crate) fn objects(&self, file: &Arc<str>, document: usize) -> impl Iterator<Item = Object> {
        self.read.objects.iter().map(move |object| {
            let Origin { items, line, .. } = &object.origin;
            let origin =
                Origin { file: Arc::clone(file), document, items: items.clone(), line: line + self.lines };
            Object { origin, ..object.clone() }
        })
    }
}

/// What each text reads as; none for what is no document by itself.
type ReadTexts<'f> = HashMap<&'f str, Option<Arc<ReadDocument>>>;

/// Reads each text once.
fn read_distinct<'f>(
    texts: impl Iterator<Item = &'f str>,
    limits: &Limits,
    trees: Trees,
    threads: usize,
) -> ReadTexts<'f> {
    let mut known: ReadTexts<'f> = HashMap::new();
    let mut distinct: Vec<&str> = Vec::new();
    for text in texts {
        known.entry(text).or_insert_with(|| {
            distinct.push(text);
            None
        });
    }
    let read = |texts: &[&'f str]| -> Vec<Option<Arc<ReadDocument>>> {
        texts.iter().map(|text| ReadDocument::read(text, limits, trees).map(Arc::new)).collect()
    };
    let shares = shares(&distinct, threads);
    let [first, rest @ ..] = shares.as_slice() else { return known };
    std::thread::scope(|scope| {
        let others: Vec<_> = rest
            .iter()
            .map(|range| Builder::new().spawn_scoped(scope, || read(&distinct[range.clone()])))
            .collect();
        known.extend(distinct[first.clone()].iter().copied().zip(read(&distinct[first.clone()])));
        for (other, range) in others.into_iter().zip(rest) {
            let texts = &distinct[range.clone()];
            // Where no thread could be had, its share is read here.
            let read = other.ok().and_then(|other| other.join().ok()).unwrap_or_else(|| read(texts));
            known.extend(texts.iter().copied().zip(read));
        }
    });
    known
}

/// The texts in so many shares of about the same size.
fn shares(texts: &[&str], threads: usize) -> Vec<Range<usize>> {
    let total: usize = texts.iter().map(|text| text.len()).sum();
    let fair = total / threads.max(1) + 1;
    let (mut shares, mut start, mut size) = (Vec::new(), 0, 0);
    for (index, text) in texts.iter().enumerate() {
        size += text.len();
        if size >= fair {
            shares.push(start..index + 1);
            (start, size) = (index + 1, 0);
        }
    }
    if start < texts.len() {
        shares.push(start..texts.len());
    }
    shares
}

impl ReadDocument {
    /// None for what is no document by itself, or holds what is no object.
    fn read(text: &str, limits: &Limits, trees: Trees) -> Option<Self> {
        let (tree, nodes) = yaml::parse_one(text, limits)?;
        let value = yaml::to_value(&tree, &tree.root, limits).ok()?;
        let mut objects = Vec::new();
        if !value.is_null() {
            let origin = Origin { file: "".into(), document: 0, items: Vec::new(), line: tree.root.line };
            collect(&tree, &tree.root, value, origin, &mut objects).ok()?;
        }
        let tree = match trees {
            Trees::Kept => Some(tree),
            Trees::Dropped => None,
        };
        Some(Self { tree, nodes, objects })
    }
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
            parts.push(Placed { read, start: range.start, lines });
            lines += text.bytes().filter(|byte| *byte == b'\n').count();
        }
        (nodes <= limits.nodes).then(|| ManifestFile {
            path: self.path.into(),
            text: self.text.to_owned(),
            bom: self.bom,
            parts,
            documents: OnceLock::new(),
        })
    }
}

#[cfg(test)]
mod tests;
