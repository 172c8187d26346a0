//! The workloads by the labels of their pods.

use std::collections::HashMap;

use super::{Selector, Workload};

type ByLabel<'a> = HashMap<(&'a str, &'a str), Vec<usize>>;

/// The workloads by the labels of their pods: in each namespace, and in all of them.
#[derive(Default)]
pub(super) struct Labels<'a> {
    by_namespace: HashMap<Option<&'a str>, ByLabel<'a>>,
    everywhere: ByLabel<'a>,
}

impl<'a> Labels<'a> {
    pub(super) fn of(workloads: &[Workload<'a>]) -> Self {
        let mut labels = Self::default();
        for (index, workload) in workloads.iter().enumerate() {
            let here = labels.by_namespace.entry(workload.object.key.namespace.as_deref()).or_default();
            for (key, value) in workload.labels.into_iter().flatten() {
                let label = (key.as_str(), value.as_str().unwrap_or_default());
                here.entry(label).or_default().push(index);
                labels.everywhere.entry(label).or_default().push(index);
            }
        }
        labels
    }

    /// The workloads that have the rarest label of the selector, and may be in this namespace; none if the
    /// selector names no label. Most labels are common to many pods, and one of them is a workload's own.
    pub(super) fn candidates(&self, selector: &Selector<'_>, namespace: Option<&str>) -> Option<Vec<usize>> {
        selector
            .labels()
            .map(|label| self.with(label, namespace))
            .min_by_key(|lists| lists.iter().map(|list| list.len()).sum::<usize>())
            .map(|lists| {
                let mut indices = lists.concat();
                indices.sort_unstable();
                indices
            })
    }

    /// The workloads with this label that may be in this namespace: those in it, and those in none.
    fn with<'b>(&'b self, label: (&'b str, &'b str), namespace: Option<&'b str>) -> [&'b [usize]; 2] {
        match namespace {
            Some(_) => {
                [list(self.by_namespace.get(&namespace), label), list(self.by_namespace.get(&None), label)]
            }
            None => [list(Some(&self.everywhere), label), &[]],
        }
    }

    /// How many workloads have a label.
    pub(super) fn count(&self, label: (&str, &str)) -> usize {
        self.everywhere.get(&label).map_or(0, Vec::len)
    }
}

fn list<'b>(labels: Option<&'b ByLabel<'_>>, label: (&'b str, &'b str)) -> &'b [usize] {
    labels.and_then(|labels| labels.get(&label)).map_or(&[], Vec::as_slice)
}
