//! Where a model is.

use outbound::is_loopback;
use service::Failure;
use ureq::Agent;
use ureq::http::Uri;
use ureq::http::uri::Authority;

use crate::config::Config;

/// Where a model is, and how it is asked.
#[derive(Clone)]
pub(crate) struct Endpoint {
    agent: Agent,
    url: String,
    /// The header that the key goes into, and its value.
    key: Option<(&'static str, String)>,
    host: String,
    model: String,
    is_newer: bool,
}

impl Endpoint {
    /// The endpoint of a configuration.
    ///
    /// # Errors
    /// `CONFIG_INVALID`, with the key and never a value that may be secret.
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        let base = config.url.as_deref().unwrap_or_default();
        let authority = checked(base, config.allow_http)?;
        let host = authority.host().to_owned();
        let base = base.trim_end_matches('/');
        let (url, model) = match (&config.deployment, &config.api_version) {
            (None, None) if config.model.is_empty() => return Err(invalid("model", "it has to be said")),
            (None, None) => (format!("{base}/chat/completions"), config.model.clone()),
            (Some(deployment), Some(version)) => {
                let (deployment, version) = (word("deployment", deployment)?, word("api_version", version)?);
                let path = format!("openai/deployments/{deployment}/chat/completions?api-version={version}");
                (format!("{base}/{path}"), deployment.to_owned())
            }
            (Some(_), None) => return Err(invalid("api_version", "a deployment of Azure has one")),
            (None, Some(_)) => return Err(invalid("deployment", "an API version is of an Azure deployment")),
        };
        let of_azure = config.deployment.is_some();
        let key = config.key.as_ref().map(|key| header(key.expose(), of_azure)).transpose()?;
        let is_newer = of_azure || host == "api.openai.com";
        Ok(Self { agent: agent(config)?, url, key, host, model, is_newer })
    }

    pub(crate) fn agent(&self) -> &Agent {
        &self.agent
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn key(&self) -> Option<(&'static str, &str)> {
        self.key.as_ref().map(|(name, value)| (*name, value.as_str()))
    }

    /// As events have it.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The model's name, or the deployment's.
    pub(crate) fn model(&self) -> &str {
        &self.model
    }

    /// What it calls the limit of an answer: OpenAI's own newer models know no `max_tokens`, and others no other.
    pub(crate) fn limit(&self) -> &'static str {
        if self.is_newer { "max_completion_tokens" } else { "max_tokens" }
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("host", &self.host)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

fn invalid(key: &str, why: &str) -> Failure {
    Failure::unhandled("CONFIG_INVALID", format!("explain.{key}: {why}"))
}

fn checked(base: &str, allow_http: bool) -> Result<Authority, Failure> {
    let uri: Uri = base.parse().map_err(|_| invalid("url", "it is no URL"))?;
    let authority = uri.authority().ok_or_else(|| invalid("url", "it names no host"))?.clone();
    if authority.as_str().contains('@') {
        return Err(invalid("url", "it holds a user or a password; a key is given as `key_file`"));
    }
    if uri.query().is_some() {
        return Err(invalid("url", "a base URL has no query"));
    }
    match uri.scheme_str() {
        Some("https") => Ok(authority),
        Some("http") if allow_http || is_loopback(authority.host()) => Ok(authority),
        Some("http") => {
            Err(invalid("url", "what is sent would be readable on its way: https, or explain.allow_http"))
        }
        _ => Err(invalid("url", "it is neither https nor http")),
    }
}

fn word<'w>(key: &str, text: &'w str) -> Result<&'w str, Failure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    match !text.is_empty() && text.chars().all(plain) {
        true => Ok(text),
        false => Err(invalid(key, "it is a word of letters, digits, `-`, `_` and `.`")),
    }
}

fn header(key: &str, of_azure: bool) -> Result<(&'static str, String), Failure> {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(invalid("key", "it is empty, or holds blanks or line ends"));
    }
    Ok(if of_azure { ("api-key", key.to_owned()) } else { ("authorization", format!("Bearer {key}")) })
}

fn agent(config: &Config) -> Result<Agent, Failure> {
    let settings = outbound::settings(config.url.as_deref().unwrap_or_default(), config.ca.as_deref());
    let settings = settings.ok_or_else(|| invalid("ca", "it holds no certificate in PEM"))?;
    Ok(settings.user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION"))).build().into())
}

#[cfg(test)]
mod tests {
    use service::Secret;

    use super::*;

    fn config(url: &str) -> Config {
        Config { url: Some(url.to_owned()), model: "m".to_owned(), ..Config::default() }
    }

    #[test]
    fn where_a_model_is() {
        for (base, url) in [
            ("https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
            ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1/chat/completions"),
            ("http://localhost:8000/v1", "http://localhost:8000/v1/chat/completions"),
            ("http://[::1]:8000/v1", "http://[::1]:8000/v1/chat/completions"),
        ] {
            assert_eq!(Endpoint::of(&config(base)).unwrap().url(), url);
        }
        let azure = Config {
            deployment: Some("gpt-prod".to_owned()),
            api_version: Some("2024-10-21".to_owned()),
            key: Some(Secret::new("k-1".to_owned())),
            ..config("https://shop.openai.azure.com")
        };
        let azure = Endpoint::of(&azure).unwrap();
        assert_eq!(
            azure.url(),
            "https://shop.openai.azure.com/openai/deployments/gpt-prod/chat/completions?api-version=2024-10-21"
        );
        assert_eq!((azure.key(), azure.model()), (Some(("api-key", "k-1")), "gpt-prod"));
        assert!(!format!("{azure:?}").contains("k-1"));
    }

    #[test]
    fn what_is_no_place_for_a_key_is_refused() {
        for url in [
            "http://models.example/v1",
            "http://10.0.0.1/v1",
            "http://localhost.evil.example/v1",
            "ftp://models.example",
            "models.example/v1",
            "https://user:hunter2@models.example/v1",
            "https://models.example/v1?key=hunter2",
            "",
        ] {
            let refused = Endpoint::of(&config(url)).unwrap_err();
            assert_eq!(refused.code(), "CONFIG_INVALID", "{url}");
            assert!(!refused.message().contains("hunter2"));
        }
        assert!(Endpoint::of(&Config { allow_http: true, ..config("http://models.example/v1") }).is_ok());
        for wrong in [
            Config { model: String::new(), ..config("https://m.example/v1") },
            Config { deployment: Some("x".to_owned()), ..config("https://m.example") },
            Config { api_version: Some("x".to_owned()), ..config("https://m.example") },
            Config {
                deployment: Some("../x".to_owned()),
                api_version: Some("1".to_owned()),
                ..config("https://m.example")
            },
            Config { key: Some(Secret::new("a\nb".to_owned())), ..config("https://m.example/v1") },
            Config { ca: Some("nothing".to_owned()), ..config("https://m.example/v1") },
        ] {
            assert_eq!(Endpoint::of(&wrong).unwrap_err().code(), "CONFIG_INVALID");
        }
    }
}
