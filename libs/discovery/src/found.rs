//! All that a repository was found to hold, and the environment that a name means.

use std::collections::BTreeSet;

use crate::environment::Environment;
use crate::note::Note;

/// An application and its environments.
#[derive(Debug, Clone, PartialEq)]
pub struct Discovered {
    /// Its name, unique in the repository.
    pub name: String,
    /// Its environments, in the order of their names; those of a `plimsoll.yaml` in its order.
    pub environments: Vec<Environment>,
}

/// All that a repository was found to hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// The applications, sorted by name.
    pub applications: Vec<Discovered>,
    /// What was met and not understood, or not read.
    pub notes: Vec<Note>,
}

/// Why a name means no environment, or several.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// Several environments have the name.
    #[error("{name} could be {}; name one of them", candidates.join(" or "))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// What it could be, each as `APPLICATION/ENVIRONMENT (what it was found by)`.
        candidates: Vec<String>,
    },
    /// No environment has the name.
    #[error("there is no environment {name}{}", known_as(known))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The environments that there are.
        known: Vec<String>,
    },
}

fn known_as(known: &[String]) -> String {
    match known {
        [] => "; none was found".to_owned(),
        known => format!("; there are {}", known.join(", ")),
    }
}

impl DiscoveryError {
    /// The stable code of the error, which has a page in `runbooks/`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ambiguous { .. } => "ENVIRONMENT_AMBIGUOUS",
            Self::Unknown { .. } => "ENVIRONMENT_UNKNOWN",
        }
    }
}

impl Found {
    /// The application of this name.
    #[must_use]
    pub fn application(&self, name: &str) -> Option<&Discovered> {
        self.applications.iter().find(|application| application.name == name)
    }

    /// The environment that a name means: `ENVIRONMENT`, or `APPLICATION/ENVIRONMENT` where several applications have
    /// one of that name.
    ///
    /// # Errors
    /// `ENVIRONMENT_AMBIGUOUS` with the candidates, `ENVIRONMENT_UNKNOWN` with what there is.
    pub fn environment(&self, name: &str) -> Result<(&Discovered, &Environment), DiscoveryError> {
        self.environment_near(name, "")
    }

    /// The same for somebody who is in a directory of the repository: what lies in it goes before what does not.
    ///
    /// # Errors
    /// As [`Found::environment`].
    pub fn environment_near(
        &self,
        name: &str,
        directory: &str,
    ) -> Result<(&Discovered, &Environment), DiscoveryError> {
        let meant = |(application, environment): &(&Discovered, &Environment)| {
            environment.name == name || full_name(application, environment) == name
        };
        let is_near = |(_, environment): &(&Discovered, &Environment)| {
            let path = environment.recipe.path().and_then(|path| path.strip_prefix(directory));
            path.is_some_and(|rest| directory.is_empty() || rest.is_empty() || rest.starts_with('/'))
        };
        let mut all: Vec<_> = self.all().filter(meant).collect();
        if all.iter().any(is_near) {
            all.retain(is_near);
        }
        match all.as_slice() {
            [one] => Ok(*one),
            [] => Err(DiscoveryError::Unknown { name: name.to_owned(), known: self.names() }),
            several => Err(DiscoveryError::Ambiguous {
                name: name.to_owned(),
                candidates: several.iter().map(candidate).collect(),
            }),
        }
    }

    /// Every environment with its application.
    pub fn all(&self) -> impl Iterator<Item = (&Discovered, &Environment)> {
        self.applications.iter().flat_map(|application| {
            application.environments.iter().map(move |environment| (application, environment))
        })
    }

    /// The branch of an environment, where environments of the same path have a branch each.
    #[must_use]
    pub fn branch_of<'e>(&self, environment: &'e Environment) -> Option<&'e str> {
        let revision = environment.revision.as_deref()?;
        let is_another = |(_, other): (_, &Environment)| {
            let elsewhere = other.revision.as_deref().is_some_and(|other| other != revision);
            elsewhere && other.recipe.path() == environment.recipe.path()
        };
        self.all().any(is_another).then_some(revision)
    }

    /// The files that other environments are rendered from, too. Those of other branches have files of their own.
    #[must_use]
    pub fn read_by_others(&self, environment: &Environment) -> BTreeSet<String> {
        let has_a_branch = self.branch_of(environment).is_some();
        let is_apart = |other: &&Environment| has_a_branch && other.revision != environment.revision;
        let others = self.all().map(|(_, other)| other).filter(|other| other.recipe != environment.recipe);
        others.filter(|other| !is_apart(other)).flat_map(|other| other.reads.files.iter().cloned()).collect()
    }

    /// The applications that a change of these files touches, each with the environments that may be rendered otherwise.
    #[must_use]
    pub fn touched<'f>(&'f self, paths: &[&str]) -> Vec<(&'f Discovered, Vec<&'f Environment>)> {
        let touched = |one: &&Environment| paths.iter().any(|path| one.reads.touches(path));
        let of = |application: &'f Discovered| {
            (application, application.environments.iter().filter(touched).collect::<Vec<_>>())
        };
        self.applications.iter().map(of).filter(|(_, environments)| !environments.is_empty()).collect()
    }

    /// The environments' names, by which each is meant alone.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let alone = self.applications.len() == 1;
        self.all()
            .map(|(application, environment)| match alone {
                true => environment.name.clone(),
                false => full_name(application, environment),
            })
            .collect()
    }
}

fn full_name(application: &Discovered, environment: &Environment) -> String {
    format!("{}/{}", application.name, environment.name)
}

fn candidate((application, environment): &(&Discovered, &Environment)) -> String {
    let Environment { found_by, .. } = environment;
    format!("{} ({}, {})", full_name(application, environment), found_by.why, found_by.at)
}
