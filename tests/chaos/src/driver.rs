//! People who promote, and ask again whenever no answer comes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Failed;
use crate::api::{Answer, Client};
use crate::branches::Change;
use crate::gate::Gate;
use crate::repository::Repository;

/// What was answered with yes, and so has to be there for ever.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acknowledged {
    /// Applications.
    pub registered: Vec<String>,
    /// Applications.
    pub removed: Vec<String>,
    /// Promotions.
    pub requested: Vec<String>,
    /// Promotions.
    pub approved: Vec<String>,
    /// Promotions whose branch was merged: nobody has to answer that.
    pub merged: Vec<String>,
    /// Promotions whose approval was asked for; the answer may never have come.
    pub maybe_approved: Vec<String>,
    /// What the branch of each promotion has to change, if there is one.
    pub changes: BTreeMap<String, Change>,
    /// So many registrations were given up with no answer: each may have been done.
    pub maybe_registered: usize,
    /// So many promotions were asked for with no answer: each may have been requested.
    pub maybe_requested: usize,
}

impl Acknowledged {
    /// How many commands.
    #[must_use]
    pub fn commands(&self) -> usize {
        self.registered.len() + self.removed.len() + self.requested.len() + self.approved.len()
    }

    /// What others were answered, too.
    pub fn add(&mut self, others: Self) {
        self.registered.extend(others.registered);
        self.removed.extend(others.removed);
        self.requested.extend(others.requested);
        self.approved.extend(others.approved);
        self.merged.extend(others.merged);
        self.maybe_approved.extend(others.maybe_approved);
        self.changes.extend(others.changes);
        self.maybe_registered += others.maybe_registered;
        self.maybe_requested += others.maybe_requested;
    }
}

/// Who promotes, by one copy of the gateway.
#[derive(Debug, Clone)]
pub struct People {
    /// Who registers applications.
    pub admin: Client,
    /// Who requests.
    pub alice: Client,
    /// Who approves.
    pub bob: Client,
}

impl People {
    /// The same by another copy.
    #[must_use]
    pub fn at(&self, server: &str) -> Self {
        Self { admin: self.admin.at(server), alice: self.alice.at(server), bob: self.bob.at(server) }
    }
}

/// What was promoted, by identifiers.
struct Promoted {
    application: String,
    id: String,
}

/// The people of one act.
#[derive(Debug)]
pub struct Driver<'a> {
    people: &'a [People],
    repository: &'a Repository,
    name: String,
    quota: usize,
    taken: AtomicUsize,
    done: AtomicUsize,
    steps: AtomicUsize,
    gate: Gate,
    acknowledged: Mutex<Acknowledged>,
    problems: Mutex<Vec<String>>,
}

/// A promotion takes seconds; one that has not come so far after this long, without the time at the gate, never does. It is time by the clock:
/// a call that nobody answers takes 20 s.
const PATIENCE: Duration = Duration::from_secs(240);
const TICK: Duration = Duration::from_millis(100);

impl<'a> Driver<'a> {
    /// How many steps a promotion takes.
    pub const STEPS: usize = 6;

    /// Who promotes so many applications of a repository, by each copy of the gateway.
    #[must_use]
    pub fn new(people: &'a [People], repository: &'a Repository, (name, quota): (String, usize)) -> Self {
        Self {
            people,
            repository,
            name,
            quota,
            taken: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            steps: AtomicUsize::new(0),
            gate: Gate::open(),
            acknowledged: Mutex::default(),
            problems: Mutex::default(),
        }
    }

    /// The applications of an act.
    pub fn applications(name: &str, quota: usize) -> impl Iterator<Item = String> {
        (0..quota).map(move |number| Self::application(name, number))
    }

    fn application(name: &str, number: usize) -> String {
        format!("{name}-{number}")
    }

    /// Promotes one application after another until all are, beside others who do the same: whoever has the next number goes by the next copy
    /// of the gateway. That a branch was merged is found out by and by: nobody waits for it before the next one.
    pub fn drive(&self, lane: usize) {
        let (people, mut merged) = (&self.people[lane % self.people.len()], Vec::new());
        loop {
            let number = self.taken.fetch_add(1, Ordering::SeqCst);
            if number >= self.quota {
                break;
            }
            let application = Self::application(&self.name, number);
            match self.promote(people, &application) {
                Ok(promoted) => merged.push(promoted),
                Err(problem) => self.problems().push(format!("{application}: {problem}")),
            }
            self.done.fetch_add(1, Ordering::SeqCst);
        }
        for promoted in &merged {
            let over = self.until(&people.alice, &promoted.id, "merged");
            if let Err(problem) = over.and_then(|()| self.remove(people, &promoted.application)) {
                self.problems().push(problem.to_string());
            }
        }
    }

    /// Takes an application out of the catalog: the next act's people have applications of their own.
    fn remove(&self, people: &People, application: &str) -> Result<(), Failed> {
        let removed = self.asked(&people.admin, "DELETE", &format!("/workloads/{application}"), "", None)?;
        // Who got no answer asks again, and is told that it is not there any more.
        if removed.status != 204 && removed.code() != "APPLICATION_NOT_FOUND" {
            return Err(format!("removed with {} {}", removed.status, removed.json).into());
        }
        self.acknowledged().removed.push(application.to_owned());
        Ok(())
    }

    /// Registers an application, asks for its promotion, approves it, sees its branch, and merges that.
    fn promote(&self, people: &People, application: &str) -> Result<Promoted, Failed> {
        let document = self.repository.application(application);
        let made = self.asked(&people.admin, "POST", "/workloads", application, Some(&document));
        let made = made.inspect_err(|_| self.acknowledged().maybe_registered += 1)?;
        if made.status != 201 {
            return Err(format!("registered with {} {}", made.status, made.json).into());
        }
        let registered = text(&made.json["id"])?;
        self.acknowledged().registered.push(registered.clone());
        self.step();
        let wanted = json!({"application": application, "from": "staging", "to": "production"});
        let requested = self.asked(&people.alice, "POST", "/promotions?wait=2", application, Some(&wanted));
        let requested = requested.inspect_err(|_| self.acknowledged().maybe_requested += 1)?;
        if !matches!(requested.status, 200 | 202) {
            return Err(format!("requested with {} {}", requested.status, requested.json).into());
        }
        let id = text(&requested.json["promotion_id"])?;
        self.acknowledged().requested.push(id.clone());
        self.acknowledged().changes.insert(id.clone(), self.repository.promoted(application));
        self.step();
        self.until(&people.alice, &id, "preview")?;
        self.step();
        self.acknowledged().maybe_approved.push(id.clone());
        let approved =
            self.asked(&people.bob, "POST", &format!("/promotions/{id}/approve"), "", Some(&json!({})))?;
        if approved.status != 200 && approved.code() != "ALREADY_APPROVED" {
            return Err(format!("approved with {} {}", approved.status, approved.json).into());
        }
        self.acknowledged().approved.push(id.clone());
        self.step();
        self.until(&people.alice, &id, "open")?;
        self.step();
        self.gate.pass();
        self.repository.merge(&id)?;
        self.acknowledged().merged.push(id.clone());
        self.step();
        Ok(Promoted { application: registered, id })
    }

    fn until(&self, client: &Client, id: &str, status: &str) -> Result<(), Failed> {
        let until = self.gate.time() + PATIENCE;
        loop {
            let found = self.asked(client, "GET", &format!("/promotions/{id}"), "", None)?;
            // The projections may be behind by an event or two.
            let now = found.json["status"].as_str().unwrap_or("requested");
            if now == status {
                return Ok(());
            }
            if !matches!(now, "requested" | "preview" | "approved" | "open") {
                return Err(
                    format!("{id} is {now}, and {status} was expected: {}", found.json["failure"]).into()
                );
            }
            if self.gate.time() > until {
                return Err(format!("{id} is {now}, and never became {status}").into());
            }
            sleep(TICK);
        }
    }

    /// An answer that is none of a server that is away.
    fn asked(
        &self,
        client: &Client,
        method: &str,
        path: &str,
        key: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Failed> {
        let until = self.gate.time() + PATIENCE;
        loop {
            self.gate.pass();
            let why = match client.call(method, path, key, body) {
                Ok(answer) if answer.status != 503 && answer.status != 429 => return Ok(answer),
                Ok(answer) => format!("{} {}", answer.status, answer.json),
                Err(error) => error.to_string(),
            };
            if self.gate.time() > until {
                return Err(format!("{method} {path}: {why}").into());
            }
            sleep(TICK);
        }
    }

    fn step(&self) {
        self.steps.fetch_add(1, Ordering::SeqCst);
    }

    /// Nobody asks for anything while it is closed.
    pub fn close_gate(&self) {
        self.gate.close();
    }

    /// All go on.
    pub fn open_gate(&self) {
        self.gate.open_again();
    }

    /// Waits until they have come so many steps further, or all are done.
    pub fn go_on(&self, steps: usize) {
        let until = self.steps.load(Ordering::SeqCst) + steps;
        while self.steps.load(Ordering::SeqCst) < until && !self.is_over() {
            sleep(TICK / 10);
        }
    }

    /// Whether all applications are promoted, or given up.
    fn is_over(&self) -> bool {
        self.done.load(Ordering::SeqCst) >= self.quota
    }

    /// What was acknowledged so far.
    pub fn acknowledged(&self) -> MutexGuard<'_, Acknowledged> {
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What went otherwise than people are promised.
    pub fn problems(&self) -> MutexGuard<'_, Vec<String>> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text(value: &Value) -> Result<String, Failed> {
    Ok(value.as_str().ok_or_else(|| format!("{value} is no text"))?.to_owned())
}
