//! The pods that a state asks nodes for: as many, and as large, as its cost counts.

use std::collections::{BTreeMap, BTreeSet};

use kube_model::Object;
use packing::{Controller, Counted, CountedPods, Wanted};
use price_book::PriceBook;

use crate::assumptions::Assumptions;
use crate::context::Context;
use crate::cursor::Cursor;
use crate::error::CostError;
use crate::kinds::Kind;
use crate::measured::Measured;
use crate::pod::{PodRequest, Requests};
use crate::ratio::Ratio;
use crate::surroundings::Surroundings;
use crate::workload::Workload;

/// How far autoscalers have gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Load {
    Expected,
    /// Each keeps as little as it may.
    Least,
    /// Each keeps as much as it may; what nothing bounds, as expected.
    Most,
}

/// The pods of a state at each load.
pub(super) struct Counts<'a> {
    objects: &'a [Object],
    expected: Counted<'a>,
    least: Counted<'a>,
    most: Counted<'a>,
    /// Whether an autoscaler moves any of them.
    pub(super) varies: bool,
    pub(super) notes: BTreeSet<String>,
}

impl<'a> Counts<'a> {
    pub(super) fn of(objects: &'a [Object], book: &PriceBook) -> Result<Self, CostError> {
        let (around, assumptions) = (Surroundings::of(objects), Assumptions::default());
        let measured = Measured::of(&assumptions.usage);
        let cx = Context { around: &around, assumptions: &assumptions, measured: &measured, book };
        let nothing = Counted::default;
        let mut counts = Self {
            objects,
            expected: nothing(),
            least: nothing(),
            most: nothing(),
            varies: false,
            notes: BTreeSet::new(),
        };
        let mut elsewhere: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for object in objects {
            if let Some(platform) = counts.add(object, cx)? {
                elsewhere.entry(platform).or_default().push(object.key.to_string());
            }
        }
        for (platform, names) in elsewhere {
            let names = names.join(", ");
            counts.notes.insert(format!("run on {platform}, and need no nodes: {names}"));
        }
        Ok(counts)
    }

    pub(super) fn at(&self, load: Load) -> Wanted<'_> {
        let counted = match load {
            Load::Expected => &self.expected,
            Load::Least => &self.least,
            Load::Most => &self.most,
        };
        Wanted { objects: self.objects, counted: Some(counted) }
    }

    /// Counts the pods of a workload. Where they run elsewhere than on nodes, the name of it.
    fn add(&mut self, object: &'a Object, cx: Context<'a, '_>) -> Result<Option<&'static str>, CostError> {
        let kind = Kind::of(&object.key);
        // Nodes for what a schedule starts come and go with it.
        let keeps_pods = kind.runs_pods() && kind != Kind::CronJob;
        if !keeps_pods || cx.around.is_counted_with_its_owner(object) {
            return Ok(None);
        }
        let root = Cursor::root(object);
        let Some((described, spec)) = described(kind, object, cx) else { return Ok(None) };
        let Some(workload) = Workload::of(kind, &root, cx)? else { return Ok(None) };
        if let Some(platform) = workload.platform {
            for counted in [&mut self.expected, &mut self.least, &mut self.most] {
                counted.elsewhere.insert(Controller::of(object));
            }
            return Ok(Some(platform.name()));
        }
        let (pods, request) = (workload.occupancy.pods, &workload.request);
        let is_sized = is_sized(object, cx)?;
        let requests = |of: &Requests<'_>| is_sized.then(|| owned(of));
        let most = pods.most.unwrap_or(pods.expected);
        let loads = [
            (&mut self.expected, pods.expected, &request.requests),
            (&mut self.least, pods.least, &request.least),
            (&mut self.most, most, &request.most),
        ];
        for (counted, count, asked) in loads {
            let pods = CountedPods { count: whole(count), described, spec, requests: requests(asked) };
            counted.pods.insert(&object.key, pods);
        }
        self.varies |= !pods.is_exact() || (is_sized && varies(request));
        if pods.most.is_none() || (is_sized && !request.unbounded.is_empty()) {
            let note = "nothing bounds it upwards: the most is counted as what is expected";
            self.notes.insert(format!("{}: {note}", object.key));
        }
        Ok(None)
    }
}

/// What describes the pods, and where in it.
fn described<'a>(
    kind: Kind,
    object: &'a Object,
    cx: Context<'a, '_>,
) -> Option<(&'a Object, &'static [&'static str])> {
    let path = kind.pod_path(&object.key);
    if object.at(path).is_some() {
        return Some((object, path));
    }
    Some((cx.around.referenced_by(object)?, &["spec", "template", "spec"]))
}

/// Whether something beside the manifest changes what its pods ask for.
fn is_sized<'a>(object: &'a Object, cx: Context<'a, '_>) -> Result<bool, CostError> {
    let defaults = cx.around.request_defaults(object.key.namespace.as_deref())?;
    Ok(!defaults.is_empty() || cx.around.vertical(&object.key).is_some())
}

fn varies(request: &PodRequest<'_>) -> bool {
    request.least != request.requests || request.most != request.requests
}

fn owned(requests: &Requests<'_>) -> BTreeMap<String, i128> {
    requests.iter().map(|(name, nanos)| ((*name).to_owned(), *nanos)).collect()
}

/// Parts of a pod, which a mean has, are a pod.
fn whole(pods: Ratio) -> u32 {
    u32::try_from(pods.ceiling()).unwrap_or(u32::MAX)
}
