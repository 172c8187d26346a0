//! Simulated time.

use ::time::OffsetDateTime;
use ::time::macros::datetime;
use service::Clock;
use uuid::Uuid;

use crate::mutation::Mutation;
use crate::process::Process;

/// When every history begins.
pub(crate) const BEGIN: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);

/// A process' clock: simulated time, wrong by what the process' clock is wrong by; identifiers by its lot.
#[derive(Clone)]
pub(crate) struct SimulatedClock(pub(crate) Process);

impl Clock for SimulatedClock {
    fn now(&self) -> OffsetDateTime {
        BEGIN + self.0.elapsed()
    }

    fn new_id(&self) -> Uuid {
        let (high, low) = match self.0.has(Mutation::IdentifiersAgain) {
            true => (1, u64::try_from(self.0.elapsed().whole_seconds()).unwrap_or(0)),
            false => {
                let mut lot = self.0.lot();
                (lot.draw(), lot.draw())
            }
        };
        let bytes = [high.to_be_bytes(), low.to_be_bytes()].concat();
        let bytes: [u8; 16] = bytes.try_into().unwrap_or_default();
        uuid::Builder::from_random_bytes(bytes).with_version(uuid::Version::SortRand).into_uuid()
    }
}
