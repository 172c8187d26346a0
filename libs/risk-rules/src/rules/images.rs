//! Which software runs, and whether anybody can tell.

use std::cmp::Ordering;

use kube_model::image::ImageRef;
use kube_model::shown;

use super::origins::DATABASES;
use crate::Impact::{Harm, Safeguard};
use crate::Level;
use crate::model::Change;
use crate::rule::{Check, Group, Hit, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "image-unpinned",
        group: Group::SupplyChain,
        title: "An image gets the tag latest, or none",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
        remedy: "Name the version, or better the digest.",
        fires: "the tag becomes `latest`",
        near_miss: "the tag becomes another version",
        equivalents: &["kube-linter/latest-tag"],
        check: Check::States(image_unpinned),
    },
    Rule {
        id: "digest-moved-under-tag",
        group: Group::SupplyChain,
        title: "A digest changes while its tag stays",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy",
        remedy: "Find out who pushed the tag again and why; give a new build a new tag.",
        fires: "the digest changes, the tag stays",
        near_miss: "both change",
        equivalents: &[],
        check: Check::States(digest_moved),
    },
    Rule {
        id: "image-older",
        group: Group::SupplyChain,
        title: "An image goes to an older version",
        levels: [Level::Medium, Level::Medium],
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment",
        remedy: "Check that the older version still reads the data and speaks to the services that it finds.",
        fires: "`web:2.4.1` becomes `web:2.3.9`",
        near_miss: "one commit hash becomes another: they have no order",
        equivalents: &[],
        check: Check::States(image_older),
    },
    Rule {
        id: "image-major-skipped",
        group: Group::SupplyChain,
        title: "An image goes past a whole major version",
        levels: [Level::Low, Level::Low],
        source: "https://semver.org/#spec-item-8",
        remedy: "Read the notes of each version between: much software can be brought up by one major version at a time.",
        fires: "`web:2.4.1` becomes `web:4.0.0`",
        near_miss: "`web:2.4.1` becomes `web:3.0.0`; a database has a rule of its own",
        equivalents: &[],
        check: Check::States(major_skipped),
    },
];

fn image_unpinned(change: &Change<'_>) -> Vec<Hit> {
    change
        .containers_after()
        .filter_map(|(workload, before, after)| {
            let image = after.image().filter(|image| is_unpinned(image))?;
            let was = before.and_then(|(_, container)| container.image());
            if was.is_some_and(is_unpinned) {
                return None;
            }
            let what = match ImageRef::parse(image).tag {
                Some(_) => "has the tag latest",
                None => "has no tag, which means latest",
            };
            let message = format!(
                "The image of {}, {}, {what}: what runs may change at any restart, and nobody can say what it was.",
                after.named(),
                shown(image)
            );
            let hit = Hit::new(Safeguard.likely(), workload.object, after.path_of(&["image"]), message);
            Some(hit.before(was).after(Some(image)))
        })
        .collect()
}

fn is_unpinned(image: &str) -> bool {
    let image = ImageRef::parse(image);
    image.digest.is_none() && matches!(image.tag, None | Some("latest"))
}

fn digest_moved(change: &Change<'_>) -> Vec<Hit> {
    change
        .containers()
        .filter_map(|(workload, before, after)| {
            let (was_text, text) = (before.image()?, after.image()?);
            let (was, is) = (ImageRef::parse(was_text), ImageRef::parse(text));
            let same_tag = was.repository == is.repository && was.tag == is.tag;
            if !same_tag || was.digest? == is.digest? {
                return None;
            }
            let message = format!(
                "The tag {} of {} points at another build than before: {} instead of {}.",
                shown(is.tag?),
                shown(is.repository),
                shown(is.digest?),
                shown(was.digest?)
            );
            let hit = Hit::new(Safeguard.likely(), workload.object, after.path_of(&["image"]), message);
            Some(hit.before(Some(was_text)).after(Some(text)))
        })
        .collect()
}

fn image_older(change: &Change<'_>) -> Vec<Hit> {
    change
        .containers()
        .filter_map(|(workload, before, after)| {
            let (was_text, text) = (before.image()?, after.image()?);
            let (was, is) = (ImageRef::parse(was_text), ImageRef::parse(text));
            if was.name() != is.name() || order(is.tag?, was.tag?) != Some(Ordering::Less) {
                return None;
            }
            let message = format!(
                "The image of {} goes back from {} to {}.",
                after.named(),
                shown(was.tag?),
                shown(is.tag?)
            );
            let hit = Hit::new(Harm.possible(), workload.object, after.path_of(&["image"]), message);
            Some(hit.before(Some(was_text)).after(Some(text)))
        })
        .collect()
}

/// Dates as versions (2024.1) skip nothing.
fn major_skipped(change: &Change<'_>) -> Vec<Hit> {
    const LARGEST: u64 = 100;
    change
        .containers()
        .filter_map(|(workload, before, after)| {
            let (was_text, text) = (before.image()?, after.image()?);
            let (was, is) = (ImageRef::parse(was_text), ImageRef::parse(text));
            let major = |tag| Version::parse(tag)?.numbers.first().copied().filter(|major| *major < LARGEST);
            let (old, new) = (major(was.tag?)?, major(is.tag?)?);
            if was.name() != is.name() || new < old.saturating_add(2) || DATABASES.contains(&is.name()) {
                return None;
            }
            let message = format!(
                "The image of {} goes from the major version {old} to {new}, past {} between.",
                after.named(),
                match new - old {
                    2 => "the one".to_owned(),
                    more => format!("the {}", more - 1),
                }
            );
            let hit = Hit::new(Safeguard.possible(), workload.object, after.path_of(&["image"]), message);
            Some(hit.before(Some(was_text)).after(Some(text)))
        })
        .collect()
}

/// The order of two tags that are versions alike: numbers with dots, perhaps a `v` before them, and after them
/// the same variant (`-alpine`) or a pre-release. Commit hashes, dates without dots and floating tags (`1.25`
/// beside `1.25.3`) have no order.
fn order(one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (Version::parse(one)?, Version::parse(other)?);
    if one.numbers.len() != other.numbers.len() {
        let common = one.numbers.len().min(other.numbers.len());
        let order = one.numbers[..common].cmp(&other.numbers[..common]);
        return (order != Ordering::Equal && one.variant == other.variant).then_some(order);
    }
    let numbers = one.numbers.cmp(&other.numbers);
    match (one.pre_release(), other.pre_release()) {
        (None, None) => (one.variant == other.variant).then_some(numbers),
        _ if numbers != Ordering::Equal => Some(numbers),
        (Some(_), None) if other.variant.is_empty() => Some(Ordering::Less),
        (None, Some(_)) if one.variant.is_empty() => Some(Ordering::Greater),
        (one, other) => compare_pre_releases(one?, other?),
    }
}

struct Version<'a> {
    numbers: Vec<u64>,
    variant: &'a str,
}

impl<'a> Version<'a> {
    fn parse(tag: &'a str) -> Option<Self> {
        let text = tag.strip_prefix('v').unwrap_or(tag);
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (numbers, variant) = text.split_at(end);
        let numbers: Vec<u64> = numbers.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        let is_version = numbers.len() > 1 && (variant.is_empty() || variant.starts_with(['-', '_', '+']));
        is_version.then_some(Self { numbers, variant })
    }

    /// The rest of `-rc.1`, `-beta2`: its name and number.
    fn pre_release(&self) -> Option<(&'a str, Option<u64>)> {
        let text = self.variant.strip_prefix('-')?;
        ["alpha", "beta", "preview", "pre", "rc"].into_iter().find_map(|name| {
            let rest = text.strip_prefix(name)?;
            let number = rest.trim_start_matches(['.', '-']);
            (number.is_empty() || number.parse::<u64>().is_ok())
                .then(|| (&text[..name.len()], number.parse().ok()))
        })
    }
}

type PreRelease<'a> = (&'a str, Option<u64>);

/// Semantic Versioning 2.0.0, section 11: by name (alpha, beta, rc), then by number.
fn compare_pre_releases(one: PreRelease<'_>, other: PreRelease<'_>) -> Option<Ordering> {
    Some(one.cmp(&other))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Semantic Versioning 2.0.0, section 11, and what image tags add to it.
    #[test]
    fn versions_have_an_order_and_other_tags_have_none() {
        for (older, newer) in [
            ("1.2.3", "1.10.0"),
            ("v1.9", "v1.10"),
            ("1.2.3", "v1.2.4"),
            ("1.0.0-alpha.1", "1.0.0-beta.2"),
            ("1.0.0-rc.1", "1.0.0"),
            ("1.0.0-rc1", "1.0.0-rc2"),
            ("1.24.3-alpine", "1.25.0-alpine"),
            ("1.24.3", "1.25"),
            ("2024.01.31", "2024.02.01"),
        ] {
            assert_eq!(order(older, newer), Some(Ordering::Less), "{older} {newer}");
            assert_eq!(order(newer, older), Some(Ordering::Greater), "{newer} {older}");
        }
        for (one, other) in [
            ("1.25", "1.25.3"),
            ("1.25-alpine", "1.24-bookworm"),
            ("20240131", "20240130"),
            ("9fceb02", "1234567"),
            ("latest", "1.2.3"),
            ("1.2.3", "stable"),
        ] {
            assert_eq!(order(one, other), None, "{one} {other}");
        }
    }
}
