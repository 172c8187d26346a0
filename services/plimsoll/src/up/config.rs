//! What `plimsoll up` is told: a file, the environment (`PLIMSOLL_SECTION__KEY`), flags.

use std::path::PathBuf;

use embedded_postgres::DatabaseUrl;
use promotion::PriceSettings;
use repositories::GitSettings;
use serde::Deserialize;
use service::{
    Address, KafkaSettings, PostgresSettings, ProbeSettings, RedisSettings, Settings, Sources,
    TelemetrySettings, TlsSettings,
};

use crate::cli::Up;
use crate::failure::Failure;
use crate::up::part::Part;

/// The sections of the configuration.
const SECTIONS: [&str; 16] = [
    "gateway",
    "cost",
    "explain",
    "gitops",
    "git",
    "prices",
    "render",
    "waivers",
    "organisation",
    "services",
    "keys",
    "kafka",
    "probes",
    "redis",
    "telemetry",
    "tls",
];

/// What `plimsoll up` is told.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) gateway: gateway::Config,
    pub(crate) cost: cost::Config,
    pub(crate) explain: explain::Config,
    pub(crate) gitops: gitops::Config,
    pub(crate) git: GitSettings,
    pub(crate) prices: PriceSettings,
    pub(crate) render: diff::RenderSettings,
    pub(crate) waivers: catalog::WaiverSettings,
    pub(crate) organisation: Organisation,
    pub(crate) services: Services,
    pub(crate) keys: KeySettings,
    pub(crate) kafka: KafkaSettings,
    pub(crate) probes: ProbeSettings,
    pub(crate) redis: RedisSettings,
    pub(crate) telemetry: TelemetrySettings,
    pub(crate) tls: TlsSettings,
    pub(crate) part: Part,
}

/// Where services are that run in another process, and where those of this one are called from there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Services {
    /// Where this process serves its own to others; nowhere if it is not said. Callers are known by their vouchers; without
    /// the section `tls` the connection is as safe as the network under it.
    pub(crate) listen: Option<Address>,
    pub(crate) catalog: Option<Address>,
    pub(crate) promotion: Option<Address>,
    pub(crate) audit: Option<Address>,
}

/// Where the keys of the installation are.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KeySettings {
    /// A directory with `identity.key`, `redaction.key` and `audit.key`; `keys` in the data directory if it is not said.
    pub(crate) directory: Option<PathBuf>,
}

/// The organisation that the first start makes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Organisation {
    /// Its name.
    pub(crate) name: String,
}

impl Default for Organisation {
    fn default() -> Self {
        Self { name: "default".to_owned() }
    }
}

impl Config {
    pub(crate) fn read(arguments: &Up) -> Result<Self, Failure> {
        let mut flags = arguments.set.clone();
        flags.extend(arguments.listen.map(|listen| ("gateway.listen".to_owned(), listen.to_string())));
        flags.extend(
            arguments.grpc_listen.map(|listen| ("gateway.grpc_listen".to_owned(), listen.to_string())),
        );
        let sources = Sources::of_process(arguments.config.clone(), flags);
        let settings = Settings::read(&sources, &SECTIONS).map_err(fail)?;
        Ok(Self {
            gateway: settings.section("gateway").map_err(fail)?,
            cost: settings.section("cost").map_err(fail)?,
            explain: settings.section("explain").map_err(fail)?,
            gitops: settings.section("gitops").map_err(fail)?,
            git: settings.section("git").map_err(fail)?,
            prices: settings.section("prices").map_err(fail)?,
            render: settings.section("render").map_err(fail)?,
            waivers: settings.section("waivers").map_err(fail)?,
            organisation: settings.section("organisation").map_err(fail)?,
            services: settings.section("services").map_err(fail)?,
            keys: settings.section("keys").map_err(fail)?,
            kafka: settings.section("kafka").map_err(fail)?,
            probes: settings.section("probes").map_err(fail)?,
            redis: settings.section("redis").map_err(fail)?,
            telemetry: settings.section("telemetry").map_err(fail)?,
            tls: settings.section("tls").map_err(fail)?,
            part: Part::of(&arguments.only),
        })
    }
}

/// Where the log of a configuration is, and the database: none if it does not say.
pub(crate) struct LogAndDatabase {
    pub(crate) kafka: KafkaSettings,
    pub(crate) database: Option<DatabaseUrl>,
}

impl LogAndDatabase {
    /// As `plimsoll up` or a separate program is told.
    pub(crate) fn read(file: Option<PathBuf>, flags: Vec<(String, String)>) -> Result<Self, Failure> {
        let settings = of_any_program(file, flags)?;
        let database = settings.says("postgres.url").then(|| settings.section("postgres")).transpose();
        let database =
            database.map_err(fail)?.map(|settings: PostgresSettings| DatabaseUrl::new(settings.url.expose()));
        Ok(Self { kafka: settings.section("kafka").map_err(fail)?, database })
    }
}

/// The section `kafka` of a configuration, be it that of `plimsoll up` or of a separate program.
pub(crate) fn kafka_settings(
    file: Option<PathBuf>,
    flags: Vec<(String, String)>,
) -> Result<KafkaSettings, Failure> {
    of_any_program(file, flags)?.section("kafka").map_err(fail)
}

fn of_any_program(file: Option<PathBuf>, flags: Vec<(String, String)>) -> Result<Settings, Failure> {
    let programs = service::SECTIONS.into_iter().chain(events::Service::ALL.map(events::Service::name));
    let mut sections: Vec<&str> = SECTIONS.into_iter().chain(programs).collect();
    sections.sort_unstable();
    sections.dedup();
    Settings::read(&Sources::of_process(file, flags), &sections).map_err(fail)
}

fn fail(error: service::ConfigError) -> Failure {
    Failure::told(error.code(), error.to_string())
}
