//! Text to nodes, as kustomize reads resources and patches.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use kube_model::yaml::{self, Document, Limits, NodeKind, ScalarStyle, YamlError, YamlProblem};

use crate::kustomization::Text;
use crate::node::{Body, Node};
use crate::origin::{Origin, Source};
use crate::scalar::{Scalar, Tag, resolve};

/// Where a text stands in its file.
#[derive(Debug, Clone)]
pub(crate) enum Standing {
    /// It is the file; so many bytes of a byte-order mark stand before it.
    File(usize),
    /// It is a literal block: the first line, and where in the file each of its lines starts, past the indentation.
    Block { first_line: usize, starts: Vec<usize>, text_starts: Vec<usize> },
    /// It is a scalar of another style, on this line.
    Line(usize),
}

impl Standing {
    /// How the text of a scalar of a file stands in it: `span` and `line` are the scalar's.
    pub(crate) fn of_text(file: &Text<'_>, span: &Range<usize>, line: usize, text: &str) -> Self {
        Self::of_block(file, span, text).unwrap_or(Self::Line(line))
    }

    fn of_block(file: &Text<'_>, span: &Range<usize>, text: &str) -> Option<Self> {
        let bom = file.bom;
        let (start, end) = (span.start.checked_sub(bom)?, span.end.checked_sub(bom)?);
        let before = file.text.get(..start)?;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        // Only a block starts on a line of its own, below its header.
        let header = before[..line_start].trim_end().rsplit('\n').next()?;
        let is_literal = header.rfind(['|', '>']).is_some_and(|at| header[at..].starts_with('|'));
        if !is_literal || !before[line_start..].trim().is_empty() {
            return None;
        }
        let raw = file.text.get(line_start..end)?;
        let indent = raw.lines().find(|line| !line.trim().is_empty()).map_or(0, indentation_of);
        let own = text.lines().find(|line| !line.trim().is_empty()).map_or(0, indentation_of);
        let indent = indent.saturating_sub(own);
        let mut at = bom + line_start;
        let mut starts = Vec::new();
        for line in raw.split_inclusive('\n') {
            starts.push(at + indent.min(line.trim_end_matches(['\r', '\n']).len()));
            at += line.len();
        }
        let text_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Some(Self::Block { first_line: before[..line_start].matches('\n').count() + 1, starts, text_starts })
    }

    fn line(&self, line: usize) -> usize {
        match self {
            Self::File(_) => line,
            Self::Block { first_line, .. } => first_line + line - 1,
            Self::Line(line) => *line,
        }
    }

    fn span(&self, span: &Range<usize>) -> Option<Range<usize>> {
        match self {
            Self::File(bom) => Some(span.start + bom..span.end + bom),
            Self::Block { starts, text_starts, .. } => {
                let place = |at: usize| {
                    let line = text_starts.partition_point(|start| *start <= at) - 1;
                    Some(starts.get(line)? + at - text_starts[line])
                };
                Some(place(span.start)?..place(span.end)?)
            }
            Self::Line(_) => None,
        }
    }
}

fn indentation_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The documents of a text that are not empty.
pub(crate) fn documents(
    text: &str,
    limits: &Limits,
    source: &Arc<Source>,
    standing: &Standing,
) -> Result<Vec<Node>, YamlError> {
    read(text, limits, source, standing, false)
}

/// [`documents`] of a kustomization, in which of two fields of one name the last one counts.
pub(crate) fn last_of_each(
    text: &str,
    limits: &Limits,
    source: &Arc<Source>,
    standing: &Standing,
) -> Result<Vec<Node>, YamlError> {
    read(text, limits, source, standing, true)
}

fn read(
    text: &str,
    limits: &Limits,
    source: &Arc<Source>,
    standing: &Standing,
    last_counts: bool,
) -> Result<Vec<Node>, YamlError> {
    let placed = |error: YamlError| YamlError { line: standing.line(error.line), ..error };
    let mut nodes = Vec::new();
    for document in &yaml::parse(text, limits).map_err(placed)? {
        let mut reader = Reader { document, source, standing, limits, budget: limits.nodes, last_counts };
        let node = reader.node(&document.root, 0).map_err(placed)?;
        if !node.is_null() {
            nodes.push(node);
        }
    }
    Ok(nodes)
}

struct Reader<'a> {
    document: &'a Document,
    source: &'a Arc<Source>,
    standing: &'a Standing,
    limits: &'a Limits,
    budget: usize,
    last_counts: bool,
}

fn fail(problem: YamlProblem, node: &yaml::Node) -> YamlError {
    YamlError { problem, line: node.line, column: node.column + 1 }
}

impl Reader<'_> {
    fn node(&mut self, node: &yaml::Node, depth: usize) -> Result<Node, YamlError> {
        if depth > self.limits.depth {
            return Err(fail(YamlProblem::TooDeep(self.limits.depth), node));
        }
        self.budget = self
            .budget
            .checked_sub(1)
            .ok_or_else(|| fail(YamlProblem::TooManyNodes(self.limits.nodes), node))?;
        let line = self.standing.line(node.line);
        let origin = Origin::new(self.source, line, self.standing.span(&node.span).as_ref());
        let body = match &node.kind {
            NodeKind::Scalar { text, style } => Body::Scalar(scalar(text, *style, node.tag.as_deref())),
            NodeKind::Sequence { items, .. } => Body::Sequence(Arc::new(
                items.iter().map(|item| self.node(item, depth + 1)).collect::<Result<_, _>>()?,
            )),
            NodeKind::Mapping { entries, .. } => Body::Mapping(Arc::new(self.mapping(entries, depth)?)),
            NodeKind::Alias(_) => return self.node(self.document.resolve(node), depth + 1),
        };
        Ok(Node { body, origin })
    }

    fn mapping(
        &mut self,
        entries: &[(yaml::Node, yaml::Node)],
        depth: usize,
    ) -> Result<Vec<(Arc<str>, Node)>, YamlError> {
        let mut read: Vec<(Arc<str>, Node)> = Vec::with_capacity(entries.len());
        for (_, value) in entries.iter().filter(|(key, _)| yaml::is_merge_key(key)) {
            self.merge(value, depth, &mut read)?;
        }
        let merged = read.len();
        let mut names = HashSet::with_capacity(entries.len());
        for (key, value) in entries.iter().filter(|(key, _)| !yaml::is_merge_key(key)) {
            let name = self.key(key, depth)?;
            if !names.insert(Arc::clone(&name)) {
                if self.last_counts {
                    let value = self.node(value, depth + 1)?;
                    read.retain(|(known, _)| *known != name);
                    read.push((name, value));
                    continue;
                }
                let problem = YamlProblem::DuplicateKey { key: name.to_string(), first_line: key.line };
                return Err(fail(problem, key));
            }
            let value = self.node(value, depth + 1)?;
            match read[..merged].iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = value,
                None => read.push((name, value)),
            }
        }
        Ok(read)
    }

    /// What comes in by `<<`: of several mappings the first one counts.
    fn merge(
        &mut self,
        node: &yaml::Node,
        depth: usize,
        into: &mut Vec<(Arc<str>, Node)>,
    ) -> Result<(), YamlError> {
        let target = self.document.resolve(node);
        let mappings = match &target.kind {
            NodeKind::Mapping { .. } => vec![target],
            NodeKind::Sequence { items, .. } => {
                items.iter().map(|item| self.document.resolve(item)).collect()
            }
            _ => return Err(fail(YamlProblem::Merge, node)),
        };
        for mapping in mappings {
            let Body::Mapping(entries) = self.node(mapping, depth + 1)?.body else {
                return Err(fail(YamlProblem::Merge, node));
            };
            for (key, value) in entries.iter() {
                if !into.iter().any(|(known, _)| known == key) {
                    into.push((Arc::clone(key), value.clone()));
                }
            }
        }
        Ok(())
    }

    /// The text of a key. Below the first level kustomize prints no key that is not a string.
    fn key(&self, node: &yaml::Node, depth: usize) -> Result<Arc<str>, YamlError> {
        let target = self.document.resolve(node);
        let NodeKind::Scalar { text, style } = &target.kind else { return Err(fail(YamlProblem::Key, node)) };
        let read = scalar(text, *style, target.tag.as_deref());
        match read.tag {
            Tag::Str => Ok(read.text),
            _ if depth == 0 => Ok(read.text),
            _ => {
                let why = "kustomize prints no key that is a number, a boolean or null: write it in quotes";
                Err(fail(YamlProblem::Scalar(why), node))
            }
        }
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&str>) -> Scalar {
    let quoted = style != ScalarStyle::Plain;
    let tag = match tag.map(|tag| tag.strip_prefix("tag:yaml.org,2002:").unwrap_or_default()) {
        Some("int") => Tag::Int,
        Some("float") => Tag::Float,
        Some("bool") => Tag::Bool,
        Some("null") => Tag::Null,
        Some("timestamp") => Tag::Timestamp,
        Some("binary") => Tag::Binary,
        None if !quoted => resolve(text).tag(),
        _ => Tag::Str,
    };
    // A type that is written counts for a quoted text too.
    let quoted = quoted && matches!(tag, Tag::Str | Tag::Binary);
    Scalar { text: Arc::from(text), quoted, tag, shared: 0 }
}
