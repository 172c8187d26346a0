//! Classes: pods that are alike, with what the counters have to do with them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::counter::{Counted, Counter};
use super::score::Weight;
use super::{ClassId, World};
use crate::node::HOSTNAME;
use crate::pod::{PodSet, PodSpec, Spread};

/// Pods that are alike.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) spec: Arc<PodSpec>,
    pub(crate) requests: Vec<(usize, i128)>,
    pub(super) weight: Weight,
    /// What is known of the shapes of nodes.
    pub(super) verdicts: Vec<Option<super::filter::Static>>,
    /// Whether its place depends on the name of a node.
    pub(super) by_name: bool,
    /// The counters in which its pods are.
    pub(super) counted: Vec<usize>,
    /// The counters of its own anti-affinity.
    pub(super) repels: Vec<usize>,
    /// The counters of anti-affinity in which its pods are.
    pub(super) repelled: Vec<usize>,
    /// The counters of its affinity.
    pub(super) attracted: Vec<usize>,
    /// Whether a pod of it satisfies its own affinity.
    pub(super) self_attracted: bool,
    pub(super) spreads: Vec<SpreadRule>,
}

/// A spread constraint, with its counter.
#[derive(Debug, Clone, Copy)]
pub(super) struct SpreadRule {
    pub(super) counter: usize,
    pub(super) max_skew: u32,
    pub(super) min_domains: u32,
    /// Whether the pod counts itself.
    pub(super) counts_itself: bool,
    pub(super) honors_affinity: bool,
    pub(super) honors_taints: bool,
}

impl Class {
    /// Whether the place of one of its pods depends on where others are.
    pub(crate) fn looks_around(&self) -> bool {
        !(self.repels.is_empty()
            && self.repelled.is_empty()
            && self.attracted.is_empty()
            && self.spreads.is_empty())
    }
}

pub(super) fn resource_names(specs: &[Arc<PodSpec>]) -> Vec<String> {
    let names: BTreeSet<&String> = specs.iter().flat_map(|spec| spec.requests.keys()).collect();
    names.into_iter().cloned().collect()
}

pub(super) fn topology_keys(specs: &[Arc<PodSpec>]) -> Vec<String> {
    let of = |spec: &Arc<PodSpec>| -> Vec<String> {
        let terms = spec.affinity.iter().chain(&spec.anti_affinity).map(|term| term.key.clone());
        terms.chain(spec.spread.iter().map(|one| one.key.clone())).collect()
    };
    let keys: BTreeSet<String> = specs.iter().flat_map(of).collect();
    keys.into_iter().collect()
}

/// The labels that some pod asks of a node. The node's name as a label is none of them, or every node would be a shape
/// of its own.
pub(super) fn label_keys(specs: &[Arc<PodSpec>]) -> Vec<String> {
    let mut keys: BTreeSet<&String> = BTreeSet::new();
    for spec in specs {
        keys.extend(spec.node_selector.keys());
        keys.extend(spec.spread.iter().map(|one| &one.key));
        let required = spec.node_terms.iter().chain(&spec.volumes);
        let terms = required.flat_map(|selector| &selector.node_selector_terms);
        for term in terms.chain(spec.preferred.iter().map(|(_, term)| term)) {
            keys.extend(term.match_expressions.iter().map(|one| &one.key));
        }
    }
    keys.into_iter().filter(|key| *key != HOSTNAME).cloned().collect()
}

fn depends_on_name(spec: &PodSpec) -> bool {
    let required = spec.node_terms.iter().chain(&spec.volumes);
    spec.node_selector.contains_key(HOSTNAME)
        || required.flat_map(|selector| &selector.node_selector_terms).any(|term| {
            !term.match_fields.is_empty() || term.match_expressions.iter().any(|one| one.key == HOSTNAME)
        })
}

impl World {
    pub(super) fn add_classes(&mut self, specs: Vec<Arc<PodSpec>>) {
        let mut counters: HashMap<Counted, usize> = HashMap::new();
        for (id, spec) in specs.into_iter().enumerate() {
            let class = self.class(id, spec, &mut counters);
            self.classes.push(class);
        }
        self.connect();
    }

    fn class(&mut self, id: ClassId, spec: Arc<PodSpec>, known: &mut HashMap<Counted, usize>) -> Class {
        let position = |name: &String| self.resources.binary_search(name).ok();
        let requests =
            spec.requests.iter().filter_map(|(name, amount)| Some((position(name)?, *amount))).collect();
        let key_of = |key: &str| self.keys.iter().position(|(one, _)| one == key).unwrap_or(0);
        let all: Vec<PodSet> = spec.affinity.iter().map(|term| term.pods.clone()).collect();
        let plain =
            |sets: Vec<PodSet>, key: &str| Counted { sets, key: key_of(key), only: None, levelled: false };
        let attracted: Vec<Counted> =
            spec.affinity.iter().map(|term| plain(all.clone(), &term.key)).collect();
        let repels: Vec<Counted> =
            spec.anti_affinity.iter().map(|term| plain(vec![term.pods.clone()], &term.key)).collect();
        let spreads: Vec<Counted> = spec
            .spread
            .iter()
            .map(|one| Counted {
                sets: vec![one.pods.clone()],
                key: key_of(&one.key),
                only: narrows(&spec, one).then_some(id),
                levelled: true,
            })
            .collect();
        let self_attracted = all.iter().all(|set| self.is_in(&spec, set));
        let mut intern = |what: Counted| {
            *known.entry(what).or_insert_with_key(|what| {
                self.counters.push(Counter::new(what.clone()));
                self.counters.len() - 1
            })
        };
        let attracted = attracted.into_iter().map(&mut intern).collect();
        let repels = repels.into_iter().map(&mut intern).collect();
        let spread_counters: Vec<usize> = spreads.into_iter().map(&mut intern).collect();
        let spreads = spread_counters
            .into_iter()
            .zip(&spec.spread)
            .map(|(counter, one)| SpreadRule {
                counter,
                max_skew: one.max_skew,
                min_domains: one.min_domains,
                counts_itself: self.is_in(&spec, &one.pods),
                honors_affinity: one.honors_affinity,
                honors_taints: one.honors_taints,
            })
            .collect();
        Class {
            requests,
            weight: Weight::of(&spec),
            verdicts: Vec::new(),
            by_name: depends_on_name(&spec),
            counted: Vec::new(),
            repelled: Vec::new(),
            repels,
            attracted,
            self_attracted,
            spreads,
            spec,
        }
    }

    fn is_in(&self, spec: &PodSpec, set: &PodSet) -> bool {
        set.selector.as_ref().is_some_and(|selector| selector.selects(&spec.labels))
            && self.facts.is_within(&spec.namespace, &set.scope)
    }

    /// Says of each class in which counters its pods are. A selector that asks for a label's value is looked up by it, so
    /// that not every class is held against every selector.
    fn connect(&mut self) {
        let mut by_label: HashMap<(String, String), Vec<usize>> = HashMap::new();
        let mut by_nothing = Vec::new();
        for (counter, one) in self.counters.iter().enumerate() {
            let labels = one.what.sets.iter().filter_map(|set| set.selector.as_ref());
            match labels.flat_map(|selector| &selector.match_labels).next() {
                Some((key, value)) => by_label.entry((key.clone(), value.clone())).or_default().push(counter),
                None => by_nothing.push(counter),
            }
        }
        let repelling: BTreeSet<usize> =
            self.classes.iter().flat_map(|class| class.repels.iter().copied()).collect();
        for id in 0..self.classes.len() {
            let spec = Arc::clone(&self.classes[id].spec);
            let labelled = spec
                .labels
                .iter()
                .filter_map(|(key, value)| by_label.get(&(key.clone(), value.clone())).map(Vec::as_slice));
            let counted: BTreeSet<usize> = labelled
                .flatten()
                .chain(&by_nothing)
                .copied()
                .filter(|counter| self.counters[*counter].what.sets.iter().all(|set| self.is_in(&spec, set)))
                .collect();
            self.classes[id].repelled = counted.intersection(&repelling).copied().collect();
            self.classes[id].counted = counted.into_iter().collect();
        }
    }
}

/// Whether a constraint counts only a part of the nodes that have its key.
fn narrows(spec: &PodSpec, one: &Spread) -> bool {
    let by_affinity = !spec.node_selector.is_empty() || spec.node_terms.is_some();
    one.honors_taints || one.honors_affinity && by_affinity || spec.spread.len() > 1
}
