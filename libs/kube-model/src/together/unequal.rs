//! Two states without what both have in the same words.
//!
//! Most of two releases is the same, letter by letter. Of a document that both have, it is enough to know that Kubernetes
//! would take it, and which object it is: nothing of it differs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::document::Placed;
use super::{FileBytes, ReadTexts, Split, are_worth_all_cores, read_distinct};
use crate::each::map_each;
use crate::object::{Object, ObjectKey};
use crate::state::State;
use crate::yaml::Limits;
use crate::yaml::direct::{self, Identity};

/// Two states, of which the objects that both have in the same words are left out.
#[derive(Debug)]
pub struct Unequal {
    /// The other objects of the state before, in their order.
    pub before: Vec<Object>,
    /// The other objects of the state after, in their order.
    pub after: Vec<Object>,
    /// How many objects are left out of each.
    pub left_out: usize,
}

/// An object's identity: kind, namespace, name, group.
type Key<'k> = (&'k str, Option<&'k str>, &'k str, &'k str);

impl State {
    /// Reads the objects of two states but for those that both have in the same words. None where that cannot be told,
    /// or anything is wrong with either: [`State::objects_together`] then reads all, or says what is wrong.
    ///
    /// Never left out are what the server names (`generateName`), and what says something about other objects (definitions
    /// of kinds, Applications of Argo CD).
    #[must_use]
    pub fn unequal(before: &[FileBytes<'_>], after: &[FileBytes<'_>], limits: &Limits) -> Option<Unequal> {
        let on_all_cores = are_worth_all_cores(&[before, after]);
        let (mut before, mut after) = Side::of_both(before, after, limits, on_all_cores)?;
        let pairs = pairs(&before.texts, &after.texts);
        let texts: Vec<&str> = pairs.iter().map(|(one, _)| before.texts[*one]).collect();
        let skimmed = map_each(&texts, on_all_cores, |text| direct::skim(text, limits));
        let mut identities = Vec::with_capacity(pairs.len());
        for ((one, other), skimmed) in pairs.into_iter().zip(skimmed) {
            let Some((identity, nodes)) = skimmed.filter(|(identity, _)| !identity.says_of_others()) else {
                continue;
            };
            (before.left_out[one], after.left_out[other]) = (Some(nodes), Some(nodes));
            identities.push(identity);
        }
        let mut keys = HashSet::with_capacity(identities.len());
        if !identities.iter().all(|identity| keys.insert(identity.key())) {
            return None;
        }
        let read = read_distinct(before.rest().chain(after.rest()), limits, on_all_cores);
        Some(Unequal {
            before: before.objects(&read, &keys, limits)?,
            after: after.objects(&read, &keys, limits)?,
            left_out: identities.len(),
        })
    }
}

/// Which texts are the same: most stand in the same order, and of the others each finds one by its words.
fn pairs(before: &[&str], after: &[&str]) -> Vec<(usize, usize)> {
    let is_pair = |index: &usize| before.get(*index) == after.get(*index);
    let common = before.len().min(after.len());
    let tail =
        (1..=common).take_while(|back| before[before.len() - back] == after[after.len() - back]).count();
    let mut pairs: Vec<(usize, usize)> =
        (0..common - tail).filter(is_pair).map(|index| (index, index)).collect();
    let (ends, end) = (before.len() - tail, after.len() - tail);
    let moved = |index: &usize| *index >= common || !is_pair(index);
    let mut known: HashMap<&str, usize> =
        (0..ends).filter(moved).map(|index| (before[index], index)).collect();
    let found = (0..end).filter(moved).filter_map(|index| Some((known.remove(after[index])?, index)));
    pairs.extend(found);
    pairs.extend((0..tail).map(|index| (ends + index, end + index)));
    pairs
}

/// Kinds, with their groups, whose objects say something about others: definitions of kinds, and what Argo CD ignores.
const SAYS_OF_OTHERS: [(&str, &str); 2] =
    [("apiextensions.k8s.io", "CustomResourceDefinition"), ("argoproj.io", "Application")];

impl Identity<'_> {
    fn says_of_others(&self) -> bool {
        SAYS_OF_OTHERS.contains(&(self.group(), &*self.kind))
    }

    fn key(&self) -> Key<'_> {
        let group = self.group();
        (&self.kind, self.namespace_in(group), &self.name, group)
    }
}

/// One of the states.
struct Side<'f> {
    /// Its files, sorted by path.
    files: Vec<Split<'f>>,
    /// The documents of all of them.
    texts: Vec<&'f str>,
    /// Of each document that is left out, how much of the budget of nodes it takes.
    left_out: Vec<Option<usize>>,
}

impl<'f> Side<'f> {
    fn of_both(
        before: &[FileBytes<'f>],
        after: &[FileBytes<'f>],
        limits: &Limits,
        on_all_cores: bool,
    ) -> Option<(Self, Self)> {
        let of = |files| Self::of(files, limits);
        match on_all_cores {
            true => {
                let (before, after) = rayon::join(|| of(before), || of(after));
                Some((before?, after?))
            }
            false => Some((of(before)?, of(after)?)),
        }
    }

    fn of(files: &[FileBytes<'f>], limits: &Limits) -> Option<Self> {
        let mut files: Vec<Split<'f>> =
            files.iter().map(|(path, bytes)| Split::of(path, bytes, limits)).collect::<Option<_>>()?;
        files.sort_by_key(|file| file.path);
        let texts: Vec<&str> = files.iter().flat_map(Split::texts).collect();
        Some(Self { left_out: vec![None; texts.len()], files, texts })
    }

    /// What is not left out.
    fn rest(&self) -> impl Iterator<Item = &'f str> {
        self.texts
            .iter()
            .zip(&self.left_out)
            .filter(|(_, left_out)| left_out.is_none())
            .map(|(text, _)| *text)
    }

    /// The objects that are not left out; none where one is given twice, or anything is wrong.
    fn objects(
        &self,
        read: &ReadTexts<'f>,
        others: &HashSet<Key<'_>>,
        limits: &Limits,
    ) -> Option<Vec<Object>> {
        let (mut objects, mut first) = (Vec::new(), 0);
        for file in &self.files {
            let left_out = &self.left_out[first..];
            objects_of(file, left_out, read, limits, &mut objects)?;
            first += file.documents.len();
        }
        let mut own = HashSet::with_capacity(objects.len());
        let named = objects.iter().map(|object| &object.key).filter(|key| !key.name.ends_with('*'));
        if !named.map(key_of).all(|key| !others.contains(&key) && own.insert(key)) {
            return None;
        }
        drop(own);
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        Some(objects)
    }
}

/// The objects of one file.
fn objects_of<'f>(
    file: &Split<'f>,
    left_out: &[Option<usize>],
    read: &ReadTexts<'f>,
    limits: &Limits,
    objects: &mut Vec<Object>,
) -> Option<()> {
    let path: Arc<str> = file.path.into();
    let (mut nodes, mut lines, mut counted) = (0, 0, 0);
    for (index, (range, left_out)) in file.documents.iter().zip(left_out).enumerate() {
        if let Some(size) = left_out {
            nodes += size;
            continue;
        }
        let read = read.get(&file.text[range.clone()]).cloned().flatten()?;
        nodes += read.nodes;
        lines += memchr::memchr_iter(b'\n', &file.text.as_bytes()[counted..range.start]).count();
        counted = range.start;
        objects.extend(Placed::new(read, range.clone(), lines).objects(&path, index));
    }
    (nodes <= limits.nodes).then_some(())
}

fn key_of(key: &ObjectKey) -> Key<'_> {
    (&key.kind, key.namespace.as_deref(), &key.name, &key.group)
}
