//! `plimsoll up`: every service as a task of one process, on a private Postgres.

mod assembly;
mod bootstrap;
mod config;
mod directory;
mod installation;
mod keys;
mod part;
mod ports;
mod socket;

use std::sync::Arc;
use std::time::{Duration, Instant};

use embedded_postgres::{Database, Options, Status};
use events::Service;
use service::{Clock, Component, Health, Platform, PostgresSettings, Supervisor, SystemClock};
use telemetry::{Metrics, logs};
use tokio_util::sync::CancellationToken;

use crate::cli::Up;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::up::assembly::{Assembled, Assembly};
use crate::up::config::Config;
use crate::up::directory::Directory;
use crate::up::keys::Keys;

pub(crate) use config::kafka_settings;
pub(crate) use directory::data_directory;
pub(crate) use installation::on_installation;

/// Runs until it is told to stop.
pub(crate) fn run(arguments: &Up) -> Result<Outcome, Failure> {
    let config = Config::read(arguments)?;
    let directory = Directory::open(arguments.data.clone())?;
    let told = |error: &dyn std::fmt::Display| Failure::new("RUNTIME_FAILED", error.to_string());
    logs::init(logs::format(), std::env::var(logs::LEVEL).ok().as_deref()).map_err(|error| told(&error))?;
    let metrics = Metrics::install().map_err(|error| told(&error))?;
    let traces = config.telemetry.begin("plimsoll", config.kafka.brokers.is_some());
    let _traces = traces.map_err(|failure| Failure::of(&failure))?;
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
    let keys = Keys::open(&config, &directory)?;
    let health = Health::default();
    let options = Options::new(directory.root());
    if !config.part.founds() && options.lookup.database_url.is_none() {
        let why = "these services work on a database that others have too; say in DATABASE_URL where it is";
        return Err(Failure::new("CONFIG_INVALID", why));
    }
    let database = tokio::select! {
        opened = Database::open(options) => opened,
        () = shutdown.cancelled() => return Ok(Outcome::default()),
    };
    let database = database.map_err(|error| Failure::told(error.code(), error.to_string()))?;
    watch(&database, health.serving("postgres"));
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
    // Of the processes on an operator's database each would have the same name.
    let instance = database.status().is_some().then(|| "up".to_owned());
    let settings = PostgresSettings { instance, ..PostgresSettings::at(database.url().as_str()) };
    let platform = Platform::connect(settings, &config.kafka, &config.redis, Arc::clone(&clock)).await;
    let platform = platform.map_err(|failure| Failure::of(&failure))?;
    let parts = ((config, directory, &keys), (&platform, Arc::clone(&clock)));
    let assembly = Assembly::new(parts.0, parts.1, (health.clone(), metrics.clone()))?;
    let Assembled { tasks, gateway, .. } = assembly.make().await?;
    let supervised = tokio::spawn(Supervisor::new(health.clone(), clock).run(tasks, shutdown.clone()));
    let told = match gateway {
        Some(gateway) => tokio::select! {
            begun = bootstrap::begin(&gateway, config, directory) => begun,
            () = shutdown.cancelled() => Ok(()),
        },
        None => Ok(()),
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
    while !health.status().is_ok() {
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
    let took = began.elapsed().as_secs_f64();
    let mut lines = vec![match config.part.is_whole() {
        true => format!("plimsoll is ready, after {took:.1} s"),
        false => format!("plimsoll is ready ({}), after {took:.1} s", config.part.names()),
    }];
    if config.part.runs(Service::Gateway) {
        lines.extend(doors(config, directory));
    }
    lines.push("Ctrl-C stops it.".to_owned());
    for line in lines {
        // Nobody may be reading.
        let _ = crate::outcome::print_line(&line);
    }
}

fn doors(config: &Config, directory: &Directory) -> [String; 4] {
    let token = directory.admin_token(&config.organisation.name);
    let (rest, grpc) = (config.gateway.listen, config.gateway.grpc_listen);
    [
        format!("  API    http://{rest}{} (openapi.json describes it)", api::PREFIX),
        format!("  gRPC   {grpc}"),
        format!("  data   {}", directory.root().display()),
        format!("  login  plimsoll login --server http://{rest} --token-file {}", token.display()),
    ]
}
