//! What the services of a process share: one Postgres with the blobs and a schema for each service; the log, there or
//! on Kafka; and a Redis, where there is one.

use std::sync::Arc;

use event_log::{EventLog, PostgresLog};
use events::Service;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnectOptions;
use store::{Blobs, CachedBlobs, Database, PostgresBlobs, PostgresStore};

use crate::clock::Clock;
use crate::failure::Failure;
use crate::installation::{Installation, LogName};
use crate::kafka::{KafkaSettings, OpenedLog};
use crate::parts::Parts;
use crate::redis::{Redis, RedisSettings, SharedBlobs};
use crate::secret::Secret;

/// The section `postgres`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PostgresSettings {
    /// Where the database is, as a URL (`postgres://USER:PASSWORD@HOST/DATABASE`).
    pub url: Secret<String>,
    /// The most connections of each service's store.
    #[serde(default = "store_connections")]
    pub store_connections: u32,
    /// The most connections of the log.
    #[serde(default = "log_connections")]
    pub log_connections: u32,
    /// How many partitions a topic has that is not there yet: as many members of a group can share it.
    #[serde(default = "partitions")]
    pub partitions: u32,
    /// How many bytes of blobs are kept at hand.
    #[serde(default = "blob_cache_bytes")]
    pub blob_cache_bytes: usize,
    /// A name that this process has each time that it is started, and no other has: then it has its share of the log back
    /// at once after a crash.
    #[serde(default)]
    pub instance: Option<String>,
}

fn store_connections() -> u32 {
    4
}

fn log_connections() -> u32 {
    8
}

fn partitions() -> u32 {
    8
}

fn blob_cache_bytes() -> usize {
    128 * 1024 * 1024
}

impl PostgresSettings {
    /// The defaults, with the database at this URL.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: Secret::new(url.into()),
            store_connections: store_connections(),
            log_connections: log_connections(),
            partitions: partitions(),
            blob_cache_bytes: blob_cache_bytes(),
            instance: None,
        }
    }

    /// Looks at what can be seen to be wrong before anybody is asked.
    ///
    /// # Errors
    /// `CONFIG_INVALID`: the URL is none.
    pub fn check(&self) -> Result<(), Failure> {
        self.options().map(drop)
    }

    fn options(&self) -> Result<PgConnectOptions, Failure> {
        let options = self.url.expose().parse();
        options.map_err(|_| {
            Failure::unhandled("CONFIG_INVALID", "postgres.url: it is no URL of a Postgres database")
        })
    }
}

/// What the services of a process share.
#[derive(Clone)]
pub struct Platform {
    settings: PostgresSettings,
    log: Arc<dyn EventLog>,
    blobs: Arc<dyn Blobs>,
    clock: Arc<dyn Clock>,
    redis: Option<Redis>,
}

impl Platform {
    /// Connects, and brings the schemas of the log and the blobs to what this release needs. In Postgres, every service's
    /// topic is made that is not there yet; on Kafka, whoever runs it makes them (`plimsoll topics apply`), and one that is
    /// not there, or would lose records, is an error. Whoever connects first has the log written down as the installation's.
    ///
    /// # Errors
    /// Settings are wrong, the database or the log cannot be reached, they are a newer release's, a topic is not as it
    /// has to be, or the installation has another log (`LOG_ELSEWHERE`).
    pub async fn connect(
        settings: PostgresSettings,
        kafka: &KafkaSettings,
        redis: &RedisSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        settings.check()?;
        let installation = Installation::new(settings.url.expose())?;
        installation.prepare().await?;
        let opened = kafka.open().await?;
        let name = named(opened.as_ref(), kafka);
        let is_known = installation.has(&name).await?;
        let platform = Self::over(opened, settings, kafka, redis, clock).await?;
        if !is_known {
            installation.write_down(&name).await?;
        }
        Ok(platform)
    }

    /// Connects for who only looks: services have started here, and their log is the one of these settings.
    ///
    /// # Errors
    /// As [`Platform::connect`]; and `LOG_ELSEWHERE` if no service has started here.
    pub async fn join(
        settings: PostgresSettings,
        kafka: &KafkaSettings,
        redis: &RedisSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        settings.check()?;
        let opened = kafka.open().await?;
        if !Installation::new(settings.url.expose())?.has(&named(opened.as_ref(), kafka)).await? {
            let why = "no service has written down which log this installation has";
            return Err(Failure::unhandled("LOG_ELSEWHERE", why));
        }
        Self::over(opened, settings, kafka, redis, clock).await
    }

    async fn over(
        on_kafka: Option<OpenedLog>,
        settings: PostgresSettings,
        kafka: &KafkaSettings,
        redis: &RedisSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let redis = redis.open()?;
        let log = match on_kafka {
            Some(opened) => kafka.registry.over(opened.checked().await?, settings.url.expose()).await?,
            None => log_in_postgres(&settings).await?,
        };
        let blobs = PostgresBlobs::open(settings.url.expose(), settings.store_connections).await?;
        let blobs: Arc<dyn Blobs> = match &redis {
            Some(redis) => Arc::new(SharedBlobs::new(Arc::new(blobs), redis.clone())),
            None => Arc::new(blobs),
        };
        let blobs = CachedBlobs::new(blobs, settings.blob_cache_bytes);
        Ok(Self { settings, log, blobs: Arc::new(blobs), clock, redis })
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &Arc<dyn EventLog> {
        &self.log
    }

    /// What a service is given, and the database in whose schema it may have tables of its own.
    ///
    /// # Errors
    /// The database cannot be reached, or the service's schema is a newer release's.
    pub async fn parts(&self, service: Service) -> Result<(Parts, Database), Failure> {
        let PostgresSettings { url, store_connections, .. } = &self.settings;
        let database = Database::new(url.expose(), service.name(), *store_connections)?;
        let store = PostgresStore::open(&database).await?;
        let (log, blobs, clock) = (self.log.clone(), self.blobs.clone(), self.clock.clone());
        let parts = Parts::new(log, Arc::new(store), blobs, clock);
        Ok((Parts { redis: self.redis.clone(), ..parts }, database))
    }
}

/// The log that these settings have, by what it is known.
fn named(on_kafka: Option<&OpenedLog>, kafka: &KafkaSettings) -> LogName {
    let cluster = on_kafka.map(|opened| opened.cluster().to_owned());
    LogName { cluster, registered: kafka.registry.url.is_some() }
}

async fn log_in_postgres(settings: &PostgresSettings) -> Result<Arc<dyn EventLog>, Failure> {
    let log_settings = event_log::Settings {
        connections: settings.log_connections,
        instance: settings.instance.clone(),
        ..event_log::Settings::default()
    };
    let log = PostgresLog::connect(settings.options()?, log_settings).await?;
    for service in Service::ALL {
        log.ensure_topic(&service.topic(), settings.partitions).await?;
    }
    Ok(Arc::new(log))
}

impl std::fmt::Debug for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Platform").field("settings", &self.settings).finish_non_exhaustive()
    }
}
