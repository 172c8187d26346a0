//! The pods that a state asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kube_model::{Object, pod};
use serde::Deserialize;

use crate::facts::Facts;
use crate::pod::{PodSpec, TemplateFields};
use crate::read::{or_default, part};
use crate::wanted::{CountedPods, Wanted};
use crate::{Controller, PackingError};

/// How many pods one answer places at most: twice what Kubernetes supports in a cluster (kubernetes.io, "Considerations
/// for large clusters").
pub const MOST_PODS: u64 = 300_000;

/// The pods of one controller.
#[derive(Debug, Clone)]
pub(crate) struct Workload {
    pub(crate) controller: Controller,
    pub(crate) pods: Vec<Arc<PodSpec>>,
    /// One on each node that admits it, besides.
    pub(crate) daemon: Option<Arc<PodSpec>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WorkloadFields {
    replicas: Option<u32>,
    parallelism: Option<u32>,
    completions: Option<u32>,
    #[serde(deserialize_with = "or_default")]
    suspend: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AutoscalerFields {
    scale_target_ref: TargetFields,
    min_replicas: Option<u32>,
    max_replicas: u32,
}

#[derive(Debug, Deserialize)]
struct TargetFields {
    kind: String,
    name: String,
}

/// The bounds of autoscalers, by what they scale.
type Bounds = BTreeMap<Controller, (u32, u32)>;

/// The workloads of a state that keep pods, in the order in which they wait. What runs for a while only (Jobs that are made by a
/// schedule) keeps none: nodes for it come and go.
pub(crate) fn workloads(wanted: &Wanted<'_>, facts: &Facts) -> Result<Vec<Workload>, PackingError> {
    let by_manifests = match wanted.counted {
        None => Some(Manifests::of(wanted.objects)?),
        Some(_) => None,
    };
    let mut workloads = BTreeMap::new();
    let mut total = 0_u64;
    for object in wanted.objects {
        let pods = match (&by_manifests, wanted.counted) {
            (Some(manifests), _) => manifests.pods(object)?,
            (None, counted) => counted.and_then(|counted| counted.pods.get(&object.key).cloned()),
        };
        let Some(pods) = pods else { continue };
        let controller = Controller::of(object);
        if controller.kind != "DaemonSet" {
            total += u64::from(pods.count);
        }
        if total > MOST_PODS {
            return Err(PackingError::TooManyPods { pods: total, limit: MOST_PODS });
        }
        workloads.insert(controller.clone(), workload(object, controller, &pods, facts)?);
    }
    let mut workloads: Vec<Workload> = workloads.into_values().collect();
    workloads.sort_by(|a, b| a.controller.turn().cmp(&b.controller.turn()));
    Ok(workloads)
}

fn workload(
    object: &Object,
    controller: Controller,
    pods: &CountedPods<'_>,
    facts: &Facts,
) -> Result<Workload, PackingError> {
    let holder = &pods.spec[..pods.spec.len().saturating_sub(1)];
    let metadata: Vec<&str> = holder.iter().copied().chain(["metadata"]).collect();
    let mut spec = PodSpec::of(pods.described, (&metadata, pods.spec), facts)?;
    spec.eviction.has_controller = controller.kind != "Pod";
    if let Some(requests) = &pods.requests {
        spec.ask_for(requests);
    }
    if controller.kind == "DaemonSet" {
        crate::daemon::tolerate(&mut spec);
        return Ok(Workload { controller, pods: Vec::new(), daemon: Some(Arc::new(spec)) });
    }
    let templates: Vec<TemplateFields> = match controller.kind.as_str() {
        "StatefulSet" => part(object, &["spec", "volumeClaimTemplates"])?,
        _ => Vec::new(),
    };
    let pods = match templates.is_empty() {
        true => {
            let spec = Arc::new(spec);
            (0..pods.count).map(|_| Arc::clone(&spec)).collect()
        }
        false => with_claims(&spec, &templates, pods.count, &controller, facts),
    };
    Ok(Workload { controller, pods, daemon: None })
}

/// What manifests alone say of the number of pods.
struct Manifests {
    bounds: Bounds,
    /// What makes pods, by which those that it made are counted.
    makers: BTreeSet<Controller>,
}

impl Manifests {
    fn of(objects: &[Object]) -> Result<Self, PackingError> {
        let makes = |object: &&Object| pod::spec_path(&object.key.kind).is_some();
        let makers = objects.iter().filter(makes).map(Controller::of).collect();
        Ok(Self { bounds: bounds(objects)?, makers })
    }

    fn pods<'a>(&self, object: &'a Object) -> Result<Option<CountedPods<'a>>, PackingError> {
        let kind = object.key.kind.as_str();
        let path = pod::spec_path(kind).filter(|path| kind != "CronJob" && object.at(path).is_some());
        let Some(spec) = path else { return Ok(None) };
        if Controller::owner(object)?.is_some_and(|owner| self.makers.contains(&owner)) {
            return Ok(None);
        }
        let count = count(object, &Controller::of(object), &self.bounds)?;
        Ok(Some(CountedPods { count, described: object, spec, requests: None }))
    }
}

/// Each pod of a StatefulSet takes claims of its own: those that there are, and others as its templates say.
fn with_claims(
    spec: &PodSpec,
    templates: &[TemplateFields],
    count: u32,
    controller: &Controller,
    facts: &Facts,
) -> Vec<Arc<PodSpec>> {
    let mut fresh = spec.clone();
    templates.iter().for_each(|template| fresh.take_template(&template.spec, facts));
    let fresh = Arc::new(fresh);
    let pod = |ordinal: u32| {
        let name =
            |template: &TemplateFields| format!("{}-{}-{ordinal}", template.metadata.name, controller.name);
        if templates.iter().all(|template| facts.claim(&spec.namespace, &name(template)).is_none()) {
            return Arc::clone(&fresh);
        }
        let mut own = spec.clone();
        for template in templates {
            match facts.claim(&spec.namespace, &name(template)) {
                Some(_) => own.take_claim(&name(template), facts),
                None => own.take_template(&template.spec, facts),
            }
        }
        Arc::new(own)
    };
    (0..count).map(pod).collect()
}

/// The pods at once: `replicas` within the bounds of an autoscaler (none switches that off), and of a Job as many as run
/// side by side.
fn count(object: &Object, controller: &Controller, bounds: &Bounds) -> Result<u32, PackingError> {
    let fields: WorkloadFields = part(object, &["spec"])?;
    Ok(match controller.kind.as_str() {
        "Pod" => 1,
        "Job" if fields.suspend => 0,
        "Job" => {
            let parallelism = fields.parallelism.unwrap_or(1);
            parallelism.min(fields.completions.unwrap_or(parallelism))
        }
        _ => match (fields.replicas.unwrap_or(1), bounds.get(controller)) {
            (0, _) => 0,
            (replicas, Some((least, most))) => replicas.clamp(*least, *most),
            (replicas, None) => replicas,
        },
    })
}

fn bounds(objects: &[Object]) -> Result<Bounds, PackingError> {
    let mut bounds = Bounds::new();
    for object in objects {
        if object.key.group != "autoscaling" || object.key.kind != "HorizontalPodAutoscaler" {
            continue;
        }
        let Some(fields) = part::<Option<AutoscalerFields>>(object, &["spec"])? else { continue };
        let (least, most) = (fields.min_replicas.unwrap_or(1), fields.max_replicas);
        if least > most {
            let why = format!("minReplicas {least} is above maxReplicas {most}");
            return Err(PackingError::field(object, "spec", why));
        }
        let TargetFields { kind, name } = fields.scale_target_ref;
        bounds.insert(Controller { kind, name, ..Controller::of(object) }, (least, most));
    }
    Ok(bounds)
}
