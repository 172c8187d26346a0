//! HTTP to servers of others: whom a client believes, and what it does not follow.

use std::net::IpAddr;

use ureq::Agent;
use ureq::config::ConfigBuilder;
use ureq::http::Uri;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::typestate::AgentScope;

/// Settings of a client of the server at this URL, who believes these authorities (PEM), or the usual ones; none if the text holds no
/// certificate. Every status is an answer, and no redirect is followed: headers may hold a secret, which is for this server alone. What is
/// for this machine goes through no proxy of the environment, which would read it.
#[must_use]
pub fn settings(url: &str, ca: Option<&str>) -> Option<ConfigBuilder<AgentScope>> {
    let mut tls = TlsConfig::builder();
    if let Some(pem) = ca {
        let certificates: Vec<_> = parse_pem(pem.as_bytes())
            .filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            })
            .collect();
        if certificates.is_empty() {
            return None;
        }
        tls = tls.root_certs(RootCerts::new_with_certs(&certificates));
    }
    let settings = Agent::config_builder().tls_config(tls.build());
    let settings = settings.http_status_as_error(false).max_redirects(0).max_redirects_will_error(false);
    let is_here = url.parse::<Uri>().is_ok_and(|url| url.host().is_some_and(is_loopback));
    Some(if is_here { settings.proxy(None) } else { settings })
}

/// Whether a host, as a URL has it, is this machine: what is sent there in the clear is read by nobody on its way.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{is_loopback, settings};

    /// RFC 1122, 3.2.1.3: all of 127.0.0.0/8; RFC 4291, 2.5.3: `::1` alone; RFC 6761, 6.3: `localhost`.
    #[test]
    fn this_machine_is_a_loopback_address_or_localhost_and_no_name_that_begins_like_one() {
        for host in ["localhost", "127.0.0.1", "127.9.8.7", "[::1]", "::1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["127.0.0.1.example", "localhost.example", "128.0.0.1", "[::2]", "10.0.0.1", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn no_redirect_is_followed_and_a_text_without_a_certificate_is_no_authority() {
        let config = settings("https://idp.example", None).expect("the usual authorities").build();
        assert_eq!(config.max_redirects(), 0);
        assert!(!config.http_status_as_error());
        assert!(settings("https://idp.example", Some("-----BEGIN NOTHING-----")).is_none());
    }

    const PROXY: &str = "ALL_PROXY";

    /// In a process of its own, which has a proxy in its environment.
    #[test]
    fn what_stays_on_this_machine_does_not_go_through_a_proxy() {
        if std::env::var_os(PROXY).is_some_and(|proxy| proxy == "http://proxy.example:3128") {
            return proxied();
        }
        let inner = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "tests::what_stays_on_this_machine_does_not_go_through_a_proxy"])
            .env(PROXY, "http://proxy.example:3128")
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&inner.stdout).into_owned();
        assert!(inner.status.success() && said.contains("1 passed"), "{said}");
    }

    fn proxied() {
        let has_proxy = |url: &str| settings(url, None).expect("authorities").build().proxy().is_some();
        for url in
            ["http://127.0.0.1:8081", "http://[::1]:8081", "https://localhost", "http://localhost:8080/apis"]
        {
            assert!(!has_proxy(url), "{url}");
        }
        assert!(has_proxy("https://registry.example"), "the environment says so");
    }
}
