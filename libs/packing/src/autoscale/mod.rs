//! The autoscalers: which nodes they add for pods that wait, and which they take away.

mod cluster_autoscaler;
mod drain;
mod expander;
mod karpenter;
mod options;

pub(crate) use cluster_autoscaler::{scale_down, scale_up};
pub(crate) use karpenter::{consolidate, provision};
pub(crate) use options::{Expander, Options};
