//! Versions, and which of them a dependency takes: the constraints of Masterminds/semver 3, which Helm uses.

use semver::{BuildMetadata, Prerelease, Version};

/// The versions that a dependency takes: `^1.2`, `~1.4.0`, `>=1.2 <2`, `1.x || 2.x`, `1.2 - 1.4`.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// One of them has to admit a version.
    alternatives: Vec<Vec<Bound>>,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
struct Bound {
    operator: Operator,
    version: Version,
    /// How many of major, minor and patch are given.
    given: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    /// None, or `=`.
    Equal,
    NotEqual,
    Above,
    AtLeast,
    Below,
    AtMost,
    Tilde,
    Caret,
}

/// Longer ones come before those that they start with.
const OPERATORS: [(&str, Operator); 12] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::AtLeast),
    ("=>", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("=<", Operator::AtMost),
    ("~>", Operator::Tilde),
    ("=", Operator::Equal),
    (">", Operator::Above),
    ("<", Operator::Below),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
    ("", Operator::Equal),
];

impl Constraint {
    /// Reads a constraint; none for what is none. Without any text every version is taken.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let alternatives = text.split("||").map(alternative).collect::<Option<_>>()?;
        Some(Self { alternatives })
    }

    /// Whether a version is taken. One before a release is taken only where a constraint names one too.
    #[must_use]
    pub fn admits(&self, version: &str) -> bool {
        let Some((version, _)) = version_of(version) else { return false };
        self.alternatives.iter().any(|bounds| {
            let takes_early = bounds.iter().any(|bound| !bound.version.pre.is_empty());
            (version.pre.is_empty() || takes_early) && bounds.iter().all(|bound| bound.admits(&version))
        })
    }
}

fn alternative(text: &str) -> Option<Vec<Bound>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(Vec::new());
    }
    if let Some((low, high)) = text.split_once(" - ") {
        let bound = |operator, text: &str| {
            let (version, given) = version_of(text.trim())?;
            Some(Bound { operator, version, given })
        };
        return Some(vec![bound(Operator::AtLeast, low)?, bound(Operator::AtMost, high)?]);
    }
    let mut bounds = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (start, operator) = OPERATORS.iter().find(|(start, _)| rest.starts_with(start))?;
        rest = rest[start.len()..].trim_start();
        let end = rest.find(|c: char| c.is_whitespace() || ",<>=!~^".contains(c)).unwrap_or(rest.len());
        let (version, given) = version_of(&rest[..end])?;
        bounds.push(Bound { operator: *operator, version, given });
        rest = rest[end..].trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    Some(bounds)
}

/// A version, with how many of its three numbers are given: the others, and those that are `x` or `*`, are 0.
fn version_of(text: &str) -> Option<(Version, usize)> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let (text, build) = text.split_once('+').unwrap_or((text, ""));
    let (numbers, early) = text.split_once('-').unwrap_or((text, ""));
    let parts: Vec<&str> = numbers.split('.').collect();
    let is_open = |part: &&str| matches!(*part, "x" | "X" | "*");
    if parts.len() > 3 || numbers.is_empty() {
        return None;
    }
    let given = parts.iter().position(is_open).unwrap_or(parts.len());
    let mut version = Version::new(0, 0, 0);
    for (index, part) in parts[..given].iter().enumerate() {
        let number = part.parse().ok()?;
        *[&mut version.major, &mut version.minor, &mut version.patch][index] = number;
    }
    version.pre = Prerelease::new(early).ok()?;
    version.build = BuildMetadata::new(build).ok()?;
    Some((version, given))
}

impl Bound {
    fn admits(&self, version: &Version) -> bool {
        let at_least = version.cmp_precedence(&self.version).is_ge();
        let equal = version.cmp_precedence(&self.version).is_eq();
        match self.operator {
            Operator::Equal if self.given == 3 => equal,
            Operator::Equal | Operator::Tilde => at_least && self.is_before_end(version, self.given.min(2)),
            Operator::NotEqual if self.given == 3 => !equal,
            Operator::NotEqual => !(at_least && self.is_before_end(version, self.given)),
            Operator::Above if self.given == 3 => at_least && !equal,
            Operator::Above => !self.is_before_end(version, self.given),
            Operator::AtLeast => at_least,
            Operator::Below => !at_least,
            Operator::AtMost if self.given == 3 => !at_least || equal,
            Operator::AtMost => self.is_before_end(version, self.given),
            Operator::Caret => at_least && self.is_before_end(version, self.caret_keeps()),
        }
    }

    /// How many numbers a caret keeps: up to the first that is not 0.
    fn caret_keeps(&self) -> usize {
        let Version { major, minor, .. } = self.version;
        match (major, minor) {
            (1.., _) => 1,
            (0, 1..) => 2,
            _ => self.given,
        }
        .min(self.given)
    }

    /// Whether a version lies before the first one in which one of the first `kept` numbers is greater.
    fn is_before_end(&self, version: &Version, kept: usize) -> bool {
        let numbers = |version: &Version| [version.major, version.minor, version.patch];
        numbers(version)[..kept] <= numbers(&self.version)[..kept]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the documentation of Masterminds/semver 3 ("Checking Version Constraints"), and asked of version 3.5.0.
    #[test]
    fn versions_are_taken_as_helm_takes_them() {
        for (constraint, taken, refused) in [
            ("1.4.2", &["1.4.2", "v1.4.2", "1.4.2+b"][..], &["1.4.3", "1.4.2-rc.1"][..]),
            ("=1.4", &["1.4.0", "1.4.9"], &["1.5.0"]),
            ("^1.2.3", &["1.2.3", "1.9.0"], &["1.2.2", "2.0.0", "1.3.0-beta"]),
            ("^0.2.3", &["0.2.3", "0.2.9"], &["0.3.0", "0.2.2"]),
            ("^0.0.3", &["0.0.3"], &["0.0.4"]),
            ("^0.0", &["0.0.9"], &["0.1.0"]),
            ("^0", &["0.9.0"], &["1.0.0"]),
            ("~1.2.3", &["1.2.3", "1.2.9"], &["1.3.0"]),
            ("~1", &["1.9.0"], &["2.0.0"]),
            ("1.2.x", &["1.2.0", "1.2.7"], &["1.3.0"]),
            ("*", &["0.0.0", "9.9.9"], &["1.0.0-rc1"]),
            (">=1.2.0 <2", &["1.2.0", "1.9.9"], &["2.0.0", "1.1.9"]),
            (">= 1.2, < 2.0.0", &["1.2.0"], &["2.0.0"]),
            (">1.2", &["1.3.0"], &["1.2.9"]),
            (">1.2.3", &["1.2.4"], &["1.2.3"]),
            ("<=2", &["2.9.9"], &["3.0.0"]),
            ("!=1.2.x", &["1.3.0"], &["1.2.5"]),
            ("!=1.2.3", &["1.2.4"], &["1.2.3"]),
            ("1.2 - 1.4.5", &["1.2.0", "1.4.5"], &["1.4.6"]),
            ("1.x || ~3.1", &["1.7.0", "3.1.2"], &["2.0.0", "3.2.0"]),
            ("^1.2.0-0", &["1.3.0-beta", "1.3.0"], &["2.0.0-beta"]),
        ] {
            let parsed = Constraint::parse(constraint).unwrap();
            for version in taken {
                assert!(parsed.admits(version), "{constraint} takes {version}");
            }
            for version in refused {
                assert!(!parsed.admits(version), "{constraint} does not take {version}");
            }
        }
    }

    #[test]
    fn what_is_no_constraint_is_said() {
        for text in ["latest", "1.2.3.4", ">", "^", "1..2"] {
            assert_eq!(Constraint::parse(text), None, "{text}");
        }
    }
}
