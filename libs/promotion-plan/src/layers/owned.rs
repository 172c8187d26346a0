//! What somebody else writes in the target's files: an image updater, Flux' image automation. It is not edited.

use discovery::{Environment, OwnedBy, Owner, Owns, image_policy_values};
use kube_model::image::ImageRef;
use serde_json::Value;

use super::Layers;
use super::draft::Draft;

/// The reason of a place that somebody else writes.
pub(crate) fn reason(owner: &str) -> String {
    format!("PLAN_FIELD_OWNED: {owner} writes it by itself")
}

/// Who writes what a draft has changed; none if it is the team's alone.
pub(crate) fn touched(layers: &Layers<'_>, draft: &Draft<'_>) -> Option<String> {
    let owners = layers.target.environment.map(|environment| environment.owners.as_slice());
    let by_name = owners.into_iter().flatten().find(|owner| changes(layers, draft, owner));
    by_name.map(|owner| name(&owner.by)).or_else(|| {
        let mut changed = draft.tree.changes().filter_map(|(path, now)| {
            let before = image_policy_values(path, layers.target.tree.file(path)?);
            let now = now.map(|now| image_policy_values(path, now)).unwrap_or_default();
            before.into_iter().find(|value| !now.contains(value))
        });
        changed.next().map(|(policy, _)| format!("Flux' image policy {policy}"))
    })
}

/// Who follows an image and writes its version.
pub(crate) fn of_image(environment: &Environment, image: &ImageRef<'_>) -> Option<String> {
    let follows = |owner: &&Owner| matches!(&owner.by, OwnedBy::ImageUpdater { image: followed } if followed == image.repository);
    environment.owners.iter().find(follows).map(|owner| name(&owner.by))
}

fn name(by: &OwnedBy) -> String {
    match by {
        OwnedBy::KargoStage(stage) => format!("Kargo's Stage {}/{}", stage.project, stage.name),
        OwnedBy::ImageUpdater { image } => format!("Argo CD Image Updater, which follows {image},"),
        OwnedBy::Hydrator { .. } => "a hydrator".to_owned(),
        OwnedBy::FluxImagePolicy { policy } => format!("Flux' image policy {policy}"),
    }
}

fn changes(layers: &Layers<'_>, draft: &Draft<'_>, owner: &Owner) -> bool {
    match &owner.owns {
        Owns::Everything => true,
        Owns::File(path) => draft.tree.file(path) != layers.target.tree.file(path),
        Owns::Field { file, field } => {
            let original = Draft::new(layers.target.tree, draft.limits());
            let value = |draft: &Draft<'_>| {
                let documents = draft.documents(file)?;
                documents.values.iter().find_map(|document| at(document, field).cloned())
            };
            draft.tree.file(file) != layers.target.tree.file(file) && value(draft) != value(&original)
        }
        // The marked values of all files are held against one another.
        Owns::Value(_) => false,
    }
}

/// What stands at a field as owners name it: `image.tag`, `images[name=web].newTag`. An item is found by its `name`, or
/// by the image that its text starts with.
fn at<'v>(document: &'v Value, field: &str) -> Option<&'v Value> {
    let mut value = document;
    let mut rest = field;
    while !rest.is_empty() {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        value = value.get(&rest[..end])?;
        rest = &rest[end..];
        if let Some((name, after)) = rest.strip_prefix("[name=").and_then(|rest| rest.split_once(']')) {
            let is_meant = |item: &&Value| match item {
                Value::String(text) => is_image(text, name),
                item => item.get("name").and_then(Value::as_str) == Some(name),
            };
            value = value.as_array()?.iter().find(is_meant)?;
            rest = after;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    Some(value)
}

fn is_image(text: &str, name: &str) -> bool {
    let (given, image) = text.split_once('=').map_or((None, text), |(given, image)| (Some(given), image));
    given == Some(name) || ImageRef::parse(image).repository == name
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_found_as_owners_name_them() {
        let document = json!({
            "image": {"tag": "1"},
            "images": [{"name": "a/web", "newTag": "2"}],
            "spec": {"source": {"kustomize": {"images": ["x=a/api:3", "a/web:4"]}}},
        });
        for (field, expected) in [
            ("image.tag", Some(json!("1"))),
            ("images[name=a/web].newTag", Some(json!("2"))),
            ("spec.source.kustomize.images[name=a/web]", Some(json!("a/web:4"))),
            ("spec.source.kustomize.images[name=x]", Some(json!("x=a/api:3"))),
            ("images[name=a/api]", None),
        ] {
            assert_eq!(at(&document, field).cloned(), expected, "{field}");
        }
    }
}
