//! Whose document it is, without its values.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use super::super::scalar;
use super::build::{Build, Key, Laid, Written};
use crate::object::group_of;
use crate::scope;

/// The identity of an object, in the words of its document.
#[derive(Debug, Default)]
pub(crate) struct Identity<'t> {
    pub(crate) api_version: Cow<'t, str>,
    pub(crate) kind: Cow<'t, str>,
    pub(crate) namespace: Option<Cow<'t, str>>,
    pub(crate) name: Cow<'t, str>,
}

impl Identity<'_> {
    pub(crate) fn group(&self) -> &str {
        group_of(&self.api_version)
    }

    /// The namespace, where the kind belongs to one.
    pub(crate) fn namespace_in(&self, group: &str) -> Option<&str> {
        self.namespace.as_deref().filter(|_| !scope::belongs_to_cluster(group, &self.kind))
    }
}

/// Holds a document to the rules, and keeps the texts that say whose it is.
pub(super) struct Skim<'t> {
    identity: Identity<'t>,
    /// How many collections are open.
    depth: usize,
    /// The root's key whose value is read.
    top: Cow<'t, str>,
    /// The keys of every open mapping, one after the other.
    keys: Vec<Cow<'t, str>>,
    /// Whether a field of the identity is no text, or the server makes the name.
    is_odd: bool,
}

pub(super) enum Skimmed<'t> {
    Text(Cow<'t, str>),
    Plain(&'t str),
    Collection,
}

/// An open mapping: where its keys start, and the set of them once there are many.
#[derive(Default)]
pub(super) struct Keys<'t> {
    from: usize,
    many: Option<HashSet<Cow<'t, str>>>,
}

/// From how many keys on a set finds one faster than a look at each.
const MANY: usize = 24;

impl<'t> Skim<'t> {
    pub(super) fn new() -> Self {
        // Few objects have more keys above one of theirs.
        let keys = Vec::with_capacity(32);
        Self { identity: Identity::default(), depth: 0, top: Cow::Borrowed(""), keys, is_odd: false }
    }

    /// None for what is no single object with a name of its own.
    pub(super) fn identity(self) -> Option<Identity<'t>> {
        let Identity { api_version, kind, name, .. } = &self.identity;
        let is_given = !api_version.is_empty() && !kind.is_empty() && !name.is_empty();
        let is_single = !kind.ends_with("List") && !name.ends_with('*');
        (is_given && is_single && !self.is_odd).then_some(self.identity)
    }

    /// The text of a field of the identity; none where it is empty or not given.
    fn field(&mut self, value: Skimmed<'t>) -> Option<Cow<'t, str>> {
        let text = match value {
            Skimmed::Text(text) => Some(text),
            Skimmed::Plain(plain) => match scalar::resolve_plain(plain) {
                Ok(Value::String(_)) => Some(Cow::Borrowed(plain)),
                Ok(Value::Null) => None,
                _ => {
                    self.is_odd = true;
                    None
                }
            },
            Skimmed::Collection => {
                self.is_odd = true;
                None
            }
        };
        text.filter(|text| !text.is_empty())
    }
}

impl<'t> Build<'t> for Skim<'t> {
    type Node = Skimmed<'t>;
    type Mapping = Keys<'t>;
    type Sequence = ();

    fn text(&mut self, text: Cow<'t, str>, _written: Written) -> Skimmed<'t> {
        Skimmed::Text(text)
    }

    fn plain(&mut self, text: &'t str, _start: usize) -> Option<Skimmed<'t>> {
        scalar::has_value(text).then_some(Skimmed::Plain(text))
    }

    fn mapping(&mut self) -> Keys<'t> {
        self.depth += 1;
        Keys { from: self.keys.len(), many: None }
    }

    fn key(&mut self, mapping: &mut Keys<'t>, key: Key<'t>) -> Option<()> {
        let key = key.text;
        let known = &self.keys[mapping.from..];
        let is_new = match known.len() {
            ..MANY => !known.contains(&key),
            _ => mapping.many.get_or_insert_with(|| known.iter().cloned().collect()).insert(key.clone()),
        };
        is_new.then_some(())?;
        if self.depth == 1 {
            self.top.clone_from(&key);
        }
        self.keys.push(key);
        Some(())
    }

    fn value(&mut self, _mapping: &mut Keys<'t>, value: Skimmed<'t>) -> Option<()> {
        let key = self.keys.last()?;
        match (self.depth, &*self.top, &**key) {
            (1, "apiVersion", _) => self.identity.api_version = self.field(value).unwrap_or_default(),
            (1, "kind", _) => self.identity.kind = self.field(value).unwrap_or_default(),
            (2, "metadata", "name") => self.identity.name = self.field(value).unwrap_or_default(),
            (2, "metadata", "namespace") => self.identity.namespace = self.field(value),
            (2, "metadata", "generateName") => self.is_odd = true,
            _ => {}
        }
        Some(())
    }

    fn end_mapping(&mut self, mapping: Keys<'t>, _laid: Laid) -> Skimmed<'t> {
        self.keys.truncate(mapping.from);
        self.depth -= 1;
        Skimmed::Collection
    }

    fn sequence(&mut self) {
        self.depth += 1;
    }

    fn item(&mut self, (): &mut (), _item: Skimmed<'t>) {}

    fn end_sequence(&mut self, (): (), _laid: Laid) -> Skimmed<'t> {
        self.depth -= 1;
        Skimmed::Collection
    }
}
