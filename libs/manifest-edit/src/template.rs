//! The text that an addition is written after: the same place in the promotion's source.

use kube_model::yaml::{Document, Layout, Node, NodeKind, is_merge_key, key_text};
use kube_model::{ManifestFile, Object};
use serde_json::Value;

/// A value with the text that it was read from.
#[derive(Debug, Clone, Copy)]
pub struct Template<'a> {
    /// The file.
    pub file: &'a ManifestFile,
    /// The document in it.
    pub document: &'a Document,
    /// The node; an alias stands for its anchor.
    pub node: &'a Node,
    /// The value of the node.
    pub value: &'a Value,
}

impl<'a> Template<'a> {
    /// The template of a whole object of this file.
    #[must_use]
    pub fn of(file: &'a ManifestFile, object: &'a Object) -> Option<Self> {
        let (document, node) = file.node(&object.origin)?;
        Some(Self { file, document, node, value: &object.value })
    }

    /// The template of a document of this file, which means `value`.
    #[must_use]
    pub fn of_document(file: &'a ManifestFile, index: usize, value: &'a Value) -> Option<Self> {
        let document = file.document(index)?;
        Some(Self { file, document, node: &document.root, value })
    }

    /// The template of the value under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The template of an item.
    #[must_use]
    pub fn item(&self, index: usize) -> Option<Self> {
        let node = self.document.resolve(self.document.resolve(self.node).items().get(index)?);
        Some(Self { node, value: self.value.get(index)?, ..*self })
    }

    /// The entry of a mapping under a key: the key's own node, and the template of the value.
    pub(crate) fn entry(&self, key: &str) -> Option<(&'a Node, Self)> {
        let is_it =
            |node: &Node| !is_merge_key(node) && key_text(self.document, node).as_deref() == Some(key);
        let entries = self.document.resolve(self.node).entries();
        let (key_node, node) = entries.iter().find(|(node, _)| is_it(node))?;
        let node = self.document.resolve(node);
        Some((key_node, Self { node, value: self.value.get(key)?, ..*self }))
    }

    /// The keys of a mapping, in the order in which they are written.
    pub(crate) fn keys(&self) -> Vec<String> {
        let entries = self.document.resolve(self.node).entries();
        let own = entries.iter().filter(|(key, _)| !is_merge_key(key));
        own.filter_map(|(key, _)| key_text(self.document, key)).collect()
    }

    pub(crate) fn items(&self) -> &'a [Value] {
        self.value.as_array().map_or(&[], Vec::as_slice)
    }

    /// Whether the text can stand where an indented block cannot: a scalar or a flow collection.
    pub(crate) fn is_inline(&self) -> bool {
        match &self.node.kind {
            NodeKind::Scalar { style, .. } => !matches!(
                style,
                kube_model::yaml::ScalarStyle::Literal | kube_model::yaml::ScalarStyle::Folded
            ),
            NodeKind::Sequence { layout, .. } | NodeKind::Mapping { layout, .. } => *layout == Layout::Flow,
            NodeKind::Alias(_) => false,
        }
    }

    /// Whether the text is a folded block scalar (`>`).
    pub(crate) fn is_folded(&self) -> bool {
        matches!(self.node.kind, NodeKind::Scalar { style: kube_model::yaml::ScalarStyle::Folded, .. })
    }

    /// Whether the text, with the anchor before it, defines or names anchors: they mean something else in another
    /// document.
    pub(crate) fn has_anchors(&self) -> bool {
        self.node.anchor.is_some() || self.has_anchors_inside()
    }

    /// Whether the text itself defines or names anchors.
    pub(crate) fn has_anchors_inside(&self) -> bool {
        let mut anchors = Vec::new();
        anchors_in(self.node, &mut anchors);
        anchors.iter().any(|anchor| Some(*anchor) != self.node.anchor)
    }

    /// Whether this is a document of its own, and not a part of one.
    pub(crate) fn is_whole_document(&self) -> bool {
        self.node.span == self.document.root.span && self.node.anchor == self.document.root.anchor
    }

    pub(crate) fn text(&self) -> &'a str {
        &self.file.text[self.node.span.clone()]
    }
}

/// The anchors that a node defines or names.
pub(crate) fn anchors_in(node: &Node, found: &mut Vec<usize>) {
    found.extend(node.anchor);
    if let NodeKind::Alias(id) = node.kind {
        found.push(id);
    }
    node.items().iter().for_each(|item| anchors_in(item, found));
    for (key, value) in node.entries() {
        anchors_in(key, found);
        anchors_in(value, found);
    }
}
