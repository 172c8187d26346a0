//! What has been rendered: in memory, and on disk for the next process.
//!
//! On disk an answer is a file `VERSION/FINGERPRINT.yaml` with what `helm` printed. A directory of recorded answers has
//! the same form, with one version.

use std::collections::{HashMap, VecDeque};
use std::fs::{self, DirBuilder};
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::HelmOutput;

/// What is kept in memory, in bytes of what `helm` printed.
const MEMORY: usize = 256 << 20;
/// What is kept on disk, in bytes.
const DISK: u64 = 512 << 20;

/// What an answer is kept by.
pub(super) struct Key<'a> {
    pub(super) version: &'a str,
    pub(super) fingerprint: &'a str,
}

impl Key<'_> {
    fn path(&self) -> String {
        format!("{}/{}.yaml", self.version, self.fingerprint)
    }
}

#[derive(Debug)]
pub(super) struct Cache {
    directory: Option<PathBuf>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    outputs: HashMap<String, (Arc<HelmOutput>, usize)>,
    /// The keys in the order that they came in.
    order: VecDeque<String>,
    bytes: usize,
}

impl Cache {
    /// A cache that keeps answers in a directory too. What is too much there is thrown away now, the oldest first.
    pub(super) fn new(directory: Option<PathBuf>) -> Self {
        if let Some(directory) = &directory {
            prune(directory, DISK);
        }
        Self { directory, kept: Mutex::default() }
    }

    pub(super) fn get(&self, key: &Key<'_>) -> Option<Arc<HelmOutput>> {
        self.kept().outputs.get(&key.path()).map(|(output, _)| Arc::clone(output))
    }

    pub(super) fn keep(&self, key: &Key<'_>, output: Arc<HelmOutput>, bytes: usize) -> Arc<HelmOutput> {
        let mut kept = self.kept();
        if kept.outputs.insert(key.path(), (Arc::clone(&output), bytes)).is_none() {
            kept.order.push_back(key.path());
            kept.bytes += bytes;
        }
        while kept.bytes > MEMORY {
            let Some(oldest) = kept.order.pop_front() else { break };
            let bytes = kept.outputs.remove(&oldest).map_or(0, |(_, bytes)| bytes);
            kept.bytes -= bytes;
        }
        output
    }

    /// What was printed for this before, by another process.
    pub(super) fn read(&self, key: &Key<'_>) -> Option<String> {
        fs::read_to_string(self.directory.as_ref()?.join(key.path())).ok()
    }

    /// Keeps it for the next process, if that can be done: a cache that cannot be written is none.
    pub(super) fn write(&self, key: &Key<'_>, printed: &str) {
        let Some(directory) = &self.directory else { return };
        let path = directory.join(key.path());
        let Some(parent) = path.parent() else { return };
        let made = DirBuilder::new().recursive(true).mode(0o700).create(parent);
        let written = made.and_then(|()| tempfile::NamedTempFile::new_in(parent)).and_then(|mut file| {
            file.write_all(printed.as_bytes())?;
            Ok(file.persist(&path)?)
        });
        drop(written);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The recorded answer.
pub(super) fn recorded(directory: &Path, key: &Key<'_>) -> Option<String> {
    fs::read_to_string(directory.join(key.path())).ok()
}

/// The one version that a directory has answers of.
pub(super) fn recorded_version(directory: &Path) -> Option<String> {
    let entries = fs::read_dir(directory).ok()?.filter_map(Result::ok).filter(|entry| entry.path().is_dir());
    let names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    <[String; 1]>::try_from(names).ok().map(|[name]| name)
}

/// Throws the oldest answers away until the others fit.
fn prune(directory: &Path, limit: u64) {
    let versions = fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let files = versions
        .flat_map(|version| fs::read_dir(version.path()).into_iter().flatten())
        .filter_map(Result::ok);
    let mut found: Vec<(SystemTime, u64, PathBuf)> = files
        .filter_map(|file| {
            let metadata = file.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((metadata.modified().ok()?, metadata.len(), file.path()))
        })
        .collect();
    found.sort();
    let mut total: u64 = found.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in found {
        if total <= limit {
            return;
        }
        // Somebody else may have done so.
        let _ = fs::remove_file(path);
        total -= size;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_oldest_answers_are_thrown_away() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("v3")).unwrap();
        for (age, name) in [(30, "old"), (20, "middle"), (10, "new")] {
            let path = directory.path().join("v3").join(name);
            fs::write(&path, "0123456789").unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000 - age);
            fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        }
        prune(directory.path(), 20);
        let left = |name: &str| directory.path().join("v3").join(name).exists();
        assert_eq!([left("old"), left("middle"), left("new")], [false, true, true]);
    }
}
