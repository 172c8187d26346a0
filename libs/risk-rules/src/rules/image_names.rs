//! Images whose name is none, and that are pinned no more.

use kube_model::image::ImageRef;
use kube_model::shown;

use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Rule};

const IMAGES: &str = "https://kubernetes.io/docs/concepts/containers/images/#image-names";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "image-name-invalid",
        group: Group::SupplyChain,
        title: "An image has a name that no registry can have",
        levels: [Level::High, Level::High],
        source: IMAGES,
        remedy: "Write repository and tag as the registry has them: repositories are in lower case, and no part has blanks.",
        fires: "`shop/web:2.4.1` becomes `Shop/web: 2.4.1`",
        near_miss: "a tag in upper case; a host in upper case",
        equivalents: &[],
        check: Check::States(name_invalid),
    },
    Rule {
        id: "image-digest-dropped",
        group: Group::SupplyChain,
        title: "An image that was pinned by its digest is so no more",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy",
        remedy: "Keep the digest: a tag may be pushed again, and pods of one workload then run different builds.",
        fires: "`worker:1.8.0@sha256:…` becomes `worker:1.8.0`",
        near_miss: "the digest becomes another, with another tag; the image becomes another one",
        equivalents: &[],
        check: Check::States(digest_dropped),
    },
];

/// Why a reference is none by the grammar of `distribution/reference`; what is filled in later is left alone.
fn fault(image: &str) -> Option<&'static str> {
    if image.contains(['$', '{', '(', '<']) {
        return None;
    }
    if image.chars().any(char::is_whitespace) {
        return Some("has a blank in it");
    }
    let ImageRef { repository, tag, .. } = ImageRef::parse(image);
    let is_host = |part: &str| {
        part.contains(['.', ':']) || part == "localhost" || part.chars().any(|c| c.is_ascii_uppercase())
    };
    let path = match repository.split_once('/') {
        Some((first, rest)) if is_host(first) => rest,
        _ => repository,
    };
    if path.chars().any(|c| c.is_ascii_uppercase()) {
        return Some("has upper case in its repository");
    }
    let is_component = |part: &str| {
        let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        ends(part.chars().next())
            && ends(part.chars().last())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    if !path.split('/').all(is_component) {
        return Some("has a repository that is none");
    }
    let is_tag = |tag: &str| {
        !tag.is_empty()
            && tag.len() <= 128
            && !tag.starts_with(['.', '-'])
            && tag.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    tag.is_some_and(|tag| !is_tag(tag)).then_some("has a tag that is none")
}

fn name_invalid(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers_after() {
        let Some(image) = after.image() else { continue };
        let Some(fault) = fault(image) else { continue };
        let was = before.and_then(|(_, container)| container.image());
        if was.is_some_and(|was| self::fault(was).is_some()) {
            continue;
        }
        let message = format!(
            "The image of {}, {}, {fault}: no node can pull it (InvalidImageName).",
            after.named(),
            shown(image)
        );
        let hit = Hit::new(Harm.certain(), workload.object, after.path_of(&["image"]), message);
        hits.push(hit.before(was).after(Some(image)));
    }
    hits
}

fn digest_dropped(change: &Change<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (workload, before, after) in change.containers() {
        let (Some(was_text), Some(text)) = (before.image(), after.image()) else { continue };
        let (was, is) = (ImageRef::parse(was_text), ImageRef::parse(text));
        // Without a tag either it is `image-unpinned`.
        if was.name() != is.name() || was.digest.is_none() || is.digest.is_some() || is.tag.is_none() {
            continue;
        }
        let message = format!(
            "The image of {} loses its digest: what the tag {} points at may change, and nobody would see it here.",
            after.named(),
            shown(is.tag.unwrap_or_default())
        );
        let hit = Hit::new(Safeguard.certain(), workload.object, after.path_of(&["image"]), message);
        hits.push(hit.before(Some(was_text)).after(Some(text)));
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of `distribution/reference` and of Docker's documentation of image names.
    #[test]
    fn names_are_read_by_the_grammar_of_references() {
        for good in [
            "nginx",
            "nginx:1.25.3-Alpine",
            "Registry.Example/shop/web:2.4.1",
            "localhost:5000/a__b/c-d.e:V1",
            "x/y@sha256:aaaa",
            "${IMAGE}",
            "r.example/a/b:1@sha256:bb",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "r.example/Shop/web:1",
            "Web:1",
            "web: 1",
            "a//b:1",
            "r.example/-web:1",
            "web:-1",
            "web:",
            "we@b/c d",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
