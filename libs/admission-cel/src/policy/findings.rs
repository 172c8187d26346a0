//! What an evaluation came to.

use admission::Outcome;

use super::read::Binding;
use crate::fault::Fault;
use crate::steps::Steps;

/// What a policy has against a request, and what it could not say.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) refusals: Vec<String>,
    pub(super) errors: Vec<String>,
    /// What would have to be known, each once.
    missing: Vec<String>,
    /// Whether it has taken all the steps that it may.
    ran_out: bool,
}

impl Findings {
    pub(super) fn fault(&mut self, fault: Fault) {
        match fault {
            Fault::Error(why) => self.errors.push(why),
            fault => match missing(fault) {
                Some(why) => self.lacks(why),
                None => self.ran_out = true,
            },
        }
    }

    /// What it has against the same request with another parameter.
    pub(super) fn add(&mut self, mut other: Self) {
        self.refusals.append(&mut other.refusals);
        self.errors.append(&mut other.errors);
        self.ran_out |= other.ran_out;
        other.missing.into_iter().for_each(|why| self.lacks(why));
    }

    /// The same of a policy of which it is not known whether it applies: that matters only where it has something against
    /// the request.
    pub(super) fn if_it_applies(mut self, why: String) -> Self {
        if !self.refusals.is_empty() || !self.errors.is_empty() {
            self.refusals.clear();
            self.errors.clear();
            self.missing.insert(0, why);
        }
        self
    }

    fn lacks(&mut self, why: String) {
        if !self.missing.contains(&why) {
            self.missing.push(why);
        }
    }
}

/// What comes of them under a binding. `granted` is how many steps there were.
pub(super) fn outcomes(found: Findings, binding: Option<&Binding>, granted: u64) -> Vec<Outcome> {
    let refuses = binding.is_none_or(|binding| {
        binding.actions.is_empty() || binding.actions.iter().any(|action| action == "Deny")
    });
    let of = |texts: Vec<String>, strict: fn(String) -> Outcome| {
        texts.into_iter().map(move |text| if refuses { strict(text) } else { Outcome::Warns(text) })
    };
    let ran_out = found.ran_out.then(|| Steps::ended(granted));
    // One that would only warn, had it come to an end, stops nobody.
    let ran_out = ran_out.map(|why| if refuses { Outcome::RanOut(why) } else { Outcome::NotEvaluated(why) });
    let against = of(found.refusals, Outcome::Refuses).chain(of(found.errors, Outcome::Fails));
    against.chain(ran_out).chain(found.missing.into_iter().map(Outcome::NotEvaluated)).collect()
}

/// What would have to be known, or to be there; none where the steps are used up, of which [`Steps::ended`] tells.
pub(super) fn missing(fault: Fault) -> Option<String> {
    match fault {
        Fault::Unknown(why) | Fault::Error(why) => Some(why),
        Fault::Unsupported(what) => Some(format!("{what}, which is not supported")),
        Fault::Steps => None,
    }
}
