//! States of any size for the benches, and the measuring of whole processes.

mod measure;
pub mod processor;
mod shop;

pub use measure::{Figure, Run, measure_in_turn};
pub use shop::{Edition, write_list, write_repository, write_state, write_stream};
