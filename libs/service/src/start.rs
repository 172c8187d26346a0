//! How a service's own program starts, runs and stops.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use access::Voucher;
use clap::Parser;
use events::Service;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::Database;
use telemetry::{Metrics, logs};
use tokio_util::sync::CancellationToken;

use crate::address::Address;
use crate::backoff::{Backoff, lot};
use crate::clock::{Clock, SystemClock};
use crate::config::{Settings, Sources};
use crate::failure::Failure;
use crate::grpc::{Peers, TlsSettings};
use crate::health::{Component, Health};
use crate::kafka::KafkaSettings;
use crate::parts::Parts;
use crate::platform::{Platform, PostgresSettings};
use crate::probes::probe_server;
use crate::program::{GrpcSettings, Program};
use crate::redis::RedisSettings;
use crate::signals;
use crate::supervisor::Supervisor;
use crate::task::Task;
use crate::traces::TelemetrySettings;
use crate::version::VERSION;

/// The sections of a configuration that are no service's.
pub const SECTIONS: [&str; 11] = [
    "git",
    "grpc",
    "kafka",
    "postgres",
    "prices",
    "probes",
    "redis",
    "render",
    "telemetry",
    "tls",
    "waivers",
];

/// The section `probes`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ProbeSettings {
    /// Where `/healthz`, `/readyz`, `/statusz` and `/metrics` are served; nowhere if it is not said.
    #[serde(default)]
    pub listen: Option<Address>,
}

/// What a service's own program gives it.
pub struct Context {
    /// What every service is given.
    pub parts: Parts,
    /// The database in whose schema the service may have tables of its own.
    pub database: Database,
    /// How other services are called.
    pub peers: Peers,
    /// How the process is.
    pub health: Health,
    /// What the process counts.
    pub metrics: Metrics,
    /// All settings.
    pub settings: Settings,
}

impl Context {
    /// Who knows callers that the gateway vouches for.
    ///
    /// # Errors
    /// `CONFIG_INVALID`: there is no key.
    pub fn voucher(&self) -> Result<Voucher, Failure> {
        self.section::<GrpcSettings>("grpc")?.voucher()
    }

    /// The settings of a section that is not the service's own.
    ///
    /// # Errors
    /// `CONFIG_INVALID`.
    pub fn section<C: DeserializeOwned>(&self, name: &str) -> Result<C, Failure> {
        Ok(self.settings.section(name)?)
    }
}

#[derive(Debug, Parser)]
struct Flags {
    /// A file of settings, in TOML; without it, the one that PLIMSOLL_CONFIG names
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A setting, over the environment (`PLIMSOLL_SECTION__KEY`) and the file
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// Prints the version, and whether the log may be on Kafka
    #[arg(long, short = 'V')]
    version: bool,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("SECTION.KEY=VALUE is expected")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// The `main` of a service's own program: reads the settings, says how it is, connects, runs the service's tasks, serves what
/// it has for other services, and stops in order when it is told to (SIGTERM, SIGINT). `C` is the section of the service's
/// name.
///
/// Exits with 0 when it was told to stop and did, with 1 otherwise.
pub fn main<C: DeserializeOwned, P: Into<Program>>(
    service: Service,
    program: impl AsyncFn(C, Context) -> Result<P, Failure>,
) -> ExitCode {
    let flags = Flags::parse();
    if flags.version {
        println!("plimsoll-{service} {VERSION}");
        return ExitCode::SUCCESS;
    }
    match run(service, flags, program) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error[{}]: {}", failure.code(), failure.message());
            ExitCode::FAILURE
        }
    }
}

fn run<C: DeserializeOwned, P: Into<Program>>(
    service: Service,
    flags: Flags,
    program: impl AsyncFn(C, Context) -> Result<P, Failure>,
) -> Result<(), Failure> {
    let sections: Vec<_> = SECTIONS.into_iter().chain(Service::ALL.map(Service::name)).collect();
    let settings = Settings::read(&Sources::of_process(flags.config, flags.set), &sections)?;
    let _: C = settings.section(service.name())?;
    let (postgres, redis) = (settings.section("postgres")?, settings.section("redis")?);
    let (kafka, probes): (KafkaSettings, _) = (settings.section("kafka")?, settings.section("probes")?);
    let telemetry: TelemetrySettings = settings.section("telemetry")?;
    logs::init(logs::format(), std::env::var(logs::LEVEL).ok().as_deref())
        .map_err(|error| Failure::unhandled(error.code(), error.to_string()))?;
    let metrics = Metrics::install().map_err(|error| Failure::unhandled(error.code(), error.to_string()))?;
    let _traces = telemetry.begin(&format!("plimsoll-{service}"), kafka.brokers.is_some())?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::unhandled("RUNTIME_FAILED", error.to_string()))?;
    let process =
        Process { service, settings, health: Health::default(), metrics, clock: Arc::new(SystemClock) };
    let outcome = runtime.block_on(process.run((postgres, kafka, redis), probes, program));
    // What still runs was told to stop, and had its time.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

struct Process {
    service: Service,
    settings: Settings,
    health: Health,
    metrics: Metrics,
    clock: Arc<dyn Clock>,
}

impl Process {
    async fn run<C: DeserializeOwned, P: Into<Program>>(
        self,
        shared: (PostgresSettings, KafkaSettings, RedisSettings),
        probes: ProbeSettings,
        program: impl AsyncFn(C, Context) -> Result<P, Failure>,
    ) -> Result<(), Failure> {
        let grpc: GrpcSettings = self.settings.section("grpc")?;
        let peers = self.settings.section::<TlsSettings>("tls")?.peers()?;
        let shutdown = signals::shutdown()?;
        // Between the database and the first task nothing is away, and nothing is done either.
        let starting = self.health.serving(format!("{}/start", self.service));
        let watched = tokio::spawn(self.supervisor().run(self.watchers(probes), shutdown.clone()));
        let assembled = async |parts, database| {
            let config = self.settings.section(self.service.name())?;
            Ok(program(config, self.context(parts, database, &peers)).await?.into())
        };
        let Some((program, parts)) = self.assemble(shared, assembled, &shutdown).await? else {
            return Ok(());
        };
        let tasks = program.into_tasks(self.service, &parts, (&grpc, &peers))?;
        let running = self.supervisor().run(tasks, shutdown.clone());
        starting.finished();
        tracing::info!(service = self.service.name(), version = env!("CARGO_PKG_VERSION"), "started");
        let late = running.await;
        shutdown.cancel();
        // They have nothing to finish.
        let _ = watched.await;
        match &*late {
            [] => Ok(()),
            late => Err(Failure::unhandled("STOP_LATE", format!("cut off at the stop: {}", late.join(", ")))),
        }
    }

    fn context(&self, parts: Parts, database: Database, peers: &Peers) -> Context {
        Context {
            parts,
            database,
            peers: peers.clone(),
            health: self.health.clone(),
            metrics: self.metrics.clone(),
            settings: self.settings.clone(),
        }
    }

    fn supervisor(&self) -> Supervisor {
        Supervisor::new(self.health.clone(), Arc::clone(&self.clock))
    }

    /// What watches the process, and is there before anything else.
    fn watchers(&self, ProbeSettings { listen }: ProbeSettings) -> Vec<Task> {
        let (service, metrics) = (self.service.name(), self.metrics.clone());
        let probes = listen.map(|listen| probe_server(service, listen, self.health.clone(), metrics.clone()));
        probes.into_iter().chain([upkeep(service, metrics)]).collect()
    }

    /// Connects, and puts the service together, as soon as all that it needs for it can be reached; none if the process is told
    /// to stop before.
    async fn assemble(
        &self,
        (postgres, kafka, redis): (PostgresSettings, KafkaSettings, RedisSettings),
        assembled: impl AsyncFn(Parts, Database) -> Result<Program, Failure>,
        shutdown: &CancellationToken,
    ) -> Result<Option<(Program, Parts)>, Failure> {
        let backoff = Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(10) };
        let (mut missed, mut failures): (Option<Component>, _) = (None, 0);
        loop {
            let connecting = async {
                let platform =
                    Platform::connect(postgres.clone(), &kafka, &redis, Arc::clone(&self.clock)).await?;
                let (parts, database) = platform.parts(self.service).await?;
                Ok((assembled(parts.clone(), database).await?, parts))
            };
            let outcome = shutdown.run_until_cancelled(connecting).await;
            match outcome {
                None => return Ok(None),
                Some(Ok(assembled)) => {
                    missed.iter().for_each(Component::finished);
                    return Ok(Some(assembled));
                }
                Some(Err(failure @ Failure::Unhandled { .. })) => return Err(failure),
                Some(Err(failure)) => {
                    tracing::warn!(code = failure.code(), error = failure.message(), "tried again");
                    let what = missed_by(failure.code());
                    let name = format!("{}/{what}", self.service);
                    // What was missed before is there.
                    missed.iter().filter(|other| other.name() != name).for_each(Component::finished);
                    let component = self.health.serving(name);
                    component.starting();
                    component.away(what, &failure);
                    missed = Some(component);
                }
            }
            failures += 1;
            let wait = tokio::time::sleep(backoff.delay(failures, lot(&*self.clock)));
            shutdown.run_until_cancelled(wait).await;
        }
    }
}

/// What a start misses that fails with this code.
fn missed_by(code: &str) -> &'static str {
    match code.split('_').next() {
        Some("LOG") => "log",
        Some("REGISTRY" | "SCHEMA") => "schemas",
        _ => "postgres",
    }
}

/// Keeps what is measured from growing.
fn upkeep(service: &str, metrics: Metrics) -> Task {
    Task::new(format!("{service}/metrics"), move |running| {
        let metrics = metrics.clone();
        async move {
            running.component.ready();
            while !running.shutdown.is_cancelled() {
                metrics.upkeep();
                running.shutdown.run_until_cancelled(tokio::time::sleep(Duration::from_secs(5))).await;
            }
            Ok(())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missed_has_its_name() {
        let missed = ["STORE_UNAVAILABLE", "DATABASE_AWAY", "LOG_REFUSED", "REGISTRY_UNAVAILABLE"];
        assert_eq!(missed.map(missed_by), ["postgres", "postgres", "log", "schemas"]);
    }
}
