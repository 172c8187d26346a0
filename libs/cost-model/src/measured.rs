//! What a usage file says of each object, found without reading all of it for each.

use std::collections::HashMap;

use kube_model::{ObjectKey, ObjectPattern};

use crate::usage::{Usage, WorkloadUsage};

/// An entry with its place in the file: the first that matches counts.
type Entry<'a> = (usize, ObjectPattern, &'a WorkloadUsage);

/// The entries of a usage file, by the names of their objects.
#[derive(Debug, Default)]
pub struct Measured<'a> {
    by_name: HashMap<String, Vec<Entry<'a>>>,
    /// Those whose name stands for several.
    patterns: Vec<Entry<'a>>,
}

impl<'a> Measured<'a> {
    /// The entries of a file.
    #[must_use]
    pub fn of(usage: &'a Usage) -> Self {
        let mut measured = Self::default();
        for (index, workload) in usage.workloads.iter().enumerate() {
            let Some(pattern) = workload.pattern() else { continue };
            let entries = match pattern.name.contains('*') {
                true => &mut measured.patterns,
                false => measured.by_name.entry(pattern.name.clone()).or_default(),
            };
            entries.push((index, pattern, workload));
        }
        measured
    }

    /// What is said of an object: by the first entry that names it.
    #[must_use]
    pub fn workload(&self, key: &ObjectKey) -> Option<&'a WorkloadUsage> {
        let first = |entries: &[Entry<'a>]| {
            let found = entries.iter().find(|(_, pattern, _)| pattern.matches(key));
            found.map(|(index, _, workload)| (*index, *workload))
        };
        let named = self.by_name.get(&key.name).and_then(|entries| first(entries));
        let first = [named, first(&self.patterns)].into_iter().flatten().min_by_key(|(index, _)| *index)?;
        Some(first.1)
    }
}
