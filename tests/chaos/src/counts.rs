//! What the log and the repositories hold, held against what was acknowledged.

use std::collections::{BTreeMap, BTreeSet};

use crate::branches::{Branch, Change};
use crate::driver::Acknowledged;

/// An event of the log, as an independent reader sees it: its headers, not its body.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// `ce_id`.
    pub id: String,
    /// The last word of `ce_type`.
    pub name: String,
    /// What it is about: a promotion (`ce_correlation`) or an application.
    pub subject: String,
}

/// All events that were seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// How often each is there.
    events: BTreeMap<Event, usize>,
}

/// What is not as it has to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// What was acknowledged and is not there, in words.
    pub lost: Vec<String>,
    /// What is there twice, in words.
    pub doubled: Vec<String>,
}

/// What happens once to an application that was registered, to one that was removed, to a promotion that was requested, to one that was
/// approved, and to one whose branch was merged.
const REGISTERED: [&str; 1] = ["ApplicationRegistered"];
const REMOVED: [&str; 1] = ["ApplicationRemoved"];
const REQUESTED: [&str; 2] = ["PreviewRequested", "PreviewCompleted"];
const MERGED: [&str; 3] = ["MergeSeen", "PromotionMerged", "BaseAdvanced"];
const APPROVED: [&str; 4] = ["ApprovalGiven", "PromotionApproved", "BranchPushed", "PromotionOpened"];

impl Seen {
    /// Another record.
    pub fn add(&mut self, event: Event) {
        *self.events.entry(event).or_default() += 1;
    }

    /// How many records are there again.
    #[must_use]
    pub fn repeated(&self) -> usize {
        self.events.values().map(|times| times - 1).sum()
    }

    /// What is wrong if brokers have acknowledged so many copies of records and so many records more are there again: each copy is one of
    /// those, and a producer that asked again may have written others. Where nothing was written again nobody has dropped anything.
    #[must_use]
    pub fn not_written_again(copies: usize, repeated: usize) -> Option<String> {
        let is_well = copies > 0 && repeated >= copies;
        (!is_well).then(|| format!("{copies} records were written again, and {repeated} are there again"))
    }

    /// Holds it against what was acknowledged. `pushed` are the branches of promotions.
    #[must_use]
    pub fn judge(&self, acknowledged: &Acknowledged, pushed: &BTreeMap<String, Branch>) -> Counts {
        let mut found: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for event in self.events.keys() {
            *found.entry((&event.name, &event.subject)).or_default() += 1;
        }
        let mut counts = Counts::default();
        let mut once = |name: &str, subject: &str| match found.get(&(name, subject)) {
            Some(1) => {}
            None => counts.lost.push(format!("{name} of {subject}")),
            Some(times) => counts.doubled.push(format!("{name} of {subject}, {times} times")),
        };
        let registered = acknowledged.registered.iter().map(|id| (id, &REGISTERED[..]));
        let removed = acknowledged.removed.iter().map(|id| (id, &REMOVED[..]));
        let requested = acknowledged.requested.iter().map(|id| (id, &REQUESTED[..]));
        let approved = acknowledged.approved.iter().map(|id| (id, &APPROVED[..]));
        let merged = acknowledged.merged.iter().map(|id| (id, &MERGED[..]));
        for (id, names) in registered.chain(removed).chain(requested).chain(approved).chain(merged) {
            names.iter().for_each(|name| once(name, id));
        }
        for id in &acknowledged.approved {
            match pushed.get(id).map(|branch| branch.commits) {
                Some(1) => {}
                None => counts.lost.push(format!("the branch of {id}")),
                Some(commits) => counts.doubled.push(format!("{commits} commits on the branch of {id}")),
            }
        }
        for (id, expected) in &acknowledged.changes {
            if let Some(branch) = pushed.get(id) {
                counts.hold(id, branch, expected);
            }
        }
        counts.doubled.extend(self.unasked(acknowledged));
        // A branch that nobody asked for is an effect of something that was done twice.
        let maybe = &acknowledged.maybe_approved;
        let approved: BTreeSet<&String> = acknowledged.approved.iter().chain(maybe).collect();
        let strange = pushed.keys().filter(|id| !approved.contains(id));
        counts.doubled.extend(strange.map(|id| format!("the branch of {id}, which nobody approved")));
        counts
    }

    /// What is there besides what was acknowledged: a command that was done twice, and answered once. Who got no answer and gave up
    /// may have done one each.
    fn unasked(&self, acknowledged: &Acknowledged) -> Vec<String> {
        let of = |name: &str, answered: &[String], maybe: usize| {
            let there = self.events.keys().filter(|event| event.name == name);
            let there: BTreeSet<&String> = there.map(|event| &event.subject).collect();
            let answered: BTreeSet<&String> = answered.iter().collect();
            let strange: Vec<String> = there.difference(&answered).map(|id| (*id).clone()).collect();
            let strange = if strange.len() > maybe { strange } else { Vec::new() };
            strange.into_iter().map(|id| format!("{name} of {id}, which nobody was answered")).collect()
        };
        let mut unasked: Vec<String> =
            of(REQUESTED[0], &acknowledged.requested, acknowledged.maybe_requested);
        unasked.extend::<Vec<String>>(of(
            REGISTERED[0],
            &acknowledged.registered,
            acknowledged.maybe_registered,
        ));
        unasked
    }
}

impl Counts {
    /// Holds what a branch changes against what was promoted: what is not in it is lost, and what is in it besides was done too much.
    fn hold(&mut self, id: &str, branch: &Branch, expected: &Change) {
        if !branch.changes.contains(expected) {
            self.lost.push(format!("{expected} on the branch of {id}"));
        }
        for change in branch.changes.iter().filter(|change| *change != expected) {
            self.doubled.push(format!("{change} on the branch of {id}, which was not promoted"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(names: &[(&str, &str)]) -> Seen {
        let mut seen = Seen::default();
        for (name, id) in names {
            seen.add(Event { id: (*id).to_owned(), name: (*name).to_owned(), subject: "p".to_owned() });
        }
        seen
    }

    fn requested() -> Acknowledged {
        Acknowledged { requested: vec!["p".to_owned()], ..Acknowledged::default() }
    }

    #[test]
    fn an_event_that_is_missing_is_lost_and_another_of_its_kind_is_double() {
        let nothing = BTreeMap::new();
        let whole = seen(&[("PreviewRequested", "1"), ("PreviewCompleted", "2")]);
        assert_eq!(whole.judge(&requested(), &nothing), Counts::default());
        let half = seen(&[("PreviewRequested", "1")]);
        assert_eq!(half.judge(&requested(), &nothing).lost, ["PreviewCompleted of p"]);
        let twice = seen(&[("PreviewRequested", "1"), ("PreviewRequested", "3"), ("PreviewCompleted", "2")]);
        assert_eq!(twice.judge(&requested(), &nothing).doubled, ["PreviewRequested of p, 2 times"]);
    }

    /// The first answer was lost, and who asked again was answered with another promotion.
    #[test]
    fn a_command_that_was_done_twice_and_answered_once_is_double() {
        let mut seen = seen(&[("PreviewRequested", "1"), ("PreviewCompleted", "2")]);
        let of = |name: &str, subject: &str| Event {
            id: subject.to_owned(),
            name: name.to_owned(),
            subject: subject.to_owned(),
        };
        seen.add(of("PreviewRequested", "other"));
        let doubled =
            |acknowledged: &Acknowledged, seen: &Seen| seen.judge(acknowledged, &BTreeMap::new()).doubled;
        assert_eq!(doubled(&requested(), &seen), ["PreviewRequested of other, which nobody was answered"]);
        // Somebody gave up, who may have asked for it; for a second one nobody has.
        let given_up = Acknowledged { maybe_requested: 1, ..requested() };
        assert_eq!(doubled(&given_up, &seen), [""; 0]);
        seen.add(of("PreviewRequested", "third"));
        assert_eq!(doubled(&given_up, &seen).len(), 2);
        seen.add(of("ApplicationRegistered", "a"));
        assert_eq!(doubled(&given_up, &seen)[2], "ApplicationRegistered of a, which nobody was answered");
    }

    #[test]
    fn an_application_is_removed_once() {
        let removed = Acknowledged { removed: vec!["p".to_owned()], ..Acknowledged::default() };
        let judge = |events: &[(&str, &str)]| seen(events).judge(&removed, &BTreeMap::new());
        assert_eq!(judge(&[]).lost, ["ApplicationRemoved of p"]);
        assert_eq!(judge(&[("ApplicationRemoved", "1")]), Counts::default());
        let twice = [("ApplicationRemoved", "1"), ("ApplicationRemoved", "2")];
        assert_eq!(judge(&twice).doubled, ["ApplicationRemoved of p, 2 times"]);
    }

    #[test]
    fn a_merge_is_seen_once_and_moves_the_base_once() {
        let merged = Acknowledged { merged: vec!["p".to_owned()], ..Acknowledged::default() };
        let events =
            [("MergeSeen", "1"), ("PromotionMerged", "2"), ("BaseAdvanced", "3"), ("MergeSeen", "4")];
        let judge = |events: &[(&str, &str)]| seen(events).judge(&merged, &BTreeMap::new());
        assert_eq!(judge(&events[..3]), Counts::default());
        assert_eq!(judge(&events[1..3]).lost, ["MergeSeen of p"]);
        assert_eq!(judge(&events).doubled, ["MergeSeen of p, 2 times"]);
    }

    /// A producer may write a record again: readers drop it.
    #[test]
    fn the_same_event_again_is_no_other() {
        let again = seen(&[("PreviewRequested", "1"), ("PreviewRequested", "1"), ("PreviewCompleted", "2")]);
        assert_eq!(again.judge(&requested(), &BTreeMap::new()), Counts::default());
        assert_eq!(again.repeated(), 1);
    }

    #[test]
    fn what_was_written_again_is_there_again() {
        let said = |copies, repeated| Seen::not_written_again(copies, repeated).is_some();
        assert_eq!([said(7, 7), said(7, 9)], [false; 2]);
        // One was acknowledged and is not there; none was written, though others did.
        assert_eq!([said(7, 6), said(0, 0), said(0, 9)], [true; 3]);
    }

    #[test]
    fn a_branch_is_pushed_once_and_for_an_approval() {
        let approved = Acknowledged { approved: vec!["p".to_owned()], ..Acknowledged::default() };
        let events = APPROVED.map(|name| (name, name));
        let judge = |pushed: &[(&str, usize)]| {
            let branch = |commits: usize| Branch { commits, ..Branch::default() };
            let pushed = pushed.iter().map(|(id, commits)| ((*id).to_owned(), branch(*commits))).collect();
            seen(&events).judge(&approved, &pushed)
        };
        assert_eq!(judge(&[("p", 1)]), Counts::default());
        assert_eq!(judge(&[]).lost, ["the branch of p"]);
        assert_eq!(judge(&[("p", 2)]).doubled, ["2 commits on the branch of p"]);
        assert_eq!(judge(&[("p", 1), ("q", 1)]).doubled, ["the branch of q, which nobody approved"]);
    }

    #[test]
    fn a_branch_changes_what_was_promoted_and_nothing_else() {
        let change = |path: &str, how: &str| Change { path: path.to_owned(), how: how.to_owned() };
        // Nobody was answered that it is approved: what is pushed is held against what was asked for nevertheless.
        let maybe_approved = vec!["p".to_owned()];
        let changes = BTreeMap::from([("p".to_owned(), change("a.yaml", "1 2 M"))]);
        let acknowledged = Acknowledged { maybe_approved, changes, ..requested() };
        let whole = seen(&[("PreviewRequested", "1"), ("PreviewCompleted", "2")]);
        let judge = |changes: &[Change]| {
            let branch = Branch { commits: 1, changes: changes.to_vec() };
            let Counts { lost, doubled } =
                whole.judge(&acknowledged, &BTreeMap::from([("p".to_owned(), branch)]));
            (lost, doubled)
        };
        let [nothing, lost, more] = [
            vec![],
            vec!["a.yaml (1 2 M) on the branch of p".to_owned()],
            vec!["b.yaml (0 3 A) on the branch of p, which was not promoted".to_owned()],
        ];
        assert_eq!(judge(&[change("a.yaml", "1 2 M")]), (nothing.clone(), nothing.clone()));
        assert_eq!(judge(&[]), (lost.clone(), nothing.clone()));
        assert_eq!(judge(&[change("a.yaml", "1 2 M"), change("b.yaml", "0 3 A")]), (nothing, more));
        let other = vec!["a.yaml (1 4 M) on the branch of p, which was not promoted".to_owned()];
        assert_eq!(judge(&[change("a.yaml", "1 4 M")]), (lost, other));
    }
}
