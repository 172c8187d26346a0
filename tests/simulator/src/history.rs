//! One history, from its seed to what is found in it.

use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog as _, Group, LogError, PartitionId};
use events::{Service, Topic};
use gitops::git::Fault;
use ids::OrgId;
use promotion::Prices;
use store::{Store as _, StoreError};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::checks::{self, Evidence};
use crate::journal::Done;
use crate::keeper::keep;
use crate::mutation::Mutation;
use crate::panics;
use crate::people::People;
use crate::report::{Report, Violation};
use crate::world::{ACME, Application, SERVICES, World};

/// What a service of the history reads.
fn topics(service: Service) -> Vec<Topic> {
    use Service::{Audit, Cost, Diff, Explain, Gateway, Gitops, Promotion, Risk};
    let read: &[Service] = match service {
        Promotion => &[Promotion, Diff, Cost, Risk, Explain, Gitops],
        Diff | Gitops => &[Promotion],
        Cost => &[Diff],
        Risk => &[Cost],
        Explain => &[Risk],
        Audit => &[Promotion, Diff, Cost, Risk, Explain, Gitops, Gateway],
        Gateway => &Service::ALL,
        Service::Catalog => &[],
    };
    read.iter().map(|service| service.topic()).collect()
}

/// How long people may take, and how long it may take until everything has come to rest after them.
const LIFE: Duration = Duration::from_secs(1_200);
const REST: Duration = Duration::from_secs(1_800);
/// Longer than the time between two looks at what was pushed.
const LOOK: Duration = Duration::from_secs(20);

/// Why a history could not be played, or could not be looked at.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HistoryError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Broken(String),
}

/// Plays a history and looks at what it left.
pub(crate) async fn play(
    seed: u64,
    mutation: Option<Mutation>,
    prices: &Arc<Prices>,
) -> Result<Report, HistoryError> {
    // Of whatever was played on this thread before.
    drop(panics::take());
    let world = Arc::new(World::new(seed, mutation, prices).await?);
    let mut lot = world.lot("history");
    let applications: Vec<Application> =
        (0..lot.of_range(1..=2)).map(|number| world.application(number)).collect();
    let mut kept = JoinSet::new();
    for service in SERVICES {
        let replicas = if lot.hits(3_000) { 2 } else { 1 };
        (0..replicas).for_each(|replica| drop(kept.spawn(keep(Arc::clone(&world), service, replica))));
    }
    let mut people = JoinSet::new();
    for application in &applications {
        people.spawn(People::of(&world, application.clone()).live());
    }
    let mut violations = Vec::new();
    let living = async { while people.join_next().await.is_some() {} };
    let storm = storm(&world, &applications);
    if timeout(LIFE, async { tokio::join!(living, storm) }).await.is_err() {
        violations.push(Violation::new("people are answered", "somebody waits for ever"));
    }
    violations.extend(rest(&world).await?);
    kept.abort_all();
    while kept.join_next().await.is_some() {}
    violations.extend(panics::take().into_iter().map(|panic| Violation::new("nothing panics", panic)));
    let evidence = Evidence::gather(&world).await?;
    violations.extend(checks::check(&world, &evidence).await?);
    Ok(Report {
        seed,
        mutation,
        violations,
        digest: evidence.digest(),
        records: evidence.records.len(),
        promotions: evidence.endings(),
        lasted: Instant::now() - world.began,
        story: evidence.acknowledged.story,
    })
}

/// Waits until nothing is to be done any more.
async fn rest(world: &World) -> Result<Option<Violation>, HistoryError> {
    let deadline = Instant::now() + REST;
    sleep(LOOK).await;
    while let Some(what) = restless(world).await? {
        if Instant::now() > deadline {
            return Ok(Some(Violation::new("everything comes to rest", what)));
        }
        sleep(Duration::from_secs(5)).await;
    }
    Ok(None)
}

/// Hosts fail now and then, until all is calm.
async fn storm(world: &World, applications: &[Application]) {
    let (mut lot, end) = (world.lot("hosts"), world.began + world.weather.storm);
    while Instant::now() < end {
        sleep(Duration::from_millis(lot.of_range(500..=20_000))).await;
        let Some(application) = lot.among(applications) else { break };
        let fault = match lot.of_range(0..=9) {
            0 => Fault::Refuses("a hook says no".to_owned()),
            _ => Fault::Unreachable,
        };
        world.hosts.git.set_fault(&application.url, Some(fault));
        sleep(Duration::from_millis(lot.of_range(100..=6_000))).await;
        world.hosts.git.set_fault(&application.url, None);
    }
    world.weather.becomes_calm();
}

/// What people did with a branch that the promotion service does not know of.
async fn unseen(world: &World) -> Result<Option<String>, HistoryError> {
    let Some(store) = world.stores.get(&Service::Promotion) else { return Ok(None) };
    let all = world.journal.done();
    for done in &all {
        let Done { promotion, with, .. } = done;
        let stored = store.load(ACME, promotion).await?;
        let status = stored.and_then(|stored| Some(stored.state.get("status")?.as_str()?.to_owned()));
        if !done.explains(status.as_deref().unwrap_or_default(), &all) {
            return Ok(Some(format!("{promotion} is {with}, and {status:?} to its owner")));
        }
    }
    Ok(None)
}

/// What is still to be done; none if nothing is.
async fn restless(world: &World) -> Result<Option<String>, HistoryError> {
    for service in SERVICES {
        let group = Group::new(service.name());
        for topic in topics(service) {
            for partition in 0..world.log.partitions(&topic).await? {
                let id = PartitionId { topic: topic.clone(), partition };
                let (end, done) = (world.log.bounds(&id).await?.end, world.log.committed(&group, &id).await?);
                if done < end {
                    return Ok(Some(format!("{group} has come to {done} of {end} in {id}")));
                }
            }
        }
    }
    for (service, store) in &world.stores {
        let rows = store.backlog().await?.rows;
        if rows > 0 {
            return Ok(Some(format!("{rows} events wait in the outbox of {service}")));
        }
    }
    if let Some(what) = unseen(world).await? {
        return Ok(Some(what));
    }
    let Some(gitops) = world.stores.get(&Service::Gitops) else { return Ok(None) };
    let pushes = gitops.load(OrgId::new(Uuid::nil()), "pushes").await?;
    let pushes = pushes.and_then(|list| list.state.as_object().map(serde_json::Map::len)).unwrap_or(0);
    Ok((pushes > 0).then(|| format!("{pushes} pushes are to be made")))
}
