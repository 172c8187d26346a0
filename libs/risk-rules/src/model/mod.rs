//! The two states as the rules look at them.

mod access;
mod amount;
mod keeping;
mod labels;
mod mentions;
mod provided;
mod reading;
mod references;
mod replicas;
mod routes;
mod select;
mod values;
mod view;
mod wholes;
mod workload;

use kube_model::Object;

pub(crate) use access::{On, Permissions, Widened, permissions, subjects, widened};
pub(crate) use amount::Amount;
pub(crate) use keeping::keeping_note;
pub(crate) use mentions::{Callers, Host, hosts_in, mentions, service_of};
pub(crate) use provided::{Provided, Providers, provided};
pub(crate) use reading::Reading;
pub(crate) use references::{Reference, Way, references};
pub(crate) use replicas::{Floor, Source, autoscaler_of, floor, scaled_by};
pub(crate) use routes::{Backend, backends, hosts};
pub(crate) use select::Selector;
pub(crate) use values::{items, text};
pub(crate) use view::{View, namespace_of, same_namespace};
pub(crate) use wholes::{Wholes, wholes};
pub(crate) use workload::{Container, Workload, inherited_context, named};

/// The state before and the state after.
///
/// Several objects may share one identity where the API server makes the name (`generateName`): the first of one
/// state is then the first of the other, the second the second.
pub(crate) struct Change<'a> {
    pub(crate) before: View<'a>,
    pub(crate) after: View<'a>,
}

impl<'a> Change<'a> {
    pub(crate) fn new(before: &'a [Object], after: &'a [Object]) -> Self {
        Self { before: View::new(before), after: View::new(after) }
    }

    /// Whether it is so large that all cores are done with it earlier than one.
    pub(crate) fn is_worth_all_cores(&self) -> bool {
        const OBJECTS: usize = 64;
        self.before.objects().len() + self.after.objects().len() >= OBJECTS
    }

    /// What an object of the state after was before.
    pub(crate) fn object_before(&self, after: &Object) -> Option<&'a Object> {
        self.before.counterpart(&after.key, self.after.place_of(after))
    }

    /// What an object of the state before is after.
    pub(crate) fn object_after(&self, before: &Object) -> Option<&'a Object> {
        self.after.counterpart(&before.key, self.before.place_of(before))
    }

    /// Whether an object of the state after was the same before.
    pub(crate) fn is_unchanged(&self, after: &Object) -> bool {
        self.object_before(after).is_some_and(|before| before.value == after.value)
    }

    /// What a workload of the state after was before.
    pub(crate) fn workload_before(&self, after: &Workload<'_>) -> Option<&Workload<'a>> {
        self.before.workload_of(self.object_before(after.object)?)
    }

    /// What a workload of the state before is after.
    pub(crate) fn workload_after(&self, before: &Workload<'_>) -> Option<&Workload<'a>> {
        self.after.workload_of(self.object_after(before.object)?)
    }

    /// The objects of this kind that both states have.
    pub(crate) fn kept(&self, kind: &str) -> impl Iterator<Item = (&'a Object, &'a Object)> {
        self.after.of_kind(kind).filter_map(|after| self.object_before(after).map(|before| (before, after)))
    }

    /// The objects of this kind that only the state before has.
    pub(crate) fn removed(&self, kind: &str) -> impl Iterator<Item = &'a Object> {
        self.before.of_kind(kind).filter(|object| self.object_after(object).is_none())
    }

    /// The workloads that both states have.
    pub(crate) fn workloads(&self) -> impl Iterator<Item = (&Workload<'a>, &Workload<'a>)> {
        self.after
            .workloads
            .iter()
            .filter_map(|after| self.workload_before(after).map(|before| (before, after)))
    }

    /// The containers that both states have, with their workload after.
    pub(crate) fn containers(&self) -> impl Iterator<Item = (&Workload<'a>, &Container<'a>, &Container<'a>)> {
        self.workloads().flat_map(|(before, after)| {
            after.containers.iter().filter_map(move |container| {
                before.container(container.name).map(|earlier| (after, earlier, container))
            })
        })
    }

    /// Every container after, with its workload, and what it was before, if it was there.
    pub(crate) fn containers_after(
        &self,
    ) -> impl Iterator<Item = (&Workload<'a>, Option<(&Workload<'a>, &Container<'a>)>, &Container<'a>)> {
        self.after.workloads.iter().flat_map(|workload| {
            let before = self.workload_before(workload);
            workload.containers.iter().map(move |container| {
                let earlier =
                    before.and_then(|w| w.container(container.name).map(|container| (w, container)));
                (workload, earlier, container)
            })
        })
    }

    /// The names of the Services that send traffic to a workload after the change.
    pub(crate) fn services_of(&self, workload: &Workload<'_>) -> Vec<&'a str> {
        let mut names: Vec<&str> =
            self.after.services_of(workload).into_iter().map(|service| service.key.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
