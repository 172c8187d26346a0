//! Which member of a group is to have which partition.

use std::collections::{BTreeMap, BTreeSet};

use events::Topic;

/// The members of a group and the topics that each subscribes to.
pub(crate) type Members<M> = BTreeMap<M, BTreeSet<Topic>>;

/// The owner that each partition is to have, given its topic and its owner now: as even as the topics of the members
/// allow (two members of the same topics differ by one partition at most), with as few moves as that needs.
///
/// It is a function of its arguments alone, and a move half done leads to the same end, so every member may work it
/// out for itself.
pub(crate) fn balance<M: Ord + Copy>(
    partitions: &[(&Topic, Option<M>)],
    members: &Members<M>,
) -> Vec<Option<M>> {
    let mut loads: BTreeMap<M, usize> = members.keys().map(|member| (*member, 0)).collect();
    let mut owners: Vec<Option<M>> = partitions
        .iter()
        .map(|(topic, owner)| {
            owner.filter(|owner| members.get(owner).is_some_and(|own| own.contains(*topic)))
        })
        .collect();
    for owner in owners.iter().flatten() {
        shift(&mut loads, None, *owner);
    }
    for (owner, (topic, _)) in owners.iter_mut().zip(partitions) {
        if owner.is_none()
            && let Some(to) = least_loaded(&loads, members, topic)
        {
            shift(&mut loads, None, to);
            *owner = Some(to);
        }
    }
    while move_one(&mut owners, &mut loads, partitions, members) {}
    owners
}

/// Moves the last partition whose owner has at least two more than another could have. Each move brings the loads
/// closer together, so there is an end to it.
fn move_one<M: Ord + Copy>(
    owners: &mut [Option<M>],
    loads: &mut BTreeMap<M, usize>,
    partitions: &[(&Topic, Option<M>)],
    members: &Members<M>,
) -> bool {
    for (owner, (topic, _)) in owners.iter_mut().zip(partitions).rev() {
        let (Some(from), Some(to)) = (*owner, least_loaded(loads, members, topic)) else { continue };
        if loads.get(&from) >= loads.get(&to).map(|load| load + 2).as_ref() {
            shift(loads, Some(from), to);
            *owner = Some(to);
            return true;
        }
    }
    false
}

fn least_loaded<M: Ord + Copy>(loads: &BTreeMap<M, usize>, members: &Members<M>, topic: &Topic) -> Option<M> {
    let may = |member: &M| members.get(member).is_some_and(|topics| topics.contains(topic));
    loads.iter().filter(|(member, _)| may(member)).min_by_key(|(_, load)| **load).map(|(member, _)| *member)
}

fn shift<M: Ord>(loads: &mut BTreeMap<M, usize>, from: Option<M>, to: M) {
    *loads.entry(to).or_default() += 1;
    if let Some(load) = from.and_then(|from| loads.get_mut(&from)) {
        *load -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(topics: &[(u8, &[&str])]) -> Members<u8> {
        topics
            .iter()
            .map(|(member, topics)| (*member, topics.iter().map(|name| Topic::new(*name)).collect()))
            .collect()
    }

    fn balanced(owners: &[Option<u8>], members: &Members<u8>) -> Vec<Option<u8>> {
        let topic = Topic::new("t");
        let partitions: Vec<_> = owners.iter().map(|owner| (&topic, *owner)).collect();
        balance(&partitions, members)
    }

    #[test]
    fn partitions_are_spread_evenly() {
        let members = members(&[(1, &["t"]), (2, &["t"]), (3, &["t"])]);
        assert_eq!(
            balanced(&[None; 7], &members),
            [Some(1), Some(2), Some(3), Some(1), Some(2), Some(3), Some(1)]
        );
    }

    #[test]
    fn who_has_a_partition_keeps_it_where_that_is_even() {
        let both = members(&[(1, &["t"]), (2, &["t"])]);
        // Of four, the newcomer takes two, the last ones.
        assert_eq!(balanced(&[Some(1); 4], &both), [Some(1), Some(1), Some(2), Some(2)]);
        // Of three, one and two are as even as it gets.
        assert_eq!(balanced(&[Some(2), Some(1), Some(2)], &both), [Some(2), Some(1), Some(2)]);
    }

    #[test]
    fn what_a_member_leaves_goes_to_the_others() {
        let rest = members(&[(1, &["t"]), (3, &["t"])]);
        assert_eq!(
            balanced(&[Some(1), Some(2), Some(3), Some(2)], &rest),
            [Some(1), Some(1), Some(3), Some(3)]
        );
        assert_eq!(balanced(&[Some(2)], &Members::new()), [None]);
    }

    #[test]
    fn a_member_has_partitions_of_its_own_topics_only() {
        let (a, b) = (Topic::new("a"), Topic::new("b"));
        let members = members(&[(1, &["a", "b"]), (2, &["b"])]);
        let partitions = [(&a, None), (&a, Some(2)), (&b, Some(1)), (&b, None)];
        assert_eq!(balance(&partitions, &members), [Some(1), Some(1), Some(2), Some(2)]);
    }

    /// Members work the balance out one after the other while partitions move one at a time.
    #[test]
    fn a_move_half_done_leads_to_the_same_end() {
        let members = members(&[(1, &["t"]), (2, &["t"]), (3, &["t"])]);
        let mut owners = [Some(1); 6];
        let goal = balanced(&owners, &members);
        for moved in (0..6).rev() {
            owners[moved] = goal[moved];
            assert_eq!(balanced(&owners, &members), goal, "after {moved}");
        }
    }
}
