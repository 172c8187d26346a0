//! The catalogs of all organisations: read, and decided about.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use access::{Identity, Role};
use events::catalog::CatalogRefused;
use events::{Event, Service};
use ids::{ApplicationId, BlobHash, OrgId};
use serde_json::{Value, json};
use service::{Decision, Done, Failure, Kind, Occasion, Parts, Refused, Undone, decide, decide_replying};

use crate::config::WaiverSettings;
use crate::domain::{self, Catalog, Command};

/// Catalogs, with their versions.
type Known = HashMap<OrgId, (u64, Arc<Catalog>)>;

/// The catalogs of all organisations.
#[derive(Clone)]
pub struct Books {
    parts: Parts,
    waiver_days: u32,
    /// What was read last, with its version: each promotion asks, and it seldom changes.
    known: Arc<Mutex<Known>>,
}

/// A command as it came.
pub(crate) struct Asked {
    pub(crate) command: Command,
    /// The document that was read from a repository on the way.
    pub(crate) read: Option<(ApplicationId, BlobHash)>,
    /// The name that the caller gave it, and what the same command is answered.
    pub(crate) named: Option<(String, Value)>,
}

/// Of so many organisations what was read is kept.
const MOST_KNOWN: usize = 64;

impl Books {
    /// The catalogs that these parts keep.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self { parts, waiver_days: WaiverSettings::default().days, known: Arc::default() }
    }

    /// With what an administrator says of waivers.
    #[must_use]
    pub fn with_waivers(self, settings: WaiverSettings) -> Self {
        Self { waiver_days: settings.days, ..self }
    }

    pub(crate) fn waiver_days(&self) -> u32 {
        self.waiver_days
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }

    /// What an organisation has.
    ///
    /// # Errors
    /// The store cannot be reached or is damaged.
    pub async fn catalog(&self, org: OrgId) -> Result<Arc<Catalog>, Failure> {
        let known = self.known().get(&org).cloned();
        let version = known.as_ref().map_or(0, |(version, _)| *version);
        let Some((version, catalog)) = self.parts.newer_state(org, &org.to_string(), version).await? else {
            return Ok(known.map(|(_, catalog)| catalog).unwrap_or_default());
        };
        let catalog = Arc::new(catalog);
        let mut known = self.known();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(org, (version, Arc::clone(&catalog)));
        Ok(catalog)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a command of this name was answered before.
    pub(crate) async fn answered(
        &self,
        org: OrgId,
        named: Option<&(String, Value)>,
    ) -> Result<Option<Value>, Undone> {
        match named {
            Some((name, _)) => match self.parts.store.answered(org, name).await? {
                Some(answer) => as_before(answer).map(Some),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    /// Does what was asked for, if it can be and the caller may. A refusal is an event too. What the same command was
    /// answered before is given back.
    pub(crate) async fn ask(
        &self,
        caller: &Identity,
        traceparent: Option<String>,
        asked: Asked,
    ) -> Result<Option<Value>, Undone> {
        let occasion = Occasion {
            org: caller.org,
            service: Service::Catalog,
            aggregate: caller.org.to_string(),
            correlation: self.parts.clock.new_id(),
            causation: None,
            traceparent,
            handled: None,
            command: asked.named,
        };
        let (by, command, read) = (&caller.user, &asked.command, asked.read);
        let done = decide_replying(&self.parts, &occasion, |state: Option<Catalog>| {
            let mut catalog = state.unwrap_or_default();
            let decided =
                allowed_to(caller, command.role()).and_then(|()| domain::decide(&catalog, by, command));
            match decided {
                Ok(events) => {
                    catalog.read.extend(read);
                    (Decision { state: Some(catalog), events, answer: Ok(()) }, None)
                }
                Err(refused) => {
                    let events = vec![told(by, command.name(), &refused)];
                    let reply = json!({REFUSED: {"code": refused.code, "message": refused.message}});
                    (Decision { state: Some(catalog), events, answer: Err(refused) }, Some(reply))
                }
            }
        });
        match done.await? {
            Done::Committed { answer, .. } => Ok(answer.map(|()| None)?),
            Done::AnsweredBefore(answer) => as_before(answer).map(Some),
            Done::HandledBefore => Ok(None),
        }
    }

    /// That something was refused before it could be decided about.
    pub(crate) async fn refuse(
        &self,
        caller: &Identity,
        command: &'static str,
        refused: &Refused,
    ) -> Result<(), Undone> {
        let occasion = Occasion {
            org: caller.org,
            service: Service::Catalog,
            aggregate: caller.org.to_string(),
            correlation: self.parts.clock.new_id(),
            causation: None,
            traceparent: None,
            handled: None,
            command: None,
        };
        decide(&self.parts, &occasion, |state: Option<Catalog>| Decision {
            state,
            events: vec![told(&caller.user, command, refused)],
            answer: (),
        })
        .await?;
        Ok(())
    }
}

/// In the place of an answer: that the command was refused.
const REFUSED: &str = "refused";

/// With what a command that can be repeated is refused.
const REFUSALS: [(Kind, &str); 8] = [
    (Kind::Forbidden, "FORBIDDEN"),
    (Kind::Exists, "APPLICATION_EXISTS"),
    (Kind::Exists, "CLUSTER_EXISTS"),
    (Kind::NotFound, "APPLICATION_NOT_FOUND"),
    (Kind::Invalid, "ENVIRONMENT_NOT_FOUND"),
    (Kind::Invalid, "WAIVER_INVALID"),
    (Kind::Invalid, "WAIVER_TOO_LONG"),
    (Kind::Conflict, "WAIVERS_TOO_MANY"),
];

/// What a command was answered before, or the refusal that it met.
fn as_before(answer: Value) -> Result<Value, Undone> {
    let Some(refused) = answer.get(REFUSED) else { return Ok(answer) };
    let (code, message) = (&refused["code"], refused["message"].as_str().unwrap_or_default());
    let known = REFUSALS.into_iter().find(|(_, known)| code == known);
    let unknown = || Failure::unhandled("STORE_DAMAGED", format!("a command was refused with {code}"));
    let (kind, code) = known.ok_or_else(unknown)?;
    Err(Refused::new(kind, code, message).into())
}

/// Only an admin changes what an organisation has.
pub(crate) fn allowed(caller: &Identity) -> Result<(), Refused> {
    allowed_to(caller, Role::Admin)
}

/// Whether a caller has at least this role.
pub(crate) fn allowed_to(caller: &Identity, least: Role) -> Result<(), Refused> {
    match caller.role {
        role if role >= least => Ok(()),
        role => {
            let why = format!("your role is {role}; this asks for {least}");
            Err(Refused::new(Kind::Forbidden, "FORBIDDEN", why))
        }
    }
}

fn told(by: &str, command: &str, refused: &Refused) -> Event {
    let (by, command) = (by.to_owned(), command.to_owned());
    CatalogRefused { by, command, code: refused.code.to_owned(), message: refused.message.clone() }.into()
}
