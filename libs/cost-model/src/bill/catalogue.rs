//! The instance types that Karpenter may launch where nothing beside its NodePools describes them: those of the price book whose cores
//! and memory are known.

use std::collections::{BTreeMap, BTreeSet};

use packing::{Cluster, Comparison, InstanceType, Labels, Packing, Resources};
use price_book::{InstancePrice, PriceBook};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// How many pods a node has place for: the kubelet's default.
const PODS: i128 = 110;

const MIB: i128 = 1 << 20;

pub(super) struct Catalogue {
    pub(super) cluster: Cluster,
    names: BTreeSet<String>,
    pub(super) note: Option<String>,
}

impl Catalogue {
    /// The cluster with the book's types, where its NodePools have none and it is known whose they are.
    pub(super) fn beside(cluster: &Cluster, prices: &PriceBook) -> Self {
        let types = match cluster.node_class_without_types().and_then(provider) {
            Some(provider) => types(provider, cluster.region(), prices),
            None => Vec::new(),
        };
        if types.is_empty() {
            return Self { cluster: cluster.clone(), names: BTreeSet::new(), note: None };
        }
        let note = format!(
            "no instanceTypes are described beside the NodePools: the {} of the price book are taken, with 7.5 % of memory and what \
             EKS keeps for the kubelet away, and 110 pods each",
            types.len()
        );
        let names = types.iter().map(|one| one.name.clone()).collect();
        Self { cluster: cluster.clone().with_instance_types(types), names, note: Some(note) }
    }

    /// Leaves the prices of its types to the book, which says whose they are and how sure.
    pub(super) fn unprice(&self, comparison: &mut Comparison) {
        for Packing { likely, others } in [&mut comparison.before, &mut comparison.after] {
            for nodes in others.iter_mut().chain([likely]).flat_map(|packed| &mut packed.nodes) {
                if nodes.kind.instance_type.as_ref().is_some_and(|name| self.names.contains(name)) {
                    nodes.price = None;
                }
            }
        }
    }
}

/// Whose nodes a node class makes (karpenter-provider-aws, karpenter-provider-azure).
fn provider(node_class: &str) -> Option<&'static str> {
    match node_class {
        "EC2NodeClass" => Some("aws"),
        "AKSNodeClass" => Some("azure"),
        _ => None,
    }
}

fn types(provider: &str, region: Option<&str>, prices: &PriceBook) -> Vec<InstanceType> {
    let regions = prices.lists().iter().flat_map(|list| &list.instances);
    let instances = regions.filter(|one| one.provider == provider).flat_map(|one| &one.instances);
    let names: BTreeSet<&str> = instances.map(|one| one.name.as_str()).collect();
    names.into_iter().filter_map(|name| of(name, region, prices)).collect()
}

fn of(name: &str, region: Option<&str>, prices: &PriceBook) -> Option<InstanceType> {
    let (cpu, memory_gib, gpus) = prices.shape(name)?;
    let millis = cpu.checked_mul(Decimal::from(1_000))?.to_i128()?;
    let mebibytes = memory_gib.checked_mul(Decimal::from(1_024))?.to_i128()?;
    let price = |capacity| match prices.instance(name, region, Some(capacity)) {
        InstancePrice::Known(quote) => quote.hour.price.checked_mul(Decimal::from(1_000_000_000))?.to_u64(),
        InstancePrice::Unknown(_) => None,
    };
    Some(InstanceType {
        name: name.to_owned(),
        allocatable: allocatable(millis, mebibytes, gpus)?,
        on_demand: price("on-demand"),
        spot: price("spot"),
        zones: Vec::new(),
        labels: labels(name, (millis, mebibytes), region),
    })
}

/// What is left for pods, as Karpenter reckons it on EKS (karpenter.sh, "NodeClasses", `kubelet`, and `VM_MEMORY_OVERHEAD_PERCENT`):
/// of memory 7.5 %, 255 MiB, 11 MiB a pod and 100 MiB below which pods are evicted are away; of CPU 6 % of the first core, 1 % of the
/// second, 0.5 % of two more and 0.25 % of the others. None where nothing is left.
fn allocatable(millis: i128, mebibytes: i128, gpus: u32) -> Option<Resources> {
    let share = |from: i128, to: i128, of_10_000: i128| (millis.min(to) - from).max(0) * of_10_000;
    let reserved = share(0, 1_000, 600) + share(1_000, 2_000, 100) + share(2_000, 4_000, 50);
    let reserved = (reserved + share(4_000, i128::from(u32::MAX), 25)) / 10_000;
    let left = mebibytes * 925 / 1_000 - 255 - 11 * PODS - 100;
    if left <= 0 {
        return None;
    }
    let mut resources = Resources::from([
        ("cpu".to_owned(), millis - reserved),
        ("memory".to_owned(), left * MIB),
        ("pods".to_owned(), PODS),
    ]);
    if gpus > 0 {
        resources.insert("nvidia.com/gpu".to_owned(), i128::from(gpus));
    }
    Some(resources)
}

/// The labels by which NodePools choose (karpenter.sh, "Scheduling", "Well-Known Labels"). Of an AWS name `m6g.large` they are the
/// category `m`, the generation 6, the family, the size; a `g` after the generation is Graviton's.
fn labels(name: &str, (millis, mebibytes): (i128, i128), region: Option<&str>) -> Labels {
    let mut labels = Labels::new();
    let mut put = |key: &str, value: String| labels.insert(key.to_owned(), value);
    if let Some(region) = region {
        put("topology.kubernetes.io/region", region.to_owned());
    }
    let Some((family, size)) = name.split_once('.') else { return labels };
    let category: String = family.chars().take_while(char::is_ascii_alphabetic).collect();
    let rest = family.strip_prefix(category.as_str()).unwrap_or_default();
    let generation: String = rest.chars().take_while(char::is_ascii_digit).collect();
    if rest.strip_prefix(generation.as_str()).unwrap_or_default().contains('g') {
        put("kubernetes.io/arch", "arm64".to_owned());
    }
    let known = BTreeMap::from([
        ("category", category),
        ("generation", generation),
        ("family", family.to_owned()),
        ("size", size.to_owned()),
        ("cpu", (millis / 1_000).to_string()),
        ("memory", mebibytes.to_string()),
    ]);
    for (key, value) in known {
        put(&format!("karpenter.k8s.aws/instance-{key}"), value);
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 2 cores less 60m and 10m; 8192 MiB × 0.925 = 7577 (cut), less 255, 1210 and 100. Of 1 GiB nothing is left.
    #[test]
    fn what_a_node_has_for_pods() {
        let resources = allocatable(2_000, 8_192, 0).unwrap();
        assert_eq!((resources["cpu"], resources["memory"]), (1_930, 6_012 * MIB));
        assert_eq!(allocatable(2_000, 1_024, 0), None);
    }

    #[test]
    fn a_name_of_aws_says_what_it_is() {
        let of = |name: &str| labels(name, (2_000, 8_192), Some("us-east-1"));
        let label = |key: &str| of("m6gd.large").get(key).cloned().unwrap();
        assert_eq!(label("karpenter.k8s.aws/instance-category"), "m");
        assert_eq!(label("karpenter.k8s.aws/instance-generation"), "6");
        assert_eq!(label("kubernetes.io/arch"), "arm64");
        assert_eq!(of("g4dn.xlarge").get("kubernetes.io/arch"), None);
    }
}
