//! Tokens by which a client comes in (SASL OAUTHBEARER).

use std::error::Error;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rdkafka::client::OAuthToken;
use serde_json::Value;

/// A token. Whose it is and whether it holds is for the broker.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// As the broker is told it.
    pub text: String,
    /// When it ends, in milliseconds of Unix time.
    pub ends: i64,
}

impl Token {
    /// A token in the form of a JWT, which says itself when it ends (RFC 7519, 4.1); none if it is of another form.
    #[must_use]
    pub fn of_jwt(text: &str) -> Option<Self> {
        let claims = claims(text)?;
        let seconds = claims["exp"].as_i64().or_else(|| claims["exp"].as_f64().map(|exp| exp as i64))?;
        Some(Self { text: text.to_owned(), ends: seconds.checked_mul(1000)? })
    }

    /// Whose it says that it is; nobody's, if it is no JWT.
    fn subject(&self) -> String {
        claims(&self.text).and_then(|claims| Some(claims["sub"].as_str()?.to_owned())).unwrap_or_default()
    }
}

/// A token is not shown.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("ends", &self.ends).finish_non_exhaustive()
    }
}

fn claims(token: &str) -> Option<Value> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// Who gives tokens to all clients of a log.
pub trait Tokens: Send + Sync {
    /// A token that holds for a while. It is asked for by each client, on a thread that may wait, when it begins and well before the
    /// token that it has ends; after an error, again in ten seconds.
    ///
    /// # Errors
    /// Why there is none, without what is secret; the log says it too, since librdkafka does not.
    fn token(&self) -> Result<Token, String>;
}

/// A file with a token in the form of a JWT that somebody else keeps fresh: a projected service account, an agent beside the process.
#[derive(Debug, Clone)]
pub struct TokenFile(pub PathBuf);

impl TokenFile {
    fn read(&self) -> Result<Token, String> {
        let shown = self.0.display();
        let text = fs::read_to_string(&self.0).map_err(|error| format!("{shown}: {error}"))?;
        Token::of_jwt(text.trim()).ok_or_else(|| format!("{shown} holds no JWT with an end (exp)"))
    }
}

impl Tokens for TokenFile {
    fn token(&self) -> Result<Token, String> {
        self.read().inspect_err(|error| tracing::warn!(error, "no new token for Kafka"))
    }
}

/// What a client of librdkafka is told when it asks for a token.
#[derive(Clone, Default)]
pub(super) struct Asked(pub(super) Option<Arc<dyn Tokens>>);

impl Asked {
    pub(super) fn token(&self) -> Result<OAuthToken, Box<dyn Error>> {
        let tokens =
            self.0.as_ref().ok_or("no tokens are set up (kafka.sasl_token_path, kafka.token.url)")?;
        let token = tokens.token()?;
        let principal_name = token.subject();
        Ok(OAuthToken { token: token.text, principal_name, lifetime_ms: token.ends })
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Asked").field(&self.0.is_some()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"alg":"none"}` and `{"sub":"plimsoll-cost","exp":1893456000}`, encoded by `basenc --base64url`.
    const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJwbGltc29sbC1jb3N0IiwiZXhwIjoxODkzNDU2MDAwfQ.";

    #[test]
    fn a_token_says_whose_it_is_and_when_it_ends() {
        let token = Token::of_jwt(TOKEN).unwrap();
        assert_eq!((token.subject().as_str(), token.ends), ("plimsoll-cost", 1_893_456_000_000));
        assert!(!format!("{token:?}").contains("eyJ"));
        for wrong in ["", "secret", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
            assert_eq!(Token::of_jwt(wrong), None, "{wrong}");
        }
        assert_eq!(Token { text: "opaque".to_owned(), ends: 0 }.subject(), "");
    }

    #[test]
    fn what_is_wrong_with_a_file_names_it_and_not_what_it_holds() {
        let file = std::env::temp_dir().join(format!("plimsoll-token-{}", std::process::id()));
        let said = || TokenFile(file.clone()).token().unwrap_err();
        assert!(said().contains("plimsoll-token-"));
        fs::write(&file, "hunter2").unwrap();
        let wrong = said();
        fs::remove_file(&file).unwrap();
        assert!(wrong.contains("holds no JWT") && !wrong.contains("hunter2"), "{wrong}");
    }
}
