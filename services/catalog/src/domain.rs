//! What an organisation may have, decided purely.

use std::collections::BTreeMap;

use access::Role;
use events::catalog as e;
use events::plan::Side;
use events::{Event, Message};
use ids::{ApplicationId, BlobHash, ClusterId, WaiverId};
use serde::{Deserialize, Serialize};
use service::{Aggregate, Kind, Refused};

/// What an organisation has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// The organisation's name.
    pub name: String,
    /// Its applications.
    pub applications: BTreeMap<ApplicationId, Application>,
    /// Its clusters, by identifier: their names.
    pub clusters: BTreeMap<ClusterId, String>,
    /// The documents that were read from repositories last, which are no event.
    pub read: BTreeMap<ApplicationId, BlobHash>,
    /// The waivers that were granted and not revoked, ended or not.
    #[serde(default)]
    pub waivers: BTreeMap<WaiverId, Waiver>,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// The URL of its repository, without credentials.
    pub repository: String,
    /// Where its document lies there, if it is read from there.
    pub path: Option<String>,
    /// Its document, if it was given.
    pub document: Option<BlobHash>,
    /// Its environments.
    pub environments: Vec<Side>,
}

/// Somebody accepts what a rule finds at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The application that it is for.
    pub application: ApplicationId,
    /// The environment in which it counts; none is all of them.
    pub environment: Option<String>,
    /// The rule.
    pub rule: String,
    /// The place, as a pattern.
    pub place: String,
    /// Why.
    pub reason: String,
    /// Who accepts it.
    pub who: String,
    /// The last day on which it counts.
    pub until: String,
}

/// How far ahead a waiver ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// The days from today to its last day.
    pub days: i64,
    /// The most that an administrator allows.
    pub most: u32,
}

/// What somebody asks for. Names and documents are checked for their form before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// That there be the organisation.
    Ensure {
        /// Its name.
        name: String,
    },
    /// That an application be known.
    Register(ApplicationId, Application),
    /// That an application be another.
    Update(ApplicationId, Application),
    /// That an application be forgotten.
    Remove(ApplicationId),
    /// That a cluster be known.
    RegisterCluster(ClusterId, String),
    /// That a cluster have another name.
    RenameCluster(ClusterId, String),
    /// That a cluster be forgotten.
    RemoveCluster(ClusterId),
    /// That findings be accepted.
    GrantWaiver(WaiverId, Box<Waiver>, Ahead),
    /// That they be accepted no more.
    RevokeWaiver(WaiverId),
}

impl Command {
    /// What it is called in the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ensure { .. } => "ensure_organisation",
            Self::Register(..) => "register_application",
            Self::Update(..) => "update_application",
            Self::Remove(_) => "remove_application",
            Self::RegisterCluster(..) => "register_cluster",
            Self::RenameCluster(..) => "rename_cluster",
            Self::RemoveCluster(_) => "remove_cluster",
            Self::GrantWaiver(..) => "grant_waiver",
            Self::RevokeWaiver(_) => "revoke_waiver",
        }
    }

    /// The least role that may ask for it. Who may approve a promotion with its risks may accept a risk until a day.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::GrantWaiver(..) | Self::RevokeWaiver(_) => Role::Approver,
            _ => Role::Admin,
        }
    }
}

/// The most waivers of an organisation: all of them are read with each command.
const WAIVERS: usize = 5_000;

/// What follows from a command of `by`.
///
/// # Errors
/// The refusal.
pub fn decide(catalog: &Catalog, by: &str, command: &Command) -> Result<Vec<Event>, Refused> {
    let by = by.to_owned();
    Ok(vec![match command {
        Command::Ensure { .. } if !catalog.name.is_empty() => return Ok(Vec::new()),
        Command::Ensure { name } => e::OrganisationCreated { name: name.clone(), by }.into(),
        Command::Register(id, application) => {
            catalog.name_is_free(&application.name, None)?;
            registered(*id, application, by).into()
        }
        Command::Update(id, application) => {
            let known = catalog.application(*id)?;
            catalog.name_is_free(&application.name, Some(*id))?;
            if known == application {
                return Ok(Vec::new());
            }
            updated(*id, application, by).into()
        }
        Command::Remove(id) => {
            let name = catalog.application(*id)?.name.clone();
            e::ApplicationRemoved { application_id: *id, name, by }.into()
        }
        Command::RegisterCluster(id, name) => {
            catalog.cluster_is_free(name, None)?;
            e::ClusterRegistered { cluster_id: *id, name: name.clone(), by }.into()
        }
        Command::RenameCluster(id, name) => {
            let known = catalog.cluster(*id)?;
            catalog.cluster_is_free(name, Some(*id))?;
            if known == name {
                return Ok(Vec::new());
            }
            e::ClusterRenamed { cluster_id: *id, name: name.clone(), by }.into()
        }
        Command::RemoveCluster(id) => {
            let name = catalog.cluster(*id)?.to_owned();
            e::ClusterRemoved { cluster_id: *id, name, by }.into()
        }
        Command::GrantWaiver(id, waiver, ahead) => granted(catalog, *id, waiver, *ahead, by)?.into(),
        Command::RevokeWaiver(id) => {
            let Waiver { application, rule, place, .. } = catalog.waiver(*id)?.clone();
            e::WaiverRevoked { waiver_id: *id, application_id: application, rule, place, by }.into()
        }
    }])
}

fn granted(
    catalog: &Catalog,
    waiver_id: WaiverId,
    waiver: &Waiver,
    ahead: Ahead,
    by: String,
) -> Result<e::WaiverGranted, Refused> {
    let known = catalog.application(waiver.application)?;
    let Waiver { application, environment, rule, place, reason, until, .. } = waiver.clone();
    let names: Vec<&str> = known.environments.iter().map(|side| side.environment.as_str()).collect();
    if let Some(unknown) = environment.as_ref().filter(|named| !names.contains(&named.as_str())) {
        let why = format!("there is no environment {unknown:?}; there are {}", names.join(", "));
        return Err(Refused::new(Kind::Invalid, "ENVIRONMENT_NOT_FOUND", why));
    }
    if ahead.days < 0 {
        let why = format!("until: {until} is over");
        return Err(Refused::new(Kind::Invalid, "WAIVER_INVALID", why));
    }
    if ahead.days > i64::from(ahead.most) {
        let why = format!("{until} is {} days ahead; a waiver ends within {} days", ahead.days, ahead.most);
        return Err(Refused::new(Kind::Invalid, "WAIVER_TOO_LONG", why));
    }
    if catalog.waivers.len() >= WAIVERS {
        let why = format!("the organisation has {WAIVERS} waivers; revoke those that have ended");
        return Err(Refused::new(Kind::Conflict, "WAIVERS_TOO_MANY", why));
    }
    let (application_id, application) = (application, known.name.clone());
    Ok(e::WaiverGranted {
        waiver_id,
        application_id,
        application,
        environment,
        rule,
        place,
        reason,
        until,
        by,
    })
}

impl Catalog {
    fn application(&self, id: ApplicationId) -> Result<&Application, Refused> {
        self.applications.get(&id).ok_or_else(|| no_application(&id.to_string()))
    }

    fn cluster(&self, id: ClusterId) -> Result<&str, Refused> {
        self.clusters.get(&id).map(String::as_str).ok_or_else(|| no_cluster(&id.to_string()))
    }

    fn waiver(&self, id: WaiverId) -> Result<&Waiver, Refused> {
        self.waivers.get(&id).ok_or_else(|| no_waiver(&id.to_string()))
    }

    fn name_is_free(&self, name: &str, but: Option<ApplicationId>) -> Result<(), Refused> {
        match self.applications.iter().any(|(id, known)| known.name == name && Some(*id) != but) {
            true => {
                let why = format!("there is an application {name} already");
                Err(Refused::new(Kind::Exists, "APPLICATION_EXISTS", why))
            }
            false => Ok(()),
        }
    }

    fn cluster_is_free(&self, name: &str, but: Option<ClusterId>) -> Result<(), Refused> {
        match self.clusters.iter().any(|(id, known)| known == name && Some(*id) != but) {
            true => {
                let why = format!("there is a cluster {name} already");
                Err(Refused::new(Kind::Exists, "CLUSTER_EXISTS", why))
            }
            false => Ok(()),
        }
    }
}

/// There is no such application for this caller.
pub(crate) fn no_application(id_or_name: &str) -> Refused {
    Refused::new(Kind::NotFound, "APPLICATION_NOT_FOUND", format!("there is no application {id_or_name}"))
}

/// There is no such cluster for this caller.
pub(crate) fn no_cluster(id_or_name: &str) -> Refused {
    Refused::new(Kind::NotFound, "CLUSTER_NOT_FOUND", format!("there is no cluster {id_or_name}"))
}

/// There is no such waiver for this caller.
pub(crate) fn no_waiver(id: &str) -> Refused {
    Refused::new(Kind::NotFound, "WAIVER_NOT_FOUND", format!("there is no waiver {id}"))
}

fn registered(
    application_id: ApplicationId,
    application: &Application,
    by: String,
) -> e::ApplicationRegistered {
    let Application { name, repository, path, document, environments } = application.clone();
    e::ApplicationRegistered { application_id, name, repository, path, document, environments, by }
}

fn updated(application_id: ApplicationId, application: &Application, by: String) -> e::ApplicationUpdated {
    let Application { name, repository, path, document, environments } = application.clone();
    e::ApplicationUpdated { application_id, name, repository, path, document, environments, by }
}

fn of_event(event: &e::WaiverGranted) -> Waiver {
    let e::WaiverGranted { application_id, environment, rule, place, reason, until, by, .. } = event.clone();
    Waiver { application: application_id, environment, rule, place, reason, who: by, until }
}

impl Aggregate for Catalog {
    fn evolve(state: Option<Self>, message: &Message) -> Option<Self> {
        let mut catalog = state.unwrap_or_default();
        match &message.event {
            Event::OrganisationCreated(event) => catalog.name = event.name.clone(),
            Event::ApplicationRegistered(event) => {
                let e::ApplicationRegistered { name, repository, path, document, environments, .. } =
                    event.clone();
                let application = Application { name, repository, path, document, environments };
                catalog.applications.insert(event.application_id, application);
            }
            Event::ApplicationUpdated(event) => {
                let e::ApplicationUpdated { name, repository, path, document, environments, .. } =
                    event.clone();
                let application = Application { name, repository, path, document, environments };
                catalog.applications.insert(event.application_id, application);
            }
            Event::ApplicationRemoved(event) => {
                catalog.applications.remove(&event.application_id);
                catalog.read.remove(&event.application_id);
                catalog.waivers.retain(|_, waiver| waiver.application != event.application_id);
            }
            Event::ClusterRegistered(event) => {
                catalog.clusters.insert(event.cluster_id, event.name.clone());
            }
            Event::ClusterRenamed(event) => {
                catalog.clusters.insert(event.cluster_id, event.name.clone());
            }
            Event::ClusterRemoved(event) => {
                catalog.clusters.remove(&event.cluster_id);
            }
            Event::WaiverGranted(event) => {
                catalog.waivers.insert(event.waiver_id, of_event(event));
            }
            Event::WaiverRevoked(event) => {
                catalog.waivers.remove(&event.waiver_id);
            }
            _ => {}
        }
        Some(catalog)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic in a test is the report")]

    use uuid::Uuid;

    use super::*;

    const SHOP: ApplicationId = ApplicationId::new(Uuid::NAMESPACE_DNS);
    const OTHER: ApplicationId = ApplicationId::new(Uuid::NAMESPACE_URL);
    const EU: ClusterId = ClusterId::new(Uuid::NAMESPACE_DNS);
    const US: ClusterId = ClusterId::new(Uuid::NAMESPACE_URL);

    fn application(name: &str) -> Application {
        Application {
            name: name.to_owned(),
            repository: "https://git.example/shop.git".to_owned(),
            path: Some("plimsoll.yaml".to_owned()),
            document: None,
            environments: Vec::new(),
        }
    }

    fn given(applications: &[(ApplicationId, &str)], clusters: &[(ClusterId, &str)]) -> Catalog {
        Catalog {
            name: "acme".to_owned(),
            applications: applications.iter().map(|(id, name)| (*id, application(name))).collect(),
            clusters: clusters.iter().map(|(id, name)| (*id, (*name).to_owned())).collect(),
            read: BTreeMap::new(),
            waivers: BTreeMap::new(),
        }
    }

    fn when(catalog: &Catalog, command: Command) -> Result<Vec<Event>, &'static str> {
        decide(catalog, "ada", &command).map_err(|refused| refused.code)
    }

    #[test]
    fn an_organisation_is_made_once() {
        let ensure = || Command::Ensure { name: "acme".to_owned() };
        let made = when(&Catalog::default(), ensure()).unwrap();
        assert_eq!(made, [e::OrganisationCreated { name: "acme".to_owned(), by: "ada".to_owned() }.into()]);
        assert_eq!(when(&given(&[], &[]), ensure()), Ok(Vec::new()));
    }

    #[test]
    fn a_name_belongs_to_one_application() {
        let catalog = given(&[(SHOP, "shop")], &[]);
        assert_eq!(when(&catalog, Command::Register(OTHER, application("shop"))), Err("APPLICATION_EXISTS"));
        assert_eq!(when(&catalog, Command::Register(OTHER, application("blog"))).unwrap().len(), 1);
        assert_eq!(
            when(&catalog, Command::Update(SHOP, application("shop"))),
            Ok(Vec::new()),
            "nothing changes"
        );
        assert_eq!(when(&catalog, Command::Update(SHOP, application("store"))).unwrap().len(), 1);
        let two = given(&[(SHOP, "shop"), (OTHER, "blog")], &[]);
        assert_eq!(when(&two, Command::Update(OTHER, application("shop"))), Err("APPLICATION_EXISTS"));
    }

    #[test]
    fn what_is_not_there_can_be_neither_changed_nor_removed() {
        let catalog = given(&[(SHOP, "shop")], &[(EU, "eu")]);
        assert_eq!(when(&catalog, Command::Update(OTHER, application("x"))), Err("APPLICATION_NOT_FOUND"));
        assert_eq!(when(&catalog, Command::Remove(OTHER)), Err("APPLICATION_NOT_FOUND"));
        assert_eq!(when(&catalog, Command::RemoveCluster(US)), Err("CLUSTER_NOT_FOUND"));
        assert_eq!(when(&catalog, Command::RenameCluster(US, "us".to_owned())), Err("CLUSTER_NOT_FOUND"));
        let removed =
            e::ApplicationRemoved { application_id: SHOP, name: "shop".to_owned(), by: "ada".to_owned() };
        assert_eq!(when(&catalog, Command::Remove(SHOP)), Ok(vec![removed.into()]));
    }

    #[test]
    fn a_name_belongs_to_one_cluster() {
        let catalog = given(&[], &[(EU, "eu"), (US, "us")]);
        assert_eq!(when(&catalog, Command::RegisterCluster(US, "eu".to_owned())), Err("CLUSTER_EXISTS"));
        assert_eq!(when(&catalog, Command::RenameCluster(US, "eu".to_owned())), Err("CLUSTER_EXISTS"));
        assert_eq!(when(&catalog, Command::RenameCluster(US, "us".to_owned())), Ok(Vec::new()));
        let renamed = e::ClusterRenamed { cluster_id: US, name: "us-1".to_owned(), by: "ada".to_owned() };
        assert_eq!(when(&catalog, Command::RenameCluster(US, "us-1".to_owned())), Ok(vec![renamed.into()]));
    }

    const WAIVER: WaiverId = WaiverId::new(Uuid::NAMESPACE_OID);

    fn waiver(environment: Option<&str>) -> Waiver {
        Waiver {
            application: SHOP,
            environment: environment.map(str::to_owned),
            rule: "image-unpinned".to_owned(),
            place: "Deployment/web".to_owned(),
            reason: "known".to_owned(),
            who: "ada".to_owned(),
            until: "2026-12-31".to_owned(),
        }
    }

    fn grant(catalog: &Catalog, waiver: Waiver, days: i64) -> Result<Vec<Event>, &'static str> {
        when(catalog, Command::GrantWaiver(WAIVER, Box::new(waiver), Ahead { days, most: 90 }))
    }

    #[test]
    fn a_waiver_is_granted_until_a_day_that_is_not_too_far() {
        let mut shop = application("shop");
        let side = Side {
            environment: "production".to_owned(),
            path: "production".to_owned(),
            namespace: None,
            cluster: None,
        };
        shop.environments = vec![side];
        let catalog = Catalog { applications: BTreeMap::from([(SHOP, shop)]), ..Catalog::default() };
        for days in [0, 90] {
            assert_eq!(grant(&catalog, waiver(Some("production")), days).unwrap().len(), 1, "{days}");
        }
        assert_eq!(grant(&catalog, waiver(None), 1).unwrap().len(), 1);
        assert_eq!(grant(&catalog, waiver(None), -1), Err("WAIVER_INVALID"));
        assert_eq!(grant(&catalog, waiver(None), 91), Err("WAIVER_TOO_LONG"));
        assert_eq!(grant(&catalog, waiver(Some("prod")), 1), Err("ENVIRONMENT_NOT_FOUND"));
        assert_eq!(grant(&Catalog::default(), waiver(None), 1), Err("APPLICATION_NOT_FOUND"));
    }

    #[test]
    fn a_waiver_is_revoked_once_and_goes_with_its_application() {
        let catalog = given(&[(SHOP, "shop")], &[]);
        assert_eq!(when(&catalog, Command::RevokeWaiver(WAIVER)), Err("WAIVER_NOT_FOUND"));
        let with = Catalog { waivers: BTreeMap::from([(WAIVER, waiver(None))]), ..catalog };
        let revoked = e::WaiverRevoked {
            waiver_id: WAIVER,
            application_id: SHOP,
            rule: "image-unpinned".to_owned(),
            place: "Deployment/web".to_owned(),
            by: "ada".to_owned(),
        };
        assert_eq!(when(&with, Command::RevokeWaiver(WAIVER)), Ok(vec![revoked.into()]));
    }

    #[test]
    fn who_approves_may_waive() {
        assert_eq!(Command::RevokeWaiver(WAIVER).role(), Role::Approver);
        assert_eq!(Command::RemoveCluster(EU).role(), Role::Admin);
    }
}
