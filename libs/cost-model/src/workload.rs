//! What the pods of a workload hold, with their volumes.

use kube_model::Object;

use crate::assess::Assessment;
use crate::assumptions::HOURS_A_MONTH;
use crate::containers::POD;
use crate::context::Context;
use crate::cursor::Cursor;
use crate::demand::{ContainerWeights, Demand, Held};
use crate::error::CostError;
use crate::item::{Capacity, Item};
use crate::kinds::Kind;
use crate::occupancy::Occupancy;
use crate::placement;
use crate::pod::{PodRequest, Requests, Role, Rules, effective_request};
use crate::ratio::Ratio;
use crate::replicas::Known;
use crate::resource::Resource;
use crate::scaling::{Scaler, Target};
use crate::spread::Spread;
use crate::surge::{self, Surge};
use crate::usage::{Platform, WorkloadUsage};
use crate::vertical::Vertical;
use crate::volume::{self, Claimed};

/// All that is read of a workload before it is counted.
pub(crate) struct Workload<'a> {
    root: Cursor<'a>,
    pod: Cursor<'a>,
    pub(crate) request: PodRequest<'a>,
    pub(crate) occupancy: Occupancy,
    pub(crate) platform: Option<Platform>,
    vertical: Option<Vertical<'a>>,
    scaler: Option<Scaler<'a>>,
    capacity: Capacity,
    gpu_model: Option<String>,
    notes: Vec<String>,
    /// Why it is not billed as it is counted.
    billed_otherwise: Option<String>,
}

/// Where a workload's pods are described; an error says why they are not.
fn pod_of<'a>(kind: Kind, root: &Cursor<'a>, cx: Context<'a, '_>) -> Result<Cursor<'a>, String> {
    let keys = kind.pod_path(&root.object.key);
    if let Some(pod) = root.at(keys) {
        return Ok(pod);
    }
    if let Some(reference) = root.at(&["spec", "workloadRef"]) {
        let name = reference.text("name").unwrap_or_default();
        let missing = || format!("its workloadRef {name} is not in this state");
        let workload: &'a Object = cx.around.referenced_by(root.object).ok_or_else(missing)?;
        return Cursor::root(workload).at(&["spec", "template", "spec"]).ok_or_else(missing);
    }
    Err(format!("it describes no pods ({} is missing)", keys.join(".")))
}

pub(crate) fn assess<'a>(
    kind: Kind,
    root: &Cursor<'a>,
    cx: Context<'a, '_>,
) -> Result<Assessment, CostError> {
    let pod = match pod_of(kind, root, cx) {
        Ok(pod) => pod,
        Err(why) => return Ok(Assessment::unknown(why)),
    };
    let workload = Workload::read(kind, root, pod, cx)?;
    let is_on_unknown_nodes = is_on_unknown_nodes(kind, root, cx);
    let demand = workload.demand(cx)?;
    if is_on_unknown_nodes {
        let why = "how many nodes it runs on is not known: describe the nodes (--nodes), or give their number (--node-count)";
        return Ok(Assessment::Unknown { why: why.to_owned(), on_each_node: Some(demand) });
    }
    Ok(Assessment::Demand(demand))
}

fn is_on_unknown_nodes(kind: Kind, root: &Cursor<'_>, cx: Context<'_, '_>) -> bool {
    let is_known = cx.around.daemon_pods(&root.object.key).or(cx.assumptions.node_count).is_some();
    kind == Kind::DaemonSet && !is_known
}

impl<'a> Workload<'a> {
    /// Reads a workload whose pods are described.
    pub(crate) fn of(kind: Kind, root: &Cursor<'a>, cx: Context<'a, '_>) -> Result<Option<Self>, CostError> {
        match pod_of(kind, root, cx) {
            Ok(pod) => Self::read(kind, root, pod, cx).map(Some),
            Err(_) => Ok(None),
        }
    }

    fn read(kind: Kind, root: &Cursor<'a>, pod: Cursor<'a>, cx: Context<'a, '_>) -> Result<Self, CostError> {
        let key = &root.object.key;
        let labels = pod_labels(kind, root);
        let platform = Platform::of(&pod, labels.as_ref(), cx.assumptions.usage.platform)?;
        let platform =
            platform.filter(|platform| kind != Kind::DaemonSet || *platform == Platform::Autopilot);
        let vertical = cx.around.vertical(key).map(Vertical::of).transpose()?;
        let defaults = cx.around.request_defaults(key.namespace.as_deref())?;
        let overhead = cx.around.overhead(&pod);
        let rules = Rules {
            overhead: overhead.as_ref(),
            defaults: Some(&defaults),
            vertical: vertical.as_ref(),
            platform,
            is_daemon: kind == Kind::DaemonSet,
        };
        let request = effective_request(&pod, rules)?;
        let scaler = cx.around.scaler(key).map(Scaler::of).transpose()?;
        let usage = cx.measured.workload(key);
        let daemon_pods = cx.around.daemon_pods(key).filter(|_| kind == Kind::DaemonSet);
        let known = Known { scaler: scaler.as_ref(), usage, request: Some(&request), daemon_pods };
        let mut occupancy = match kind {
            _ if is_on_unknown_nodes(kind, root, cx) => {
                Occupancy::steady(1, "on each node".to_owned(), None, None)
            }
            _ => Occupancy::of(kind, root, known, cx.assumptions)?,
        };
        if let Some(rollout) = cx.around.rollout_over(key).filter(|rollout| scales_down(rollout)) {
            occupancy = Occupancy::none(format!("its pods are run by {}, which scales it down", rollout.key));
        }
        let (on, on_spot) = placement::capacity(&pod)?;
        let capacity = platform.map_or(on, |platform| Capacity::Serverless(platform.name()));
        let gpu_model = placement::gpu_model(&pod)?;
        let billed_otherwise = platform.map(|platform| platform.other_class(&pod)).transpose()?.flatten();
        let notes = on_spot.into_iter().collect();
        let root = root.clone();
        Ok(Self {
            root,
            pod,
            request,
            occupancy,
            platform,
            vertical,
            scaler,
            capacity,
            gpu_model,
            notes,
            billed_otherwise,
        })
    }

    pub(crate) fn demand(self, cx: Context<'a, '_>) -> Result<Demand, CostError> {
        let mut demand = Demand { pods: self.occupancy.pods.expected, ..Demand::default() };
        demand.driver = self.driver();
        self.hold_requests(&mut demand)?;
        let runs = self.occupancy.pod_hours != Spread::ZERO;
        let usage = cx.measured.workload(&self.root.object.key).filter(|_| runs && self.platform.is_none());
        if let Some(usage) = usage {
            hold_usage(&mut demand, self.capacity, usage)
                .ok_or_else(|| CostError::overflow(&self.root.object.key))?;
        }
        demand.containers = weights(&self.request);
        demand.surge = self.surge()?;
        self.aim(&mut demand);
        demand.notes.extend(self.occupancy.notes.iter().cloned());
        demand.notes.extend(self.notes.iter().cloned());
        demand.notes.extend(self.request.notes.iter().cloned());
        if let Some(platform) = self.platform {
            demand.notes.push(platform.rule().to_owned());
        }
        let class = self.pod.text("runtimeClassName");
        if let Some(class) = class.filter(|name| cx.around.runtime_class(name).is_none()) {
            let note = "is not in this state: an overhead that it sets is not counted";
            demand.notes.push(format!("RuntimeClass {class} {note}"));
        }
        self.hold_volumes(&mut demand, cx)?;
        if let Some(why) = self.request.impossible.as_ref().or(self.billed_otherwise.as_ref()) {
            demand.unpriced = Some(why.clone());
        }
        Ok(demand)
    }

    /// What moves its figures within their range.
    fn driver(&self) -> Option<String> {
        let vertical = self.vertical.as_ref().filter(|vertical| !vertical.is_off);
        let vertical = vertical.map(|vertical| format!("VerticalPodAutoscaler/{}", vertical.name));
        match (self.occupancy.driver.clone(), vertical) {
            (Some(one), Some(other)) => Some(format!("{one}, {other}")),
            (one, other) => one.or(other),
        }
    }

    fn item(&self, name: &str, resource: Resource) -> Item {
        match resource {
            Resource::Cpu => Item::Cpu(self.capacity),
            Resource::Gpu => Item::Gpu(name.to_owned(), self.gpu_model.clone()),
            _ => Item::Memory(self.capacity),
        }
    }

    fn hold_requests(&self, demand: &mut Demand) -> Result<(), CostError> {
        let overflow = || CostError::overflow(&self.root.object.key);
        let mut without_price = Vec::new();
        let occupancy = &self.occupancy;
        for (name, nanos) in &self.request.requests {
            let Some((resource, unit)) = Resource::of_request(name) else {
                let counts =
                    *name != "ephemeral-storage" && *nanos != 0 && occupancy.pod_hours != Spread::ZERO;
                if counts {
                    without_price.push(*name);
                }
                continue;
            };
            let quantity = self.quantity(name, unit).ok_or_else(overflow)?;
            let item = self.item(name, resource);
            demand.hold(
                &self.root,
                item.clone(),
                quantity,
                (occupancy.pods.expected, occupancy.pod_hours),
            )?;
            if let Some(why) = &occupancy.assumed {
                demand.assume(&item, why);
            }
            if !quantity.is_exact() {
                demand.assume(&item, "how large a VerticalPodAutoscaler makes it is not known");
            }
        }
        if !without_price.is_empty() {
            let names = without_price.join(", ");
            demand.unpriced =
                Some(format!("its pods ask for {names}, which has no price; the rest is counted"));
        }
        Ok(())
    }

    /// What one pod asks for of a resource, in its unit.
    fn quantity(&self, name: &str, unit: i128) -> Option<Spread> {
        let of = |requests: &Requests<'a>| Ratio::new(requests.get(name).copied().unwrap_or(0), unit);
        let most = match self.request.unbounded.contains(name) {
            true => None,
            false => Some(of(&self.request.most)?),
        };
        Some(Spread { least: of(&self.request.least)?, expected: of(&self.request.requests)?, most })
    }

    fn hold_volumes(&self, demand: &mut Demand, cx: Context<'a, '_>) -> Result<(), CostError> {
        let overflow = || CostError::overflow(&self.root.object.key);
        let pods = self.occupancy.pods;
        let month = Ratio::new(1, i128::from(HOURS_A_MONTH));
        let months = month.and_then(|hour| self.occupancy.pod_hours.scaled(hour)).ok_or_else(overflow)?;
        let ephemeral = volume::ephemeral(&self.pod, cx.classes())?;
        self.hold_claimed(demand, &ephemeral, months)?;
        if self.root.object.key.kind == "StatefulSet" {
            let templates = volume::templates(&self.root, cx.classes())?;
            self.hold_claimed(demand, &templates, pods)?;
            demand.volumes_of_pod = templates.held;
        }
        Ok(())
    }

    fn hold_claimed(&self, demand: &mut Demand, claimed: &Claimed, months: Spread) -> Result<(), CostError> {
        let count = self.occupancy.pods.expected;
        demand.hold_claimed(&self.root, claimed, (count, months))?;
        for (item, _) in &claimed.held {
            if let Some(why) = &self.occupancy.assumed {
                demand.assume(item, why);
            }
        }
        Ok(())
    }

    fn surge(&self) -> Result<Option<Surge>, CostError> {
        let Some((pods, how)) = surge::most_pods(&self.root, self.occupancy.pods.expected)? else {
            return Ok(None);
        };
        let mut each = Vec::new();
        for (name, nanos) in &self.request.requests {
            if let Some((resource, unit)) = Resource::of_request(name)
                && let Some(quantity) = Ratio::new(*nanos, unit)
            {
                each.push((self.item(name, resource), quantity));
            }
        }
        Ok(Some(Surge { pods, each, how }))
    }

    /// What its autoscaler's utilisation targets are shares of.
    fn aim(&self, demand: &mut Demand) {
        let Some(scaler) = self.scaler.as_ref().filter(|scaler| scaler.paused.is_none()) else { return };
        for target in &scaler.targets {
            if let Target::Utilisation(resource, percent) = target {
                let share = Ratio::new(self.request.running(resource), 100);
                if let Some(aim) = share.and_then(|share| share.times(Ratio::whole(*percent))) {
                    demand.aims.insert((*resource).to_owned(), aim);
                }
            }
        }
        if !demand.aims.is_empty() && !scaler.aims_at_more {
            demand.bounds = Some((scaler.floor(), scaler.most));
        }
    }
}

/// Of CPU and memory the larger of request and usage counts, as OpenCost does (OpenCost Specification, "Workload costs"); what
/// is asked for and not used is idle. What runs no pods uses nothing, whatever was measured before.
fn hold_usage(demand: &mut Demand, capacity: Capacity, usage: &WorkloadUsage) -> Option<()> {
    for (name, item) in [("cpu", Item::Cpu(capacity)), ("memory", Item::Memory(capacity))] {
        let Some(nanos) = usage.used_nanos(name) else { continue };
        let (resource, unit) = Resource::of_request(name)?;
        let used = nanos.times(Ratio::new(1, unit)?)?;
        let used_hours = used.times(Ratio::whole(resource.usage_a_month()))?;
        let held = demand.held.entry(item).or_insert(Held::NOTHING);
        let asked = held.usage;
        held.idle = Some(asked.expected.at_least(used_hours)?.minus(used_hours)?);
        held.amount = held.amount.at_least(used)?;
        held.usage = match asked.is_exact() {
            true => asked.at_least(used_hours)?,
            false => Spread { least: asked.least, ..asked.at_least(used_hours)? },
        };
    }
    Some(())
}

/// What each container that stays asks for, and what the pod asks for beyond that.
fn weights(request: &PodRequest<'_>) -> ContainerWeights {
    let owned = |requests: &Requests<'_>| requests.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
    let staying = request.asks.iter().filter(|ask| ask.role != Role::Init);
    let mut weights: ContainerWeights =
        staying.map(|ask| (ask.name.to_owned(), owned(&ask.requests))).collect();
    let beyond = |(name, nanos): (&&str, &i128)| ((*name).to_owned(), (nanos - request.running(name)).max(0));
    weights.push((POD.to_owned(), request.requests.iter().map(beyond).collect()));
    weights
}

fn pod_labels<'a>(kind: Kind, root: &Cursor<'a>) -> Option<Cursor<'a>> {
    let keys = kind.pod_path(&root.object.key);
    let (_, holder) = keys.split_last()?;
    let holder = if holder.is_empty() { root.clone() } else { root.at(holder)? };
    holder.at(&["metadata", "labels"])
}

/// Whether a Rollout scales the workload down that it refers to: `scaleDown` other than `never`, which it is where absent.
fn scales_down(rollout: &Object) -> bool {
    rollout.text(&["spec", "workloadRef", "scaleDown"]).is_some_and(|when| when != "never")
}
