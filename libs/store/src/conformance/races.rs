//! Many at once.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use super::fixture::{ORG, commit, handled, outgoing, places, topic};
use crate::commit::Commit;
use crate::{Store, StoreError};

const RACERS: u64 = 8;
const ROUNDS: u64 = 10;

/// Commits all at once; the codes of those that were refused.
async fn race(store: &Arc<dyn Store>, commits: Vec<Commit>) -> Vec<&'static str> {
    let mut racers = JoinSet::new();
    for commit in commits {
        let store = Arc::clone(store);
        racers.spawn(async move { store.commit(commit).await });
    }
    racers.join_all().await.into_iter().filter_map(Result::err).map(|error| error.code()).collect()
}

fn racers() -> impl Iterator<Item = u64> {
    1..=RACERS
}

pub async fn one_of_many_first_commits_wins(store: Arc<dyn Store>) {
    for round in 0..ROUNDS {
        let name = format!("a{round}");
        let entry = |n| Commit { state: json!(n), outbox: vec![outgoing(&name, n)], ..commit(&name, 0) };
        let refused = race(&store, racers().map(entry).collect()).await;
        assert_eq!(refused, vec!["STORE_CONFLICT"; 7]);
        let winner = store.load(ORG, &name).await.unwrap().unwrap();
        assert_eq!(winner.version, 1);
        let rows = store.outbox(100).await.unwrap();
        let of_round: Vec<_> = places(&rows).into_iter().filter(|(key, _)| *key == name).collect();
        assert_eq!(of_round, [(name, winner.state.as_u64().unwrap())]);
    }
}

pub async fn one_of_many_later_commits_wins(store: Arc<dyn Store>) {
    store.commit(commit("a", 0)).await.unwrap();
    for version in 1..=ROUNDS {
        let refused = race(&store, racers().map(|_| commit("a", version)).collect()).await;
        assert_eq!(refused, vec!["STORE_CONFLICT"; 7]);
        assert_eq!(store.load(ORG, "a").await.unwrap().unwrap().version, version + 1);
    }
}

/// What deciders do: load, decide, commit, and again after a conflict.
pub async fn who_tries_again_gets_through(store: Arc<dyn Store>) {
    let mut deciders = JoinSet::new();
    for _ in racers() {
        let store = Arc::clone(&store);
        deciders.spawn(async move {
            for _ in 0..ROUNDS {
                add_an_event(&*store).await;
            }
        });
    }
    deciders.join_all().await;
    let stored = store.load(ORG, "a").await.unwrap().unwrap();
    assert_eq!((stored.version, stored.sequence), (RACERS * ROUNDS, RACERS * ROUNDS));
    let expected: Vec<_> = (1..=RACERS * ROUNDS).map(|sequence| ("a".to_owned(), sequence)).collect();
    assert_eq!(places(&store.outbox(1_000).await.unwrap()), expected);
}

async fn add_an_event(store: &dyn Store) {
    loop {
        let stored = store.load(ORG, "a").await.unwrap();
        let (version, sequence) = stored.map_or((0, 0), |stored| (stored.version, stored.sequence));
        let outbox = vec![outgoing("a", sequence + 1)];
        match store.commit(Commit { sequence: sequence + 1, outbox, ..commit("a", version) }).await {
            Ok(()) => return,
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// One event that reaches two members of a group at once, and concerns another aggregate each time.
pub async fn one_of_many_handlers_wins(store: Arc<dyn Store>) {
    for round in 1..=ROUNDS {
        let handler = |n| Commit { handled: handled("x", round), ..commit(&format!("{round}-{n}"), 0) };
        let refused = race(&store, racers().map(handler).collect()).await;
        assert_eq!(refused, vec!["STORE_DUPLICATE"; 7]);
        assert_eq!(store.handled(ORG, "reader", &topic(), "x").await.unwrap(), round);
    }
}

/// A caller that lost the answer sends its command again, and a new aggregate is made each time.
pub async fn one_of_many_commands_wins(store: Arc<dyn Store>) {
    for round in 0..ROUNDS {
        let name = format!("command-{round}");
        let asked =
            |n| Commit { command: Some((name.clone(), json!(n))), ..commit(&format!("{round}-{n}"), 0) };
        let refused = race(&store, racers().map(asked).collect()).await;
        assert_eq!(refused, vec!["STORE_CONFLICT"; 7]);
        let answer = store.answered(ORG, &name).await.unwrap().unwrap();
        for n in racers() {
            let made = store.load(ORG, &format!("{round}-{n}")).await.unwrap().is_some();
            assert_eq!(made, answer == json!(n), "{n} of {answer}");
        }
    }
}
