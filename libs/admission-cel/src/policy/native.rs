//! Gatekeeper's `K8sNativeValidation`: the expressions of a policy within a ConstraintTemplate.

use admission::{Outcome, Request};
use serde_json::Value;

use super::evaluate::Findings;
use super::names::Scope;
use super::read::Policy;
use crate::steps::Steps;

/// Expressions that a constraint template holds.
#[derive(Debug)]
pub struct Validations(Policy);

impl Validations {
    /// Reads the `source` of an engine `K8sNativeValidation`.
    ///
    /// # Errors
    /// When an expression cannot be read; says which, and why.
    pub fn read(source: &Value) -> Result<Self, String> {
        Policy::read("", source).map(Self)
    }

    /// What they have against a request, with the parameters of a constraint.
    #[must_use]
    pub fn says(&self, request: &Request, parameters: &Value, steps: &Steps) -> Vec<Outcome> {
        let mut found = Findings::default();
        let scope = Scope::of(request, None, &self.0.variables, steps).with_parameters(parameters);
        self.0.holds(&scope, &mut found);
        found.outcomes(None, self.0.fails_closed)
    }
}
