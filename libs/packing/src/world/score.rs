//! Which of the nodes that a pod fits on it takes: the scheduler's default scores that decide how full nodes get, in its
//! own whole numbers, so that what ties there ties here.

use super::{ClassId, NodeId, World};
use crate::pod::PodSpec;
use crate::read::Resources;

/// CPU in thousandths of a core, and memory in bytes.
type Pair = [i64; 2];

/// More of it than any node has; what is above weighs as much as this, so that a sum over all pods fits.
const MOST: i128 = 1 << 44;

/// What a pod weighs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weight {
    /// With an amount for what asks for none.
    assumed: Pair,
    /// As it is asked for.
    asked: Pair,
}

/// What a node holds, and what is on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    room: Pair,
    assumed: Pair,
    asked: Pair,
}

fn pair(resources: &Resources) -> Pair {
    ["cpu", "memory"].map(|name| {
        let amount = resources.get(name).copied().unwrap_or(0).min(MOST);
        i64::try_from(amount).unwrap_or(0)
    })
}

fn sum(one: Pair, other: Pair, times: i64) -> Pair {
    [one[0] + other[0] * times, one[1] + other[1] * times]
}

impl Weight {
    pub(super) fn of(spec: &PodSpec) -> Self {
        Self { assumed: pair(&spec.weight), asked: pair(&spec.requests) }
    }
}

impl Load {
    pub(super) fn of(allocatable: &Resources) -> Self {
        Self { room: pair(allocatable), assumed: [0; 2], asked: [0; 2] }
    }

    pub(super) fn add(&mut self, weight: &Weight, times: i64) {
        self.assumed = sum(self.assumed, weight.assumed, times);
        self.asked = sum(self.asked, weight.asked, times);
    }

    /// `leastResourceScorer`: the mean of the shares that stay free, from 0 to 100.
    fn least_allocated(&self, weight: &Weight) -> i64 {
        let used = sum(self.assumed, weight.assumed, 1);
        let free = |index: usize| match self.room[index] {
            0 => None,
            room if used[index] > room => Some(0),
            room => Some((room - used[index]) * 100 / room),
        };
        match (free(0), free(1)) {
            (Some(cpu), Some(memory)) => i64::midpoint(cpu, memory),
            (one, other) => one.or(other).unwrap_or(0),
        }
    }

    /// `balancedResourceScorer`: 100 less half of what the shares of CPU and memory differ by.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "as the scheduler computes it"
    )]
    fn balanced(&self, weight: &Weight) -> i64 {
        if weight.asked == [0; 2] || self.room.contains(&0) {
            return 0;
        }
        let used = sum(self.asked, weight.asked, 1);
        let share = |index: usize| (used[index] as f64 / self.room[index] as f64).min(1.0);
        ((1.0 - ((share(0) - share(1)) / 2.0).abs()) * 100.0) as i64
    }
}

impl World {
    /// The score of a node for a pod of a class; a higher one is better. `LeastAllocated` and `BalancedAllocation` (the
    /// default plugins, each with the weight 1), the preferred node affinity (2) and taints that are to be avoided (3). What
    /// spreads pods without keeping any from a node is left out: the least allocated node spreads them too.
    pub(super) fn score(&self, class: ClassId, node: NodeId) -> i64 {
        let (load, class) = (&self.nodes[node].load, &self.classes[class]);
        load.least_allocated(&class.weight) + load.balanced(&class.weight) + self.preference(class, node)
    }

    fn preference(&self, class: &super::Class, node: NodeId) -> i64 {
        let node = &self.nodes[node].node;
        let weight = |liked: &dyn Fn(&crate::selector::NodeTerm) -> bool| -> i64 {
            let liked = class.spec.preferred.iter().filter(|(_, term)| liked(term));
            liked.map(|(weight, _)| i64::from((*weight).max(0))).sum()
        };
        let heaviest = weight(&|_| true).max(1);
        let liked = 2 * (100 * weight(&|term| term.selects(&node.name, &node.labels)) / heaviest);
        let avoided = node.taints.iter().any(|taint| {
            taint.effect == "PreferNoSchedule"
                && !class.spec.tolerates(&taint.key, &taint.value, &taint.effect)
        });
        liked - if avoided { 300 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: of 4000m and 8000 bytes, 1000m + 1000m and 2000 + 2000 bytes are taken: half of each stays free.
    /// Then 3000m of 4000m and 4000 of 8000 bytes: 25 and 50 stay free, the mean is 37.5, cut to 37; the shares 0.75 and
    /// 0.5 differ by 0.25, so 100 - 12.5, cut to 87.
    #[test]
    fn scores_are_the_schedulers_whole_numbers() {
        let mut load = Load { room: [4000, 8000], assumed: [0; 2], asked: [0; 2] };
        let pod = Weight { assumed: [1000, 2000], asked: [1000, 2000] };
        load.add(&pod, 1);
        assert_eq!((load.least_allocated(&pod), load.balanced(&pod)), (50, 100));
        let cpu = Weight { assumed: [2000, 2000], asked: [2000, 2000] };
        assert_eq!((load.least_allocated(&cpu), load.balanced(&cpu)), (37, 87));
        load.add(&pod, -1);
        assert_eq!(load.least_allocated(&pod), 75);
    }
}
