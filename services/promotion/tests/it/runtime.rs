//! The service's tasks on a log: what is committed is published, heard and done once.

use std::sync::Arc;
use std::time::Duration;

use events::{Service, encode};
use promotion::domain::Status;
use service::{Health, Supervisor, SystemClock};
use tokio_util::sync::CancellationToken;

use crate::calls::shop;
use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tasks_hear_what_is_on_the_log_once() {
    let world = World::with_shop();
    for service in Service::ALL {
        world.parts.log.ensure_topic(&service.topic(), 2).await.unwrap();
    }
    let id = world.requester("ana").request(shop()).await.unwrap();
    let (stop, tasks) = (CancellationToken::new(), promotion::tasks(world.resolver()));
    let supervisor = Supervisor::new(Health::default(), Arc::new(SystemClock));
    let running = tokio::spawn(supervisor.run(tasks, stop.clone()));

    // The engines hear of the request, and say what they say three times.
    let requested = on_log(&world, "PreviewRequested").await;
    let chain = crate::chain::Chain { parts: world.parts.clone(), repositories: world.repositories.clone() };
    let explained = encode(&chain.answer(&requested).await.unwrap()).unwrap();
    let topic = Service::Explain.topic();
    for _ in 0..3 {
        world.parts.log.append(&topic, std::slice::from_ref(&explained)).await.unwrap();
    }
    on_log(&world, "PreviewCompleted").await;
    world.approver("bob").approve(id).await.unwrap();
    on_log(&world, "PromotionApproved").await;
    stop.cancel();
    assert_eq!(running.await.unwrap(), Vec::<String>::new());
    assert_eq!(world.promotion(id).await.status, Status::Approved);
    assert_eq!(all(&world).await.len(), 4);
}

async fn all(world: &World) -> Vec<events::Message> {
    let mut messages = Vec::new();
    for partition in 0..2 {
        let partition = event_log::PartitionId { topic: Service::Promotion.topic(), partition };
        let records = world.parts.log.read(&partition, 0, 100).await.unwrap();
        messages.extend(records.iter().map(|delivered| events::decode(&delivered.record).unwrap()));
    }
    messages
}

/// Waits for an event of this name on the service's own topic.
async fn on_log(world: &World, name: &str) -> events::Message {
    let wait = async {
        loop {
            let found =
                all(world).await.into_iter().find(|message| message.event.event_type().ends_with(name));
            match found {
                Some(message) => return message,
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap_or_else(|_| panic!("no {name}"))
}
