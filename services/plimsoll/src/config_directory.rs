//! Where a user's configuration lies, as the XDG Base Directory Specification has it.

use std::path::PathBuf;

/// `XDG_CONFIG_HOME`, or `.config` in the home directory; none where neither is set.
pub(crate) fn path() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))
}
