//! The socket over which the services of this process call each other. Its path has to stay under 107 bytes, so for a deep
//! data directory it lies elsewhere, in a directory that nobody else can open.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::up::directory::Directory;

const NAME: &str = "services.sock";
/// Of `sun_path` in unix(7), less the final NUL.
const LONGEST: usize = 107;

pub(super) fn path(directory: &Directory) -> Result<PathBuf, Failure> {
    let near = directory.keys().join(NAME);
    if fits(&near) {
        return Ok(near);
    }
    let name = ids::BlobHash::of(directory.root().as_os_str().as_encoded_bytes()).to_string();
    let name = format!("plimsoll-services-{}", &name[..16]);
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_dir());
    let places = [runtime, Some(std::env::temp_dir()), Some(PathBuf::from("/tmp"))];
    let places = places.into_iter().flatten().map(|place| place.join(&name));
    let place = places.into_iter().find(|place| fits(&place.join(NAME))).unwrap_or_else(|| directory.keys());
    private(&place)?;
    Ok(place.join(NAME))
}

fn fits(path: &Path) -> bool {
    path.as_os_str().len() <= LONGEST
}

/// Makes the directory, or takes the one that is there if it is ours alone: its name can be known, and anybody can make a
/// directory of that name in /tmp.
fn private(path: &Path) -> Result<(), Failure> {
    let fail = |why: String| {
        Failure::new("DATA_DIRECTORY_UNUSABLE", format!("{} cannot be used: {why}", path.display()))
    };
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        made => return made.map_err(|error| fail(error.to_string())),
    }
    let found = fs::symlink_metadata(path).map_err(|error| fail(error.to_string()))?;
    let ours = found.uid() == rustix::process::geteuid().as_raw();
    match found.is_dir() && ours && found.mode() & 0o077 == 0 {
        true => Ok(()),
        false => {
            Err(fail("it was there before and is not a private directory of this user; remove it".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_directory_that_others_could_have_made_is_not_taken() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("ours");
        private(&directory).unwrap();
        assert_eq!(fs::metadata(&directory).unwrap().mode() & 0o777, 0o700);
        private(&directory).unwrap();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o770)).unwrap();
        assert!(private(&directory).is_err());
        let link = place.path().join("link");
        symlink(place.path(), &link).unwrap();
        assert!(private(&link).is_err());
    }
}
