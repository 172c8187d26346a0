//! What a promotion is and may become: pure, synchronous, without a clock.
//!
//! [`decide`] says what follows from a command, [`Promotion::evolve`] what follows from an event. The way from one
//! environment to another is an aggregate too ([`Edge`]).

mod approval;
mod command;
mod decide;
mod edge;
mod evolve;
mod git;
mod preview;
mod promotion;
mod refusal;
#[cfg(test)]
mod tests;

pub use command::{Actor, Again, Command, Standing, UsedWaiver};
pub use decide::decide;
pub use edge::{Edge, Merged, Rank};
pub use promotion::{Branch, End, Promotion, Replan, Status};
pub use refusal::Refusal;
