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
mod autoscaler;
mod bill;
mod cursor;
mod draft;
mod error;
mod estimate;
mod figures;
mod json;
mod kinds;
mod occupancy;
mod pod;
mod ratio;
mod report;
mod resource;
mod schedule;
mod surroundings;
mod totals;
mod volume;

pub use assumptions::{Assumptions, HOURS_A_MONTH};
pub use bill::{Bill, BillLine, PendingPods, Priced, PricesFrom, bill};
pub use error::{At, CostError};
pub use estimate::estimate;
pub use figures::{Figure, Figures};
pub use json::{CostPreview, EstimatedCost};
pub use report::{CostReport, LineCost, ObjectCost, Part, ResourceChange, UnknownCost};
pub use resource::Resource;
