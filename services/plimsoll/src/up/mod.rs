//! `plimsoll up`: every service as a task of one process, on a private Postgres.

mod assembly;
mod bootstrap;
mod config;
mod directory;
mod keys;
mod ports;

use std::sync::Arc;
use std::time::{Duration, Instant};

use embedded_postgres::{Database, Options, Status};
use service::{Clock, Component, Health, Platform, PostgresSettings, Supervisor, SystemClock};
use telemetry::{Metrics, logs};
use tokio_util::sync::CancellationToken;

use crate::cli::Up;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::up::assembly::Assembly;
use crate::up::config::Config;
use crate::up::directory::Directory;
use crate::up::keys::Keys;

pub(crate) use directory::default_directory;

/// Runs until it is told to stop.
pub(crate) fn run(arguments: &Up) -> Result<Outcome, Failure> {
    let config = Config::read(arguments)?;
    let directory = Directory::open(arguments.data.clone())?;
    let told = |error: &dyn std::fmt::Display| Failure::new("RUNTIME_FAILED", error.to_string());
    logs::init(logs::format(), std::env::var(logs::LEVEL).ok().as_deref()).map_err(|error| told(&error))?;
    let metrics = Metrics::install().map_err(|error| told(&error))?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| told(&error))?;
    let outcome = runtime.block_on(up(config, directory, metrics));
    // What still runs was told to stop, and had its time.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn up(config: Config, directory: Directory, metrics: Metrics) -> Result<Outcome, Failure> {
    #[expect(clippy::disallowed_methods, reason = "how long the start took is for the person who waits")]
    let began = Instant::now();
    let shutdown = service::shutdown().map_err(|failure| Failure::of(&failure))?;
    ports::check(&config)?;
    let keys = Keys::open(&directory)?;
    let health = Health::default();
    let database = tokio::select! {
        opened = Database::open(Options::new(directory.root())) => opened,
        () = shutdown.cancelled() => return Ok(Outcome::default()),
    };
    let database = database.map_err(|error| Failure::told(error.code(), error.to_string()))?;
    watch(&database, health.component("postgres"));
    let served = serve(&config, &directory, keys, (health, metrics), &database, (&shutdown, began)).await;
    shutdown.cancel();
    database.stop().await;
    served
}

/// Says how the private Postgres is, where readiness is asked for.
fn watch(database: &Database, component: Component) {
    component.ready();
    let Some(mut status) = database.status() else { return };
    tokio::spawn(async move {
        loop {
            match &*status.borrow_and_update() {
                Status::Restarting { reason, .. } => {
                    let why = format!("Postgres is started again: {reason}");
                    component.away("server", &service::Failure::unavailable("STORE_UNAVAILABLE", why));
                }
                _ => component.back("server"),
            }
            if status.changed().await.is_err() {
                return;
            }
        }
    });
}

async fn serve(
    config: &Config,
    directory: &Directory,
    keys: Keys,
    (health, metrics): (Health, Metrics),
    database: &Database,
    (shutdown, began): (&CancellationToken, Instant),
) -> Result<Outcome, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let settings =
        PostgresSettings { instance: Some("up".to_owned()), ..PostgresSettings::at(database.url().as_str()) };
    let platform =
        Platform::connect(settings, Arc::clone(&clock)).await.map_err(|failure| Failure::of(&failure))?;
    let assembly =
        Assembly { config, directory, keys: &keys, platform: &platform, clock: Arc::clone(&clock) };
    let assembled = assembly.make((health.clone(), Some(metrics.clone()))).await?;
    let (tasks, begin) = (assembled.tasks, assembled.begin);
    for task in &tasks {
        // Known before it runs: what nobody has heard of yet is not ready.
        let _ = health.component(task.name());
    }
    let supervised = tokio::spawn(Supervisor::new(health.clone(), clock).run(tasks, shutdown.clone()));
    let told = tokio::select! {
        begun = bootstrap::begin(&begin, config, directory) => begun,
        () = shutdown.cancelled() => Ok(()),
    };
    if told.is_ok() && ready(&health, shutdown).await {
        announce(config, directory, began);
    }
    if told.is_ok() {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = upkeep(&metrics) => {}
        }
    }
    shutdown.cancel();
    let late = supervised.await.unwrap_or_default();
    told?;
    match late.is_empty() {
        true => Ok(Outcome::default()),
        false => Err(Failure::told("STOP_LATE", format!("cut off at the stop: {}", late.join(", ")))),
    }
}

/// Whether every part came to do its work before anybody said stop.
async fn ready(health: &Health, shutdown: &CancellationToken) -> bool {
    while !health.readiness().is_ok() {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
            () = shutdown.cancelled() => return false,
        }
    }
    true
}

async fn upkeep(metrics: &Metrics) {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        metrics.upkeep();
    }
}

fn announce(config: &Config, directory: &Directory, began: Instant) {
    let took = began.elapsed();
    let lines = [
        format!("plimsoll is ready, after {:.1} s", took.as_secs_f64()),
        format!("  API    http://{}{} (openapi.json describes it)", config.gateway.listen, api::PREFIX),
        format!("  gRPC   {}", config.gateway.grpc_listen),
        format!("  data   {}", directory.root().display()),
        format!(
            "  login  plimsoll login --server http://{} --token-file {}",
            config.gateway.listen,
            directory.admin_token(&config.organisation.name).display()
        ),
        "Ctrl-C stops it.".to_owned(),
    ];
    for line in lines {
        // Nobody may be reading.
        let _ = crate::outcome::print_line(&line);
    }
}
