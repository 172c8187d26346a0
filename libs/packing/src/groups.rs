//! Node groups: what `NodeGroups` describes, and the nodes that are of them. The schema is told in `docs/nodes.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kube_model::Object;
use serde::Deserialize;
use serde_json::Value;

use crate::PackingError;
use crate::autoscale::Options;
use crate::cluster::Cluster;
use crate::node::{self, Node, Owner, Taint};
use crate::pools::InstanceType;
use crate::read::{Amounts, Labels, all_counted, counted, or_default, part};

/// Nodes that are alike, and how many of them there may be.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) name: String,
    /// What a new node is like, one for each zone.
    pub(crate) templates: Vec<Arc<Node>>,
    pub(crate) min: u32,
    pub(crate) max: u32,
    /// How many nodes there are, if none is given one by one.
    pub(crate) current: Option<u32>,
}

impl Group {
    /// Whether the number of its nodes may change.
    pub(crate) fn scales(&self) -> bool {
        self.min < self.max
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Fields {
    #[serde(deserialize_with = "or_default")]
    autoscaler: Options,
    #[serde(deserialize_with = "or_default")]
    groups: Vec<GroupFields>,
    #[serde(deserialize_with = "or_default")]
    instance_types: Vec<InstanceType>,
    /// What its prices are in.
    currency: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GroupFields {
    name: String,
    instance_type: Option<String>,
    region: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    zones: Vec<String>,
    capacity_type: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    allocatable: Amounts,
    #[serde(default, deserialize_with = "or_default")]
    capacity: Amounts,
    #[serde(default, deserialize_with = "or_default")]
    reserved: Amounts,
    #[serde(default, deserialize_with = "or_default")]
    labels: Labels,
    #[serde(default, deserialize_with = "or_default")]
    taints: Vec<Taint>,
    #[serde(default, deserialize_with = "or_default")]
    volume_limits: BTreeMap<String, u32>,
    min: Option<u32>,
    max: Option<u32>,
    current: Option<u32>,
    #[serde(default, deserialize_with = "crate::pools::price")]
    price_per_hour: Option<u64>,
}

/// Takes in a `NodeGroups`.
pub(crate) fn read(object: &Object, cluster: &mut Cluster) -> Result<(), PackingError> {
    let fields: Fields = part(object, &["spec"])?;
    if object.at(&["spec", "autoscaler"]).is_some_and(|value| *value != Value::Null) {
        cluster.options = fields.autoscaler;
    }
    cluster.add_currency(object, fields.currency)?;
    cluster.pools.add_types(fields.instance_types);
    for (index, group) in fields.groups.into_iter().enumerate() {
        let refuse = |why: &str| PackingError::field(object, format!("spec.groups[{index}]"), why);
        if cluster.groups.iter().any(|one| one.name == group.name) {
            return Err(refuse(&format!("the group {} is described twice", group.name)));
        }
        let group = of(group).map_err(|why| refuse(&why))?;
        cluster.groups.push(group);
    }
    Ok(())
}

fn of(fields: GroupFields) -> Result<Group, String> {
    let current = fields.current;
    let fixed = current.unwrap_or(0);
    let (min, max) = match (fields.min, fields.max) {
        (None, None) => (fixed, fixed),
        (min, Some(max)) => (min.unwrap_or(0), max),
        (Some(_), None) => return Err("min is given and max is not".to_owned()),
    };
    if min > max {
        return Err(format!("min {min} is above max {max}"));
    }
    if max > 5_000 {
        return Err(format!("max {max} is above the 5,000 nodes that Kubernetes supports"));
    }
    if current.is_some_and(|current| current > max.max(fixed)) {
        return Err(format!("current {fixed} is above max {max}"));
    }
    let zones: Vec<Option<&String>> = match fields.zones.as_slice() {
        [] => vec![None],
        zones => zones.iter().map(Some).collect(),
    };
    let templates = match fields.allocatable.is_empty() && fields.capacity.is_empty() {
        true => Vec::new(),
        false => {
            zones.into_iter().map(|zone| template(&fields, zone).map(Arc::new)).collect::<Result<_, _>>()?
        }
    };
    Ok(Group { name: fields.name, templates, min, max, current })
}

fn template(fields: &GroupFields, zone: Option<&String>) -> Result<Node, String> {
    let mut allocatable = all_counted(&fields.allocatable);
    for (name, amount) in all_counted(&fields.capacity) {
        let reserved = fields.reserved.get(&name).map_or(0, |reserved| counted(&name, *reserved));
        if reserved > amount {
            return Err(format!("more {name} is reserved than there is"));
        }
        allocatable.entry(name).or_insert(amount - reserved);
    }
    allocatable.entry("pods".to_owned()).or_insert(110);
    node::limit_volumes(&mut allocatable, &fields.volume_limits);
    let mut labels = fields.labels.clone();
    let known = [
        (node::INSTANCE_TYPE, fields.instance_type.as_ref()),
        (node::ZONE, zone),
        (node::REGION, fields.region.as_ref()),
        (node::CAPACITY_TYPE, fields.capacity_type.as_ref()),
        ("node.plimsoll.dev/group", Some(&fields.name)),
    ];
    for (key, value) in known {
        if let Some(value) = value {
            labels.entry(key.to_owned()).or_insert_with(|| value.clone());
        }
    }
    for (key, value) in [("kubernetes.io/os", "linux"), ("kubernetes.io/arch", "amd64")] {
        labels.entry(key.to_owned()).or_insert_with(|| value.to_owned());
    }
    Ok(Node {
        name: fields.name.clone(),
        labels,
        taints: fields.taints.clone(),
        unschedulable: false,
        allocatable,
        owner: Owner::Nobody,
        price: fields.price_per_hour,
        held: false,
    })
}

/// Says of each node of which group it is, makes the nodes of groups of which none is given, and takes what a group's new
/// nodes are like from those it has where that is not described.
pub(crate) fn settle(cluster: &mut Cluster) {
    for index in 0..cluster.groups.len() {
        let name = cluster.groups[index].name.clone();
        let mut seen: BTreeSet<Option<String>> = BTreeSet::new();
        let mut alike = Vec::new();
        for node in &mut cluster.nodes {
            if node.group_label() == Some(&name) || node.label("node.plimsoll.dev/group") == Some(&name) {
                Arc::make_mut(node).owner = Owner::Group(index);
                if seen.insert(node.label(node::ZONE).map(str::to_owned)) {
                    alike.push(as_template(node));
                }
            }
        }
        let group = &mut cluster.groups[index];
        for template in &mut group.templates {
            Arc::make_mut(template).owner = Owner::Group(index);
        }
        if group.templates.is_empty() {
            group.templates = alike;
        } else if alike.is_empty() {
            let current = group.current.unwrap_or(group.min);
            let templates = group.templates.clone();
            for number in 0..current as usize {
                let mut node = (*templates[number % templates.len()]).clone();
                node.name = format!("{name}-{}", number + 1);
                node.labels.insert(node::HOSTNAME.to_owned(), node.name.clone());
                cluster.nodes.push(Arc::new(node));
            }
        }
    }
    let unknown = cluster.groups.iter().filter(|group| group.templates.is_empty());
    let unknown: Vec<String> = unknown
        .map(|group| {
            format!(
                "group {}: neither allocatable nor capacity is given and no node is of it: it cannot grow",
                group.name
            )
        })
        .collect();
    cluster.notes.extend(unknown);
}

fn as_template(node: &Arc<Node>) -> Arc<Node> {
    let mut node = (**node).clone();
    node.labels.remove(node::HOSTNAME);
    node.unschedulable = false;
    // Taints of a node's state are not of a new one.
    node.taints.retain(|taint| !taint.key.starts_with("node.kubernetes.io/"));
    node.held = false;
    Arc::new(node)
}
