//! What one object holds in one state.

use std::collections::BTreeMap;

use kube_model::{Object, pod as pods};

use crate::assumptions::{Assumptions, HOURS_A_MONTH};
use crate::autoscaler;
use crate::cursor::Cursor;
use crate::error::CostError;
use crate::kinds::{Kind, why_unknown};
use crate::occupancy::Occupancy;
use crate::pod::{PodRequest, effective_request};
use crate::ratio::Ratio;
use crate::resource::Resource;
use crate::surroundings::Surroundings;
use crate::volume::{self, Claimed};

/// How much of a resource is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// At once, in the resource's unit.
    pub(crate) amount: Ratio,
    /// Over a month, in the resource's unit of usage.
    pub(crate) usage: Ratio,
}

impl Held {
    pub(crate) const NOTHING: Self = Self { amount: Ratio::ZERO, usage: Ratio::ZERO };

    fn plus(self, other: Self) -> Option<Self> {
        Some(Self { amount: self.amount.plus(other.amount)?, usage: self.usage.plus(other.usage)? })
    }
}

/// What an object holds.
#[derive(Debug, Default)]
pub(crate) struct Demand {
    pub(crate) held: BTreeMap<Resource, Held>,
    pub(crate) notes: Vec<String>,
    /// Why a part of its cost is not known.
    pub(crate) unpriced: Option<String>,
}

/// What is known of an object's cost.
#[derive(Debug)]
pub(crate) enum Assessment {
    /// It costs nothing by itself.
    Free,
    /// It costs what it holds.
    Demand(Demand),
    /// Not known, and why.
    Unknown {
        why: String,
        /// What it holds on each node, if it is only the number of nodes that is not known.
        on_each_node: Option<Demand>,
    },
}

impl Assessment {
    fn unknown(why: String) -> Self {
        Self::Unknown { why, on_each_node: None }
    }
}

/// Assesses one object.
pub(crate) fn assess<'a>(
    object: &'a Object,
    around: &Surroundings<'a>,
    assumptions: &Assumptions,
) -> Result<Assessment, CostError> {
    let kind = Kind::of(&object.key);
    if kind == Kind::Free || around.is_counted_with_its_owner(object) {
        return Ok(Assessment::Free);
    }
    let root = Cursor::root(object);
    let demand = match kind {
        Kind::Unknown | Kind::Free => return Ok(Assessment::unknown(why_unknown(&object.key))),
        Kind::Service => match root.get("spec").and_then(|spec| spec.text("type")) {
            Some("LoadBalancer") => load_balancer(),
            _ => return Ok(Assessment::Free),
        },
        Kind::Claim => match around.stateful_set_of(&object.key) {
            Some((owner, ordinal)) if is_made_by(owner, ordinal, around)? => return Ok(Assessment::Free),
            _ => claim(&root),
        },
        _ => return workload(kind, &root, around, assumptions),
    };
    demand.map(Assessment::Demand)
}

fn load_balancer() -> Result<Demand, CostError> {
    let held = Held { amount: Ratio::whole(1), usage: Ratio::whole(HOURS_A_MONTH) };
    Ok(Demand { held: BTreeMap::from([(Resource::LoadBalancer, held)]), ..Demand::default() })
}

fn claim(root: &Cursor<'_>) -> Result<Demand, CostError> {
    let mut demand = Demand::default();
    demand.hold_volumes(root, volume::claim(root)?, Ratio::whole(1), Ratio::whole(1))?;
    Ok(demand)
}

/// Whether the StatefulSet has so many replicas that the claim of this ordinal is one of those counted with it.
fn is_made_by(owner: &Object, ordinal: u32, around: &Surroundings<'_>) -> Result<bool, CostError> {
    let root = Cursor::root(owner);
    let first = root.at(&["spec", "ordinals"]).map(|ordinals| ordinals.count("start")).transpose()?.flatten();
    let replicas = autoscaler::replicas(&root, around)?.count;
    Ok(ordinal.checked_sub(first.unwrap_or(0)).is_some_and(|index| index < replicas))
}

fn workload<'a>(
    kind: Kind,
    root: &Cursor<'a>,
    around: &Surroundings<'a>,
    assumptions: &Assumptions,
) -> Result<Assessment, CostError> {
    let keys = pods::spec_path(&root.object.key.kind).unwrap_or_default();
    let Some(pod) = root.at(keys) else {
        return Ok(Assessment::unknown(format!("it describes no pods ({} is missing)", keys.join("."))));
    };
    if kind == Kind::DaemonSet && assumptions.node_count.is_none() {
        let demand = Demand::of_pods(root, &pod, around, Occupancy::one_all_month())?;
        let why =
            "how many nodes it runs on is not known: give the number of nodes (--node-count)".to_owned();
        return Ok(Assessment::Unknown { why, on_each_node: Some(demand) });
    }
    let occupancy = Occupancy::of(kind, root, around, assumptions)?;
    Demand::of_pods(root, &pod, around, occupancy).map(Assessment::Demand)
}

impl Demand {
    /// What the pods of a workload hold, with their volumes.
    fn of_pods<'a>(
        root: &Cursor<'a>,
        pod: &Cursor<'a>,
        around: &Surroundings<'a>,
        occupancy: Occupancy,
    ) -> Result<Self, CostError> {
        let request = effective_request(pod, around.overhead(pod).as_ref())?;
        let mut demand = Self::default();
        demand.hold_requests(root, &request, &occupancy)?;
        demand.notes = occupancy.notes;
        demand.notes.extend(request.notes);
        if let Some(class) = pod.text("runtimeClassName").filter(|name| around.runtime_class(name).is_none())
        {
            let note = "is not in this state: an overhead that it sets is not counted";
            demand.notes.push(format!("RuntimeClass {class} {note}"));
        }
        let pods = Ratio::whole(occupancy.pods);
        let months =
            Ratio::new(1, i128::from(HOURS_A_MONTH)).and_then(|hour| hour.times(occupancy.pod_hours));
        let months = months.ok_or_else(|| CostError::overflow(&root.object.key))?;
        demand.hold_volumes(root, volume::ephemeral(pod)?, pods, months)?;
        if root.object.key.kind == "StatefulSet" {
            demand.hold_volumes(root, volume::templates(root)?, pods, pods)?;
        }
        Ok(demand)
    }

    fn hold_requests(
        &mut self,
        root: &Cursor<'_>,
        request: &PodRequest<'_>,
        occupancy: &Occupancy,
    ) -> Result<(), CostError> {
        let mut without_price = Vec::new();
        for (name, nanos) in &request.requests {
            match Resource::of_request(name) {
                Some((resource, unit)) => {
                    self.hold(
                        root,
                        resource,
                        (*nanos, unit),
                        Ratio::whole(occupancy.pods),
                        occupancy.pod_hours,
                    )?;
                }
                None if *name == "ephemeral-storage" || *nanos == 0 || occupancy.pod_hours.is_zero() => {}
                None => without_price.push(*name),
            }
        }
        if !without_price.is_empty() {
            let names = without_price.join(", ");
            self.unpriced =
                Some(format!("its pods ask for {names}, which has no price; the rest is counted"));
        }
        Ok(())
    }

    fn hold_volumes(
        &mut self,
        root: &Cursor<'_>,
        claimed: Claimed,
        count: Ratio,
        months: Ratio,
    ) -> Result<(), CostError> {
        self.notes.extend(claimed.notes);
        self.hold(root, Resource::Storage, (claimed.nano_bytes, 1_000_000_000 << 30), count, months)
    }

    /// Adds `quantity` (nano-units, and how many of them are a unit) × `count` at once and × `duration` over a month.
    fn hold(
        &mut self,
        root: &Cursor<'_>,
        resource: Resource,
        (nanos, unit): (i128, i128),
        count: Ratio,
        duration: Ratio,
    ) -> Result<(), CostError> {
        let more = Ratio::new(nanos, unit).and_then(|quantity| {
            Some(Held { amount: quantity.times(count)?, usage: quantity.times(duration)? })
        });
        let held = self.held.get(&resource).copied().unwrap_or(Held::NOTHING);
        let sum =
            more.and_then(|more| held.plus(more)).ok_or_else(|| CostError::overflow(&root.object.key))?;
        self.held.insert(resource, sum);
        Ok(())
    }
}
