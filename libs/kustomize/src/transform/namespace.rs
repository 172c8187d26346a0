//! `namespace`.

use std::collections::HashMap;

use crate::error::Problem;
use crate::fieldspec::{Create, FieldSpec, apply, overwrite};
use crate::id::Gvk;
use crate::node::Node;
use crate::origin::Origin;
use crate::resource::Resource;

/// Which subjects of role bindings get the namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subjects {
    /// Those that are named `default`.
    Default,
    /// All service accounts.
    ServiceAccounts,
    None,
}

/// How the namespace is set.
pub(crate) struct Namespace<'a> {
    pub(crate) name: &'a str,
    pub(crate) specs: &'a [FieldSpec],
    pub(crate) subjects: Subjects,
    /// Only where there is none.
    pub(crate) unset_only: bool,
    pub(crate) origin: &'a Origin,
}

impl Namespace<'_> {
    /// Sets the namespace of every object that has one, and of what refers to it.
    pub(crate) fn transform(&self, resources: &mut [Resource]) -> Result<(), Problem> {
        crate::size::short(self.name)?;
        let unique = |resource: &Resource| resource.id().unique().map(str::to_owned);
        let mut known: HashMap<[String; 5], usize> = HashMap::with_capacity(resources.len());
        for resource in resources.iter() {
            *known.entry(unique(resource)).or_default() += 1;
        }
        for resource in resources {
            let before = known.get_mut(&unique(resource));
            before.into_iter().for_each(|count| *count -= 1);
            resource.remember_id();
            self.one(resource)?;
            let after = known.entry(unique(resource)).or_default();
            *after += 1;
            if *after > 1 {
                return Err(Problem::Duplicate(format!("{}, once the namespace is set", resource.id())));
            }
        }
        Ok(())
    }

    pub(crate) fn one(&self, resource: &mut Resource) -> Result<(), Problem> {
        let mut set = |node: &mut Node| self.set(node);
        if !resource.id().is_cluster {
            let spec = FieldSpec::new(Gvk::default(), "metadata/namespace", true);
            apply(resource, &spec, Create::Scalar, &mut set)?;
        }
        let is_binding = matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding");
        if is_binding {
            self.bind(resource)?;
        }
        let is_v1 = resource.api_version() == "v1";
        for spec in self.specs {
            let is_subject = matches!(spec.gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding")
                && spec.path == "subjects/namespace";
            let is_done = spec.path == "metadata/namespace"
                || (spec.path == "metadata/name" && !is_v1)
                || (is_binding && is_subject);
            if !is_done {
                apply(resource, spec, Create::Scalar, &mut set)?;
            }
        }
        Ok(())
    }

    fn set(&self, node: &mut Node) -> Result<(), Problem> {
        if self.unset_only && !node.is_null() && !node.text().is_empty() {
            return Ok(());
        }
        overwrite(node, Node::string(self.name, self.origin))
    }

    fn bind(&self, resource: &mut Resource) -> Result<(), Problem> {
        let wanted = match self.subjects {
            Subjects::None => return Ok(()),
            Subjects::Default => ("name", "default"),
            Subjects::ServiceAccounts => ("kind", "ServiceAccount"),
        };
        let Some(subjects) = resource.node.get_mut("subjects").filter(|node| !node.is_null()) else {
            return Ok(());
        };
        let refuse = || Problem::Transformer("`subjects` of a role binding is a list of mappings".to_owned());
        for subject in subjects.items_mut().ok_or_else(refuse)? {
            if subject.get(wanted.0).is_none_or(|node| node.text() != wanted.1) {
                continue;
            }
            match subject.get_mut("namespace") {
                Some(namespace) => self.set(namespace)?,
                None => subject.set("namespace", Node::string(self.name, self.origin)),
            }
        }
        Ok(())
    }
}
