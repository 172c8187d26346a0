//! What the policies say about requests.

use admission::{Engine, Known, Outcome, Request, Verdict};
use kube_model::Object;
use serde_json::Value;

use super::matching::{is_exempt, matches};
use super::names::Scope;
use super::params::{Params, params};
use super::read::{Binding, Bound, Policies, Policy, Validation};
use crate::fault::Fault;
use crate::steps::Steps;
use crate::value::Val;

impl Policies {
    /// What the policies have against the requests. `objects` are those among which parameters are looked for.
    /// `each` is how many steps a policy may take for one request, and `all` how many everything may take.
    #[must_use]
    pub fn evaluate(&self, requests: &[Request], objects: &[Object], each: u64, all: &Steps) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for request in requests.iter().filter(|request| !is_exempt(request)) {
            for bound in &self.bound {
                let world = World { objects, each, all };
                let now = bound.says(request, world);
                if now.is_empty() {
                    continue;
                }
                let earlier = request.before().map_or_else(Vec::new, |before| bound.says(&before, world));
                verdicts.extend(now.into_iter().map(|outcome| Verdict {
                    policy: bound.name(),
                    object: Some(request.written.clone()),
                    path: request.place.clone(),
                    was_so_before: earlier.contains(&outcome),
                    outcome,
                }));
            }
        }
        verdicts
    }
}

#[derive(Clone, Copy)]
struct World<'a> {
    objects: &'a [Object],
    each: u64,
    all: &'a Steps,
}

/// What one evaluation found: refusals, errors, and what was missing.
#[derive(Default)]
pub(super) struct Findings {
    refusals: Vec<String>,
    errors: Vec<String>,
    missing: Option<String>,
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

    fn says(&self, request: &Request, world: World<'_>) -> Vec<Outcome> {
        let everything = Value::Null;
        let narrowed = self.binding.as_ref().map_or(&everything, |binding| &binding.resources);
        let both = [&self.policy.constraints, narrowed].map(|constraints| matches(constraints, request));
        let missing = match both {
            [Ok(policy), Ok(binding)] => match policy.and(|| binding) {
                Known::No => return Vec::new(),
                Known::Yes => None,
                Known::Unknown(why) => Some(why),
            },
            [Err(error), _] | [_, Err(error)] => return vec![Outcome::NotEvaluated(error.to_string())],
        };
        let mut found = Findings { missing, ..Findings::default() };
        let steps = Steps::of(world.each.min(world.all.left()));
        let granted = steps.left();
        match params(&self.policy, self.binding.as_ref(), request, world.objects) {
            Params::Missing(why) => return vec![Outcome::NotEvaluated(why)],
            Params::None => {
                self.policy.holds(&Scope::of(request, None, &self.policy.variables, &steps), &mut found)
            }
            Params::Each(all) => {
                for one in all {
                    let scope = Scope::of(request, Some(one), &self.policy.variables, &steps);
                    self.policy.holds(&scope, &mut found);
                }
            }
        }
        world.all.use_up(granted - steps.left());
        found.outcomes(self.binding.as_ref(), self.policy.fails_closed)
    }
}

impl Findings {
    pub(super) fn outcomes(self, binding: Option<&Binding>, fails_closed: bool) -> Vec<Outcome> {
        let errors = if fails_closed { self.errors } else { Vec::new() };
        if let Some(why) = self.missing {
            return vec![Outcome::NotEvaluated(why)];
        }
        let refuses = binding.is_none_or(|binding| {
            binding.actions.is_empty() || binding.actions.iter().any(|action| action == "Deny")
        });
        let of = |texts: Vec<String>, strict: fn(String) -> Outcome| {
            texts.into_iter().map(move |text| if refuses { strict(text) } else { Outcome::Warns(text) })
        };
        of(self.refusals, Outcome::Refuses).chain(of(errors, Outcome::Fails)).collect()
    }

    fn is_empty(&self) -> bool {
        self.refusals.is_empty() && self.errors.is_empty()
    }
}

impl Policy {
    pub(super) fn holds(&self, scope: &Scope<'_>, found: &mut Findings) {
        let steps = scope.steps;
        let mut here = Findings::default();
        match self.applies(scope, steps) {
            Ok(Known::No) => return,
            Ok(Known::Yes) => {}
            Ok(Known::Unknown(why)) => here.missing = Some(why),
            Err(error) => {
                found.errors.push(error);
                return;
            }
        }
        // Where it is not known whether it applies, that counts only if it has anything against the request.
        let unsure = found.missing.take().or(here.missing.take());
        for validation in &self.validations {
            validation.holds(scope, steps, &mut here);
        }
        found.missing = match (here.missing.take(), unsure) {
            (Some(why), _) => Some(why),
            (None, Some(why)) if !here.is_empty() => Some(why),
            (None, _) => None,
        };
        found.refusals.append(&mut here.refusals);
        found.errors.append(&mut here.errors);
    }

    /// A condition that is false leaves the request alone, whatever the others are.
    fn applies(&self, scope: &Scope<'_>, steps: &Steps) -> Result<Known, String> {
        let (mut error, mut unknown) = (None, None);
        for condition in &self.conditions {
            match condition.value(scope, steps).and_then(Val::into_bool) {
                Ok(false) => return Ok(Known::No),
                Ok(true) => {}
                Err(Fault::Error(why)) => error = Some(failed(&condition.text, &why)),
                Err(fault) => unknown = Some(missing(fault)),
            }
        }
        match (unknown, error) {
            (Some(why), _) => Ok(Known::Unknown(why)),
            (None, Some(error)) => Err(error),
            (None, None) => Ok(Known::Yes),
        }
    }
}

impl Validation {
    fn holds(&self, scope: &Scope<'_>, steps: &Steps, found: &mut Findings) {
        match self.expression.value(scope, steps).and_then(Val::into_bool) {
            Ok(true) => {}
            Ok(false) => found.refusals.push(self.message(scope, steps)),
            Err(Fault::Error(why)) => found.errors.push(failed(&self.expression.text, &why)),
            Err(fault) => {
                found.missing.get_or_insert(missing(fault));
            }
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

fn missing(fault: Fault) -> String {
    match fault {
        Fault::Unknown(why) | Fault::Error(why) => why,
        Fault::Unsupported(what) => format!("{what}, which is not supported"),
        Fault::Steps => "more steps than a policy may take".to_owned(),
    }
}
