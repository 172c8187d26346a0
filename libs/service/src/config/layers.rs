//! What settings are read from.

use std::path::{Path, PathBuf};

use figment::value::{Dict, Map, Value};
use figment::{Error, Metadata, Profile, Provider};

use figment::providers::{Format, Toml};

use super::error::{ConfigError, syntax};
use super::stray;

const PREFIX: &str = "PLIMSOLL_";
/// A key that ends in this names a file that holds a secret.
const FILE: &str = "_file";

/// The sections that there are, each empty.
#[derive(Clone)]
pub(super) struct Sections(pub(super) Vec<String>);

/// A file.
#[derive(Clone)]
pub(super) struct FileLayer {
    pub(super) path: PathBuf,
    values: Dict,
}

/// One setting, given as text.
#[derive(Clone)]
pub(super) struct Given {
    /// Where, for people.
    place: String,
    /// `section.key`.
    key: String,
    text: String,
    value: Value,
}

impl Sections {
    fn named(&self, name: &str) -> Option<&String> {
        self.0.iter().find(|section| section.replace('-', "_") == name.replace('-', "_"))
    }
}

impl FileLayer {
    pub(super) fn read(path: &Path, sections: &Sections) -> Result<Self, ConfigError> {
        let place = path.display().to_string();
        let fail = |key: &str, why: String| ConfigError::new(&place, key, why);
        let text = std::fs::read_to_string(path).map_err(|error| fail("", error.to_string()))?;
        let mut values: Dict = Toml::from_str(&text).map_err(|error| fail("", syntax(&error)))?;
        if let Some(unknown) = values.keys().find(|key| !sections.0.contains(key)) {
            return Err(fail(unknown, "there is no such section".to_owned()));
        }
        let directory = path.parent().unwrap_or(Path::new(""));
        for (section, value) in &mut values {
            read_secrets(&place, directory, section, value)?;
        }
        Ok(Self { path: path.to_owned(), values })
    }
}

impl Given {
    /// A setting, if the variable is one; one that was meant to be is an error.
    pub(super) fn variable(name: &str, text: &str, sections: &Sections) -> Option<Result<Self, ConfigError>> {
        let rest = name.strip_prefix(PREFIX)?;
        let place = format!("the environment variable {name}");
        let Some((section, key)) = rest.split_once("__") else {
            let complaint = stray::complaint(name, rest, text, &sections.0)?;
            return Some(Err(ConfigError::new(&place, "", complaint)));
        };
        let key = key.to_lowercase().replace("__", ".");
        Some(Self::new(place, &section.to_lowercase(), &key, text, sections))
    }

    pub(super) fn flag(name: &str, text: &str, sections: &Sections) -> Result<Self, ConfigError> {
        let place = format!("the flag {name}");
        match name.split_once('.') {
            Some((section, key)) => Self::new(place, section, key, text, sections),
            None => Err(ConfigError::new(&place, name, "a setting is SECTION.KEY".to_owned())),
        }
    }

    fn new(
        place: String,
        section: &str,
        key: &str,
        text: &str,
        sections: &Sections,
    ) -> Result<Self, ConfigError> {
        let Some(section) = sections.named(section) else {
            return Err(ConfigError::new(&place, section, "there is no such section".to_owned()));
        };
        let (key, text) = match key.strip_suffix(FILE) {
            None => (key, text.to_owned()),
            Some(key) => (key, secret(&place, key, Path::new(text))?),
        };
        let value = Value::from(text.clone());
        Ok(Self { place, key: format!("{section}.{key}"), text, value })
    }

    /// Whether an error about `key` may be about this setting.
    pub(super) fn concerns(&self, key: &str) -> bool {
        self.key == key
    }

    /// The setting, as the number, list or truth that its text looks like.
    pub(super) fn guessed(&self) -> Self {
        // Anything is some value.
        let value = self.text.parse().unwrap_or_else(|never: std::convert::Infallible| match never {});
        Self { value, ..self.clone() }
    }
}

/// Puts what a file holds in the place of each key that names one.
fn read_secrets(place: &str, directory: &Path, path: &str, value: &mut Value) -> Result<(), ConfigError> {
    let Value::Dict(tag, dict) = value else { return Ok(()) };
    let tag = *tag;
    let names: Vec<_> = dict.keys().filter_map(|key| Some(key.strip_suffix(FILE)?.to_owned())).collect();
    for name in names {
        let key = format!("{path}.{name}");
        let file = dict.remove(&format!("{name}{FILE}")).and_then(Value::into_string);
        let file = file
            .ok_or_else(|| ConfigError::new(place, &format!("{key}{FILE}"), "a path is a text".to_owned()))?;
        let text = secret(place, &format!("{key}{FILE}"), &directory.join(file))?;
        if dict.insert(name, Value::String(tag, text)).is_some() {
            let why = format!("it is given here, and by {key}{FILE}: one of them is too many");
            return Err(ConfigError::new(place, &key, why));
        }
    }
    for (key, value) in dict {
        read_secrets(place, directory, &format!("{path}.{key}"), value)?;
    }
    Ok(())
}

/// What a file holds, without the end of its last line, which editors add.
fn secret(place: &str, key: &str, file: &Path) -> Result<String, ConfigError> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| ConfigError::new(place, key, format!("{}: {error}", file.display())))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

impl Provider for Sections {
    fn metadata(&self) -> Metadata {
        Metadata::named("the defaults")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let sections = self.0.iter().map(|section| (section.clone(), Value::from(Dict::new())));
        Ok(Profile::Default.collect(sections.collect()))
    }
}

impl Provider for FileLayer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.path.display().to_string())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

impl Provider for Given {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.place.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let values = figment::util::nest(&self.key, self.value.clone());
        Ok(Profile::Default.collect(values.into_dict().unwrap_or_default()))
    }
}
