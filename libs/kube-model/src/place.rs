//! The one grammar for a place in an object: `Kind[.group]/[namespace/]name:path`.
//!
//! The same text is a pattern where a rule takes one: `Deployment/*:spec.replicas`. A part that a pattern
//! leaves out (group, namespace) matches any. A name with a colon is quoted: `ClusterRole/"system:node":rules`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::object::ObjectKey;
use crate::path::{Path, PathError, glob};

/// A place: an object, and a path in it (empty for the object itself). Places sort by kind, namespace, name,
/// path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The object.
    pub object: ObjectKey,
    /// The path in it.
    pub path: Path,
}

/// Which objects a pattern means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPattern {
    /// The kind, in which `*` stands for any text.
    pub kind: String,
    /// The group, if the pattern names one.
    pub group: Option<String>,
    /// The namespace, if the pattern names one.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

/// A pattern of places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacePattern {
    /// The objects.
    pub object: ObjectPattern,
    /// The path, as a pattern.
    pub path: Path,
    text: String,
}

/// A text that is no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The part before the colon.
    #[error(
        "{0:?} is not a place: expected Kind[.group]/[namespace/]name:path, such as Deployment/web:spec.replicas"
    )]
    Object(String),
    /// The path.
    #[error(transparent)]
    Path(#[from] PathError),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.object, self.path)
    }
}

impl fmt::Display for PlacePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl ObjectPattern {
    /// Whether it means this object.
    #[must_use]
    pub fn matches(&self, key: &ObjectKey) -> bool {
        let part = |pattern: &Option<String>, text: &str| pattern.as_ref().is_none_or(|p| glob(p, text));
        glob(&self.kind, &key.kind)
            && part(&self.group, &key.group)
            && part(&self.namespace, key.namespace.as_deref().unwrap_or_default())
            && glob(&self.name, &key.name)
    }
}

impl PlacePattern {
    /// Whether it names this place, or something that holds it.
    #[must_use]
    pub fn covers(&self, place: &Place) -> bool {
        self.object.matches(&place.object) && self.path.covers(&place.path)
    }

    /// Whether it names something strictly inside this place.
    #[must_use]
    pub fn reaches_into(&self, place: &Place) -> bool {
        self.object.matches(&place.object) && self.path.reaches_into(&place.path)
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    /// Reads a place as it is displayed: in full. What it leaves out is not there: without a group it is one of the
    /// core group, without a namespace an object that names none.
    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let PlacePattern { object, path, .. } = text.parse()?;
        let ObjectPattern { kind, group, namespace, name } = object;
        Ok(Self { object: ObjectKey { group: group.unwrap_or_default(), kind, namespace, name }, path })
    }
}

impl FromStr for PlacePattern {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let fail = || PlaceError::Object(text.to_owned());
        let (object, path) = split_object(text).ok_or_else(fail)?;
        let mut parts = object.splitn(3, '/');
        let (kind, second, third) =
            (parts.next().ok_or_else(fail)?, parts.next().ok_or_else(fail)?, parts.next());
        let (namespace, name) = match third {
            Some(name) => (Some(second.to_owned()), name),
            None => (None, second),
        };
        let (kind, group) = match kind.split_once('.') {
            Some((kind, group)) => (kind, Some(group.to_owned())),
            None => (kind, None),
        };
        let name = name.strip_prefix('"').and_then(|n| n.strip_suffix('"')).unwrap_or(name);
        if kind.is_empty() || name.is_empty() {
            return Err(fail());
        }
        let object = ObjectPattern { kind: kind.to_owned(), group, namespace, name: name.to_owned() };
        Ok(Self { object, path: path.parse()?, text: text.to_owned() })
    }
}

impl Serialize for PlacePattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for PlacePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Splits at the first colon outside quotes; without one the whole text names an object.
fn split_object(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let colon = text.char_indices().find(|(_, character)| {
        quoted ^= *character == '"';
        *character == ':' && !quoted
    });
    match colon {
        Some((at, _)) => Some((&text[..at], &text[at + 1..])),
        None => (!quoted).then_some((text, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(kind: &str, namespace: Option<&str>, name: &str, path: &str) -> Place {
        let object = ObjectKey {
            group: "apps".into(),
            kind: kind.into(),
            namespace: namespace.map(str::to_owned),
            name: name.into(),
        };
        Place { object, path: path.parse().unwrap() }
    }

    #[test]
    fn patterns_name_places() {
        let place = place("Deployment", Some("shop"), "web", "spec.replicas");
        for pattern in [
            "Deployment/web:spec.replicas",
            "Deployment.apps/shop/web:spec.replicas",
            "Deployment/*:spec",
            "*/w*:",
            "Deployment/web",
        ] {
            assert!(pattern.parse::<PlacePattern>().unwrap().covers(&place), "{pattern}");
        }
        for pattern in ["Deployment/api:spec.replicas", "Deployment/prod/web:", "StatefulSet/web:"] {
            assert!(!pattern.parse::<PlacePattern>().unwrap().covers(&place), "{pattern}");
        }
        assert!("Deployment/web:spec.replicas.x".parse::<PlacePattern>().unwrap().reaches_into(&place));
    }

    #[test]
    fn a_name_with_a_colon_is_quoted() {
        let place = place("ClusterRole", None, "system:node", "rules");
        assert_eq!(place.to_string(), "ClusterRole.apps/\"system:node\":rules");
        assert!(place.to_string().parse::<PlacePattern>().unwrap().covers(&place));
    }

    #[test]
    fn a_place_is_read_as_it_is_displayed() {
        let core = |name: &str| ObjectKey {
            group: String::new(),
            kind: "Service".into(),
            namespace: None,
            name: name.into(),
        };
        for place in [
            place("Deployment", Some("shop"), "web", "spec.template.spec.containers[name=web].image"),
            place("Deployment", None, "web", ""),
            place("ClusterRole", None, "system:node", "rules"),
            Place { object: core("web"), path: Path::root() },
            Place { object: core("job-*"), path: "metadata.annotations[\"a.b/c\"]".parse().unwrap() },
        ] {
            assert_eq!(place.to_string().parse::<Place>().unwrap(), place);
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in ["", "web", "Deployment/", "/web:spec", "Deployment/web:spec..x", "Role/\"a:b"] {
            assert!(text.parse::<PlacePattern>().is_err(), "{text}");
        }
    }
}
