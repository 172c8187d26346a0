//! A node's price, split into CPU, memory and GPU.
//!
//! The method is OpenCost's (`pkg/cloud/aws/provider.go` and its siblings, `costmodel.GetNodeCost`; documented by Kubecost as
//! "Calculating Node Pricing"): the prices of a core, a GiB and a GPU keep the ratio of the unit prices and are scaled until they
//! sum to the node's price. OpenCost computes in floats and rounds; here the parts sum to the whole to the micro-unit.

use rust_decimal::Decimal;

use crate::PriceBook;

/// What a node has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeShape {
    /// Cores.
    pub cpu: Decimal,
    /// Memory in GiB (2³⁰ bytes).
    pub memory_gib: Decimal,
    /// GPUs.
    pub gpus: Decimal,
}

/// A node's price in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeSplit {
    /// Micro-units for the cores.
    pub cpu: i64,
    /// Micro-units for the memory.
    pub memory: i64,
    /// Micro-units for the GPUs.
    pub gpu: i64,
}

/// The prices of a node's resources that sum to the node's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeUnitPrices {
    /// A core for an hour.
    pub cpu_core_hour: Decimal,
    /// A GiB of memory for an hour.
    pub ram_gib_hour: Decimal,
    /// A GPU for an hour.
    pub gpu_hour: Decimal,
}

impl PriceBook {
    /// An amount for a node (micro-units, of any time) in its parts, by the ratio of the book's unit prices. The parts sum to
    /// the amount: what rounding down leaves over goes to the largest remainders, and of equal ones to the CPU first, then to
    /// the memory. None where the node has nothing that has a price, or an amount does not fit.
    #[must_use]
    pub fn split_node(&self, micros: i64, shape: &NodeShape) -> Option<NodeSplit> {
        let weights = self.weights(shape)?;
        let whole = weights.iter().try_fold(Decimal::ZERO, |sum, weight| sum.checked_add(*weight))?;
        let mut parts = [0_i64; 3];
        let mut remainders = [Decimal::ZERO; 3];
        for ((part, remainder), weight) in parts.iter_mut().zip(&mut remainders).zip(weights) {
            let share = Decimal::from(micros).checked_mul(weight)?.checked_div(whole)?;
            *part = i64::try_from(share.floor()).ok()?;
            *remainder = share - share.floor();
        }
        let mut order = [0, 1, 2];
        order.sort_by(|one: &usize, other| remainders.get(*other).cmp(&remainders.get(*one)));
        let left = micros.checked_sub(parts.iter().sum())?;
        for index in order.into_iter().take(usize::try_from(left).ok()?) {
            *parts.get_mut(index)? += 1;
        }
        let [cpu, memory, gpu] = parts;
        (cpu + memory + gpu == micros).then_some(NodeSplit { cpu, memory, gpu })
    }

    /// What a core, a GiB and a GPU of a node cost an hour, where the node costs `hour`. None as of [`Self::split_node`].
    #[must_use]
    pub fn node_unit_prices(&self, hour: Decimal, shape: &NodeShape) -> Option<NodeUnitPrices> {
        let weights = self.weights(shape)?;
        let whole = weights.iter().try_fold(Decimal::ZERO, |sum, weight| sum.checked_add(*weight))?;
        let scaled =
            |unit: Decimal| hour.checked_mul(unit)?.checked_div(whole).map(|price| price.normalize());
        Some(NodeUnitPrices {
            cpu_core_hour: scaled(self.cpu_core_hour)?,
            ram_gib_hour: scaled(self.ram_gib_hour)?,
            gpu_hour: scaled(self.gpu_hour)?,
        })
    }

    /// What the parts would cost at the unit prices.
    fn weights(&self, shape: &NodeShape) -> Option<[Decimal; 3]> {
        let NodeShape { cpu, memory_gib, gpus } = shape;
        let weights = [
            cpu.checked_mul(self.cpu_core_hour)?,
            memory_gib.checked_mul(self.ram_gib_hour)?,
            gpus.checked_mul(self.gpu_hour)?,
        ];
        let counts = weights.iter().all(|weight| !weight.is_sign_negative() || weight.is_zero());
        (counts && weights.iter().any(|weight| !weight.is_zero())).then_some(weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn book(cpu: &str, ram: &str, gpu: &str) -> PriceBook {
        let text = format!(
            r#"{{"currency": "USD", "as_of": "2026-09-06", "source": "s", "cpu_core_hour": "{cpu}", "ram_gib_hour": "{ram}",
                "gpu_hour": "{gpu}", "storage_gib_month": "0", "load_balancer_hour": "0"}}"#
        );
        PriceBook::parse(&text).unwrap()
    }

    fn shape(cpu: u32, memory_gib: u32, gpus: u32) -> NodeShape {
        NodeShape { cpu: cpu.into(), memory_gib: memory_gib.into(), gpus: gpus.into() }
    }

    /// The example of "Calculating Node Pricing" (docs.kubecost.com/architecture/node-pricing): a node with 1 GPU, 1 CPU and 1 GB
    /// costs 35 dollars; base prices of 30, 30 and 10 are normalised to 15, 15 and 5.
    #[test]
    fn the_documented_example() {
        let book = book("30", "10", "30");
        let split = book.split_node(35_000_000, &shape(1, 1, 1)).unwrap();
        assert_eq!(split, NodeSplit { cpu: 15_000_000, memory: 5_000_000, gpu: 15_000_000 });
        let prices = book.node_unit_prices(Decimal::from(35), &shape(1, 1, 1)).unwrap();
        let expected = [15, 5, 15].map(Decimal::from);
        assert_eq!([prices.cpu_core_hour, prices.ram_gib_hour, prices.gpu_hour], expected);
    }

    /// An m5.large at OpenCost's defaults: 2 × 0.031611 = 0.063222 and 8 × 0.004237 = 0.033896 of 0.097118. Of 0.096 dollars,
    /// 96000 micro-units, the cores have 96000 × 0.063222 / 0.097118 = 62494.03…, the memory 33505.96…: 62494 and 33506.
    #[test]
    fn a_node_at_opencosts_defaults() {
        let split = book("0.031611", "0.004237", "0.95").split_node(96_000, &shape(2, 8, 0)).unwrap();
        assert_eq!(split, NodeSplit { cpu: 62_494, memory: 33_506, gpu: 0 });
    }

    /// 100 in three equal parts: 33 each, and the one left over goes to the CPU.
    #[test]
    fn what_is_left_over_goes_to_the_largest_remainder() {
        let split = book("1", "1", "1").split_node(100, &shape(1, 1, 1)).unwrap();
        assert_eq!(split, NodeSplit { cpu: 34, memory: 33, gpu: 33 });
        // 10 in 1 : 4 : 2 is 1.43, 5.71, 2.86: 1, 5, 2 and the two left over to the memory and the GPU... by remainder 0.86, 0.71.
        let split = book("1", "4", "2").split_node(10, &shape(1, 1, 1)).unwrap();
        assert_eq!(split, NodeSplit { cpu: 1, memory: 6, gpu: 3 });
    }

    #[test]
    fn a_node_with_nothing_that_has_a_price_is_not_split() {
        assert_eq!(book("0", "1", "1").split_node(100, &shape(4, 0, 0)), None);
        assert_eq!(book("1", "1", "1").split_node(100, &shape(0, 0, 0)), None);
    }

    proptest! {
        /// The parts sum to the node, none is further than one from its share, and a part without a price gets nothing.
        #[test]
        fn parts_sum_to_the_node(micros in 0_i64..1_000_000_000_000, cpu in 1_u32..500, ram in 0_u32..5_000, gpus in 0_u32..17) {
            let book = book("0.031611", "0.004237", "0.95");
            let split = book.split_node(micros, &shape(cpu, ram, gpus)).unwrap();
            prop_assert_eq!(split.cpu + split.memory + split.gpu, micros);
            // Shares in whole numbers: 31611 a core, 4237 a GiB, 950000 a GPU.
            let weights = [i128::from(cpu) * 31_611, i128::from(ram) * 4_237, i128::from(gpus) * 950_000];
            let whole: i128 = weights.iter().sum();
            for (part, weight) in [split.cpu, split.memory, split.gpu].into_iter().zip(weights) {
                let exact = i128::from(micros) * weight;
                prop_assert!((i128::from(part) * whole - exact).abs() < whole);
            }
            prop_assert!(gpus > 0 || split.gpu == 0);
        }
    }
}
