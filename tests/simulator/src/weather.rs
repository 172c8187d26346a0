//! How much goes wrong in a history, and for how long.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use seeded::Lot;

/// How often things go wrong, in ten thousand times each. They follow from the seed: one history has many crashes and a
/// good network, another the opposite.
#[derive(Debug, Clone)]
pub(crate) struct Rates {
    /// A process ends at a step, before or after what it asked for is done.
    pub(crate) crash: u32,
    /// What is asked for is not done.
    pub(crate) lost: u32,
    /// What is asked for is done, and the answer does not come.
    pub(crate) unheard: u32,
    /// An answer takes long.
    pub(crate) slow: u32,
    /// A commit of an offset is not synced: it is forgotten if the process ends.
    pub(crate) unsynced: u32,
    /// Records of a partition come later than those of others.
    pub(crate) held: u32,
    /// A host does not answer a question of Git's, whether it has done what was asked or not.
    pub(crate) host: u32,
    /// The target moves while its head is asked for.
    pub(crate) moved: u32,
}

/// How much goes wrong. After the storm nothing does, so that what is to come to an end can.
#[derive(Debug)]
pub(crate) struct Weather {
    pub(crate) rates: Rates,
    pub(crate) storm: Duration,
    /// The mean time between two disturbances of a process from outside.
    pub(crate) disturbed_every: Duration,
    calm: AtomicBool,
}

impl Weather {
    pub(crate) fn of(seed: u64) -> Self {
        let mut lot = Lot::of(seed, "weather");
        let mut rate = |most: u64| match lot.hits(3_000) {
            true => 0,
            false => u32::try_from(lot.of_range(0..=most)).unwrap_or(0),
        };
        let rates = Rates {
            crash: rate(60),
            lost: rate(400),
            unheard: rate(400),
            slow: rate(1_500),
            unsynced: rate(5_000),
            held: rate(3_000),
            host: rate(3_000),
            moved: rate(1_500),
        };
        let storm = Duration::from_secs(lot.of_range(10..=60));
        let disturbed_every = Duration::from_secs(lot.of_range(5..=60));
        Self { rates, storm, disturbed_every, calm: AtomicBool::new(false) }
    }

    pub(crate) fn becomes_calm(&self) {
        self.calm.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }
}
