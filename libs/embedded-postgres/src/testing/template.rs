//! A data directory that was initialised before. `initdb` takes a second of processor time, a copy a fifth of it, and
//! every test program needs one.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

use super::temporary;
use crate::{Durability, Options, Postgres};

/// Fills a data directory that does not exist yet, or is empty, as a first start would.
///
/// # Panics
/// If Postgres cannot be started, or the copy fails.
pub async fn initialise(directory: &Path) {
    let Some(template) = place() else { return };
    if !template.exists() {
        make(&template).await;
    }
    copy(&template, directory);
}

/// Beside the test programs of this build, so that `cargo clean` removes it. Every version of Postgres has its own,
/// every user, and every way to initialise.
fn place() -> Option<PathBuf> {
    let programs = Options::new("").lookup.programs(None).ok()?;
    let user = rustix::process::geteuid().as_raw();
    let recipe = Sha256::digest([include_str!("../initialise.rs"), include_str!("../bootstrap.rs")].concat());
    let name = format!("postgres-template-{}-{user}-{:02x}{:02x}", programs.major, recipe[0], recipe[1]);
    Some(std::env::current_exe().ok()?.with_file_name(name))
}

/// Other test programs, and other tests of this one, may be at it too: whoever is first gives it its name.
async fn make(template: &Path) {
    let directory = temporary();
    let options = Options { durability: Durability::Off, ..Options::new(directory.path()) };
    Postgres::start(options).await.expect("Postgres starts").stop().await;
    let unnamed = template.with_extension(directory.path().file_name().expect("a name of its own"));
    copy(directory.path(), &unnamed);
    if std::fs::rename(&unnamed, template).is_err() {
        std::fs::remove_dir_all(&unnamed).expect("the copy is removed");
    }
}

/// With owners and modes: the data may be another user's.
fn copy(from: &Path, to: &Path) {
    let mut cp = Command::new("cp");
    cp.arg("-a").arg(from.join(".")).arg(to).stdin(Stdio::null());
    assert!(cp.status().expect("cp").success(), "{} is copied to {}", from.display(), to.display());
}
