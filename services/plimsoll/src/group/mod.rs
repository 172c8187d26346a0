//! Promotions that are previewed together: a plan for each application and target.

mod changed;

use ids::BlobHash;
use preview::{Document as _, group_hash};
use source::parallel;

use crate::cli::Preview as Arguments;
use crate::drift::Live;
use crate::edges::{self, Edge};
use crate::failure::Failure;
use crate::nodes::Nodes;
use crate::preview::Preview;
use crate::pricing::Prices;
use crate::session::{Session, standard_input_twice};
use crate::sides::Sides;
use crate::text::count;

/// Promotions that are previewed together.
pub(crate) struct Group {
    /// In the order of the applications, and of the targets as they are given.
    pub(crate) members: Vec<Member>,
    /// The hash of all plans that were made.
    pub(crate) hash: BlobHash,
    /// What a reader should know of it.
    pub(crate) notes: Vec<String>,
    /// How many promotions read none of the files that have changed, where that was asked.
    pub(crate) unchanged: Option<usize>,
}

/// One of them.
pub(crate) struct Member {
    /// The application; none where the arguments do not name it.
    pub(crate) application: Option<String>,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) made: Result<Made, Failure>,
}

/// A preview with the hash of its plan.
pub(crate) struct Made {
    pub(crate) preview: Preview,
    pub(crate) hash: BlobHash,
}

impl Member {
    /// What people call it in a list of all.
    pub(crate) fn label(&self, group: &Group) -> String {
        let one_target = group.members.iter().all(|member| member.to == self.to);
        match &self.application {
            Some(application) if one_target => application.clone(),
            Some(application) => format!("{application} → {}", self.to),
            None => self.to.clone(),
        }
    }

    /// What people call it.
    pub(crate) fn name(&self) -> String {
        match &self.application {
            Some(application) => format!("{application}: {} → {}", self.from, self.to),
            None => format!("{} → {}", self.from, self.to),
        }
    }
}

impl Group {
    /// Plans every promotion that is asked for. One that fails does not stop the others.
    pub(crate) fn make(
        session: &Session,
        arguments: &Arguments,
        prices: &Prices,
        known: (Option<&Live>, Option<&Nodes>),
    ) -> Result<Self, Failure> {
        let make = |sides: Sides| Made::of(Preview::make(session, arguments, sides, prices, known)?);
        if arguments.all {
            return Self::of_repository(session, arguments, &make);
        }
        if [Some(&arguments.from), arguments.base.as_ref()]
            .iter()
            .any(|name| name.is_some_and(|name| name == "-"))
        {
            return Err(standard_input_twice());
        }
        Ok(Self::of(&arguments.to, None, |to| Member {
            application: arguments.app.clone(),
            from: arguments.from.clone(),
            to: to.clone(),
            made: Sides::resolve(session, arguments, to).and_then(make),
        }))
    }

    fn of_repository(
        session: &Session,
        arguments: &Arguments,
        make: &(impl Fn(Sides) -> Result<Made, Failure> + Sync),
    ) -> Result<Self, Failure> {
        let discovery = session.workspace.discover()?;
        let earlier = arguments.base_rev.as_ref().map(|at| session.workspace.discover_at(at)).transpose()?;
        let (mut all, mut notes): (Vec<Edge<'_>>, Vec<String>) = (Vec::new(), Vec::new());
        for to in &arguments.to {
            let found = edges::edges(&discovery, &arguments.from, to);
            if found.is_empty() {
                return Err(edges::unknown(&discovery, None, &arguments.from, to));
            }
            all.extend(found);
            notes.extend(edges::left_out(&discovery, &arguments.from, to));
        }
        all.sort_by(|one, other| one.application.name.cmp(&other.application.name));
        let of_all = all.len();
        let changed = changed::paths(session, arguments)?;
        if let Some(paths) = &changed {
            all.retain(|edge| changed::touches(edge, paths));
        }
        let unchanged = changed.map(|_| of_all - all.len());
        let group = Self::of(&all, unchanged, |edge| Member {
            application: Some(edge.application.name.clone()),
            from: edge.from.name.clone(),
            to: edge.to.name.clone(),
            made: Sides::of_edge(session, &discovery, edge, earlier.as_ref()).and_then(make),
        });
        Ok(Self { notes, ..group })
    }

    fn of<T: Sync>(wanted: &[T], unchanged: Option<usize>, member: impl Fn(&T) -> Member + Sync) -> Self {
        let members = parallel::each(wanted, member);
        let plans: Vec<BlobHash> =
            members.iter().filter_map(|one| Some(one.made.as_ref().ok()?.hash)).collect();
        Self { hash: group_hash(&plans), members, notes: Vec::new(), unchanged }
    }

    /// What becomes of them, in one sentence: `12 promotions: 3 change something, 1 is blocked, 8 have nothing to carry`.
    pub(crate) fn verdict(&self) -> String {
        let number = |test: &dyn Fn(&Result<Made, Failure>) -> bool| {
            self.members.iter().filter(|member| test(&member.made)).count()
        };
        let is_partial = |made: &Made| !made.preview.plan.partial.is_empty();
        let is_blocked = |made: &Made| !made.preview.plan.blocked.is_empty();
        let may_go = |made: &Made| !is_blocked(made) && !is_partial(made);
        let is_empty = |made: &Made| made.preview.plan.edits.is_empty();
        let of_made = |test: &dyn Fn(&Made) -> bool| number(&|made| made.as_ref().is_ok_and(test));
        let parts = [
            (number(&Result::is_err), "fails", "fail"),
            (of_made(&is_blocked), "is blocked", "are blocked"),
            (of_made(&|made| is_partial(made) && !is_blocked(made)), "is partial", "are partial"),
            (of_made(&|made| may_go(made) && !is_empty(made)), "carries something", "carry something"),
            (
                of_made(&|made| may_go(made) && is_empty(made)),
                "has nothing to carry",
                "have nothing to carry",
            ),
        ];
        let parts = parts.into_iter().filter(|(number, ..)| *number > 0);
        let mut parts: Vec<String> = parts.map(|(number, one, many)| count(number, one, many)).collect();
        let unchanged = self.unchanged.filter(|number| *number > 0);
        parts.extend(
            unchanged.map(|number| {
                count(number, "reads no file that has changed", "read no file that has changed")
            }),
        );
        let all = self.members.len() + self.unchanged.unwrap_or_default();
        format!("{}: {}", count(all, "promotion", "promotions"), parts.join(", "))
    }

    /// The previews that were made.
    pub(crate) fn previews(&self) -> impl Iterator<Item = (&Member, &Preview)> {
        self.members.iter().filter_map(|member| Some((member, &member.made.as_ref().ok()?.preview)))
    }
}

impl Made {
    fn of(preview: Preview) -> Result<Self, Failure> {
        let hash = preview.plan.digest();
        let hash = hash.map_err(|error| Failure::new(error.code(), error.to_string()))?;
        Ok(Self { preview, hash })
    }
}
