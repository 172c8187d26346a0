//! Where a registry is.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outbound::is_loopback;
use ureq::Agent;
use ureq::http::Uri;

use crate::error::RegistryError;

/// Where a registry is, and as whom it is asked.
#[derive(Clone)]
pub struct RegistrySettings {
    /// Its URL, up to what `/subjects` follows; it holds no user and no password.
    pub url: String,
    /// As whom, if it wants to know.
    pub username: Option<String>,
    /// With which password.
    pub password: Option<String>,
    /// The certificates of the authorities that are trusted for it, as PEM; the usual ones if it is not said.
    pub ca: Option<String>,
    /// How long it may take to answer.
    pub timeout: Duration,
}

impl RegistrySettings {
    /// The header that says who asks.
    pub(crate) fn authorization(&self) -> Result<Option<String>, RegistryError> {
        match (&self.username, &self.password) {
            (None, None) => Ok(None),
            (Some(username), Some(password)) => {
                let pair = STANDARD.encode(format!("{username}:{password}"));
                Ok(Some(format!("Basic {pair}")))
            }
            _ => Err(invalid("username", "who has a name has a password")),
        }
    }

    /// The URL, looked at.
    pub(crate) fn base(&self) -> Result<String, RegistryError> {
        let uri: Uri = self.url.parse().map_err(|_| invalid("url", "it is no URL"))?;
        let authority = uri.authority().ok_or_else(|| invalid("url", "it names no host"))?;
        if authority.as_str().contains('@') {
            let why = "it holds a user or a password; say them in kafka.registry.username and password_file";
            return Err(invalid("url", why));
        }
        if uri.query().is_some() {
            return Err(invalid("url", "it has a query"));
        }
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if self.password.is_none() || is_loopback(authority.host()) => {}
            Some("http") => return Err(invalid("url", "a password would be readable on its way: https")),
            _ => return Err(invalid("url", "it is neither https nor http")),
        }
        Ok(self.url.trim_end_matches('/').to_owned())
    }

    pub(crate) fn agent(&self) -> Result<Agent, RegistryError> {
        let settings = outbound::settings(&self.url, self.ca.as_deref());
        let settings = settings.ok_or_else(|| invalid("ca", "it holds no certificate"))?;
        Ok(settings.timeout_global(Some(self.timeout)).build().into())
    }
}

fn invalid(key: &str, why: &str) -> RegistryError {
    RegistryError::Settings(format!("kafka.registry.{key}: {why}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is the report")]
mod tests {
    use super::*;

    fn at(url: &str) -> RegistrySettings {
        let (url, timeout) = (url.to_owned(), Duration::from_secs(1));
        RegistrySettings { url, username: None, password: None, ca: None, timeout }
    }

    #[test]
    fn a_password_does_not_go_in_the_clear_nor_into_the_url() {
        let secret = |url: &str| RegistrySettings {
            username: Some("plimsoll".to_owned()),
            password: Some("hunter2".to_owned()),
            ..at(url)
        };
        for url in
            ["https://registry.example/", "http://127.0.0.1:8081", "http://[::1]:8081", "http://localhost"]
        {
            assert!(secret(url).base().is_ok(), "{url}");
        }
        assert_eq!(at("http://registry.example:8081/").base().unwrap(), "http://registry.example:8081");
        // RFC 7617, section 2: base64 of USER:PASSWORD.
        let header = secret("https://registry.example").authorization().unwrap();
        assert_eq!(header.as_deref(), Some("Basic cGxpbXNvbGw6aHVudGVyMg=="));
        let wrong = [
            secret("http://registry.example"),
            at("http://plimsoll:hunter2@registry.example"),
            at("ftp://registry.example"),
            at("registry"),
            at("http://registry.example/?a=b"),
        ];
        for settings in wrong {
            let error = settings.base().unwrap_err();
            assert_eq!(error.code(), "CONFIG_INVALID");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
        let half =
            RegistrySettings { username: Some("plimsoll".to_owned()), ..at("https://registry.example") };
        assert_eq!(half.authorization().unwrap_err().code(), "CONFIG_INVALID");
        let ca = RegistrySettings { ca: Some("none".to_owned()), ..at("https://registry.example") };
        assert_eq!(ca.agent().err().unwrap().code(), "CONFIG_INVALID");
    }
}
