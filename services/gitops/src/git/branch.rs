//! What may be the name of a branch.

/// Whether Git takes this as the name of a branch, by the rules of `git check-ref-format --branch`; not `@`, which it
/// takes for another word for `HEAD`.
#[must_use]
pub fn is_branch_name(name: &str) -> bool {
    let odd = |c: char| c.is_ascii_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    !name.is_empty()
        && name != "HEAD"
        && name != "@"
        && !name.starts_with('-')
        && !name.ends_with('.')
        && !name.contains(odd)
        && !name.contains("..")
        && !name.contains("@{")
        && name.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn git_takes(name: &str) -> bool {
        let output = Command::new("git").args(["check-ref-format", "--branch", name]).output().unwrap();
        output.status.success()
    }

    #[test]
    fn git_and_we_agree_on_what_a_branch_name_is() {
        for name in [
            "main",
            "release/9.1",
            "a@b",
            "a@",
            "é",
            "HEAD",
            "-x",
            "a..b",
            ".a",
            "a/.b",
            "a.lock",
            "a.lock/b",
            "a.",
            "a b",
            "a~",
            "a^",
            "a:",
            "a?",
            "a*",
            "a[",
            "a\\",
            "a\nb",
            "a\u{7f}",
            "a//b",
            "/a",
            "a/",
            "a@{b",
            "x/HEAD",
            "",
        ] {
            assert_eq!(is_branch_name(name), git_takes(name), "{name:?}");
        }
    }
}
