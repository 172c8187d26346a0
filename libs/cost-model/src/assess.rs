//! What one object holds in one state.

use kube_model::Object;

use crate::assumptions::HOURS_A_MONTH;
use crate::balancer::{self, Balancer};
use crate::context::Context;
use crate::cursor::Cursor;
use crate::demand::Demand;
use crate::error::CostError;
use crate::item::Item;
use crate::kinds::{Kind, why_unknown};
use crate::ratio::Ratio;
use crate::spread::Spread;
use crate::volume::{self, Claimed};
use crate::workload::{self, Workload};

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
    pub(crate) fn unknown(why: String) -> Self {
        Self::Unknown { why, on_each_node: None }
    }
}

/// Assesses one object.
pub(crate) fn assess<'a>(object: &'a Object, cx: Context<'a, '_>) -> Result<Assessment, CostError> {
    let kind = Kind::of(&object.key);
    if kind == Kind::Free || cx.around.is_counted_with_its_owner(object) {
        return Ok(Assessment::Free);
    }
    let root = Cursor::root(object);
    let mut assessment = match kind {
        Kind::Unknown | Kind::Free => Assessment::unknown(why_unknown(&object.key)),
        Kind::Service => of_balancer(&root, balancer::service(&root))?,
        Kind::Ingress => of_balancer(&root, balancer::ingress(&root, cx.around))?,
        Kind::Gateway => of_balancer(&root, balancer::gateway(&root, cx.around))?,
        Kind::Claim => match cx.around.stateful_set_of(&object.key) {
            Some((owner, ordinal)) if is_made_by(owner, ordinal, cx)? => Assessment::Free,
            _ => Assessment::Demand(claim(&root, cx)?),
        },
        _ => workload::assess(kind, &root, cx)?,
    };
    if let Some(usage) = cx.measured.workload(&object.key) {
        for (traffic, gb) in usage.traffic() {
            if matches!(assessment, Assessment::Free) {
                assessment = Assessment::Demand(Demand::default());
            }
            if let Assessment::Demand(demand) = &mut assessment {
                let once = (Ratio::whole(1), Spread::exact(Ratio::whole(1)));
                demand.hold(&root, Item::Traffic(traffic), Spread::exact(gb), once)?;
            }
        }
    }
    Ok(assessment)
}

fn of_balancer(root: &Cursor<'_>, balancer: Balancer) -> Result<Assessment, CostError> {
    let mut demand = Demand::default();
    match balancer {
        Balancer::None => return Ok(Assessment::Free),
        Balancer::Unknown(why) => return Ok(Assessment::unknown(why)),
        // It has a line, so that it is seen where its cost is; nothing is held.
        Balancer::Shared(note) => demand.notes.push(note),
        Balancer::Own(kind, note) => {
            let month = Spread::exact(Ratio::whole(HOURS_A_MONTH));
            let one = Spread::exact(Ratio::whole(1));
            let item = Item::LoadBalancer(kind.to_owned());
            demand.hold(root, item.clone(), one, (Ratio::whole(1), month))?;
            if let Some(why) = balancer::billed_together(kind) {
                demand.assume(&item, why);
            }
            demand.notes.extend(note);
        }
    }
    Ok(Assessment::Demand(demand))
}

fn claim<'a>(root: &Cursor<'a>, cx: Context<'a, '_>) -> Result<Demand, CostError> {
    let mut demand = Demand::default();
    let claimed = volume::claim(root, cx.classes())?;
    demand.hold_claimed(root, &claimed, (Ratio::whole(1), Spread::exact(Ratio::whole(1))))?;
    if volume::is_retained(root, cx.around) {
        demand.volumes_of_pod = claimed.held;
    }
    Ok(demand)
}

/// Whether the StatefulSet has so many replicas that the claim of this ordinal is one of those counted with it.
fn is_made_by<'a>(owner: &'a Object, ordinal: u32, cx: Context<'a, '_>) -> Result<bool, CostError> {
    let root = Cursor::root(owner);
    let first = root.at(&["spec", "ordinals"]).map(|ordinals| ordinals.count("start")).transpose()?.flatten();
    let Some(workload) = Workload::of(Kind::of(&owner.key), &root, cx)? else { return Ok(false) };
    let replicas = workload.occupancy.pods.expected.ceiling();
    Ok(ordinal.checked_sub(first.unwrap_or(0)).is_some_and(|index| i128::from(index) < replicas))
}

impl Demand {
    /// Adds what volumes hold, × `count` at once and × `months`.
    pub(crate) fn hold_claimed(
        &mut self,
        root: &Cursor<'_>,
        claimed: &Claimed,
        (count, months): (Ratio, Spread),
    ) -> Result<(), CostError> {
        self.notes.extend(claimed.notes.iter().cloned());
        if let Some(why) = &claimed.unpriced {
            self.unpriced = Some(why.clone());
        }
        for (item, quantity) in &claimed.held {
            self.hold(root, item.clone(), Spread::exact(*quantity), (count, months))?;
        }
        for (item, why) in &claimed.assumed {
            self.assume(item, why);
        }
        Ok(())
    }
}
