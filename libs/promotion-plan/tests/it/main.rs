//! Plans, tried from outside. The examples that specify the plan are in `tests/scenarios`, and are run through the
//! command line.

mod cases;
mod properties;
mod triple;
