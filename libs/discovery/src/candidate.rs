//! An environment that was found and has no name yet.

use crate::environment::{Environment, Evidence};
use crate::recipe::Recipe;

/// An environment, and what may name it.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// Its name is empty until all candidates are known.
    pub(crate) environment: Environment,
    pub(crate) clues: Clues,
}

/// What may name an environment and its application.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clues {
    /// The name of the object, chart or directory.
    pub(crate) object: String,
    /// The path that is rendered.
    pub(crate) path: String,
    /// The values files that are given to a chart.
    pub(crate) values: Vec<String>,
    /// A label that says which environment it is.
    pub(crate) label: Option<String>,
    /// The project.
    pub(crate) project: Option<String>,
    /// Where it was found, if that says something: the directory of a cluster.
    pub(crate) file: String,
    /// Names that whoever found it is certain of: the application's and the environment's.
    pub(crate) given: Option<(String, String)>,
}

impl Candidate {
    pub(crate) fn new(recipe: Recipe, found_by: Evidence, clues: Clues) -> Self {
        let environment = Environment {
            name: String::new(),
            recipe,
            namespace: None,
            cluster: None,
            revision: None,
            nodes: None,
            policies: Vec::new(),
            found_by,
            owners: Vec::new(),
            variables: None,
            delivery: None,
            reads: crate::reads::Reads::default(),
            partial: Vec::new(),
        };
        Self { environment, clues }
    }
}
