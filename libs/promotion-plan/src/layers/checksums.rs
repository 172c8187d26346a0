//! Digests of configuration in the annotations of the pods that read it. A chart renders them, so that pods start anew
//! when the configuration changes; they follow it, and are no differences of their own.
//!
//! <https://helm.sh/docs/howto/charts_tips_and_tricks/#automatically-roll-deployments>

use std::sync::Arc;

use kube_model::{Segment, pod};
use serde_json::{Map, Value};

use super::trial::Open;
use super::words;
use crate::pairing::Pair;

/// The hexadecimal digits of MD5, SHA-1, SHA-256 and SHA-512.
const LENGTHS: [usize; 4] = [32, 40, 64, 128];

/// Gives the source the digests that the target has now, in the place of its own.
pub(super) fn adapt(pairs: &mut [Pair<'_>]) {
    for pair in pairs {
        let kind = pair.key.kind.clone();
        let Some(own) = pair.target.and_then(|target| annotations(&kind, &target.value)) else { continue };
        for side in [&mut pair.source, &mut pair.base].into_iter().flatten() {
            for (key, value) in own.iter().filter(|(key, value)| is_checksum(key, value)) {
                let theirs = annotations(&kind, &side.value).and_then(|annotations| annotations.get(key));
                if theirs.is_some_and(|theirs| theirs != value && is_checksum(key, theirs))
                    && let Some(annotations) = annotations_mut(&kind, Arc::make_mut(&mut side.value))
                {
                    annotations.insert(key.clone(), value.clone());
                }
            }
        }
    }
}

/// Whether what is open is another digest of what was rendered.
pub(super) fn follows(open: &Open) -> bool {
    let (Some(found), Some(planned)) = (&open.found, &open.planned) else { return false };
    let Some((Segment::Key(key), above)) = open.place.path.segments().split_last() else { return false };
    let holder = holder(&open.place.object.kind);
    holder.is_some_and(|holder| {
        let keys = holder.iter().copied().chain(["metadata", "annotations"]);
        keys.map(|key| Segment::Key(key.to_owned())).eq(above.iter().cloned())
    }) && is_checksum(key, found)
        && is_checksum(key, planned)
}

fn is_checksum(key: &str, value: &Value) -> bool {
    let is_digest =
        |text: &str| LENGTHS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_of_configuration(key) && value.as_str().is_some_and(is_digest)
}

/// `checksum`, `checksum/secret`, `configHash`, after a domain or not. What has a hash of another kind is a version, and
/// a version that differs is a difference.
fn is_of_configuration(key: &str) -> bool {
    let names_version = |word: &String| {
        word.starts_with("git")
            || ["commit", "revision", "image", "version"].iter().any(|version| word.contains(version))
    };
    if words::of(key).iter().any(names_version) {
        return false;
    }
    let key = key.to_lowercase();
    let name = match key.split_once('/') {
        Some((domain, name)) if domain.contains('.') => name,
        _ => &key,
    };
    name == "checksum"
        || name.starts_with("checksum/")
        || (name.contains("config") && (name.contains("hash") || name.contains("checksum")))
}

/// Where the pods of a workload have their metadata.
fn holder(kind: &str) -> Option<&'static [&'static str]> {
    pod::spec_path(kind)?.split_last().map(|(_, holder)| holder)
}

fn annotations<'v>(kind: &str, object: &'v Value) -> Option<&'v Map<String, Value>> {
    let template = holder(kind)?.iter().try_fold(object, |value, key| value.get(key))?;
    template.get("metadata")?.get("annotations")?.as_object()
}

fn annotations_mut<'v>(kind: &str, object: &'v mut Value) -> Option<&'v mut Map<String, Value>> {
    let template = holder(kind)?.iter().try_fold(object, |value, key| value.get_mut(*key))?;
    template.get_mut("metadata")?.get_mut("annotations")?.as_object_mut()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_checksum_is_a_digest_that_is_called_one() {
        // The digests of nothing.
        let sha256 = json!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let sha1 = json!("da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert!(is_checksum("checksum/config", &sha256));
        assert!(is_checksum("configHash", &sha1));
        for key in ["checksum", "checksum/secret", "rollout.example.com/checksum", "example.com/config-hash"]
        {
            assert!(is_checksum(key, &sha256), "{key}");
        }
        for key in [
            "git-commit-hash",
            "gitCommitHash",
            "example.com/revision-hash",
            "imageHash",
            "checksum/image",
            "configVersionHash",
            "config.example.com/build-hash",
            "hash",
        ] {
            assert!(!is_checksum(key, &sha1), "{key} may be a version");
        }
        assert!(!is_checksum("checksum/config", &json!("v2")));
    }
}
