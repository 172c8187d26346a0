//! The schema registry: Apicurio, which keeps what it has in memory. Its numbers are given in the order in which schemas are
//! registered, so that after a new start the same schemas have the same.

use crate::error::StackError;
use crate::layout::{Layout, Schemas};
use crate::process::{Ends, Part, Ready};

/// Where Apicurio speaks Confluent's API.
const API: &str = "/apis/ccompat/v7";

/// The registry as a part.
pub(crate) fn part(layout: &Layout) -> Result<Part, StackError> {
    let (folder, port) = (layout.cache.join("apicurio"), layout.registry_port());
    let jars = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let runner = jars.into_iter().find(|path| path.to_string_lossy().ends_with("-runner.jar"));
    let runner = runner.ok_or_else(|| {
        StackError::new(format!("there is no registry in {}: run scripts/kafka/fetch.sh", folder.display()))
    })?;
    let words = [
        "java".to_owned(),
        "-Xmx384m".to_owned(),
        "-XX:+UseSerialGC".to_owned(),
        "-XX:TieredStopAtLevel=1".to_owned(),
        "-Dquarkus.http.host=127.0.0.1".to_owned(),
        format!("-Dquarkus.http.port={port}"),
        "-jar".to_owned(),
        runner.display().to_string(),
    ];
    Ok(Part {
        name: "registry".to_owned(),
        service: None,
        port,
        words: words.into(),
        ready: Ready::Answers { port, path: format!("{API}/subjects") },
        ends: Ends::Terminated,
        directory: layout.directory.clone(),
    })
}

/// Where services find it, as a table of their configuration; nothing where there is none.
pub(crate) fn setting(layout: &Layout) -> String {
    match layout.schemas {
        Schemas::Bundled => String::new(),
        Schemas::Registered => {
            format!("[kafka.registry]\nurl = \"http://127.0.0.1:{}{API}\"\n", layout.registry_port())
        }
    }
}
