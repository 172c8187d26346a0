//! As whom Postgres runs. `initdb` and `postgres` refuse root, and refuse a user without a name.
//!
//! An ordinary user runs it as itself. Root runs it as the user `postgres` where there is one that can reach the data
//! directory. Otherwise (no such user, or a directory below /root) the programs run in a user namespace in which this
//! process' own uid has another user's number: outside, the files belong to the caller, and no permission of a
//! directory that was there before is changed for it. A user without a name (a container's random uid) gets a
//! namespace for the same reason.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::Error;

/// As whom the programs run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunAs {
    /// As the user of this process.
    Caller,
    /// As the user `postgres`, for root.
    Switched { uid: u32, gid: u32 },
    /// In a user namespace, in which the caller's ids are these.
    Mapped { uid: u32, gid: u32 },
}

/// As whom Postgres runs, and how it knows this process.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) run_as: RunAs,
    /// The name of the user that Postgres sees at the other end of its socket when this process connects.
    pub(crate) peer: String,
}

impl Identity {
    /// For a data directory: `reach` is the directory, or its parent while it does not exist; `owner` is whose the
    /// data are, if there are any.
    pub(crate) fn choose(reach: &Path, program: &Path, owner: Option<u32>) -> Result<Self, Error> {
        let caller = rustix::process::geteuid().as_raw();
        let name = user_name(caller);
        if owner.is_some_and(|owner| owner != caller && caller != 0) {
            let why = "the data in it belong to another user; start Plimsoll as that user".to_owned();
            return Err(Error::Directory { path: reach.to_owned(), why });
        }
        match (caller, name) {
            (0, name) => Self::for_root(reach, program, owner, name),
            (_, Some(peer)) => Ok(Self { run_as: RunAs::Caller, peer }),
            (uid, None) => Self::mapped(reach, &format!("uid {uid}, which has no name")),
        }
    }

    fn for_root(
        reach: &Path,
        program: &Path,
        owner: Option<u32>,
        name: Option<String>,
    ) -> Result<Self, Error> {
        let wanted = postgres_user().filter(|(uid, _)| owner.is_none_or(|owner| owner == *uid));
        if let (Some((uid, gid)), Some(peer)) = (wanted, name)
            && can_reach(uid, gid, reach, program)
        {
            return Ok(Self { run_as: RunAs::Switched { uid, gid }, peer });
        }
        if let Some(uid) = owner.filter(|uid| *uid != 0) {
            let why = match wanted {
                Some(_) => "the data in it belong to the user postgres, who cannot get to them".to_owned(),
                None => format!("the data in it belong to uid {uid}; start Plimsoll as that user"),
            };
            return Err(Error::Directory { path: reach.to_owned(), why });
        }
        Self::mapped(reach, "root")
    }

    fn mapped(reach: &Path, who: &str) -> Result<Self, Error> {
        let refuse =
            |why: &str| Error::NoUser { who: who.to_owned(), path: reach.to_owned(), why: why.to_owned() };
        // Not `nobody`: in a namespace, that is how every user appears who is not in it.
        let named = ["postgres", "daemon", "bin"].into_iter().find_map(|name| Some((name, ids_of(name)?)));
        let (peer, (uid, gid)) = named.ok_or_else(|| refuse("there is no user postgres, daemon or bin"))?;
        let run_as = RunAs::Mapped { uid, gid };
        let mut trial = Command::new("unshare");
        trial.args(run_as.prefix().iter().skip(1)).arg("true").stdin(Stdio::null());
        let output = trial.output().map_err(|_| refuse("the command unshare (util-linux) is missing"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(refuse(&format!("user namespaces are not allowed ({said})")));
        }
        Ok(Self { run_as, peer: peer.to_owned() })
    }
}

impl RunAs {
    /// What stands before a program's name to run it.
    pub(crate) fn prefix(self) -> Vec<String> {
        match self {
            Self::Caller | Self::Switched { .. } => Vec::new(),
            Self::Mapped { uid, gid } => {
                ["unshare".to_owned(), format!("--map-user={uid}"), format!("--map-group={gid}")].to_vec()
            }
        }
    }

    /// Who owns the data directory, where it is not the caller.
    pub(crate) fn owner(self) -> Option<(u32, u32)> {
        match self {
            Self::Switched { uid, gid } => Some((uid, gid)),
            Self::Caller | Self::Mapped { .. } => None,
        }
    }
}

fn postgres_user() -> Option<(u32, u32)> {
    ids_of("postgres").filter(|(uid, _)| *uid != 0)
}

/// `id` asks the name service, which knows users that /etc/passwd does not.
fn ids_of(user: &str) -> Option<(u32, u32)> {
    Some((id(&["-u", user])?.parse().ok()?, id(&["-g", user])?.parse().ok()?))
}

fn user_name(uid: u32) -> Option<String> {
    // Of a uid without a name `id -un UID` prints an error, and the number itself on some systems.
    id(&["-un", &uid.to_string()]).filter(|name| *name != uid.to_string())
}

fn id(arguments: &[&str]) -> Option<String> {
    let output = Command::new("id").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned()).filter(|said| !said.is_empty())
}

/// Whether that user gets to the directory and may run the program: asked of the kernel, which knows access lists and
/// namespaces, and not read from modes.
fn can_reach(uid: u32, gid: u32, directory: &Path, program: &Path) -> bool {
    Command::new("/bin/sh")
        .args(["-c", "cd -- \"$1\" && test -x \"$2\"", "sh"])
        .args([directory, program])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        .uid(uid)
        .gid(gid)
        .status()
        .is_ok_and(|status| status.success())
}
