//! A preview that is complete, in the words of a model.

mod ledger;
mod memory;
mod outcome;
mod phraser;
mod stored;
mod words;

pub use ledger::{Budget, Ledger, Spent};
pub use memory::MemoryLedger;
pub use phraser::Phraser;
pub use stored::StoredLedger;
