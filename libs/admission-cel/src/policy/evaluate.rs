//! What the policies say about a request.

use admission::{Engine, Known, Outcome, Request, Verdict};
use serde_json::Value;

use super::findings::{Findings, missing, outcomes};
use super::matching::{is_exempt, matches};
use super::names::{Asked, Scope};
use super::params::{ParameterObjects, Params, params};
use super::read::{Bound, Policies, Policy, Validation};
use crate::fault::Fault;
use crate::steps::Steps;
use crate::value::Val;

impl Policies {
    /// What the policies have against a request. `objects` are those among which parameters are looked for.
    /// `each` is how many steps a policy may take for the request, and `all` how many everything may take.
    #[must_use]
    pub fn evaluate(
        &self,
        request: &Request,
        objects: &ParameterObjects<'_>,
        each: u64,
        all: &Steps,
    ) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        if is_exempt(request) {
            return verdicts;
        }
        let world = World { objects, each, all };
        let before = request.before();
        let (asked, earlier) = (Asked::of(request), before.as_ref().map(Asked::of));
        for bound in &self.bound {
            let now = bound.says(&asked, world);
            if now.is_empty() {
                continue;
            }
            let before = earlier.as_ref().map_or_else(Vec::new, |earlier| bound.says(earlier, world));
            verdicts.extend(now.into_iter().map(|outcome| Verdict {
                policy: bound.name(),
                object: Some(request.written.clone()),
                path: request.place.clone(),
                was_so_before: before.contains(&outcome),
                outcome,
            }));
        }
        verdicts
    }
}

#[derive(Clone, Copy)]
struct World<'a> {
    objects: &'a ParameterObjects<'a>,
    each: u64,
    all: &'a Steps,
}

impl Bound {
    fn name(&self) -> admission::Policy {
        let policy = &self.policy.name;
        let name = match &self.binding {
            Some(binding) => format!("ValidatingAdmissionPolicy/{policy} (binding {})", binding.name),
            None => format!("ValidatingAdmissionPolicy/{policy} (as if bound)"),
        };
        admission::Policy { engine: Engine::AdmissionPolicy, name }
    }

    fn says(&self, asked: &Asked<'_>, world: World<'_>) -> Vec<Outcome> {
        let request = asked.request;
        let everything = Value::Null;
        let narrowed = self.binding.as_ref().map_or(&everything, |binding| &binding.resources);
        let both = [&self.policy.constraints, narrowed].map(|constraints| matches(constraints, request));
        let unsure = match both {
            [Ok(policy), Ok(binding)] => match policy.and(|| binding) {
                Known::No => return Vec::new(),
                Known::Yes => None,
                Known::Unknown(why) => Some(why),
            },
            [Err(error), _] | [_, Err(error)] => return vec![Outcome::NotEvaluated(error.to_string())],
        };
        let granted = world.each.min(world.all.left());
        let steps = Steps::of(granted);
        let scope = |params: Option<Val>| Scope::of(asked, params, &self.policy.variables, &steps);
        let mut found = Findings::default();
        match params(&self.policy, self.binding.as_ref(), request, world.objects) {
            Params::Missing(why) => return vec![Outcome::NotEvaluated(why)],
            Params::None => found = self.policy.against(&scope(None), unsure),
            Params::Each(all) => {
                for one in all {
                    let params = world.objects.value(one);
                    found.add(self.policy.against(&scope(Some(params)), unsure.clone()));
                }
            }
        }
        world.all.use_up(granted - steps.left());
        outcomes(found, self.binding.as_ref(), granted)
    }
}

impl Policy {
    /// What it has against what is asked, with one parameter or none. `unsure` is why it is not known whether it is about the
    /// request at all.
    pub(super) fn against(&self, scope: &Scope<'_>, unsure: Option<String>) -> Findings {
        let mut found = Findings::default();
        let condition = match self.applies(scope) {
            Ok(Known::No) => return found,
            Ok(Known::Yes) => None,
            Ok(Known::Unknown(why)) => Some(why),
            Err(fault) => {
                found.fault(fault);
                return self.settled(found, unsure);
            }
        };
        for validation in &self.validations {
            validation.holds(scope, &mut found);
        }
        self.settled(found, unsure.or(condition))
    }

    fn settled(&self, mut found: Findings, unsure: Option<String>) -> Findings {
        if !self.fails_closed {
            found.errors.clear();
        }
        match unsure {
            Some(why) => found.if_it_applies(why),
            None => found,
        }
    }

    /// A condition that is false leaves the request alone, whatever the others are.
    fn applies(&self, scope: &Scope<'_>) -> Result<Known, Fault> {
        let (mut error, mut unknown) = (None, None);
        for condition in &self.conditions {
            match condition.value(scope, scope.steps).and_then(Val::into_bool) {
                Ok(false) => return Ok(Known::No),
                Ok(true) => {}
                Err(Fault::Error(why)) => error = Some(failed(&condition.text, &why)),
                Err(fault) => unknown = Some(missing(fault).ok_or(Fault::Steps)?),
            }
        }
        match (unknown, error) {
            (Some(why), _) => Ok(Known::Unknown(why)),
            (None, Some(error)) => Err(Fault::Error(error)),
            (None, None) => Ok(Known::Yes),
        }
    }
}

impl Validation {
    fn holds(&self, scope: &Scope<'_>, found: &mut Findings) {
        match self.expression.value(scope, scope.steps).and_then(Val::into_bool) {
            Ok(true) => {}
            Ok(false) => found.refusals.push(self.message(scope, scope.steps)),
            Err(Fault::Error(why)) => found.fault(Fault::Error(failed(&self.expression.text, &why))),
            Err(fault) => found.fault(fault),
        }
    }

    /// The message: as its expression makes it, as it is written, or the expression itself.
    fn message(&self, scope: &Scope<'_>, steps: &Steps) -> String {
        let made = self.message_expression.as_ref().map(|words| words.value(scope, steps));
        match made {
            Some(Ok(Val::Text(text))) if is_line(&text) => return text.trim().to_owned(),
            // It is the API server's message then, which nobody knows; that it refuses is known.
            Some(Err(Fault::Unknown(why))) if self.message.is_none() => {
                return format!("{} (its message depends on {why})", self.default_message());
            }
            _ => {}
        }
        match &self.message {
            Some(message) => message.clone(),
            None => self.default_message(),
        }
    }

    fn default_message(&self) -> String {
        format!("failed expression: {}", self.expression.text.trim())
    }
}

/// What the API server takes as a message: a line that is not blank and not too long.
fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains('\n') && text.len() <= 5 << 10
}

fn failed(expression: &str, why: &str) -> String {
    format!("expression '{expression}' resulted in error: {why}")
}
