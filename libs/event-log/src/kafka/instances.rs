//! The names of this process's members (`group.instance.id`).

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::LogError;
use crate::position::Group;

/// The names of this process's members. Each is the process's with the lowest number that no other member of the group has: one that is there
/// again has the name that it had, and by that its partitions.
#[derive(Debug, Clone)]
pub(super) struct Instances {
    process: Option<String>,
    groups: Arc<Mutex<HashMap<Group, Members>>>,
}

/// The members of a group that this process has.
#[derive(Debug, Default)]
struct Members {
    numbers: BTreeSet<u32>,
    /// Why it is to have none any more.
    lost: Option<LogError>,
}

impl Instances {
    /// Those of a process of this name, if it has one.
    pub(super) fn new(process: Option<String>) -> Self {
        Self { process, groups: Arc::default() }
    }

    /// The name of a new member of a group; none in a process without one.
    ///
    /// # Errors
    /// Another process has this one's name.
    pub(super) fn take(&self, group: &Group) -> Result<Option<Instance>, LogError> {
        let Some(process) = &self.process else { return Ok(None) };
        let mut groups = self.groups();
        let members = groups.entry(group.clone()).or_default();
        if let Some(why) = &members.lost {
            return Err(why.clone());
        }
        let number = (1..u32::MAX).find(|number| !members.numbers.contains(number)).unwrap_or(u32::MAX);
        members.numbers.insert(number);
        let (name, group) = (format!("{process}-{number}"), group.clone());
        Ok(Some(Instance { name, number, group, instances: self.clone() }))
    }

    fn groups(&self) -> MutexGuard<'_, HashMap<Group, Members>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of a member, for as long as this is there.
#[derive(Debug)]
pub(super) struct Instance {
    name: String,
    number: u32,
    group: Group,
    instances: Instances,
}

impl Instance {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Another process has taken it. This one has no member of the group any more until it is started again, which would take the name back:
    /// under another number it would work on as if nothing were wrong.
    pub(super) fn lose(&self, why: LogError) {
        self.instances.groups().entry(self.group.clone()).or_default().lost = Some(why);
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(members) = self.instances.groups().get_mut(&self.group) {
            members.numbers.remove(&self.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(instances: &Instances, group: &str) -> Instance {
        instances.take(&Group::new(group)).unwrap().unwrap()
    }

    #[test]
    fn a_name_that_is_given_back_is_the_next_members() {
        let instances = Instances::new(Some("cost-0".to_owned()));
        let (first, second) = (taken(&instances, "cost"), taken(&instances, "cost"));
        assert_eq!((first.name(), second.name()), ("cost-0-1", "cost-0-2"));
        assert_eq!(taken(&instances, "risk").name(), "cost-0-1", "each group has its own");
        drop(first);
        let again = taken(&instances, "cost");
        assert_eq!((again.name(), taken(&instances, "cost").name()), ("cost-0-1", "cost-0-3"));
    }

    #[test]
    fn a_process_without_a_name_has_members_without_one() {
        assert!(Instances::new(None).take(&Group::new("cost")).unwrap().is_none());
    }

    #[test]
    fn whose_name_another_has_has_no_member_of_that_group_any_more() {
        let instances = Instances::new(Some("cost-0".to_owned()));
        let why = LogError::Misconfigured("another was started with this name".to_owned());
        taken(&instances, "cost").lose(why.clone());
        for _ in 0..2 {
            assert_eq!(instances.take(&Group::new("cost")).unwrap_err(), why);
        }
        assert_eq!(taken(&instances, "risk").name(), "cost-0-1");
    }
}
