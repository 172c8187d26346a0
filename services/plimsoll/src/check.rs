//! `plimsoll check`: whether everything that `plimsoll up` needs is there and well.

use std::process::Command;

use embedded_postgres::{Options, diagnose};
use serde::Serialize;

use crate::cli::{Check, Format};
use crate::escape;
use crate::failure::Failure;
use crate::json;
use crate::outcome::Outcome;
use crate::up::data_directory;

/// One thing that was looked at.
#[derive(Serialize)]
struct Looked {
    name: String,
    ok: bool,
    detail: String,
    /// How to mend it.
    mend: Option<String>,
}

pub(crate) fn run(arguments: &Check) -> Result<Outcome, Failure> {
    let data = data_directory(arguments.data.clone())?;
    let runtime = tokio::runtime::Runtime::new();
    let runtime = runtime.map_err(|error| Failure::new("RUNTIME_FAILED", error.to_string()))?;
    let checks = runtime.block_on(diagnose(&Options::new(data)));
    let mut looked = vec![git()];
    looked.extend(checks.into_iter().map(|check| Looked {
        name: check.name.to_owned(),
        ok: check.ok,
        detail: check.detail,
        mend: check.mend,
    }));
    let output = match arguments.format {
        Format::Json => json::print(&looked)?,
        _ => looked.iter().map(text).collect(),
    };
    let failed = looked.iter().filter(|looked| !looked.ok).count();
    let mut outcome = Outcome::of(output);
    if failed > 0 {
        outcome.against.push(format!("{failed} of {} checks failed", looked.len()));
    }
    Ok(outcome)
}

fn git() -> Looked {
    let version = Command::new("git").arg("--version").output();
    let said = version.ok().filter(|output| output.status.success());
    let detail = said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    Looked {
        name: "git".to_owned(),
        ok: detail.is_some(),
        mend: detail.is_none().then(|| "install git (Debian: apt-get install git)".to_owned()),
        detail: detail.unwrap_or_else(|| "the git command is not there".to_owned()),
    }
}

fn text(looked: &Looked) -> String {
    let mark = if looked.ok { "ok    " } else { "FAILED" };
    let mut line = format!("{mark}  {}: {}\n", looked.name, escape::line(&looked.detail));
    if let Some(mend) = &looked.mend {
        line.push_str(&format!("        {}\n", escape::line(mend)));
    }
    line
}
