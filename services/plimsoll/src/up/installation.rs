//! The database and the log of an installation, for verbs that need no server.

use std::sync::Arc;

use embedded_postgres::{Database, Options};
use events::Service;
use service::{KafkaSettings, Parts, Platform, PostgresSettings, RedisSettings, SystemClock};

use crate::cli::Installation;
use crate::failure::Failure;
use crate::up::config::LogAndDatabase;
use crate::up::directory::data_directory;

/// Does something with the gateway's parts and the URL of its database: the operator's (`postgres.url`, else `DATABASE_URL`), that of the `plimsoll up` which runs
/// in the data directory, or the one that lies there, which is started for as long as it takes.
pub(crate) fn on_installation<T>(
    installation: &Installation,
    work: impl AsyncFnOnce(&str, &Parts) -> Result<T, service::Failure>,
) -> Result<T, Failure> {
    let LogAndDatabase { kafka, database } =
        LogAndDatabase::read(installation.config.clone(), installation.set.clone())?;
    let data = data_directory(installation.data.clone())?;
    let mut options = Options::new(&data);
    options.lookup.database_url = database.or(options.lookup.database_url);
    if options.lookup.database_url.is_none() && !data.join("postgres").exists() {
        let why = format!(
            "{}: no installation has its data there, and neither postgres.url nor DATABASE_URL says a database",
            data.display()
        );
        return Err(Failure::new("INSTALLATION_NOT_FOUND", why));
    }
    let told = |error: std::io::Error| Failure::new("RUNTIME_FAILED", error.to_string());
    let runtime = tokio::runtime::Runtime::new().map_err(told)?;
    runtime.block_on(async {
        let database = Database::join(options).await;
        let database = database.map_err(|error| Failure::told(error.code(), error.to_string()))?;
        let done = on(database.url().as_str(), &kafka, work).await;
        database.stop().await;
        done.map_err(|failure| Failure::of(&failure))
    })
}

async fn on<T>(
    url: &str,
    kafka: &KafkaSettings,
    work: impl AsyncFnOnce(&str, &Parts) -> Result<T, service::Failure>,
) -> Result<T, service::Failure> {
    let settings = PostgresSettings::at(url);
    settings.check().map_err(|wrong| {
        let why = "postgres.url, or DATABASE_URL: it is no URL of a Postgres database";
        service::Failure::unhandled(wrong.code(), why)
    })?;
    // Who only looks does not bring an older release's tables to this one: a gateway of this release has done so.
    gateway::projection_is_ready(url).await?;
    let platform = Platform::join(settings, kafka, &RedisSettings::default(), Arc::new(SystemClock)).await?;
    let (parts, _) = platform.parts(Service::Gateway).await?;
    work(url, &parts).await
}
