//! Tokens (SASL OAUTHBEARER) of a file that somebody else keeps fresh: a projected service account, an agent beside the process.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rdkafka::client::OAuthToken;
use serde_json::Value;

/// The file with the token, if there is one. It is read again whenever librdkafka wants a new one, well before the old one ends.
#[derive(Debug, Clone, Default)]
pub(super) struct TokenFile(pub(super) Option<PathBuf>);

impl TokenFile {
    /// The token that is in the file now.
    pub(super) fn read(&self) -> Result<OAuthToken, Box<dyn Error>> {
        let path = self.0.as_ref().ok_or("no file of a token is set (kafka.sasl_token_path)")?;
        let shown = path.display();
        let token = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
        let (name, ends) =
            claims(token.trim()).ok_or_else(|| format!("{shown} holds no JWT with an end (exp)"))?;
        Ok(OAuthToken { token: token.trim().to_owned(), principal_name: name, lifetime_ms: ends })
    }
}

/// Whose a token is, and when it ends, in milliseconds of Unix time (RFC 7519, 4.1). Whether it is to be trusted is for the broker.
fn claims(token: &str) -> Option<(String, i64)> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    let name = claims["sub"].as_str().unwrap_or_default().to_owned();
    let ends = claims["exp"].as_i64().or_else(|| claims["exp"].as_f64().map(|seconds| seconds as i64))?;
    Some((name, ends.checked_mul(1000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"alg":"none"}` and `{"sub":"plimsoll-cost","exp":1893456000}`, encoded by `basenc --base64url`.
    const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJwbGltc29sbC1jb3N0IiwiZXhwIjoxODkzNDU2MDAwfQ.";

    #[test]
    fn a_token_says_whose_it_is_and_when_it_ends() {
        assert_eq!(claims(TOKEN), Some(("plimsoll-cost".to_owned(), 1_893_456_000_000)));
        for wrong in ["", "secret", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
            assert_eq!(claims(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_names_it_and_not_what_it_holds() {
        let file = std::env::temp_dir().join(format!("plimsoll-token-{}", std::process::id()));
        let said = || TokenFile(Some(file.clone())).read().err().map(|error| error.to_string()).unwrap();
        assert!(said().contains("plimsoll-token-"));
        fs::write(&file, "hunter2").unwrap();
        let wrong = said();
        fs::remove_file(&file).unwrap();
        assert!(wrong.contains("holds no JWT") && !wrong.contains("hunter2"), "{wrong}");
    }
}
