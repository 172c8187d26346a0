//! What a failure of `git` means, from what it printed. Git has no codes; it speaks English here (`LC_ALL=C`).

use super::error::GitError;
use crate::git::command::complaint;
use crate::git::credentials::mask;

/// What hosts and transports say when they do not let one in.
const AUTH: [&str; 12] = [
    "Authentication failed",
    "could not read Username",
    "could not read Password",
    "Permission denied (",
    "Host key verification failed",
    "returned error: 401",
    "returned error: 403",
    "HTTP Basic: Access denied",
    "Access denied",
    "dubious ownership",
    "not allowed to push",
    "denied to",
];

/// What they say of a repository that does not exist, or must not be seen.
const GONE: [&str; 8] = [
    // It has moved: a redirection is not followed to a host that nobody has allowed.
    "returned error: 30",
    "does not appear to be a git repository",
    "Repository not found",
    "returned error: 404",
    "returned error: 410",
    "could not be found",
    "does not exist",
    "' not found",
];

/// What they say when the way there, or the host, fails.
const UNREACHABLE: [&str; 26] = [
    "Could not resolve",
    "Temporary failure in name resolution",
    "Failed to connect",
    "Couldn't connect",
    "Connection refused",
    "Connection timed out",
    "Connection reset",
    "Connection closed",
    "Operation timed out",
    "Operation too slow",
    "Network is unreachable",
    "No route to host",
    "Empty reply from server",
    "Recv failure",
    "Send failure",
    "early EOF",
    "hung up unexpectedly",
    "unexpected disconnect",
    "RPC failed",
    "returned error: 5",
    "returned error: 429",
    "returned error: 408",
    "certificate",
    "SSL",
    "unable to access",
    "Could not read from remote repository",
];

/// What Git says when this machine has no room for it.
const HOST: [&str; 4] =
    ["No space left on device", "Disk quota exceeded", "Read-only file system", "Cannot allocate memory"];

/// The error that a complaint of `git` about a remote repository is.
pub(super) fn classify(repository: &str, stderr: &[u8]) -> GitError {
    let text = String::from_utf8_lossy(stderr);
    let said = |signs: &[&str]| {
        let line = text.lines().find(|line| signs.iter().any(|sign| line.contains(sign)))?;
        let line = line.trim();
        let start = ["fatal: ", "error: ", "ERROR: ", "remote: "].iter().find_map(|s| line.strip_prefix(s));
        Some(sanitised(start.unwrap_or(line)))
    };
    let repository = repository.to_owned();
    if let Some(why) = said(&HOST) {
        GitError::Cache { why }
    } else if let Some(why) = said(&AUTH) {
        GitError::Auth { repository, why }
    } else if let Some(why) = said(&GONE) {
        GitError::Gone { repository, why }
    } else if let Some(why) = said(&UNREACHABLE) {
        GitError::Unreachable { repository, why }
    } else {
        GitError::Failed { repository, why: sanitised(&complaint(stderr)) }
    }
}

/// As long as a message that a person reads.
const SHOWN: usize = 500;

/// Text of another program as it may be shown and recorded: on one line, without escape sequences and control
/// characters, with the credentials of URLs masked, and cut to 500 characters.
#[must_use]
pub fn sanitised(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            // ECMA-48: parameters end with a character from `@` to `~`.
            '\u{1b}' if rest.next_if_eq(&'[').is_some() => {
                rest.by_ref().find(|c| ('@'..='~').contains(c));
            }
            c if inert::is_unseen(c) || c.is_whitespace() => shown.push(' '),
            c => shown.push(c),
        }
    }
    let words: Vec<&str> = shown.split_whitespace().collect();
    let shown = mask(&words.join(" "));
    match shown.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Taken from what git 2.39, curl, OpenSSH and the hosts print.
    #[test]
    fn complaints_are_told_apart() {
        for (stderr, code) in [
            (
                "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
                "GIT_AUTH_FAILED",
            ),
            (
                "remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://h/x/'",
                "GIT_AUTH_FAILED",
            ),
            (
                "git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
                "GIT_AUTH_FAILED",
            ),
            (
                "fatal: unable to access 'https://h/x/': The requested URL returned error: 403",
                "GIT_AUTH_FAILED",
            ),
            (
                "remote: Repository not found.\nfatal: repository 'https://h/x/' not found",
                "GIT_REPOSITORY_GONE",
            ),
            (
                "ERROR: Repository not found.\nfatal: Could not read from remote repository.",
                "GIT_REPOSITORY_GONE",
            ),
            ("fatal: '/srv/x' does not appear to be a git repository", "GIT_REPOSITORY_GONE"),
            ("fatal: unable to access 'https://h/x/': Could not resolve host: h", "GIT_UNREACHABLE"),
            ("ssh: connect to host h port 22: Connection refused\nfatal: Could not read", "GIT_UNREACHABLE"),
            (
                "fatal: unable to access 'https://h/x/': The requested URL returned error: 502",
                "GIT_UNREACHABLE",
            ),
            ("fatal: write error: No space left on device\nfatal: early EOF", "GIT_CACHE_FAILED"),
            ("fatal: bad object HEAD", "GIT_FAILED"),
            ("", "GIT_FAILED"),
        ] {
            assert_eq!(classify("r", stderr.as_bytes()).code(), code, "{stderr}");
        }
    }

    #[test]
    fn the_line_that_says_why_is_the_one_that_is_shown() {
        let said =
            b"git@h: Permission denied (publickey).\r\nfatal: Could not read from remote repository.\n";
        assert_eq!(
            classify("ssh://git@h/x", said).to_string(),
            "ssh://git@h/x does not let us in: git@h: Permission denied (publickey)."
        );
        let error =
            classify("r", b"fatal: unable to access 'https://a:s3cret@h/x/': Could not resolve host: h");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }

    #[test]
    fn foreign_text_is_made_plain() {
        for (text, shown) in [
            ("\u{1b}[31mred\u{1b}[0m alert", "red alert"),
            ("two\r\nlines\tand\u{7} a bell", "two lines and a bell"),
            ("see https://u:p@h/x", "see https://***@h/x"),
            ("\u{1b}[", ""),
        ] {
            assert_eq!(sanitised(text), shown);
        }
        assert_eq!(sanitised(&"é".repeat(600)).chars().count(), SHOWN + 1);
    }
}
