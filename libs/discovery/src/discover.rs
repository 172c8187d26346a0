//! All evidence of a repository, in the order in which it counts.

use std::collections::BTreeSet;
use std::ops::Bound;

use crate::argo::{application, clusters, generators::MOST, image_updater, set};
use crate::candidate::Candidate;
use crate::declared::{self, Declared};
use crate::delivery::Delivery;
use crate::environment::{Environment, Evidence, OwnedBy, Owner, Owns};
use crate::flux::{self, Sources};
use crate::found::Found;
use crate::hydrated;
use crate::kargo;
use crate::layout;
use crate::naming;
use crate::note::{Note, Problem};
use crate::object::{Object, objects};
use crate::place::Location;
use crate::reads::Reader;
use crate::repository::{Index, Repository};

pub(crate) const ARGO: &str = "argoproj.io";

/// Finds the applications of a repository and their environments.
///
/// A `plimsoll.yaml` counts first; then the objects of Argo CD and Flux; then directories and values files that are called
/// as environments are. With `declared`, its environments alone are the result; what objects lay over the same
/// directories (images, values, variables, owners) holds for them too. What cannot be read is on the notes, or on those
/// of the environment that it belongs to.
#[must_use]
pub fn discover(repository: Repository<'_>, declared: Option<Declared<'_>>) -> Found {
    let index = Index::new(repository);
    let mut notes = Vec::new();
    let objects = objects(&index, &mut notes);
    let found = of_objects(&index, &objects, &mut notes);
    let mut candidates = match declared {
        Some(declared) => declared::candidates(declared, &index, &found),
        None => {
            let mut candidates = declared::in_files(&index, &found, &mut notes);
            let declared: BTreeSet<String> = candidates.iter().filter_map(rendered).collect();
            candidates.extend(
                found.into_iter().filter(|one| !rendered(one).is_some_and(|path| declared.contains(&path))),
            );
            let claimed = layout::Claimed::by(&candidates);
            candidates.extend(layout::candidates(&index, &claimed));
            candidates
        }
    };
    let mut reader = Reader::new(&index);
    for Candidate { environment, .. } in &mut candidates {
        let named = std::mem::replace(&mut environment.reads, reader.of(&environment.recipe));
        environment.reads.files.extend(named.files);
        environment.reads.files.insert(environment.found_by.at.file.to_string());
    }
    attach_owners(&index, &objects, &mut candidates);
    notes.sort_by(|one, other| (&one.at, one.problem).cmp(&(&other.at, other.problem)));
    notes.dedup();
    Found { applications: naming::name(candidates), notes }
}

/// The environment that a path of the repository means: the one that was found there, or the path as it is rendered by
/// what is in it. Where it is found in several ways, the one called `name` is meant, if there is one; else none of them, and
/// that is said.
#[must_use]
pub fn environment_at(
    repository: Repository<'_>,
    found: &Found,
    path: &str,
    name: Option<&str>,
) -> Environment {
    let all: Vec<&Environment> =
        found.all().map(|(_, one)| one).filter(|one| one.recipe.path() == Some(path)).collect();
    if let Some(named) = name.and_then(|name| all.iter().find(|one| one.name == name)) {
        return (*named).clone();
    }
    if let Some((first, rest)) = all.split_first()
        && rest.iter().all(|other| other.recipe == first.recipe)
    {
        return (*first).clone();
    }
    let index = Index::new(repository);
    let mut bare = layout::at(&index, path).environment;
    bare.reads = Reader::new(&index).of(&bare.recipe);
    bare.owners.extend(hydrated::owner(&index, path));
    // A chart with several values files is a chart all the same; overrides of one directory contradict each other.
    if bare.recipe.kind() != "helm" && !all.is_empty() {
        let ways: Vec<&str> = all.iter().map(|one| one.found_by.why.as_str()).collect();
        bare.partial.push(several(path, &ways, bare.found_by.at.clone()));
    }
    bare
}

/// The environment as the files say it now, after an edit of them: that which the same object makes under the same name.
/// None where it is not found any more.
#[must_use]
pub fn found_again(repository: Repository<'_>, environment: &Environment) -> Option<Environment> {
    let found = discover(repository, None);
    let same = |(_, other): &(_, &Environment)| {
        let (now, then) = (&other.found_by, &environment.found_by);
        other.name == environment.name && now.why == then.why && now.at.file == then.at.file
    };
    found.all().find(same).map(|(_, environment)| environment.clone())
}

/// That a path is rendered in several ways.
pub(crate) fn several(path: &str, ways: &[&str], at: Location) -> Note {
    let message = format!("{path} is rendered in several ways, and none is taken: {}", ways.join(", "));
    Note { problem: Problem::Elsewhere, at, message }
}

fn of_objects(index: &Index<'_>, objects: &[Object], notes: &mut Vec<Note>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let sources = Sources { index, objects, maps: std::cell::OnceCell::new() };
    let known: Vec<Object> = objects.iter().filter(|object| clusters::is_cluster(object)).cloned().collect();
    let writers = Writers::of(objects);
    for object in objects {
        let read = match (object.group.as_str(), object.kind.as_str()) {
            (ARGO, "Application") => {
                let why = format!("Argo CD Application {}", object.full_name());
                let evidence = Evidence { at: object.at().clone(), why };
                argo(object, evidence, index, (&writers, objects))
            }
            (ARGO, "ApplicationSet") => {
                let room = MOST.saturating_sub(found.len());
                let made = set::applications(object, &known, index, room, notes);
                let from = (&writers, objects);
                found.extend(made.into_iter().filter_map(|made| of_set(made, index, from, notes)));
                continue;
            }
            (flux::kustomization::GROUP, "Kustomization") => flux::kustomization::read(object, &sources),
            (flux::release::GROUP, "HelmRelease") => flux::release::read(object, &sources),
            _ => continue,
        };
        match read {
            Ok(candidate) => found.push(candidate),
            Err(note) => notes.push(note),
        }
    }
    if found.len() > MOST {
        notes.push(too_many(&found));
        found.clear();
    }
    notes.extend(cycles(index, &found));
    found
}

/// An Application that a set makes.
fn of_set(
    made: set::Made,
    index: &Index<'_>,
    from: (&Writers, &[Object]),
    notes: &mut Vec<Note>,
) -> Option<Candidate> {
    match argo(&made.object, made.found_by, index, from) {
        Ok(mut candidate) => {
            candidate.environment.partial.extend(made.notes);
            Some(candidate)
        }
        Err(note) => {
            notes.push(note);
            None
        }
    }
}

/// What is rendered, by which a `plimsoll.yaml` and an object are known to mean the same: the path, with the last of the
/// values files.
fn rendered(candidate: &Candidate) -> Option<String> {
    let path = candidate.environment.recipe.path()?;
    Some(candidate.clues.values.last().map_or_else(|| path.to_owned(), |values| format!("{path} {values}")))
}

fn too_many(found: &[Candidate]) -> Note {
    let at = found.last().map(|candidate| candidate.environment.found_by.at.clone());
    Note {
        problem: Problem::TooMany,
        at: at.unwrap_or_else(|| Location::of_file("")),
        message: format!("more than {MOST} applications: none of them is listed"),
    }
}

/// What writes Applications by itself.
struct Writers {
    updaters: Vec<Object>,
    stages: Vec<kargo::Stage>,
}

impl Writers {
    fn of(objects: &[Object]) -> Self {
        let is_updater = |object: &&Object| object.is(image_updater::GROUP, "ImageUpdater");
        Self {
            updaters: objects.iter().filter(is_updater).cloned().collect(),
            stages: kargo::stages(objects),
        }
    }
}

/// An Application with those who write it by themselves, and with what its project says.
fn argo(
    object: &Object,
    evidence: Evidence,
    index: &Index<'_>,
    (writers, objects): (&Writers, &[Object]),
) -> Result<Candidate, Note> {
    let mut candidate = application::read(object, evidence, index)?;
    let environment = &mut candidate.environment;
    let partial = &mut environment.partial;
    environment.owners =
        image_updater::owners(object, &writers.updaters, &environment.recipe, index, partial);
    environment.owners.extend(kargo::authorised(object, &writers.stages));
    environment.delivery = Delivery::of_application(object, objects);
    Ok(candidate)
}

/// Adds the Stages and image policies that write what a candidate is rendered from.
fn attach_owners(index: &Index<'_>, objects: &[Object], candidates: &mut [Candidate]) {
    for Candidate { environment, .. } in candidates.iter_mut() {
        let hydrated = environment.recipe.path().and_then(|path| hydrated::owner(index, path));
        environment.owners.extend(hydrated);
    }
    let stages = kargo::stages(objects);
    let markers = flux::markers(index);
    if stages.is_empty() && markers.is_empty() {
        return;
    }
    for Candidate { environment, clues } in candidates {
        let mut own: Vec<String> = environment.recipe.path().into_iter().map(str::to_owned).collect();
        own.extend(clues.values.iter().cloned());
        own.extend(own.first().and_then(|path| index.kustomization(path)));
        own.extend(clues.values.iter().map(|path| file_tree::parent(path).to_owned()));
        let stages = kargo::owners(&clues.object, &own, &stages);
        let is_new = |owner: &Owner| environment.owners.iter().all(|known| known.by != owner.by);
        let stages: Vec<Owner> = stages.into_iter().filter(is_new).collect();
        environment.owners.extend(stages);
        let marked = markers.iter().filter(|marker| environment.reads.touches(&marker.at.file));
        environment.owners.extend(marked.map(|marker| Owner {
            by: OwnedBy::FluxImagePolicy { policy: marker.policy.clone() },
            owns: Owns::Value(marker.at.clone()),
            at: marker.at.clone(),
        }));
    }
}

/// Applications that hold one another's definitions. One that holds its own alone is common, and no cycle to speak of.
fn cycles(index: &Index<'_>, candidates: &[Candidate]) -> Vec<Note> {
    let file = |one: &Candidate| one.environment.found_by.at.file.clone();
    let start = |one: &Candidate| match one.environment.recipe.path() {
        Some("") => Some(String::new()),
        path => path.filter(|path| index.is_directory(path)).map(|path| format!("{path}/")),
    };
    let files: BTreeSet<std::sync::Arc<str>> = candidates.iter().map(file).collect();
    // Only what holds the definition of another can be part of a cycle; there are few of them.
    let holds_another = |one: &&Candidate| {
        start(one).is_some_and(|start| {
            let inside = files
                .range::<str, _>((Bound::Included(start.as_str()), Bound::Unbounded))
                .take_while(|file| file.starts_with(&start));
            inside.take(2).any(|inside| *inside != file(one))
        })
    };
    let outer: Vec<&Candidate> = candidates.iter().filter(holds_another).collect();
    let holds =
        |one: &Candidate, other: &Candidate| start(one).is_some_and(|start| file(other).starts_with(&start));
    let mut notes = Vec::new();
    for (at, one) in outer.iter().enumerate() {
        let other = outer[at + 1..]
            .iter()
            .find(|other| file(one) != file(other) && holds(one, other) && holds(other, one));
        notes.extend(other.map(|other| Note {
            problem: Problem::Cycle,
            at: one.environment.found_by.at.clone(),
            message: format!(
                "{} and {} hold each other's definitions",
                one.environment.found_by.why, other.environment.found_by.why
            ),
        }));
    }
    notes
}
