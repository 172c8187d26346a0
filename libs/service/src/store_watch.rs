//! Whether a service's store answers, for who asks whether requests may come: they are answered from it.

use std::sync::Arc;
use std::time::Duration;

use ids::OrgId;
use store::{Store, StoreError};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::failure::Failure;
use crate::health::Component;
use crate::task::Task;

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(1);
/// A store that takes longer is away for who waits for an answer; the consumers of a busy process may have its connections for a while.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is away, where it is said.
const STORE: &str = "store";
/// Whose aggregates are none.
const NOBODY: OrgId = OrgId::new(Uuid::nil());

/// Asks a store again and again for something that is not there, as the task `SERVICE/store`, which serves.
#[must_use]
pub fn store_watch(service: &str, store: Arc<dyn Store>) -> Task {
    let watched = Task::new(format!("{service}/store"), move |running| {
        let store = Arc::clone(&store);
        async move {
            let ask = || async { store.load(NOBODY, "").await.map(drop) };
            running.shutdown.run_until_cancelled(watch(ask, &running.component)).await;
            Ok(())
        }
    });
    watched.serving()
}

/// Never ends.
async fn watch<R>(ask: impl Fn() -> R, component: &Component)
where
    R: Future<Output = Result<(), StoreError>>,
{
    loop {
        let answer = match timeout(PATIENCE, ask()).await {
            Ok(answer) => answer.map_err(Failure::from),
            Err(_) => Err(late()),
        };
        match answer {
            Ok(()) => component.back(STORE),
            Err(failure) => component.away(STORE, &failure),
        }
        component.ready();
        sleep(LOOK).await;
    }
}

fn late() -> Failure {
    let code = StoreError::Unavailable(String::new()).code();
    Failure::unavailable(code, format!("the store has not answered within {PATIENCE:?}"))
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Mutex;

    use super::*;
    use crate::health::Health;

    #[derive(Debug, Clone, Copy)]
    enum Does {
        Answer,
        Refuse,
        Hang,
    }

    #[tokio::test(start_paused = true)]
    async fn requests_may_come_while_the_store_answers() {
        let (health, does) = (Health::default(), Mutex::new(Does::Hang));
        let component = health.serving("tests/store");
        let ask = || async {
            let now = *does.lock().unwrap();
            match now {
                Does::Answer => Ok(()),
                Does::Refuse => Err(StoreError::Refused("a test".to_owned())),
                Does::Hang => pending().await,
            }
        };
        let told = || {
            let report = health.readiness();
            let reasons = &report.components["tests/store"].reasons;
            (report.is_ok(), reasons.get(STORE).map(|reason| reason.code.clone()))
        };
        let story = async {
            assert_eq!(told(), (false, None), "nobody has asked yet");
            let refused = StoreError::Refused(String::new()).code();
            for (next, expected) in [
                (Does::Hang, (false, Some("STORE_UNAVAILABLE".to_owned()))),
                (Does::Answer, (true, None)),
                (Does::Refuse, (false, Some(refused.to_owned()))),
                (Does::Answer, (true, None)),
                (Does::Hang, (false, Some("STORE_UNAVAILABLE".to_owned()))),
            ] {
                *does.lock().unwrap() = next;
                sleep(2 * (PATIENCE + LOOK)).await;
                assert_eq!(told(), expected, "{next:?}");
            }
        };
        tokio::select! {
            biased;
            () = story => {}
            () = watch(ask, &component) => {}
        }
    }
}
