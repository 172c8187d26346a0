//! Turning names into immutable things, before anything is decided.

use std::sync::Arc;

use access::{Identity, Role};
use application::{Application, Environment, GrantedWaiver};
use events::plan::{Base, Held, PlanInputs, Side};
use ids::{ApplicationId, BlobHash, OrgId, edge_id};
use preview::EdgeBase;
use repositories::{Head, Repositories, RepositoryError};
use serde_json::json;
use service::{Failure, Kind, Refused, Undone};

use crate::catalog::{Catalog, Granted, Registered};
use crate::prices::Prices;
use crate::promotions::Promotions;
use crate::selection::Selected;
use crate::waivers;

/// What somebody asks for, by names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The application's identifier.
    pub application_id: String,
    /// The environment whose changes are carried.
    pub from: String,
    /// The environment that they are carried to.
    pub to: String,
    /// The revision at which the source is read; the head of its branch if it is not given.
    pub source_revision: Option<String>,
    /// What they decide about single places.
    pub selected: Selected,
}

impl Wanted {
    /// What tells one request from another.
    pub(crate) fn digest(&self) -> BlobHash {
        let Self { application_id, from, to, source_revision, selected } = self;
        let Selected { take, only, skip } = selected;
        BlobHash::of(
            json!([application_id, from, to, source_revision, take, only, skip]).to_string().as_bytes(),
        )
    }
}

/// Turns names into immutable things.
#[derive(Clone)]
pub struct Resolver {
    /// What organisations have.
    pub catalog: Arc<dyn Catalog>,
    /// Their repositories.
    pub repositories: Arc<dyn Repositories>,
    /// The bases of the edges.
    pub promotions: Promotions,
    /// What things cost.
    pub prices: Arc<Prices>,
}

/// The part of the inputs that depends on where the target stands.
struct Standing {
    application: Registered,
    from: Side,
    to: Side,
    policy: BlobHash,
    document: BlobHash,
    base: Option<Base>,
}

impl Resolver {
    /// What the plan for a request is made from.
    ///
    /// # Errors
    /// The refusal: there is no such application, environment or revision, or its document is none; or what is
    /// needed is away.
    pub async fn request(&self, caller: &Identity, wanted: &Wanted) -> Result<PlanInputs, Undone> {
        let application = self.application(caller, &wanted.application_id).await?;
        let repository = application.repository.clone();
        let head = self.repositories.head(&repository).await.map_err(unreadable)?;
        let source_commit = match &wanted.source_revision {
            Some(revision) => self.repositories.commit(&repository, revision).await.map_err(unreadable)?,
            None => head.commit.clone(),
        };
        let standing = self.standing(caller, application, &wanted.from, &wanted.to, &head.commit).await?;
        let price_book = self.price_book(caller.org).await?;
        let Selected { take, only, skip } = wanted.selected.clone();
        Ok(standing.inputs(source_commit, head, price_book, (take, only, skip)))
    }

    /// What the plan is made from once the target has moved to another head. The source and the prices stay.
    ///
    /// # Errors
    /// As [`Resolver::request`].
    pub async fn again(&self, org: OrgId, inputs: &PlanInputs, head: &str) -> Result<PlanInputs, Undone> {
        let caller = Identity { org, user: "promotion".to_owned(), role: Role::Requester, token: None };
        let application = self.application(&caller, &inputs.application_id.to_string()).await?;
        let (from, to) = (&inputs.from.environment, &inputs.to.environment);
        let standing = self.standing(&caller, application, from, to, head).await?;
        let head = Head { branch: inputs.target_branch.clone(), commit: head.to_owned() };
        let selected = (inputs.take.clone(), inputs.only.clone(), inputs.skip.clone());
        Ok(standing.inputs(inputs.source_commit.clone(), head, inputs.price_book, selected))
    }

    async fn application(&self, caller: &Identity, id: &str) -> Result<Registered, Undone> {
        let unknown = || {
            let message = format!("there is no application {id}");
            Refused::new(Kind::NotFound, "APPLICATION_NOT_FOUND", message)
        };
        Ok(self.catalog.application(caller, id).await?.ok_or_else(unknown)?)
    }

    async fn standing(
        &self,
        caller: &Identity,
        application: Registered,
        from: &str,
        to: &str,
        target_commit: &str,
    ) -> Result<Standing, Undone> {
        let (document, directory) = self.document(&application, target_commit).await?;
        if from == to {
            let message = format!("{to} cannot be promoted to itself");
            return Err(Refused::new(Kind::Invalid, "ENVIRONMENTS_EQUAL", message).into());
        }
        let sides = (side(&document, from, &directory)?, side(&document, to, &directory)?);
        // Where rules guard an environment, no way around them leads to it: another source would need fewer approvals.
        if document.promotion(from, to).is_none() && document.spec.promotions.iter().any(|rule| rule.to == to)
        {
            let message = format!("plimsoll.yaml lists promotions to {to}, and none from {from}");
            return Err(Refused::new(Kind::Invalid, "PROMOTION_NOT_LISTED", message).into());
        }
        let (org, parts) = (caller.org, self.promotions.parts());
        let blobs = &*parts.blobs;
        let granted = self.granted(caller, application.id, to).await?;
        let policy = document.policy(from, to).with_waivers(granted, waivers::day_of(parts.clock.now())?);
        let policy = documents::write(blobs, org, &policy).await?;
        let document = documents::write(blobs, org, &document).await?;
        let base = self.base(org, application.id, from, to).await?;
        Ok(Standing { application, from: sides.0, to: sides.1, policy, document, base })
    }

    /// The waivers of the API that count in an environment.
    async fn granted(
        &self,
        caller: &Identity,
        application: ApplicationId,
        to: &str,
    ) -> Result<Vec<GrantedWaiver>, Undone> {
        let granted = self.catalog.waivers(caller, application).await?.into_iter();
        let granted = granted.filter(|granted| granted.waiver.is_in(to));
        Ok(granted.map(|Granted { id, waiver }| GrantedWaiver { id, waiver }).collect())
    }

    /// The application's document, and the directory that its paths are relative to. One that lies in the repository is
    /// read from the target's branch, never from what is promoted: a change cannot waive its own risk.
    async fn document(
        &self,
        application: &Registered,
        target_commit: &str,
    ) -> Result<(Application, String), Undone> {
        let Some(path) = &application.path else {
            return Ok((parsed(application.document.as_bytes())?, String::new()));
        };
        let bytes = self.repositories.file(&application.repository, target_commit, path).await;
        let missing = || {
            let message = format!("{path} is not in the repository of {} any more", application.name);
            Refused::new(Kind::Invalid, "APPLICATION_FILE_MISSING", message)
        };
        let bytes = bytes.map_err(unreadable)?.ok_or_else(missing)?;
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        Ok((parsed(&bytes)?, directory.to_owned()))
    }

    async fn base(
        &self,
        org: OrgId,
        application: ApplicationId,
        from: &str,
        to: &str,
    ) -> Result<Option<Base>, Undone> {
        let edge = self.promotions.edge(org, edge_id(application, from, to)).await?;
        Ok(edge.and_then(|edge| edge.base).as_ref().map(base_of))
    }

    /// The prices of today.
    async fn price_book(&self, org: OrgId) -> Result<BlobHash, Undone> {
        let parts = self.promotions.parts();
        let book = self.prices.on(parts.clock.now())?;
        Ok(documents::write(&*parts.blobs, org, &book).await?)
    }
}

impl Standing {
    fn inputs(
        self,
        source_commit: String,
        target: Head,
        price_book: BlobHash,
        (take, only, skip): (Vec<String>, Vec<String>, Vec<String>),
    ) -> PlanInputs {
        PlanInputs {
            application_id: self.application.id,
            application: self.application.name,
            from: self.from,
            to: self.to,
            repository: self.application.repository,
            source_commit,
            target_commit: target.commit,
            target_branch: target.branch,
            base: self.base,
            policy: self.policy,
            document: self.document,
            price_book,
            take,
            only,
            skip,
            policy_path: self.application.path,
        }
    }
}

/// A base as events tell it.
#[must_use]
pub fn base_of(base: &EdgeBase) -> Base {
    let held = base.held.iter();
    let held = held.map(|held| Held { place: held.place.to_string(), commit: held.commit.clone() });
    Base { commit: base.commit.clone(), held: held.collect() }
}

fn parsed(bytes: &[u8]) -> Result<Application, Undone> {
    let refused = |error: application::ApplicationError| {
        let details = json!({ "field": error.field, "line": error.line, "column": error.column });
        Refused::new(Kind::Invalid, error.code(), error.to_string()).with(details)
    };
    Ok(Application::read(bytes).map_err(refused)?)
}

fn side(document: &Application, name: &str, directory: &str) -> Result<Side, Undone> {
    let Some(environment) = document.environment(name) else {
        let known: Vec<&str> = document.spec.environments.iter().map(|one| one.name.as_str()).collect();
        let message = format!("there is no environment {name:?}; there are {}", known.join(", "));
        let refused = Refused::new(Kind::Invalid, "ENVIRONMENT_NOT_FOUND", message);
        return Err(refused.with(json!({ "candidates": known })).into());
    };
    let Environment { name, namespace, cluster, .. } = environment.clone();
    Ok(Side { environment: name, path: environment.path_below(directory), namespace, cluster })
}

fn unreadable(error: RepositoryError) -> Undone {
    let RepositoryError { code, message, is_transient } = error;
    match is_transient {
        true => Failure::unavailable(code, message).into(),
        false => Refused::new(Kind::Invalid, code, message).into(),
    }
}
