//! What the budgets of a policy say against what a change costs.
//!
//! [`standings`] holds every budget against the allocated cost of the environment that changes, and of the
//! application's other environments where a budget is on all of them. What cannot be told (a cost that is not known,
//! a currency without a rate, an environment that nobody has read) is told as that, and never as a budget that holds.
//!
//! A budget that is over already, and to which a change adds nothing, is shown and is nothing against the change.
//! What was spent this month so far is not part of it: no bills are read yet.
//!
//! The crate does no I/O, and what it gives depends on its arguments only.

mod selected;
mod standing;
mod words;

pub use selected::{Elsewhere, Spending, States};
pub use standing::{Standing, Verdict, standings};
