//! From what is to become of rendered objects to edits of the files that they are rendered from.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::rc::Rc;

use discovery::{Environment, Recipe, Setting};
use kube_model::yaml::Limits;
use kube_model::{ObjectKey, Place};

use super::draft::Draft;
use super::trial::{Goal, Open, Standing};
use super::tries::{self, Tries};
use super::{Documents, Inputs, Layers, Marks, helm, kustomize, owned, settings, texts};
use crate::edits::{Becoming, Coupled, Edited, Refused, Written};
use crate::pairing::Pair;
use crate::table::{self, Action};
use render::Rendered;

/// What proposals are made from.
pub(crate) struct Site<'s, 'a> {
    pub(crate) layers: &'s Layers<'a>,
    pub(crate) pairs: &'s [Pair<'a>],
    pub(crate) limits: &'a Limits,
    /// Settings of the target that set other environments, too.
    pub(crate) shared_settings: Vec<Setting>,
    /// The manifests of a directory that is no kustomization, relative to it.
    pub(crate) manifests: Option<Vec<String>>,
    /// The files that the target's own settings stand in.
    pub(crate) definitions: BTreeSet<String>,
    /// The source's kustomization, where there is one.
    pub(crate) source: Option<Rc<Documents>>,
}

/// A way to move an open place: drafts to try, best first.
pub(crate) type Mechanism = for<'a> fn(&Site<'_, 'a>, &Draft<'a>, &Open, &Standing) -> Vec<Draft<'a>>;

impl<'s, 'a> Site<'s, 'a> {
    fn new(layers: &'s Layers<'a>, pairs: &'s [Pair<'a>], limits: &'a Limits) -> Self {
        let settings = layers.target.environment.map(Environment::settings).unwrap_or_default();
        let (shared_settings, own): (Vec<Setting>, Vec<Setting>) =
            settings.into_iter().partition(|setting| layers.settings_of_others.contains(&setting.at));
        let definitions = own.into_iter().map(|setting| setting.at.file.to_string()).collect();
        let source = kustomize::overlay_of(&layers.source, limits);
        Self { layers, pairs, limits, shared_settings, manifests: manifests(layers), definitions, source }
    }

    /// Whether a setting, as the target's files have it now, is for the target alone.
    pub(crate) fn is_own_setting(&self, setting: &Setting) -> bool {
        !self.shared_settings.iter().any(|shared| shared.is_like(setting))
    }

    /// The pair of an object.
    pub(crate) fn pair(&self, key: &ObjectKey) -> Option<&Pair<'a>> {
        self.pairs.iter().find(|pair| pair.key == *key)
    }

    /// Whether the target alone is rendered from a file, and the file is one of its own: it lies with its overlay, or is a
    /// values file of the environment. A chart's own values are those of all who use it, unless there are no others.
    pub(crate) fn is_own(&self, path: &str) -> bool {
        let inside = match self.layers.target.inputs {
            Inputs::Kustomize { directory } | Inputs::Command { directory } => {
                directory.is_empty()
                    || path.strip_prefix(&**directory).is_some_and(|rest| rest.starts_with('/'))
            }
            Inputs::Helm { chart, values } if values.is_empty() => {
                file_tree::join(chart, "values.yaml").is_ok_and(|own| own == path)
            }
            Inputs::Helm { values, .. } => values.iter().any(|own| own == path),
            Inputs::Other => false,
        };
        inside && !self.layers.shared.contains(path)
    }
}

/// What a directory without a kustomization lists.
fn manifests(layers: &Layers<'_>) -> Option<Vec<String>> {
    let parts = layers.target.environment.map(|environment| environment.recipe.parts())?;
    parts.iter().find_map(|recipe| match recipe {
        Recipe::Kustomize(kustomize) => kustomize.generated.clone(),
        Recipe::Plain(plain) => {
            let relative = |path: &String| file_tree::relative(&plain.path, path);
            Some(layers.rendered.read.iter().map(relative).filter(|path| !path.starts_with("..")).collect())
        }
        _ => None,
    })
}

/// Edits the target's inputs until rendering them gives what was planned, from a draft with the units that go over.
/// `may_follow` are places that go with an image's version where they are rendered from the same value.
pub(crate) fn write<'a>(
    layers: &Layers<'a>,
    pairs: &[Pair<'a>],
    becoming: &[Becoming<'_, '_>],
    draft: Draft<'a>,
    may_follow: &BTreeSet<Place>,
    tries: &mut Tries,
    limits: &'a Limits,
) -> Result<Edited<'a>, Refused> {
    let site = Site::new(layers, pairs, limits);
    let of_files: &[&[Mechanism]] = match layers.target.inputs {
        Inputs::Kustomize { .. } => kustomize::PHASES,
        Inputs::Helm { .. } => helm::PHASES,
        Inputs::Command { .. } => texts::PHASES,
        Inputs::Other => &[],
    };
    let (first, later) = of_files.split_first().map_or((&[][..], of_files), |(first, later)| (*first, later));
    let first = [settings::MECHANISMS, first].concat();
    let phases: Vec<&[Mechanism]> = iter::once(first.as_slice()).chain(later.iter().copied()).collect();
    let goal = Goal::new(&layers.rendered.as_written, becoming, Marks::of(layers, limits));
    let pointers: BTreeSet<String> = draft.tree.changes().map(|(path, _)| path.to_owned()).collect();
    let mut search = Search {
        site: &site,
        goal: &goal,
        may_follow,
        given_up: BTreeSet::new(),
        coupled: Vec::new(),
        owned: BTreeMap::new(),
        pointers,
        tries,
        untried: BTreeSet::new(),
    };
    let start = Try::of(draft, &goal, layers).map_err(|why| refuse_all(becoming, why))?;
    let mut reached = start;
    for phase in 1..=phases.len() {
        reached = search.run(reached, &phases[..phase].concat());
        if !search.coupled.is_empty() || !search.owned.is_empty() {
            break;
        }
    }
    if !reached.standing.is_reached() {
        let Search { coupled, owned, untried, .. } = search;
        return Err(Refused {
            coupled,
            owned,
            ..unreached(layers, reached.standing.open, &untried, becoming)
        });
    }
    let least = search.without_what_is_not_needed(reached);
    finish(layers, least, &becoming.iter().map(|change| change.pair.key.clone()).collect())
}

/// A draft with what it renders to.
struct Try<'a> {
    draft: Draft<'a>,
    rendered: Rendered,
    standing: Standing,
}

impl<'a> Try<'a> {
    fn of(draft: Draft<'a>, goal: &Goal, layers: &Layers<'a>) -> Result<Self, String> {
        let rendered = layers.renderer.render(&draft.tree)?;
        let standing = goal.standing(&rendered.as_written);
        Ok(Self { draft, rendered, standing })
    }
}

struct Search<'s, 'a> {
    site: &'s Site<'s, 'a>,
    goal: &'s Goal,
    may_follow: &'s BTreeSet<Place>,
    /// Places that nothing moved.
    given_up: BTreeSet<Place>,
    /// Places that an edit would have moved to the source's value besides.
    coupled: Vec<Coupled>,
    /// Places whose edit would change what somebody else writes, and who.
    owned: BTreeMap<Place, String>,
    /// The files that the pointers have changed.
    pointers: BTreeSet<String>,
    /// What is left of the plan's tries.
    tries: &'s mut Tries,
    /// Places that there were no tries left for.
    untried: BTreeSet<Place>,
}

impl<'a> Search<'_, 'a> {
    /// Moves one open place after the other, as far as that goes.
    fn run(&mut self, mut now: Try<'a>, mechanisms: &[Mechanism]) -> Try<'a> {
        self.given_up.clear();
        loop {
            let next = now.standing.open.iter().find(|open| !self.given_up.contains(&open.place)).cloned();
            let Some(open) = next else { return now };
            match self.moved(&now, &open, mechanisms) {
                Some(nearer) => {
                    // What came may be what another place waited for.
                    if !self.tries.are_spent() {
                        self.given_up.clear();
                    }
                    now = nearer;
                }
                None => drop(self.given_up.insert(open.place)),
            }
        }
    }

    fn moved(&mut self, now: &Try<'a>, open: &Open, mechanisms: &[Mechanism]) -> Option<Try<'a>> {
        if self.tries.are_spent() {
            return self.moved_as_before(now, open, mechanisms);
        }
        let mut coupled = Vec::new();
        let mut on_the_way = None;
        'tries: for (index, mechanism) in mechanisms.iter().enumerate() {
            let drafts = mechanism(self.site, &now.draft, open, &now.standing);
            for (nth, draft) in drafts.into_iter().enumerate() {
                if !self.stays_at_home(&draft) {
                    continue;
                }
                if !self.tries.take() {
                    self.untried.insert(open.place.clone());
                    break 'tries;
                }
                let Ok(tried) = Try::of(draft, self.goal, self.site.layers) else { continue };
                let owner = owned::touched(self.site.layers, &tried.draft);
                if tried.standing.is_nearer_than(&now.standing) {
                    let Some(owner) = owner else {
                        self.tries.remember(&open.place, (index, nth));
                        return Some(tried);
                    };
                    self.owned.insert(open.place.clone(), owner);
                    return None;
                }
                if on_the_way.is_none() && owner.is_none() && tried.standing.is_on_the_way_from(&now.standing)
                {
                    on_the_way = Some((tried, (index, nth)));
                    continue;
                }
                if coupled.is_empty() {
                    coupled = self.moved_besides(&now.standing, &tried.standing, open);
                }
            }
        }
        let Some((step, proposal)) = on_the_way else {
            self.coupled.extend(coupled);
            return None;
        };
        self.tries.remember(&open.place, proposal);
        Some(step)
    }

    /// Moves a place as an earlier round has, without a search.
    fn moved_as_before(&mut self, now: &Try<'a>, open: &Open, mechanisms: &[Mechanism]) -> Option<Try<'a>> {
        let found = self.tries.found(&open.place).into_iter().find_map(|(index, nth)| {
            let drafts = mechanisms.get(index)?(self.site, &now.draft, open, &now.standing);
            let draft = drafts.into_iter().nth(nth).filter(|draft| self.stays_at_home(draft))?;
            let tried = Try::of(draft, self.goal, self.site.layers).ok()?;
            let is_nearer = tried.standing.is_nearer_than(&now.standing)
                || tried.standing.is_on_the_way_from(&now.standing);
            (is_nearer && owned::touched(self.site.layers, &tried.draft).is_none()).then_some(tried)
        });
        if found.is_none() {
            self.untried.insert(open.place.clone());
        }
        found
    }

    /// Whether a draft edits the target's own files alone, beside what its pointers need.
    fn stays_at_home(&self, draft: &Draft<'a>) -> bool {
        draft.tree.changes().all(|(path, _)| {
            self.site.is_own(path) || self.pointers.contains(path) || self.site.definitions.contains(path)
        })
    }

    /// What an edit that moves a place moves besides, if all of that becomes what the source has.
    fn moved_besides(&self, before: &Standing, after: &Standing, open: &Open) -> Vec<Coupled> {
        let by_chance = || helm::chance(&self.site.layers.target).is_some();
        let Some(besides) = after.moved_beside(before, open).filter(|_| !by_chance()) else {
            return Vec::new();
        };
        let is_the_sources = |other: &&Open| {
            let source = self.site.pair(&other.place.object).and_then(|pair| pair.source.as_ref());
            let value =
                source.and_then(|source| other.place.path.get(other.place.object.schema(), &source.value));
            value.as_deref() == other.found.as_ref()
        };
        let goes = |other: &&Open| self.may_follow.contains(&other.place) && is_the_sources(other);
        let of_version = table::row_of(&open.place, false).known == Action::CarryVersion;
        match of_version && besides.iter().all(goes) {
            true => {
                let couple = |other: &Open| Coupled { place: other.place.clone(), with: open.place.clone() };
                besides.into_iter().map(couple).collect()
            }
            false => Vec::new(),
        }
    }

    /// Takes back what a later edit has made needless. Pointers go over with all their files, whether they show or not.
    fn without_what_is_not_needed(&self, mut reached: Try<'a>) -> Try<'a> {
        // A file that went with its entry is not named by anything, so it would never be missed.
        let edited = reached.draft.tree.changes().filter(|(_, bytes)| bytes.is_some());
        let changed: Vec<String> = edited.map(|(path, _)| path.to_owned()).collect();
        for path in changed.into_iter().filter(|path| !self.pointers.contains(path)) {
            let without = reached.draft.clone().taken_back(&path);
            if let Ok(tried) = Try::of(without, self.goal, self.site.layers)
                && tried.standing.is_reached()
            {
                reached = tried;
            }
        }
        reached
    }
}

fn finish<'a>(
    layers: &Layers<'a>,
    reached: Try<'a>,
    changed: &BTreeSet<ObjectKey>,
) -> Result<Edited<'a>, Refused> {
    let original = layers.target.tree;
    let mut written = Vec::new();
    for (path, after) in reached.draft.tree.changes() {
        let before = original.file(path);
        if before == after {
            continue;
        }
        if let Some(why) = not_text(path, before, after) {
            return Err(Refused::objects(changed.clone(), why));
        }
        let after = after.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        written.extend(Written::text(path, before, after));
    }
    written.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Edited { written, files: Vec::new(), after: reached.rendered.objects })
}

/// Why an edit of a file cannot be published, if it cannot: edits are text, so that people read them.
pub(crate) fn not_text(path: &str, before: Option<&[u8]>, after: Option<&[u8]>) -> Option<String> {
    let is_text = |bytes: Option<&[u8]>| bytes.is_none_or(|bytes| std::str::from_utf8(bytes).is_ok());
    let is_chart = path.ends_with(".tgz");
    let what = if is_chart {
        "a packaged chart, which no edit of text carries: keep it unpacked"
    } else {
        "no text"
    };
    (!is_text(before) || !is_text(after)).then(|| format!("{path} is {what}, or change it by hand"))
}

fn refuse_all(becoming: &[Becoming<'_, '_>], why: String) -> Refused {
    Refused::objects(becoming.iter().map(|change| change.pair.key.clone()).collect(), why)
}

/// What was tried in vain is refused first, alone: the next round says of the rest why it was not tried.
fn unreached(
    layers: &Layers<'_>,
    open: Vec<Open>,
    untried: &BTreeSet<Place>,
    becoming: &[Becoming<'_, '_>],
) -> Refused {
    let (untried, tried): (Vec<Open>, Vec<Open>) =
        open.into_iter().partition(|open| untried.contains(&open.place));
    let changes = |open: &Open| becoming.iter().any(|change| change.pair.key == open.place.object);
    match untried.is_empty() || tried.iter().any(changes) {
        true => refused(&tried, why_not(layers, &tried), becoming),
        false => refused(&untried, tries::RAN_OUT.to_owned(), becoming),
    }
}

/// What is still open cannot be written into the target's files.
fn refused(open: &[Open], why: String, becoming: &[Becoming<'_, '_>]) -> Refused {
    let open: BTreeSet<Place> = open.iter().map(|open| open.place.clone()).collect();
    let objects: BTreeSet<ObjectKey> = open.iter().map(|place| place.object.clone()).collect();
    match becoming.iter().any(|change| objects.contains(&change.pair.key)) {
        true => Refused { places: open, ..Refused::objects(objects, why) },
        false => refuse_all(becoming, why),
    }
}

fn why_not(layers: &Layers<'_>, open: &[Open]) -> String {
    let by_chance = helm::chance(&layers.target);
    by_chance.unwrap_or_else(|| match open.iter().any(kustomize::replaces_list) {
        true => {
            "a patch would replace the whole list of a custom resource, and what its base adds later with it"
                .to_owned()
        }
        false => "no edit of the target's own files gives this and nothing else".to_owned(),
    })
}
