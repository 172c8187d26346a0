//! Images that nobody can tell apart.

use kube_model::image::ImageRef;
use kube_model::shown;

use super::{Check, Look, Profile, Seen};
use crate::Impact::Safeguard;
use crate::model::{Container, Workload};
use crate::{Group, Level};

pub(super) const CHECKS: &[Check] = &[Check {
    id: "image-floating",
    group: Group::SupplyChain,
    title: "An image has the tag latest, or none",
    levels: [Level::Medium, Level::Medium],
    profile: Profile::Changed,
    source: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
    remedy: "Name the version, or better the digest.",
    fires: "`image: web` or `image: web:latest`",
    near_miss: "`image: web:2.4.1`; `image: web@sha256:...`",
    equivalents: &["kube-linter/latest-tag"],
    seen_by: &["image-unpinned"],
    risk: Safeguard.likely(),
    look: Look::Container(floating),
}];

fn floating(_: &Workload<'_>, container: &Container<'_>) -> Vec<Seen> {
    let Some(text) = container.image() else { return Vec::new() };
    let image = ImageRef::parse(text);
    if image.digest.is_some() || !matches!(image.tag, None | Some("latest")) {
        return Vec::new();
    }
    let message =
        format!("The image of {}, {}, may be another at any restart.", container.named(), shown(text));
    vec![Seen::new(container.path_of(&["image"]), message).value(container.at(&["image"]))]
}
