//! How a process is configured: a file in TOML, then the environment, then flags, each over the one before.

mod error;
mod layers;
mod stray;
mod strict;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use figment::Figment;
use serde::de::DeserializeOwned;

pub use error::ConfigError;
use layers::{FileLayer, Given, Sections};
use strict::Strict;

/// Where settings come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// A file in TOML, a table a section.
    pub file: Option<PathBuf>,
    /// The environment. Variables are named `PLIMSOLL_SECTION__KEY`; others of the prefix are errors, but for those that are
    /// read otherwise (`PLIMSOLL_LOG`) and those that Kubernetes makes.
    pub environment: Vec<(String, String)>,
    /// Flags: `SECTION.KEY` and the value.
    pub flags: Vec<(String, String)>,
}

/// The settings of a process.
#[derive(Clone)]
pub struct Settings {
    sections: Sections,
    file: Option<FileLayer>,
    given: Vec<Given>,
}

impl Sources {
    /// From this process' environment. Without a file, there is the one that `PLIMSOLL_CONFIG` names, if it does.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>, flags: Vec<(String, String)>) -> Self {
        // A variable that is no text is none of ours.
        let text = |name: std::ffi::OsString| name.into_string().ok();
        let environment = std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?)));
        let file = file.or_else(|| std::env::var_os("PLIMSOLL_CONFIG").map(PathBuf::from));
        Self { file, environment: environment.collect(), flags }
    }
}

impl Settings {
    /// Reads the sources. `sections` are all that there are, whoever uses them: others are errors. What is in a section is
    /// looked at when it is asked for.
    ///
    /// # Errors
    /// The file, or one that a `NAME_file` names, cannot be read or is not TOML, or a section is unknown.
    pub fn read(sources: &Sources, sections: &[&str]) -> Result<Self, ConfigError> {
        let sections = Sections(sections.iter().map(|section| (*section).to_owned()).collect());
        let file = sources.file.as_deref().map(|path| FileLayer::read(path, &sections)).transpose()?;
        let environment =
            sources.environment.iter().filter_map(|(name, value)| Given::variable(name, value, &sections));
        let flags = sources.flags.iter().map(|(key, value)| Given::flag(key, value, &sections));
        let given = environment.chain(flags).collect::<Result<_, _>>()?;
        Ok(Self { sections, file, given })
    }

    /// The settings of a section.
    ///
    /// # Errors
    /// A key is unknown or missing, or a value is not of its form. The error names the key and where it came from, and no
    /// value.
    pub fn section<C: DeserializeOwned>(&self, section: &str) -> Result<C, ConfigError> {
        // What is given as text is text first, and a number or a list only where none is taken.
        let mut guessed = BTreeSet::new();
        loop {
            let figment = self.figment(&guessed);
            let error = match figment.focus(section).extract::<Strict<C>>() {
                Ok(Strict(config)) => return Ok(config),
                Err(error) => error,
            };
            let key = error::key(section, &error);
            let text = self.given.iter().any(|given| given.concerns(&key));
            if !text || !guessed.insert(key) {
                return Err(ConfigError::of(section, &figment, &error));
            }
        }
    }

    /// Whether anything is said of a key (`SECTION.KEY`).
    #[must_use]
    pub fn says(&self, key: &str) -> bool {
        self.figment(&BTreeSet::new()).find_value(key).is_ok()
    }

    /// The file that was read.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_ref().map(|file| &*file.path)
    }

    fn figment(&self, guessed: &BTreeSet<String>) -> Figment {
        let mut figment = Figment::from(self.sections.clone());
        if let Some(file) = &self.file {
            figment = figment.merge(file.clone());
        }
        for given in &self.given {
            let guess = guessed.iter().any(|key| given.concerns(key));
            figment = figment.merge(if guess { given.guessed() } else { given.clone() });
        }
        figment
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may be secrets.
        f.debug_struct("Settings").field("file", &self.file()).finish_non_exhaustive()
    }
}
