//! Users' policies, wherever they come from, held against a change.
//!
//! They are given as files ([`PolicyFile`]: objects, Rego, data) or found among the objects of the target before the change.
//! [`evaluate`] says what they have against it. They are other people's programs: they run in a process of their own, which
//! [`answer`]s a [`Job`].

mod evaluate;
mod files;
mod job;

pub use admission::PolicyFile;
pub use evaluate::{Change, evaluate};
pub use files::PolicyError;
pub use job::{Answer, Job, answer};
