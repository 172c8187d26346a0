//! Gatekeeper's `K8sNativeValidation`: the expressions of a policy within a ConstraintTemplate.

use admission::Outcome;
use serde_json::Value;

use super::findings::outcomes;
use super::names::{Asked, Scope};
use super::read::Policy;
use crate::steps::Steps;
use crate::value::Val;

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
    pub fn says(&self, asked: &Asked<'_>, parameters: &Value, steps: &Steps) -> Vec<Outcome> {
        let granted = steps.left();
        let scope = Scope::of(asked, None, &self.0.variables, steps).with_parameters(&Val::of(parameters));
        outcomes(self.0.against(&scope, None), None, granted)
    }
}
