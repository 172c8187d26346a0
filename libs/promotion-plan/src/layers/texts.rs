//! Edits of files that only a command can read (Jsonnet, CUE): a text in the target's own files becomes another, and
//! rendering says whether that sets the place.

use serde_json::Value;

use super::Inputs;
use super::draft::Draft;
use super::trial::{Open, Standing};
use super::write::{Mechanism, Site};

pub(super) const PHASES: &[&[Mechanism]] = &[&[replace_text]];

/// So many places of a text are tried.
const MOST_TRIES: usize = 40;

/// Writes the planned value where the present one stands; where none stands in full, the part in which the two differ.
fn replace_text<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, open: &Open, _: &Standing) -> Vec<Draft<'a>> {
    let (Some(old), Some(new)) = (text(open.found.as_ref()), text(open.planned.as_ref())) else {
        return Vec::new();
    };
    let mut drafts = replaced(site, draft, &old, &new);
    if let Some((part, new_part)) = differing(&old, &new) {
        drafts.extend(replaced(site, draft, part, new_part));
    }
    drafts.truncate(MOST_TRIES);
    drafts
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The last parts of two texts, from where they differ: the tags of two images. None where the old text has no such
/// part: nothing stands anywhere.
fn differing<'t>(old: &'t str, new: &'t str) -> Option<(&'t str, &'t str)> {
    let common = old.bytes().zip(new.bytes()).take_while(|(one, other)| one == other).count();
    let start = old.as_bytes()[..common].iter().rposition(|byte| b":@/".contains(byte))? + 1;
    (start < old.len()).then(|| (&old[start..], &new[start..]))
}

/// For each place of a text in the target's own files, the draft in which another stands there.
fn replaced<'a>(site: &Site<'_, 'a>, draft: &Draft<'a>, old: &str, new: &str) -> Vec<Draft<'a>> {
    let Inputs::Command { directory } = site.layers.target.inputs else { return Vec::new() };
    let mut drafts = Vec::new();
    for (path, bytes) in draft.tree.below(directory).filter(|(path, _)| site.is_own(path)) {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        for (at, _) in text.match_indices(old).filter(|(at, _)| stands_alone(text, *at, old.len())) {
            let edited = format!("{}{new}{}", &text[..at], &text[at + old.len()..]);
            drafts.push(draft.clone().with_file(path, edited.into_bytes()));
            if drafts.len() == MOST_TRIES {
                return drafts;
            }
        }
    }
    drafts
}

/// Whether a text is a word of its own there: `1.2` in `"1.2"`, not in `1.2.3`.
fn stands_alone(text: &str, at: usize, length: usize) -> bool {
    let joins = |c: char| c.is_alphanumeric() || "._-".contains(c);
    !text[..at].ends_with(joins) && !text[at + length..].starts_with(joins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_differ_in_their_tags() {
        assert_eq!(differing("r.example/web:1.1", "r.example/web:1.2"), Some(("1.1", "1.2")));
        assert_eq!(differing("r.example/web:1.1", "r.example/api:1.1"), Some(("web:1.1", "api:1.1")));
        assert_eq!(differing("fast", "slow"), None);
        assert_eq!(differing("a:é", "a:è"), Some(("é", "è")));
    }

    #[test]
    fn a_part_that_only_the_new_text_has_stands_nowhere() {
        assert_eq!(differing("http://x/", "http://x/y"), None);
        assert_eq!(differing("http://x/y", "http://x/"), Some(("y", "")));
    }

    #[test]
    fn a_text_is_a_word_of_its_own() {
        assert!(stands_alone("tag: '1.2'", 6, 3));
        assert!(stands_alone("1.2", 0, 3));
        assert!(!stands_alone("1.2.3", 0, 3));
        assert!(!stands_alone("v1.2", 1, 3));
    }
}
