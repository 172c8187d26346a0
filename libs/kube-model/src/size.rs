//! Sizes: replicas, requests, limits and storage, as people call them.

use crate::path::{Path, Segment};
use crate::shown::shown;

/// What people call the size at this path of an object of `kind`, with its article (`the memory limit of
/// container web`); none if the path holds no size.
#[must_use]
pub fn in_words(kind: &str, path: &Path) -> Option<String> {
    let text = path.to_string();
    match (kind, text.as_str()) {
        ("HorizontalPodAutoscaler", "spec.minReplicas") => Some("the minimum replica count".to_owned()),
        ("HorizontalPodAutoscaler", "spec.maxReplicas") => Some("the maximum replica count".to_owned()),
        (_, "spec.replicas") => Some("the replica count".to_owned()),
        ("PersistentVolumeClaim", "spec.resources.requests.storage") => Some("the storage".to_owned()),
        _ => of_item(path.segments()),
    }
}

/// A size of a container or of a claim template.
fn of_item(segments: &[Segment]) -> Option<String> {
    let start = segments.iter().position(|segment| {
        matches!(segment, Segment::Key(key) if matches!(key.as_str(), "containers" | "initContainers" | "volumeClaimTemplates"))
    })?;
    let Segment::Item(fields) = segments.get(start + 1)? else { return None };
    let name = fields.first().map(|(_, value)| shown(value))?;
    let keys: Option<Vec<&str>> = segments[start + 2..]
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            _ => None,
        })
        .collect();
    match keys?.as_slice() {
        ["resources"] => Some(format!("the resources of container {name}")),
        ["resources", "requests"] => Some(format!("the requests of container {name}")),
        ["resources", "limits"] => Some(format!("the limits of container {name}")),
        ["resources", "requests", resource] => {
            Some(format!("the {} request of container {name}", resource_name(resource)))
        }
        ["resources", "limits", resource] => {
            Some(format!("the {} limit of container {name}", resource_name(resource)))
        }
        ["spec", "resources", "requests", "storage"] => Some(format!("the storage of claim {name}")),
        _ => None,
    }
}

fn resource_name(resource: &str) -> String {
    match resource {
        "cpu" => "CPU".to_owned(),
        other => shown(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_names_that_people_use() {
        for (kind, path, words) in [
            ("Deployment", "spec.replicas", "the replica count"),
            ("HorizontalPodAutoscaler", "spec.minReplicas", "the minimum replica count"),
            (
                "Deployment",
                "spec.template.spec.containers[name=web].resources.limits.memory",
                "the memory limit of container web",
            ),
            (
                "CronJob",
                "spec.jobTemplate.spec.template.spec.containers[name=a].resources.requests.cpu",
                "the CPU request of container a",
            ),
            (
                "Deployment",
                "spec.template.spec.initContainers[name=a].resources",
                "the resources of container a",
            ),
            ("PersistentVolumeClaim", "spec.resources.requests.storage", "the storage"),
            (
                "StatefulSet",
                "spec.volumeClaimTemplates[metadata.name=data].spec.resources.requests.storage",
                "the storage of claim data",
            ),
        ] {
            assert_eq!(in_words(kind, &path.parse().unwrap()).as_deref(), Some(words));
        }
        for (kind, path) in [
            ("Deployment", "spec.template.spec.containers[name=web].image"),
            ("Deployment", "spec.minReadySeconds"),
            ("Deployment", "spec.minReplicas"),
        ] {
            assert_eq!(in_words(kind, &path.parse().unwrap()), None, "{path}");
        }
    }
}
