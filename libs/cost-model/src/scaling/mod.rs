//! Autoscalers that set how many pods a workload has.

mod hpa;
mod keda;

use kube_model::Object;

use crate::error::CostError;

/// Between which bounds an autoscaler keeps a workload, and by what.
#[derive(Debug)]
pub(crate) struct Scaler<'a> {
    pub(crate) kind: &'static str,
    pub(crate) name: &'a str,
    pub(crate) least: u32,
    pub(crate) most: u32,
    /// How many there are while nothing asks for any, where that is below `least`.
    pub(crate) idle: Option<u32>,
    /// A number that is kept whatever the load is.
    pub(crate) paused: Option<u32>,
    /// What it aims at, of CPU and memory.
    pub(crate) targets: Vec<Target<'a>>,
    /// Whether there are other things that it aims at.
    pub(crate) aims_at_more: bool,
}

/// What an autoscaler aims at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// So many hundredths of the request.
    Utilisation(&'a str, u32),
    /// So many nano-units a pod.
    Average(&'a str, i128),
}

impl<'a> Scaler<'a> {
    /// The autoscaler that an object describes.
    pub(crate) fn of(object: &'a Object) -> Result<Self, CostError> {
        match object.key.kind.as_str() {
            "ScaledObject" => keda::scaled_object(object),
            _ => hpa::horizontal(object),
        }
    }

    /// Its kind, name and bounds: what it is, whatever the load is.
    pub(crate) fn identity(&self) -> String {
        format!("{}/{} {} to {}", self.kind, self.name, self.floor(), self.most)
    }

    /// The least that there may be.
    pub(crate) fn floor(&self) -> u32 {
        self.idle.map_or(self.least, |idle| idle.min(self.least))
    }
}
