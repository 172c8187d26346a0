//! Which objects of a state a place of the command line means.

use kube_model::{Object, PlacePattern};

use crate::failure::Failure;

/// As many objects are named in an error.
const NAMED: usize = 10;

/// The positions of the objects that a place means: of one, or of all that a pattern with `*` matches.
pub(crate) fn objects(flag: &str, place: &PlacePattern, objects: &[Object]) -> Result<Vec<usize>, Failure> {
    let pattern = &place.object;
    let matching: Vec<usize> =
        (0..objects.len()).filter(|index| pattern.matches(&objects[*index].key)).collect();
    let is_pattern = [Some(&pattern.kind), pattern.namespace.as_ref(), Some(&pattern.name)]
        .into_iter()
        .flatten()
        .any(|part| part.contains('*'));
    match matching.as_slice() {
        [] => {
            let alike = objects.iter().filter(|object| object.key.kind == pattern.kind);
            let there = match named(alike) {
                names if names.is_empty() => format!("the state has no {}", pattern.kind),
                names => format!("there are {names}"),
            };
            Err(Failure::new("OBJECT_NOT_FOUND", format!("{flag} {place}: no such object; {there}")))
        }
        [_, _, ..] if !is_pattern => {
            let several = named(matching.iter().map(|index| &objects[*index]));
            Err(Failure::new("OBJECT_AMBIGUOUS", format!("{flag} {place}: it may be {several}")))
        }
        _ => Ok(matching),
    }
}

/// Their names, in full.
fn named<'a>(objects: impl Iterator<Item = &'a Object>) -> String {
    let mut names: Vec<String> = objects.map(|object| object.key.to_string()).collect();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let names = names.join(", ");
    if more > 0 { format!("{names} and {more} more") } else { names }
}
