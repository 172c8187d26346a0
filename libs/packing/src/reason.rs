//! Why pods wait, in words.

use std::collections::BTreeMap;

use crate::answer::Pending;
use crate::sim::Sim;
use crate::world::{ClassId, Why};

impl Sim<'_> {
    /// What waits, by controller.
    pub(crate) fn explain(&mut self) -> Vec<Pending> {
        let mut by_controller: BTreeMap<(usize, ClassId), u32> = BTreeMap::new();
        for pod in &self.pending {
            let state = self.world.pods[*pod];
            *by_controller.entry((state.owner, state.class)).or_default() += 1;
        }
        let mut pending: Vec<Pending> = Vec::new();
        for ((owner, class), pods) in by_controller {
            let reasons = self.reasons(class);
            let text = format!("{} Pending: {}", stays(pods), self.sentence(class, &reasons));
            let reasons = reasons.iter().map(|(why, nodes)| (*nodes, self.short(why))).collect();
            pending.push(Pending { controller: self.controllers[owner].clone(), pods, reasons, text });
        }
        pending.sort_by(|a, b| (&a.controller, &a.text).cmp(&(&b.controller, &b.text)));
        pending
    }

    /// Why no node takes a pod of a class, with the number of nodes; the most frequent first.
    fn reasons(&mut self, class: ClassId) -> Vec<(Why, u32)> {
        let mut counts: BTreeMap<Why, u32> = BTreeMap::new();
        for node in self.world.living().collect::<Vec<_>>() {
            if let Err(why) = self.world.fits(class, node) {
                *counts.entry(why).or_default() += 1;
            }
        }
        let mut reasons: Vec<(Why, u32)> = counts.into_iter().collect();
        reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        reasons
    }

    fn sentence(&self, class: ClassId, reasons: &[(Why, u32)]) -> String {
        if let Some(gate) = &self.world.classes[class].spec.gate {
            return format!("the scheduling gate {gate} holds them back");
        }
        let asked = |resource: usize| {
            let requests = &self.world.classes[class].requests;
            let amount = requests.iter().find(|(one, _)| *one == resource).map_or(0, |(_, amount)| *amount);
            amount_of(&self.world.resources[resource], amount)
        };
        match reasons {
            [] => "there is no node".to_owned(),
            [(Why::Resource(resource), _)] => format!("no node has {} free", asked(*resource)),
            reasons => {
                let total: u32 = reasons.iter().map(|(_, nodes)| nodes).sum();
                let each = reasons.iter().map(|(why, nodes)| match why {
                    Why::Resource(resource) => format!("{nodes} have less than {} free", asked(*resource)),
                    why => format!("{nodes} {}", self.short(why)),
                });
                format!("of {total} nodes {}", each.collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn short(&self, why: &Why) -> String {
        match why {
            Why::Unschedulable => "are cordoned".to_owned(),
            Why::Taint(taint) => {
                let value = if taint.value.is_empty() { String::new() } else { format!("={}", taint.value) };
                format!("have the taint {}{value}:{}, which is not tolerated", taint.key, taint.effect)
            }
            Why::NodeAffinity => "are not what its node selector or affinity asks for".to_owned(),
            Why::Port => "have its host port taken".to_owned(),
            Why::Resource(resource) => format!("have too little {} free", self.world.resources[*resource]),
            Why::VolumePlace => "are not where its volume is".to_owned(),
            Why::Spread => "would break its topology spread".to_owned(),
            Why::Affinity => "have no pod that its pod affinity asks for".to_owned(),
            Why::AntiAffinity => "have a pod that anti-affinity keeps apart".to_owned(),
        }
    }
}

fn stays(pods: u32) -> String {
    if pods == 1 { "1 pod stays".to_owned() } else { format!("{pods} pods stay") }
}

/// An amount of a resource, as people read it.
fn amount_of(name: &str, amount: i128) -> String {
    let thousandths = |amount: i128| match amount % 1000 {
        0 => (amount / 1000).to_string(),
        _ => format!("{}.{}", amount / 1000, format!("{:03}", amount % 1000).trim_end_matches('0')),
    };
    match name {
        "cpu" => format!("{} CPU", thousandths(amount)),
        "memory" | "ephemeral-storage" => {
            let what = if name == "memory" { "memory" } else { "ephemeral storage" };
            format!("{} of {what}", bytes(amount))
        }
        "pods" => "room for a pod".to_owned(),
        _ => match name.strip_prefix("volumes/") {
            Some(driver) => format!("room for {amount} volumes of {driver}"),
            None => format!("{amount} {name}"),
        },
    }
}

/// Bytes in the largest binary unit of which there is one, with at most two decimal places, rounded up.
fn bytes(amount: i128) -> String {
    let units = [("TiB", 1_i128 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let Some((name, unit)) = units.into_iter().find(|(_, unit)| amount >= *unit) else {
        return format!("{amount} bytes");
    };
    let hundredths = (amount * 100 + unit - 1) / unit;
    let fraction = format!("{:02}", hundredths % 100);
    match fraction.trim_end_matches('0') {
        "" => format!("{} {name}", hundredths / 100),
        fraction => format!("{}.{fraction} {name}", hundredths / 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_told_as_people_read_them() {
        for (name, amount, text) in [
            ("cpu", 250, "0.25 CPU"),
            ("cpu", 2000, "2 CPU"),
            ("memory", 24 << 30, "24 GiB of memory"),
            ("memory", 1536 << 20, "1.5 GiB of memory"),
            ("memory", 1000, "1000 bytes of memory"),
            // 1 GiB and a byte: 1.0000…1 rounded up to a hundredth.
            ("memory", (1 << 30) + 1, "1.01 GiB of memory"),
            ("nvidia.com/gpu", 2, "2 nvidia.com/gpu"),
            ("volumes/ebs.csi.aws.com", 1, "room for 1 volumes of ebs.csi.aws.com"),
        ] {
            assert_eq!(amount_of(name, amount), text);
        }
    }
}
