//! Which environments are of one application, and what both are called.
//!
//! An Argo CD environment is the last segment of its path where that follows `overlays` and its like, or is a word for an
//! environment; else the path's last such segment, else what its values file names. Applications whose path is the same
//! are told apart, in this order, by label, name, revision, project, namespace and cluster. What remains of path and values
//! files without the environment says which of them are one application.

use std::collections::{BTreeMap, BTreeSet};

use crate::candidate::Candidate;
use crate::environment::Environment;
use crate::found::Discovered;
use crate::recipe::Recipe;
use crate::words;

/// What is known of a candidate before its neighbours are.
struct Guess {
    candidate: Candidate,
    /// What the path, or else a values file, names.
    name: Option<String>,
    /// The same with what follows it in the path.
    longer: Option<String>,
    /// Path and values files with the environment taken out.
    key: String,
    /// The object's name with the environment taken out.
    bare: String,
}

pub(crate) fn name(candidates: Vec<Candidate>) -> Vec<Discovered> {
    let mut given: BTreeMap<String, Vec<Environment>> = BTreeMap::new();
    let mut groups: BTreeMap<String, Vec<Guess>> = BTreeMap::new();
    for mut candidate in candidates {
        match candidate.clues.given.take() {
            Some((application, name)) => {
                given.entry(application).or_default().push(Environment { name, ..candidate.environment });
            }
            None => {
                let guess = guess(candidate);
                groups.entry(guess.key.clone()).or_default().push(guess);
            }
        }
    }
    let groups = groups.into_values().flat_map(split).collect();
    let mut applications: Vec<Discovered> =
        given.into_iter().map(|(name, environments)| Discovered { name, environments }).collect();
    applications.extend(applications_of(groups, &applications));
    applications.sort_by(|one, other| one.name.cmp(&other.name));
    applications
}

fn guess(candidate: Candidate) -> Guess {
    let clues = &candidate.clues;
    let segments: Vec<&str> = clues.path.split('/').filter(|segment| !segment.is_empty()).collect();
    let place = environment_segment(&segments);
    let by_values = clues.values.iter().rev().filter_map(|path| of_values(path));
    let mut by_values: Vec<String> = by_values.collect();
    by_values.sort_by_key(|name| !words::is_environment(name));
    let name = place.map(|at| segments[at].to_owned()).or_else(|| by_values.first().cloned());
    let longer = place.map(|at| segments[at..].join("-"));
    let rest =
        segments.iter().enumerate().filter(|(at, segment)| Some(*at) != place && !words::is_layout(segment));
    let mut key = rest.map(|(_, segment)| *segment).collect::<Vec<_>>().join("/");
    if let Recipe::Elsewhere(elsewhere) = &candidate.environment.recipe {
        key = format!("{}/{key}", elsewhere.repository);
    }
    for path in &clues.values {
        let taken_out = name.as_ref().map_or_else(|| path.clone(), |name| path.replace(name.as_str(), "*"));
        // Values files that are inside the rendered directory say no more than it does.
        if !path.starts_with(&format!("{}/", clues.path)) {
            key.push_str(&format!(" {taken_out}"));
        }
    }
    let bare = words::bare(&clues.object, name.as_deref());
    Guess { name, longer, key, bare, candidate }
}

/// Which segment of a path is the environment: what follows the last of `overlays` and its like, else the last word for
/// one, else what follows `clusters`.
fn environment_segment(segments: &[&str]) -> Option<usize> {
    let after = |is: &dyn Fn(&str) -> bool| {
        let at = segments.iter().rposition(|segment| is(segment))? + 1;
        (at < segments.len()).then_some(at)
    };
    after(&words::is_layout)
        .or_else(|| segments.iter().rposition(|segment| words::is_environment(segment)))
        .or_else(|| after(&|segment| segment == "clusters"))
}

/// The environment of a values file: by its name, or by the directory that it is in.
fn of_values(path: &str) -> Option<String> {
    let by_name = words::of_values_file(path).map(str::to_owned);
    by_name.or_else(|| {
        let segments: Vec<&str> = file_tree::parent(path).split('/').collect();
        environment_segment(&segments).map(|at| segments[at].to_owned())
    })
}

/// A group whose environments are told apart by their paths is one application; else those of one name are.
fn split(group: Vec<Guess>) -> Vec<Vec<Guess>> {
    if distinct(&group, |guess| guess.name.clone()) {
        return vec![named(group)];
    }
    let mut by_name: BTreeMap<String, Vec<Guess>> = BTreeMap::new();
    group.into_iter().for_each(|guess| by_name.entry(guess.bare.clone()).or_default().push(guess));
    by_name.into_values().map(named).collect()
}

fn distinct(group: &[Guess], name: impl Fn(&Guess) -> Option<String>) -> bool {
    let names: Option<BTreeSet<String>> = group.iter().map(name).collect();
    names.is_some_and(|names| names.len() == group.len())
}

type Criterion = fn(&Guess) -> Option<String>;

/// What may tell environments apart, in order.
const CRITERIA: [Criterion; 13] = [
    |guess| guess.name.clone(),
    |guess| guess.longer.clone(),
    |guess| guess.candidate.clues.label.clone(),
    |guess| words::environment_in(&guess.candidate.clues.object),
    |guess| guess.candidate.environment.revision.clone(),
    last_segment,
    |guess| guess.candidate.clues.project.clone(),
    |guess| guess.candidate.environment.namespace.clone(),
    |guess| guess.candidate.environment.cluster.clone(),
    file_segment,
    |guess| guess.name.clone().or_else(|| words::environment_in(&guess.candidate.clues.object)),
    |guess| guess.candidate.clues.path.rsplit('/').next().filter(|last| !last.is_empty()).map(str::to_owned),
    |guess| Some(guess.candidate.clues.object.clone()).filter(|object| !object.is_empty()),
];

/// The last segment of the path; of a chart that is the chart's name, and says nothing.
fn last_segment(guess: &Guess) -> Option<String> {
    let is_chart = guess.candidate.environment.recipe.kind() == "helm";
    let last = guess.candidate.clues.path.rsplit('/').next().filter(|segment| !segment.is_empty());
    last.filter(|_| !is_chart).map(str::to_owned)
}

fn file_segment(guess: &Guess) -> Option<String> {
    let segments: Vec<&str> = file_tree::parent(&guess.candidate.clues.file).split('/').collect();
    environment_segment(&segments).map(|at| segments[at].to_owned())
}

/// Gives each of a group its name, by the first criterion that tells all of them apart.
fn named(mut group: Vec<Guess>) -> Vec<Guess> {
    let alone = group.len() == 1;
    let found = CRITERIA.iter().find(|criterion| distinct(&group, criterion));
    for guess in &mut group {
        // One that is alone is not told from anything: a word for an environment in its names counts before the path.
        let by_word = alone.then(|| by_word(guess)).flatten();
        let name = by_word.or_else(|| found.and_then(|criterion| criterion(guess)));
        // What nothing tells apart keeps its name: who asks for it is told the places.
        let name =
            name.or_else(|| guess.name.clone()).unwrap_or_else(|| guess.candidate.clues.object.clone());
        guess.candidate.environment.name = valid(&name);
    }
    group
}

fn by_word(guess: &Guess) -> Option<String> {
    let Guess { candidate, name, .. } = guess;
    let in_namespace = || words::environment_in(candidate.environment.namespace.as_deref()?);
    let stated = name.clone().or_else(|| candidate.clues.label.clone());
    stated
        .or_else(|| words::environment_in(&candidate.clues.object))
        .or_else(in_namespace)
        .or_else(|| file_segment(guess))
}

/// A name that `plimsoll.yaml` takes: letters, digits, `.`, `_` and `-`, at most 63 of them.
fn valid(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    let name: String = name.chars().map(plain).take(63).collect();
    let name = name.trim_matches(['.', '_', '-']);
    if name.is_empty() { "default".to_owned() } else { name.to_owned() }
}

fn applications_of(groups: Vec<Vec<Guess>>, given: &[Discovered]) -> Vec<Discovered> {
    let mut by_name: BTreeMap<String, Vec<Vec<Guess>>> = BTreeMap::new();
    for group in groups {
        by_name.entry(display(&group)).or_default().push(group);
    }
    let mut taken: BTreeMap<String, usize> =
        given.iter().map(|application| (application.name.clone(), 0)).collect();
    let mut applications = Vec::new();
    for (name, groups) in by_name {
        let one = groups.len() == 1 || are_one(&groups);
        let groups = if one { vec![groups.into_iter().flatten().collect()] } else { groups };
        for group in groups {
            let name = if one { name.clone() } else { qualified(&name, &group) };
            let name = free(name, &mut taken);
            let mut environments: Vec<Environment> =
                group.into_iter().map(|guess| guess.candidate.environment).collect();
            environments.sort_by(|one, other| one.name.cmp(&other.name));
            applications.push(Discovered { name, environments });
        }
    }
    applications
}

/// Groups of one name are one application if no environment is in two of them.
fn are_one(groups: &[Vec<Guess>]) -> bool {
    let names: Vec<&str> =
        groups.iter().flatten().map(|guess| guess.candidate.environment.name.as_str()).collect();
    let by_object = groups.iter().flatten().all(|guess| !guess.bare.is_empty());
    by_object && names.iter().collect::<BTreeSet<_>>().len() == names.len()
}

/// The name of a group: that of its objects without the environment, if they agree, else of what they render, else of
/// the release.
fn display(group: &[Guess]) -> String {
    let bares: BTreeSet<&str> =
        group.iter().map(|guess| guess.bare.as_str()).filter(|bare| !bare.is_empty()).collect();
    let agreed = if bares.len() == 1 { bares.first().copied() } else { None };
    let of_path = || group.iter().find_map(|guess| specific(&guess.key));
    let is_environment = |name: &str| group.iter().any(|guess| guess.candidate.environment.name == name);
    let releases = group.iter().filter_map(|guess| match &guess.candidate.environment.recipe {
        Recipe::Helm(helm) => Some(helm.release.as_str()),
        _ => None,
    });
    let of_release = || releases.into_iter().find(|release| !is_environment(release));
    agreed.or_else(of_path).or_else(of_release).unwrap_or_default().to_owned()
}

/// The last segment of a key that says something.
fn specific(key: &str) -> Option<&str> {
    let path = key.split(' ').next().unwrap_or_default();
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    segments.rev().find(|segment| !words::is_generic(segment) && !segment.contains('*'))
}

/// A name with the directory that its path has before it.
fn qualified(name: &str, group: &[Guess]) -> String {
    let path = group.first().map_or("", |guess| guess.key.split(' ').next().unwrap_or_default());
    let segments = path.split('/').filter(|segment| *segment != name && !words::is_generic(segment));
    match segments.rev().find(|segment| !segment.is_empty()) {
        Some(before) => format!("{before}/{name}"),
        None => name.to_owned(),
    }
}

/// A name that no other application has: with a number, if it must be.
fn free(name: String, taken: &mut BTreeMap<String, usize>) -> String {
    let name = if name.is_empty() { "application".to_owned() } else { name };
    let mut free = name.clone();
    while taken.contains_key(&free) {
        let count = taken.entry(name.clone()).or_default();
        *count += 1;
        free = format!("{name}-{}", *count + 1);
    }
    taken.insert(free.clone(), 0);
    free
}
