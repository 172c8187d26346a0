//! Karpenter's NodePools, and the instance types that they may launch.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kube_model::Object;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::PackingError;
use crate::node::{self, Node, Owner, Taint};
use crate::read::{Amounts, Labels, Resources, all_counted, or_default, part};
use crate::selector::{Operator, Requirement};

/// An instance type that a provider sells.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InstanceType {
    /// Its name, as the provider gives it.
    pub name: String,
    /// What a node of it has for pods, as the scheduler counts: CPU in thousandths, memory in bytes, pods.
    #[serde(deserialize_with = "resources")]
    pub allocatable: Resources,
    /// An hour on demand, in billionths of a unit of money.
    #[serde(default, deserialize_with = "price", rename = "pricePerHour")]
    pub on_demand: Option<u64>,
    /// An hour as spot, in billionths of a unit of money.
    #[serde(default, deserialize_with = "price", rename = "spotPricePerHour")]
    pub spot: Option<u64>,
    /// The zones that have it; none where that is not known.
    #[serde(default, deserialize_with = "or_default")]
    pub zones: Vec<String>,
    /// Labels of its nodes, besides those for its name, zone and capacity type.
    #[serde(default, deserialize_with = "or_default")]
    pub labels: Labels,
}

fn resources<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Resources, D::Error> {
    let mut resources = all_counted(&Amounts::deserialize(deserializer)?);
    resources.entry("pods".to_owned()).or_insert(110);
    Ok(resources)
}

/// A price an hour: a decimal number as a text or a number, read exactly to the billionth.
pub(crate) fn price<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        other => return Err(D::Error::custom(format_args!("{other} is no price"))),
    };
    let refuse = || D::Error::custom(format_args!("{text:?} is not a price with at most 9 decimal places"));
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 9 || !digits(whole) || !digits(fraction) {
        return Err(refuse());
    }
    format!("{whole}{fraction:0<9}").parse().map(Some).map_err(|_| refuse())
}

/// A NodePool (`karpenter.sh/v1`).
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    pub(crate) name: String,
    node_class: Option<String>,
    requirements: Vec<Requirement>,
    labels: Labels,
    taints: Vec<Taint>,
    pub(crate) limits: Resources,
    pub(crate) weight: u32,
    /// Whether nodes with pods may be consolidated too.
    pub(crate) underutilized: bool,
    /// What it may launch, the same at another zone or as spot apart; by name.
    pub(crate) offerings: Vec<Arc<Node>>,
}

/// All that Karpenter may do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pools {
    pub(crate) pools: Vec<Pool>,
    types: Vec<InstanceType>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PoolFields {
    #[serde(deserialize_with = "or_default")]
    template: TemplateFields,
    #[serde(deserialize_with = "or_default")]
    limits: Amounts,
    #[serde(deserialize_with = "or_default")]
    weight: u32,
    #[serde(deserialize_with = "or_default")]
    disruption: DisruptionFields,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TemplateFields {
    #[serde(deserialize_with = "or_default")]
    metadata: MetadataFields,
    #[serde(deserialize_with = "or_default")]
    spec: SpecFields,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MetadataFields {
    #[serde(deserialize_with = "or_default")]
    labels: Labels,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NodeClassFields {
    kind: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SpecFields {
    #[serde(rename = "nodeClassRef", deserialize_with = "or_default")]
    node_class: NodeClassFields,
    #[serde(deserialize_with = "or_default")]
    requirements: Vec<Requirement>,
    #[serde(deserialize_with = "or_default")]
    taints: Vec<Taint>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DisruptionFields {
    consolidation_policy: Option<String>,
}

impl Pools {
    pub(crate) fn is_empty(&self) -> bool {
        self.pools.is_empty()
    }

    /// Whether there are pools, and nothing that they may launch.
    pub(crate) fn has_no_types(&self) -> bool {
        !self.pools.is_empty() && self.types.is_empty()
    }

    /// The kind of the first node class that is named.
    pub(crate) fn node_class(&self) -> Option<&str> {
        self.pools.iter().find_map(|pool| pool.node_class.as_deref())
    }

    pub(crate) fn add(&mut self, object: &Object) -> Result<(), PackingError> {
        let fields: PoolFields = part(object, &["spec"])?;
        self.pools.push(Pool {
            name: object.key.name.clone(),
            node_class: fields.template.spec.node_class.kind,
            requirements: fields.template.spec.requirements,
            labels: fields.template.metadata.labels,
            taints: fields.template.spec.taints,
            limits: all_counted(&fields.limits),
            weight: fields.weight,
            underutilized: fields.disruption.consolidation_policy.as_deref() != Some("WhenEmpty"),
            offerings: Vec::new(),
        });
        // The heaviest pool is asked first, and of equal ones the first by name (`OrderByWeight` of karpenter).
        self.pools.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.name.cmp(&b.name)));
        Ok(())
    }

    pub(crate) fn add_types(&mut self, types: Vec<InstanceType>) {
        for one in types {
            if self.types.iter().all(|known| known.name != one.name) {
                self.types.push(one);
            }
        }
    }

    /// Says of each node of which pool it is, and what each pool may launch.
    pub(crate) fn settle(&mut self, nodes: &mut [Arc<Node>]) {
        let zones: BTreeSet<String> =
            nodes.iter().filter_map(|node| node.label(node::ZONE).map(str::to_owned)).collect();
        let zones: Vec<String> = zones.into_iter().collect();
        for index in 0..self.pools.len() {
            self.pools[index].offerings = self.offerings(index, &zones);
        }
        for node in nodes {
            let label = node.label("karpenter.sh/nodepool").map(str::to_owned);
            let Some(pool) = self.pools.iter().position(|pool| Some(&pool.name) == label.as_ref()) else {
                continue;
            };
            let price = self.price_of(node);
            let node = Arc::make_mut(node);
            node.owner = Owner::Pool(pool);
            node.price = node.price.or(price);
        }
    }

    fn price_of(&self, node: &Node) -> Option<u64> {
        let kind = node.kind();
        let one = self.types.iter().find(|one| Some(&one.name) == kind.instance_type.as_ref())?;
        if kind.capacity_type.as_deref() == Some("spot") { one.spot } else { one.on_demand }
    }

    fn offerings(&self, index: usize, seen: &[String]) -> Vec<Arc<Node>> {
        let pool = &self.pools[index];
        let mut offerings = Vec::new();
        for one in &self.types {
            let zones = if one.zones.is_empty() { pool.zones(seen) } else { one.zones.clone() };
            for zone in zones {
                for (capacity, price) in [("spot", one.spot), ("on-demand", one.on_demand)] {
                    let node = pool.offering(index, one, (&zone, capacity, price));
                    if price.is_some() && pool.allows(&node.labels) {
                        offerings.push(Arc::new(node));
                    }
                }
            }
        }
        offerings.sort_by_key(|node| (node.price, node.labels.get(node::INSTANCE_TYPE).cloned()));
        offerings
    }
}

impl Pool {
    /// The zones that it names, or those where there are nodes.
    fn zones(&self, seen: &[String]) -> Vec<String> {
        let named = self
            .requirements
            .iter()
            .find(|one| one.key == node::ZONE && one.operator == Operator::In)
            .map(|one| one.values.clone());
        match named.unwrap_or_else(|| seen.to_vec()) {
            zones if zones.is_empty() => vec![String::new()],
            zones => zones,
        }
    }

    /// Whether its requirements allow a node with these labels. Without a requirement on the capacity type it is on
    /// demand (karpenter.sh, "NodePools").
    fn allows(&self, labels: &Labels) -> bool {
        let has = |key: &str| self.requirements.iter().any(|one| one.key == key);
        let capacity = labels.get(node::CAPACITY_TYPE).map(String::as_str);
        (has(node::CAPACITY_TYPE) || capacity == Some("on-demand"))
            && self.requirements.iter().all(|one| one.admits(labels.get(&one.key).map(String::as_str)))
    }

    fn offering(
        &self,
        index: usize,
        one: &InstanceType,
        (zone, capacity, price): (&str, &str, Option<u64>),
    ) -> Node {
        let mut labels: Labels = BTreeMap::from([
            ("kubernetes.io/os".to_owned(), "linux".to_owned()),
            ("kubernetes.io/arch".to_owned(), "amd64".to_owned()),
        ]);
        labels.extend(one.labels.clone());
        labels.extend(self.labels.clone());
        let known = [
            (node::INSTANCE_TYPE, one.name.as_str()),
            (node::CAPACITY_TYPE, capacity),
            ("karpenter.sh/nodepool", &self.name),
        ];
        labels.extend(known.map(|(key, value)| (key.to_owned(), value.to_owned())));
        if !zone.is_empty() {
            labels.insert(node::ZONE.to_owned(), zone.to_owned());
        }
        // A label that only one value satisfies is given to the nodes.
        for one in &self.requirements {
            if let (Operator::In, [value]) = (one.operator, one.values.as_slice()) {
                labels.entry(one.key.clone()).or_insert_with(|| value.clone());
            }
        }
        Node {
            name: self.name.clone(),
            labels,
            taints: self.taints.clone(),
            unschedulable: false,
            allocatable: one.allocatable.clone(),
            owner: Owner::Pool(index),
            price,
            held: false,
        }
    }
}
