//! The three-way merge of two texts of settings, key by key.

use super::Settings;

/// What comes of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Merged {
    /// The target's text with the source's changes, and the keys whose values are the environment's own.
    Text { text: String, stay: Vec<String> },
    /// Both changed this key.
    Conflict(String),
}

/// Carries what the source has changed since the base; a value that `is_foreign` stays where it is.
pub(super) fn merge(
    base: &Settings,
    ours: &Settings,
    theirs: &Settings,
    is_foreign: impl Fn(&str) -> bool,
) -> Merged {
    let (mut merged, mut stay) = (ours.clone(), Vec::new());
    let gone = base.keys().filter(|key| theirs.value(key).is_none());
    for key in theirs.keys().chain(gone) {
        let (was, own, new) = (base.value(key), ours.value(key), theirs.value(key));
        if new == was || new == own {
            continue;
        }
        match new {
            Some(value) if is_foreign(value) => stay.push(key.to_owned()),
            _ if own != was => return Merged::Conflict(key.to_owned()),
            Some(value) => merged.put(key, value, Some(theirs)),
            None => merged.remove(key),
        }
    }
    Merged::Text { text: merged.text(), stay }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, ours: &str, theirs: &str) -> Merged {
        let read = |text: &str| Settings::read(text).unwrap();
        merge(&read(base), &read(ours), &read(theirs), |value| value.contains("staging"))
    }

    #[test]
    fn what_the_source_changed_goes_over_and_its_hosts_stay() {
        let found =
            merged("a=1\nb=2\nh=x.staging\n", "h=x\n# ours\nb=9\na=1\n", "a=5\nb=2\nn=new\nh=y.staging\n");
        let text = "h=x\n# ours\nb=9\nn=new\na=5\n".to_owned();
        assert_eq!(found, Merged::Text { text, stay: vec!["h".to_owned()] });
    }

    #[test]
    fn what_both_changed_is_a_conflict() {
        assert_eq!(merged("a=1\n", "a=2\n", "a=3\n"), Merged::Conflict("a".to_owned()));
        assert_eq!(merged("a=1\nb=1\n", "a=2\nb=1\n", "b=1\n"), Merged::Conflict("a".to_owned()));
    }

    #[test]
    fn what_the_source_dropped_goes() {
        let stay = Vec::new();
        assert_eq!(
            merged("a=1\nb=1\n", "a=1\nb=1\n", "b=1\n"),
            Merged::Text { text: "b=1\n".to_owned(), stay }
        );
    }
}
