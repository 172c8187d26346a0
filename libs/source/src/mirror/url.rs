//! Which URLs a server reads and writes. They come from people of many organisations: none may name a file of the
//! server's machine, an option of `git`, a transport that runs a program, or carry a credential that would then
//! stand in the event log.

/// How far URLs may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// `https://` and `ssh://`.
    #[default]
    Remote,
    /// Also what this machine holds: absolute paths, `file://`, and `http://` on a loopback address. For
    /// one's own machine, never for a server that others use.
    RemoteAndLocal,
}

impl Reach {
    /// The transports, as `GIT_ALLOW_PROTOCOL` has them. A redirection is held to them too.
    pub(super) fn protocols(self) -> &'static str {
        match self {
            Self::Remote => "https:ssh",
            Self::RemoteAndLocal => "file:http:https:ssh",
        }
    }

    /// Why a URL is refused, if it is.
    pub(super) fn refusal(self, url: &str) -> Option<&'static str> {
        self.admit(url).err()
    }

    fn admit(self, url: &str) -> Result<(), &'static str> {
        if url.is_empty() || url.len() > LENGTH || url.starts_with('-') {
            return Err("it is no URL");
        }
        if url.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err("it holds white space or a control character");
        }
        let Some((scheme, rest)) = url.split_once("://") else { return self.admit_path(url) };
        match (scheme, self) {
            ("https", _) => admit_host(rest, Credentials::Outside).map(drop),
            ("ssh", _) => admit_host(rest, Credentials::UserName).map(drop),
            ("http", Self::RemoteAndLocal) => match admit_host(rest, Credentials::Outside)? {
                "localhost" | "127.0.0.1" | "[::1]" => Ok(()),
                _ => Err("http:// would be read by everybody on the way; use https://"),
            },
            ("file", Self::RemoteAndLocal) => {
                rest.starts_with('/').then_some(()).ok_or("a file: URL has three slashes and no host")
            }
            ("http", Self::Remote) => Err("http:// would be read by everybody on the way; use https://"),
            ("file", Self::Remote) => Err(LOCAL),
            _ => Err("the URL is https://HOST/PATH or ssh://git@HOST/PATH"),
        }
    }

    fn admit_path(self, path: &str) -> Result<(), &'static str> {
        if path.split('/').next().is_some_and(|first| first.contains(':')) {
            return Err("write git@host:path as ssh://git@host/path");
        }
        match self {
            Self::Remote => Err(LOCAL),
            Self::RemoteAndLocal if path.starts_with('/') => Ok(()),
            Self::RemoteAndLocal => Err("the path of a repository is absolute"),
        }
    }
}

const LOCAL: &str = "this server reads no repository of its own machine (--set git.allow_local=true lets it)";
/// As long as browsers and proxies take them.
const LENGTH: usize = 2048;

/// The host and the port of a URL of another machine; none of a repository of this machine.
pub(super) fn address(url: &str) -> Option<(&str, u16)> {
    let (scheme, rest) = url.split_once("://")?;
    let (credentials, port) = match scheme {
        "https" => (Credentials::Outside, 443),
        "http" => (Credentials::Outside, 80),
        "ssh" => (Credentials::UserName, 22),
        _ => return None,
    };
    Some((admit_host(rest, credentials).ok()?, port))
}

/// Where the credentials of a transport belong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Credentials {
    /// Not in the URL at all: what stands before `@` is as often a token as a name.
    Outside,
    /// SSH needs a user name.
    UserName,
}

/// The host of `[user@]host[:port]/path`.
fn admit_host(rest: &str, credentials: Credentials) -> Result<&str, &'static str> {
    let (authority, path) = rest.split_once('/').ok_or("it has no path")?;
    if path.is_empty() || path.contains(['?', '#']) {
        return Err("it has no path, or one with a query");
    }
    let host = match (authority.rsplit_once('@'), credentials) {
        (None, _) => authority,
        (Some((user, host)), Credentials::UserName) if is_name(user) => host,
        (Some(_), _) => return Err("credentials do not belong into a URL, which is recorded"),
    };
    let (host, port) = match host.rsplit_once(':').filter(|_| !host.ends_with(']')) {
        Some((host, port)) => (host, port),
        None => (host, "1"),
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match bare {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => is_name(host),
    };
    match is_host && port.parse::<u16>().is_ok() {
        true => Ok(host),
        false => Err("its host is not one"),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_reads_from_other_machines_only() {
        for url in [
            "https://git.example/o/shop.git",
            "https://git.example:8443/o/shop.git",
            "https://[2001:db8::1]/shop.git",
            "ssh://git@git.example/o/shop.git",
            "ssh://git.example:22/shop",
        ] {
            assert_eq!(Reach::Remote.refusal(url), None, "{url}");
            assert_eq!(Reach::RemoteAndLocal.refusal(url), None, "{url}");
        }
        for url in
            ["/srv/shop.git", "file:///srv/shop.git", "http://127.0.0.1:80/x.git", "http://[::1]/x.git"]
        {
            assert!(Reach::Remote.refusal(url).is_some(), "{url}");
            assert_eq!(Reach::RemoteAndLocal.refusal(url), None, "{url}");
        }
    }

    #[test]
    fn what_is_no_repository_is_refused_everywhere() {
        for url in [
            "",
            "--upload-pack=touch x",
            "-x",
            "ext::sh -c touch%20x",
            "ext::sh",
            "git@git.example:o/shop.git",
            "git://git.example/shop.git",
            "ftp://git.example/shop.git",
            "http://git.example/shop.git",
            "file://host/shop.git",
            "shop.git",
            "../shop.git",
            "~/shop.git",
            "https://git.example",
            "https://git.example/",
            "https:///shop.git",
            "https://git.example/shop.git?token=s3cret",
            "https://git.example:http/shop.git",
            "https://git ex/shop.git",
            "https://git.example/a\nb",
            "https://git.example/a\0b",
            "ssh://-oProxyCommand=touch/x",
            "ssh://-oProxyCommand=touch@h/x",
            "ssh://git@-h/x",
            "https://[::1/x",
            "https://%2e/x",
        ] {
            assert!(Reach::RemoteAndLocal.refusal(url).is_some(), "{url}");
        }
        assert!(Reach::RemoteAndLocal.refusal(&format!("https://h/{}", "x".repeat(LENGTH))).is_some());
    }

    #[test]
    fn a_url_carries_no_credential() {
        for url in [
            "https://ana:s3cret@git.example/shop.git",
            "https://ghp_s3cret@git.example/shop.git",
            "ssh://git:s3cret@git.example/shop.git",
            "https://a@b@git.example/shop.git",
        ] {
            let why = Reach::RemoteAndLocal.refusal(url).unwrap();
            assert!(why.starts_with("credentials"), "{url}: {why}");
        }
    }
}
