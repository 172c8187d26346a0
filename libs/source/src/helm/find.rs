//! Finding `helm`.

use std::path::{Path, PathBuf};

use super::{HelmOptions, cache};
use crate::render_error::{RenderError, Run, Tool};
use crate::sandbox::{self, Bounds, Ended, PrivateDirectory};

/// A version of `helm`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelmVersion {
    /// As it says it: `v3.17.2`.
    pub text: String,
    /// 3 or 4.
    pub major: u64,
}

/// Where answers come from.
#[derive(Debug)]
pub(super) enum Renderer {
    Command {
        program: PathBuf,
        version: HelmVersion,
    },
    /// A directory of answers, one version of `helm` in it.
    Recorded {
        directory: PathBuf,
        version: HelmVersion,
    },
}

impl Renderer {
    pub(super) fn version(&self) -> &HelmVersion {
        match self {
            Self::Command { version, .. } | Self::Recorded { version, .. } => version,
        }
    }
}

pub(super) fn find(options: &HelmOptions) -> Result<Renderer, RenderError> {
    let missing = |looked: String| RenderError::HelmMissing { looked };
    match &options.program {
        Some(directory) if directory.is_dir() => {
            let version = cache::recorded_version(directory);
            let version = version.and_then(|text| parse(&text)).ok_or_else(|| {
                missing(format!(
                    "the directory {} holds no recorded answers of one version",
                    directory.display()
                ))
            })?;
            Ok(Renderer::Recorded { directory: directory.clone(), version })
        }
        Some(program) => match is_executable(program) {
            true => asked(program.clone(), &options.bounds),
            false => Err(missing(format!("{} is no program", program.display()))),
        },
        None => match in_path() {
            Some(program) => asked(program, &options.bounds),
            None => Err(missing("PATH holds none".to_owned())),
        },
    }
}

fn asked(program: PathBuf, bounds: &Bounds) -> Result<Renderer, RenderError> {
    // The sandbox has a directory of its own.
    let program = std::path::absolute(&program).unwrap_or(program);
    let place = PrivateDirectory::new().map_err(|error| RenderError::sandbox(&error))?;
    let arguments = ["version", "--template", "{{.Version}}"].map(Into::into);
    let ended = sandbox::run(&program, &arguments, &place, bounds);
    let said = match ended {
        Ended::Done { stdout } => String::from_utf8_lossy(&stdout).trim().to_owned(),
        other => {
            let run =
                Run { tool: Tool::Helm, what: "its version", bounds, place: &place, secrets: Vec::new() };
            let looked = RenderError::of_end(other, &run).map(|error| error.to_string());
            return Err(RenderError::HelmMissing { looked: looked.unwrap_or_default() });
        }
    };
    match parse(&said) {
        Some(version) => Ok(Renderer::Command { program, version }),
        None => {
            let version = said.chars().take(80).collect();
            Err(RenderError::HelmUnsupported { program: program.display().to_string(), version })
        }
    }
}

fn parse(text: &str) -> Option<HelmVersion> {
    let numbers = text.strip_prefix('v')?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
    let major = numbers.split('.').next()?.parse().ok()?;
    (matches!(major, 3 | 4) && numbers.chars().all(is_plain))
        .then(|| HelmVersion { text: text.to_owned(), major })
}

fn in_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    // An empty entry, and a relative one, is a directory that somebody else may fill.
    let directories = std::env::split_paths(&path).filter(|directory| directory.is_absolute());
    directories.map(|directory| directory.join("helm")).find(|program| is_executable(program))
}

fn is_executable(program: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    program.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
