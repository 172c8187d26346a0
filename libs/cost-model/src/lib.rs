//! What the objects of a state cost a month, before and after a change.
//!
//! [`estimate`] takes two states and a price book and gives a [`CostReport`]: the *allocated* cost, that is what the
//! requests of every workload are worth at the book's unit prices, with volumes and load balancers.
//!
//! ```text
//! cost of a part  =  usage × unit price
//! usage           =  effective request of a pod × pods × hours of a month (730) for which they run
//! ```
//!
//! [`bill`] answers the other question: what the invoice will do, from the nodes that the state needs before and after,
//! both settled ([`packing`]), at the prices of their instances.
//!
//! Each part (one resource of one object in one state) is computed with exact fractions and rounded once, half to
//! even, to micro-units. Objects and totals are sums of parts. What is shown, in hundredths, is apportioned
//! so that parts sum to their object and objects to the total.
//!
//! Kinds that cost nothing by themselves have no line. A kind whose cost is not known has a line that says so;
//! it is never counted as zero. Ephemeral storage is part of a node and has no price of its own here.
//!
//! The crate does no I/O, and what it gives depends on the set of objects only, not on their order.

mod apportion;
mod assess;
mod assumptions;
mod balancer;
mod beside;
mod bill;
mod certainty;
mod containers;
mod context;
mod cursor;
mod demand;
mod draft;
mod error;
mod estimate;
mod figures;
mod group;
mod item;
mod json;
mod kinds;
mod knative;
mod limit_range;
mod measured;
mod occupancy;
mod part;
mod placement;
mod platform;
mod pod;
mod range;
mod ratio;
mod replicas;
mod report;
mod resource;
mod retained;
mod runs;
mod same_load;
mod scaling;
mod schedule;
mod since;
mod spread;
mod storage_class;
mod surge;
mod surroundings;
mod totals;
mod traffic;
mod transient;
mod usage;
mod vertical;
mod volume;
mod working;
mod workload;

pub use apportion::apportion;
pub use assumptions::{Assumptions, DaemonPods, HOURS_A_MONTH};
pub use bill::{Bill, BillLine, PendingPods, Priced, PricesFrom, bill};
pub use certainty::Certainty;
pub use error::{At, CostError};
pub use estimate::estimate;
pub use figures::{Figure, Figures};
pub use group::{Group, GroupBy, Period};
pub use json::{CostPreview, EstimatedCost};
pub use measured::Measured;
pub use range::{Range, Ranges};
pub use report::{ContainerCost, CostReport, LineCost, ObjectCost, Part, ResourceChange, UnknownCost};
pub use resource::Resource;
pub use since::Since;
pub use transient::Transient;
pub use usage::{ContainerPeak, Platform, TrafficPrices, Usage, UsageError, WorkloadUsage};
pub use working::{working, working_after};
