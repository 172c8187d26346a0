//! Which findings stand for which.

use std::collections::{BTreeSet, HashMap};

use kube_model::{Path, Segment};

/// Labels at places of one object, for looking up those whose place has to do with another.
#[derive(Default)]
pub(crate) struct Places<'l> {
    all: BTreeSet<&'l str>,
    /// At places that are no single item's.
    general: BTreeSet<&'l str>,
    at: HashMap<Path, BTreeSet<&'l str>>,
    /// At a place or below it.
    within: HashMap<Path, BTreeSet<&'l str>>,
}

impl<'l> Places<'l> {
    pub(crate) fn add(&mut self, path: &Path, labels: &[&'l str]) {
        self.all.extend(labels);
        if is_general(path) {
            self.general.extend(labels);
        }
        self.at.entry(path.clone()).or_default().extend(labels);
        for above in starts(path) {
            self.within.entry(above).or_default().extend(labels);
        }
    }

    /// The labels whose place stands for this one: one lies in the other, or one of them is no single item's.
    pub(crate) fn beside(&self, path: &Path) -> BTreeSet<&'l str> {
        if is_general(path) {
            return self.all.clone();
        }
        let mut found = self.general.clone();
        found.extend(self.within.get(path).into_iter().flatten());
        found.extend(starts(path).filter_map(|above| self.at.get(&above)).flatten());
        found
    }
}

fn is_general(path: &Path) -> bool {
    !path.segments().iter().any(|segment| matches!(segment, Segment::Item(_)))
}

/// The place, and all above it.
fn starts(path: &Path) -> impl Iterator<Item = Path> + '_ {
    (0..=path.segments().len()).map(|depth| path.segments()[..depth].iter().cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_stands_for_what_it_lies_in_and_what_lies_in_it() {
        let path = |text: &str| text.parse::<Path>().unwrap();
        let mut places = Places::default();
        for (at, label) in [
            ("spec.containers[name=a].env[name=X]", "variable"),
            ("spec.containers[name=a]", "container"),
            ("spec.containers[name=b].image", "other"),
            ("spec.replicas", "general"),
        ] {
            places.add(&path(at), &[label]);
        }
        let beside = |at: &str| places.beside(&path(at)).into_iter().collect::<Vec<_>>();
        assert_eq!(beside("spec.containers[name=a].env"), ["container", "general", "variable"]);
        assert_eq!(beside("spec.containers[name=a].env[name=X].value"), ["container", "general", "variable"]);
        assert_eq!(beside("spec.containers[name=a].image"), ["container", "general"]);
        assert_eq!(beside("spec.containers[name=c]"), ["general"]);
        assert_eq!(beside("metadata.name"), ["container", "general", "other", "variable"]);
    }
}
