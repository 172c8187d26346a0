//! Which repositories a server asks its network for. Their URLs come from people of many organisations, and the server
//! may stand where they may not: beside internal hosts, and the cloud's metadata service (OWASP, "Server-Side Request
//! Forgery Prevention Cheat Sheet").

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs};

use super::url::address;

/// Which repositories of other machines are read and written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Allowed {
    /// All.
    #[default]
    Any,
    /// Those of hosts whose addresses are public.
    Public,
    /// Those whose URL is like one of these, in which `*` stands for any characters. Their hosts may be private ones.
    Listed(Vec<String>),
}

impl Allowed {
    /// Why a URL is refused, as far as it can be told from the URL itself.
    pub(super) fn refusal(&self, url: &str) -> Option<&'static str> {
        match self {
            Self::Any => None,
            Self::Public => {
                let (host, _) = address(url)?;
                let literal = host.trim_matches(['[', ']']).parse().ok();
                let is_own = host.eq_ignore_ascii_case("localhost");
                (is_own || literal.is_some_and(|address| !is_public(address))).then_some(PRIVATE)
            }
            Self::Listed(patterns) => {
                let is_plain = !url.contains('%') && !url.split('/').any(|part| part == "..");
                let is_listed = is_plain && patterns.iter().any(|pattern| is_like(pattern, url));
                (!is_listed).then_some("it is not on this server's list of repositories")
            }
        }
    }

    /// Why a URL is refused because of the addresses that its host's name has now. A name that has none is for Git to
    /// complain of.
    pub(super) fn refusal_by_name(&self, url: &str) -> Option<&'static str> {
        let Self::Public = self else { return None };
        let (host, port) = address(url)?;
        let mut addresses = (host.trim_matches(['[', ']']), port).to_socket_addrs().ok()?;
        addresses.any(|address| !is_public(address.ip())).then_some(PRIVATE)
    }
}

const PRIVATE: &str = "its host is on a private network, and not on this server's list of repositories";

fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => match text.strip_prefix(start) {
            None => false,
            Some(text) => {
                let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
                ends.any(|at| is_like(rest, &text[at..]))
            }
        },
    }
}

/// Whether an address is one of the public network, by the IANA's registries of special-purpose addresses (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(within) => is_public_v4(within),
            None => address.segments()[0] & 0xe000 == 0x2000,
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || matches!((a, b, c), (0 | 224.., ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _));
    !special
}

/// The address of version 4 that one of version 6 stands for: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_private_networks_are_refused_however_they_are_written() {
        for host in [
            "localhost",
            "LOCALHOST",
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[fe80::1]",
            "[fd00::1]",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:7f00:1::]",
        ] {
            for url in [format!("https://{host}/o/shop.git"), format!("ssh://git@{host}:22/shop.git")] {
                assert_eq!(Allowed::Public.refusal(&url), Some(PRIVATE), "{url}");
                assert_eq!(Allowed::Any.refusal(&url), None);
            }
        }
        for host in
            ["git.example", "8.8.8.8", "172.32.0.1", "100.128.0.1", "[2606:4700::1111]", "[64:ff9b::808:808]"]
        {
            assert_eq!(Allowed::Public.refusal(&format!("https://{host}/o/shop.git")), None, "{host}");
        }
    }

    #[test]
    fn a_name_counts_as_the_addresses_that_it_has() {
        // The resolver of the C library takes a whole number for an address: 2130706433 is 127.0.0.1.
        for host in ["localhost", "2130706433"] {
            let url = format!("https://{host}/shop.git");
            assert_eq!(Allowed::Public.refusal_by_name(&url), Some(PRIVATE), "{host}");
            assert_eq!(Allowed::Listed(vec!["*".to_owned()]).refusal_by_name(&url), None);
        }
    }

    #[test]
    fn a_list_lets_in_what_is_like_one_of_its_lines() {
        let lines = [
            "https://git.example/team/*",
            "ssh://git@10.0.0.5/shop.git",
            "https://*.corp.example/*/deploy.git",
        ];
        let listed = Allowed::Listed(lines.map(str::to_owned).into());
        for url in [
            "https://git.example/team/shop.git",
            "https://git.example/team/a/b.git",
            "ssh://git@10.0.0.5/shop.git",
            "https://git.corp.example/x/deploy.git",
        ] {
            assert_eq!(listed.refusal(url), None, "{url}");
        }
        for url in [
            "https://git.example/other/shop.git",
            "https://git.example/team/../other/shop.git",
            "https://git.example/team/%2e%2e/other/shop.git",
            "https://git.example.evil.example/team/shop.git",
            "ssh://git@10.0.0.5/shop.git2",
            "https://git.corp.example/x/deploy.git/y",
        ] {
            assert!(listed.refusal(url).is_some(), "{url}");
        }
    }
}
