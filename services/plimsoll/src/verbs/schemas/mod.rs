//! `plimsoll schemas`: the schemas of this release, held against a registry.

mod shown;

use schema_registry::{Registry, RegistryError, SchemaChange, apply, plan, subjects};

use self::shown::Report;
use crate::cli::{GivenRegistry, Schemas, SchemasVerb};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::up::kafka_settings;
use crate::verbs::making::Made;

pub(crate) fn run(Schemas { verb }: &Schemas) -> Result<Outcome, Failure> {
    let (SchemasVerb::Register(given) | SchemasVerb::Check(given)) = verb;
    let registered = matches!(verb, SchemasVerb::Register(_));
    let made = changes(&registry(given)?, registered)?;
    let extent = made.extent(registered);
    let Made { changes, failure } = made;
    let output = shown::print(&Report::of(subjects().count(), extent, &changes), &changes, given.format)?;
    let refused = changes.iter().filter(|change| matches!(change, SchemaChange::Refused { .. })).count();
    let against = match (registered, changes.len()) {
        _ if failure.is_some() => Vec::new(),
        (false, differences @ 1..) => vec![format!("{differences} differences from this release's schemas")],
        (true, _) if refused > 0 => {
            vec![format!("{refused} schemas are not registered, since they do not fit")]
        }
        _ => Vec::new(),
    };
    Ok(Outcome { output, against, failed: failure.into_iter().collect(), ..Outcome::default() })
}

fn registry(given: &GivenRegistry) -> Result<Registry, Failure> {
    let settings = kafka_settings(given.config.clone(), given.set.clone())?;
    let registry = settings.registry.registry().map_err(|failure| Failure::of(&failure))?;
    registry.ok_or_else(|| {
        Failure::new("CONFIG_INVALID", "kafka.registry.url: it is not said, so there is no registry to ask")
    })
}

/// What has to change, and what was changed if that is asked for.
fn changes(registry: &Registry, register: bool) -> Result<Made<SchemaChange>, Failure> {
    let told = |error: std::io::Error| Failure::new("RUNTIME_FAILED", error.to_string());
    let failed = |error: RegistryError| Failure::told(error.code(), error.to_string());
    let runtime = tokio::runtime::Runtime::new().map_err(told)?;
    runtime.block_on(async {
        let changes = plan(registry).await.map_err(failed)?;
        Ok(match register {
            true => Made::of(changes, async |change| apply(registry, change).await.map_err(failed)).await,
            false => Made::nothing(changes),
        })
    })
}
