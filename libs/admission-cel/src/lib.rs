//! ValidatingAdmissionPolicies, held against the requests of a change.
//!
//! CEL as the API server has it: the language is parsed by the `cel` crate and evaluated here, since an evaluation has to count
//! its steps ([`Steps`]), to know what it cannot know ([`Fault::Unknown`]: who asks, what the API server sets, what is masked)
//! and to have the functions of Kubernetes' libraries. What a policy needs and nobody has here makes its verdict
//! [`admission::Outcome::NotEvaluated`], unless the rest decides; what another of its validations refuses stands beside that.

mod depth;
mod eval;
mod fault;
mod functions;
mod macros;
mod operators;
mod policy;
mod program;
mod steps;
mod value;

pub use fault::Fault;
pub use policy::{Asked, Invalid, ParameterObjects, Policies, Validations};
pub use program::expression;
pub use steps::Steps;
