//! Events of the parser, composed into trees.

use std::collections::HashMap;

use granit_parser::{
    ErrorKind, Event, Parser, ScalarStyle as EventStyle, Span, StructureStyle, Tag, options,
};

use super::node::NodePath;
use super::scalar::YAML;
use super::{Document, Layout, Limits, Node, NodeKind, ScalarStyle, YamlError, YamlProblem};

/// Reads every document of a stream.
pub(super) fn compose(text: &str, limits: &Limits) -> Result<Vec<Document>, YamlError> {
    compose_counted(text, limits).map(|(documents, _)| documents)
}

/// [`compose`], with how much of the budget of nodes was spent.
pub(super) fn compose_counted(text: &str, limits: &Limits) -> Result<(Vec<Document>, usize), YamlError> {
    let mut composer = Composer {
        text,
        limits,
        documents: Vec::new(),
        open: Vec::new(),
        scalar: None,
        anchors: HashMap::new(),
        budget: limits.nodes,
    };
    for next in
        Parser::new_from_str_with_options(text, options! { emit_comments: false, emit_anchor_events: true })
    {
        let (event, span) = next.map_err(|error| {
            let mark = error.marker();
            let problem = match error.kind() {
                ErrorKind::RecursionLimitExceeded => YamlProblem::TooDeep(limits.depth),
                _ => YamlProblem::Syntax(error.info()),
            };
            YamlError::new(problem, mark.line(), mark.col())
        })?;
        composer.take(event, &span)?;
    }
    composer.flush()?;
    composer.close_last_document(text.len());
    Ok((composer.documents, limits.nodes - composer.budget))
}

/// A collection whose end has not been seen.
struct Open {
    node: Node,
    /// The key that waits for its value, in a mapping.
    key: Option<Node>,
}

struct Composer<'a> {
    text: &'a str,
    limits: &'a Limits,
    documents: Vec<Document>,
    open: Vec<Open>,
    /// A scalar whose anchor, which the parser tells after it, may still come.
    scalar: Option<Node>,
    anchors: HashMap<usize, NodePath>,
    /// How many more nodes the stream may have; what is kept of its anchors counts as well.
    budget: usize,
}

/// As many steps to an anchor take the room of a node.
const STEPS_OF_A_NODE: usize = 32;

impl Composer<'_> {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), YamlError> {
        if let Event::Anchor(..) = event {
            self.place_anchor(offset(&span.start));
            return Ok(());
        }
        self.flush()?;
        match event {
            Event::DocumentStart(explicit, _) => self.start_document(explicit, span),
            Event::Scalar(text, style, anchor, tag) => {
                let mut text = text.into_owned();
                if self.is_cut_off(style, span) && text.ends_with('\n') {
                    text.pop();
                }
                let kind = NodeKind::Scalar { text, style: style_of(style) };
                self.scalar = Some(node(kind, anchor, tag.as_deref(), span));
            }
            Event::Alias(id) => self.add(node(NodeKind::Alias(id), 0, None, span))?,
            Event::SequenceStart(style, anchor, tag) => {
                let kind = NodeKind::Sequence { items: Vec::new(), layout: layout_of(style) };
                self.open(node(kind, anchor, tag.as_deref(), span))?;
            }
            Event::MappingStart(style, anchor, tag) => {
                let kind = NodeKind::Mapping { entries: Vec::new(), layout: layout_of(style) };
                self.open(node(kind, anchor, tag.as_deref(), span))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            _ => {}
        }
        Ok(())
    }

    /// Whether a block ends with the file, in a line that has no end: then its text has none either, as libyaml
    /// reads it.
    fn is_cut_off(&self, style: EventStyle, span: &Span) -> bool {
        matches!(style, EventStyle::Literal | EventStyle::Folded)
            && offset(&span.end) == self.text.len()
            && self.text.rsplit('\n').next().is_some_and(|line| !line.trim_ascii().is_empty())
    }

    fn place_anchor(&mut self, at: usize) {
        let node = match &mut self.scalar {
            Some(scalar) => Some(scalar),
            None => self.open.last_mut().map(|open| &mut open.node),
        };
        if let Some(node) = node {
            node.properties_start = Some(node.properties_start.map_or(at, |tag| tag.min(at)));
        }
    }

    fn flush(&mut self) -> Result<(), YamlError> {
        self.scalar.take().map_or(Ok(()), |scalar| self.add(scalar))
    }

    fn start_document(&mut self, explicit: bool, span: &Span) {
        let start = if self.documents.is_empty() { 0 } else { offset(&span.start) };
        self.close_last_document(start);
        self.anchors.clear();
        self.documents.push(Document {
            root: null_at(offset(&span.start), span),
            span: start..start,
            marker: explicit.then(|| offset(&span.start)),
            anchors: HashMap::new(),
        });
    }

    fn close_last_document(&mut self, end: usize) {
        if let Some(last) = self.documents.last_mut() {
            last.span.end = end;
            last.anchors = std::mem::take(&mut self.anchors);
        }
    }

    fn open(&mut self, node: Node) -> Result<(), YamlError> {
        if self.open.len() >= self.limits.depth {
            return Err(YamlError::new(YamlProblem::TooDeep(self.limits.depth), node.line, node.column));
        }
        self.open.push(Open { node, key: None });
        Ok(())
    }

    fn close(&mut self, span: &Span) -> Result<(), YamlError> {
        let Some(mut open) = self.open.pop() else { return Ok(()) };
        open.node.span.end = offset(&span.end);
        self.add(open.node)
    }

    /// Takes room out of the budget.
    fn spend(&mut self, nodes: usize, at: &Node) -> Result<(), YamlError> {
        let too_many = || YamlError::new(YamlProblem::TooManyNodes(self.limits.nodes), at.line, at.column);
        self.budget = self.budget.checked_sub(nodes).ok_or_else(too_many)?;
        Ok(())
    }

    fn add(&mut self, node: Node) -> Result<(), YamlError> {
        self.spend(1, &node)?;
        if let Some(id) = node.anchor {
            self.spend(self.open.len() / STEPS_OF_A_NODE, &node)?;
            self.anchors.insert(id, self.open.iter().map(Open::next_child).collect());
        }
        let Some(parent) = self.open.last_mut() else {
            if let Some(document) = self.documents.last_mut() {
                document.root = node;
            }
            return Ok(());
        };
        match &mut parent.node.kind {
            NodeKind::Sequence { items, .. } => items.push(node),
            NodeKind::Mapping { entries, .. } => match parent.key.take() {
                Some(key) => entries.push((key, node)),
                None => parent.key = Some(node),
            },
            _ => {}
        }
        Ok(())
    }
}

impl Open {
    /// Which child of this collection comes next, as [`Node::child`] counts them.
    fn next_child(&self) -> u32 {
        let children = match &self.node.kind {
            NodeKind::Sequence { items, .. } => items.len(),
            NodeKind::Mapping { entries, .. } => 2 * entries.len() + usize::from(self.key.is_some()),
            _ => 0,
        };
        u32::try_from(children).unwrap_or(u32::MAX)
    }
}

fn node(kind: NodeKind, anchor: usize, tag: Option<&Tag>, span: &Span) -> Node {
    let start = offset(&span.start);
    Node {
        kind,
        span: start..offset(&span.end),
        line: span.start.line(),
        column: span.start.col(),
        anchor: (anchor != 0).then_some(anchor),
        properties_start: span.tag_start().map(|mark| offset(&mark)),
        tag: tag.map(|tag| match tag.suffix_in_namespace(YAML) {
            Some(name) => format!("{YAML}{name}"),
            None => "!".to_owned(),
        }),
    }
}

fn null_at(at: usize, span: &Span) -> Node {
    Node {
        kind: NodeKind::Scalar { text: String::new(), style: ScalarStyle::Plain },
        span: at..at,
        line: span.start.line(),
        column: span.start.col(),
        anchor: None,
        properties_start: None,
        tag: None,
    }
}

fn offset(mark: &granit_parser::Marker) -> usize {
    mark.byte_offset().unwrap_or_else(|| mark.index())
}

fn style_of(style: EventStyle) -> ScalarStyle {
    match style {
        EventStyle::SingleQuoted => ScalarStyle::SingleQuoted,
        EventStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
        EventStyle::Literal => ScalarStyle::Literal,
        EventStyle::Folded => ScalarStyle::Folded,
        _ => ScalarStyle::Plain,
    }
}

fn layout_of(style: StructureStyle) -> Layout {
    match style {
        StructureStyle::Flow => Layout::Flow,
        StructureStyle::Block => Layout::Block,
    }
}
