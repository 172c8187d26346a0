//! Keeps a process running: starts it again when it has ended, and disturbs it from outside.

use std::sync::Arc;
use std::time::Duration;

use event_log::MemoryLog;
use events::Service;
use seeded::Lot;
use service::{Health, Supervisor};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::clock::SimulatedClock;
use crate::process::Process;
use crate::world::World;

/// A process as it runs.
struct Running {
    process: Process,
    log: MemoryLog,
    stop: CancellationToken,
    supervised: AbortOnDropHandle<Vec<String>>,
}

/// Keeps a process of a service running until the history ends.
pub(crate) async fn keep(world: Arc<World>, service: Service, replica: u64) {
    let mut lot = world.lot(&format!("{service}/{replica}"));
    for life in 0_u64.. {
        let running = begin(&world, service, &format!("{service}/{replica}/{life}"));
        world.journal.note(format_args!("{service}/{replica} begins"));
        disturb(&world, &running, &mut lot).await;
        world.journal.note(format_args!("{service}/{replica} ends"));
        running.end().await;
        let most = if world.weather.is_calm() { 200 } else { 8_000 };
        sleep(Duration::from_millis(lot.of_range(10..=most))).await;
    }
}

fn begin(world: &World, service: Service, name: &str) -> Running {
    let process = Process::begin(world.seed, name, world.began, &world.weather, world.mutation);
    let (log, stop) = (world.log.client(), CancellationToken::new());
    let supervisor = Supervisor::new(Health::default(), Arc::new(SimulatedClock(process.clone())));
    // A replica has one process at a time, and its interface goes with it.
    let replica = name.rsplit_once('/').map_or(name, |(replica, _)| replica);
    let tasks = world.tasks(service, replica, &process, log.clone());
    let supervised = AbortOnDropHandle::new(tokio::spawn(supervisor.run(tasks, stop.clone())));
    Running { process, log, stop, supervised }
}

/// Comes back when the process is to end.
async fn disturb(world: &World, running: &Running, lot: &mut Lot) {
    loop {
        let mean = u64::try_from(world.weather.disturbed_every.as_millis()).unwrap_or(u64::MAX);
        let next = Instant::now() + Duration::from_millis(lot.of_range(0..=2 * mean));
        tokio::select! {
            biased;
            () = running.process.died() => return,
            () = sleep_until(next) => {}
        }
        match lot.of_range(0..=2) {
            _ if world.weather.is_calm() => {
                running.process.died().await;
                return;
            }
            0 => return,
            1 => {
                running.log.disconnect();
                sleep(Duration::from_millis(lot.of_range(100..=6_000))).await;
                running.log.reconnect();
            }
            _ => {
                // In order: what it has in hand is finished first.
                running.stop.cancel();
                sleep(Duration::from_millis(lot.of_range(0..=12_000))).await;
                return;
            }
        }
    }
}

impl Running {
    /// It ends where it is. Its members keep their partitions until their leases are over.
    async fn end(self) {
        self.process.kill();
        if !self.supervised.is_finished() {
            self.log.disconnect();
        }
        self.supervised.abort();
        // However it ended, it has.
        let _ = self.supervised.await;
    }
}
