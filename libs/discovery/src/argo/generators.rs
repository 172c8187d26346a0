//! The generators of an ApplicationSet: the sets of parameters that they make.

use crate::argo::parameters::{Language, Parameters, flattened, with_values};
use crate::argo::{clusters, git_generator};
use crate::field::{Field, Kind, documents};
use crate::note::{Note, Problem};
use crate::object::Object;
use crate::repository::Index;

/// The most applications that are listed; a set that makes more is named, and not listed at all.
pub(crate) const MOST: usize = 10_000;
/// How deep generators nest: Argo CD allows a matrix in a merge, and the like, once.
const DEPTH: usize = 3;

/// What generators are asked with.
pub(crate) struct Generators<'a, 't> {
    pub(crate) index: &'a Index<'t>,
    pub(crate) clusters: &'a [Object],
    pub(crate) language: Language,
    pub(crate) notes: &'a mut Vec<Note>,
}

/// What makes applications and is not known here.
const OUTSIDE: [(&str, &str); 4] = [
    ("scmProvider", "the repositories of a Git host"),
    ("pullRequest", "the pull requests of a Git host"),
    ("clusterDecisionResource", "a decision of the cluster"),
    ("plugin", "the answer of a plugin"),
];

impl Generators<'_, '_> {
    /// The sets of parameters of a generator, at most [`MOST`]; more are an error.
    pub(crate) fn sets(&mut self, generator: &Field, depth: usize) -> Result<Vec<Field>, Note> {
        let sets = self.of_kind(generator, depth)?;
        let chosen: Vec<Field> = match generator.get("selector") {
            Some(selector) => {
                sets.into_iter().filter(|set| clusters::selects(selector, &|key| label(set, key))).collect()
            }
            None => sets,
        };
        bounded(chosen.len(), generator)?;
        Ok(chosen)
    }

    fn of_kind(&mut self, generator: &Field, depth: usize) -> Result<Vec<Field>, Note> {
        if depth > DEPTH {
            return Err(note(generator, Problem::TooMany, "generators are nested too deep"));
        }
        if let Some(list) = generator.get("list") {
            return self.list(list);
        }
        if let Some(git) = generator.get("git") {
            let sets = git_generator::sets(git, self.index, self.language, self.notes)?;
            return Ok(sets
                .into_iter()
                .map(|set| with_values(set, git, self.language, self.notes))
                .collect());
        }
        if let Some(clusters) = generator.get("clusters") {
            return Ok(self.of_clusters(clusters));
        }
        if let Some(matrix) = generator.get("matrix") {
            return self.matrix(matrix, depth);
        }
        if let Some(merge) = generator.get("merge") {
            return self.merge(merge, depth);
        }
        let known = OUTSIDE.iter().find(|(name, _)| generator.get(name).is_some());
        let what = known.map_or("a generator that is not known here", |(_, what)| what);
        Err(note(
            generator,
            Problem::Elsewhere,
            &format!("the applications come from {what}: they are not listed"),
        ))
    }

    fn list(&mut self, list: &Field) -> Result<Vec<Field>, Note> {
        let mut elements = list.list("elements").to_vec();
        if let Some(text) = list.get("elementsYaml") {
            let read = documents(&text.at.file, text.text().unwrap_or_default().as_bytes());
            let read = read.map_err(|error| note(text, Problem::Unreadable, &error.to_string()))?;
            let made =
                read.iter().flat_map(Field::items).map(|element| Field::of_value(element.value(), &text.at));
            elements.extend(made);
        }
        Ok(match self.language {
            Language::Go(_) => elements,
            Language::Fast => elements.iter().map(flattened).collect(),
        })
    }

    fn of_clusters(&mut self, generator: &Field) -> Vec<Field> {
        let sets = clusters::sets(generator, self.clusters, self.language);
        let which = match sets.len() {
            0 => "an Argo CD's clusters, which the repository does not list: none of them is listed",
            _ => "the clusters whose Secrets are in this repository; there may be more",
        };
        self.notes.push(note(generator, Problem::Elsewhere, &format!("the applications come from {which}")));
        sets.into_iter().map(|set| with_values(set, generator, self.language, self.notes)).collect()
    }

    /// Each set of the first generator with each of the second, which is filled in with the first's parameters. Where
    /// both have a parameter, the first one's counts.
    fn matrix(&mut self, matrix: &Field, depth: usize) -> Result<Vec<Field>, Note> {
        let [first, second] = matrix.list("generators") else {
            return Err(note(matrix, Problem::Unreadable, "a matrix has two generators"));
        };
        let mut sets = Vec::new();
        for one in self.sets(first, depth + 1)? {
            let filled = Parameters::new(&one, self.language).fill_in(second, &mut Vec::new());
            let others = self.sets(&filled, depth + 1)?;
            bounded(sets.len() + others.len(), matrix)?;
            sets.extend(others.into_iter().map(|mut other| {
                other.merge(&one);
                // Several elements make it: none of them alone is where it is.
                other.at = matrix.at.clone();
                other
            }));
        }
        Ok(sets)
    }

    /// The sets of the first generator, with those of the others laid over that have the same values under all keys.
    fn merge(&mut self, merge: &Field, depth: usize) -> Result<Vec<Field>, Note> {
        let keys = merge.texts("mergeKeys");
        let Some((base, others)) = merge.list("generators").split_first().filter(|_| !keys.is_empty()) else {
            return Err(note(merge, Problem::Unreadable, "a merge has generators and mergeKeys"));
        };
        let mut sets = self.sets(base, depth + 1)?;
        let key = |set: &Field| keys.iter().map(|key| label(set, key)).collect::<Option<Vec<_>>>();
        for generator in others {
            for over in self.sets(generator, depth + 1)? {
                let matching = key(&over);
                for set in sets.iter_mut().filter(|set| matching.is_some() && key(set) == matching) {
                    set.merge(&over);
                }
            }
        }
        Ok(sets)
    }
}

/// A parameter by its name with dots, nested or not.
fn label(set: &Field, key: &str) -> Option<String> {
    let direct = set.get(key).and_then(Field::text);
    direct.or_else(|| set.at_path(key)?.text())
}

fn bounded(count: usize, at: &Field) -> Result<(), Note> {
    match count > MOST {
        true => {
            let message = format!("more than {MOST} applications are made here: none of them is listed");
            Err(note(at, Problem::TooMany, &message))
        }
        false => Ok(()),
    }
}

fn note(field: &Field, problem: Problem, message: &str) -> Note {
    Note { problem, at: field.at.clone(), message: message.to_owned() }
}

/// A parameter as a field.
pub(crate) fn entry(name: impl Into<String>, value: Field) -> (String, Field) {
    (name.into(), value)
}

/// A mapping as a field.
pub(crate) fn mapping(entries: Vec<(String, Field)>, like: &Field) -> Field {
    Field::new(Kind::Map(entries), like.at.clone())
}
