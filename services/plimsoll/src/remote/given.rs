//! A server's address and a token as somebody gave them: refused where nothing could be called with them.

use ureq::http::Uri;

use crate::failure::Failure;

/// The address, if it is one. It is printed, kept and put into errors, so it holds no credentials.
pub(super) fn server(text: &str) -> Result<String, Failure> {
    let wrong = |why: &str| Err(Failure::new("USAGE", format!("--server: {why}")));
    if text.contains('@') {
        return wrong("an address holds no user and no password; a token is given with --token-file");
    }
    let uri: Option<Uri> = text.parse().ok();
    let expected =
        format!("{text:?} is no address of a server; http://HOST:PORT or https://HOST is expected");
    match uri {
        Some(uri) if matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none() => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => wrong(&expected),
    }
}

/// The token, if it could be one: it goes into a header.
pub(super) fn token(text: &str) -> Result<String, Failure> {
    let token = text.trim();
    match !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(token.to_owned()),
        false => {
            let why = "it is empty, or there is a line break, a blank or a letter in it that no token has";
            Err(Failure::new("TOKEN_INVALID", format!("this is no token: {why}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_no_credentials_and_leads_to_a_server() {
        assert_eq!(server("http://127.0.0.1:8080/").unwrap(), "http://127.0.0.1:8080");
        assert_eq!(server("https://plimsoll.example/base").unwrap(), "https://plimsoll.example/base");
        for text in [
            "http://u:hunter2@host",
            "https://hunter2@host/x",
            "localhost:8080",
            "host",
            "",
            "ftp://host",
            "http://",
            "http://ho st",
            "http://host?x=hunter2",
            "http://host\nx",
        ] {
            let failure = server(text).unwrap_err();
            assert_eq!(failure.code(), "USAGE", "{text}");
            assert!(!text.contains('@') || !failure.render().contains("hunter2"), "{}", failure.render());
        }
    }

    #[test]
    fn a_token_is_one_word() {
        assert_eq!(token(" plimsoll_abc\n").unwrap(), "plimsoll_abc");
        for text in ["", "\n", "plimsoll_a\nplimsoll_b", "first second", "t\u{f6}ken"] {
            let failure = token(text).unwrap_err();
            assert_eq!(failure.code(), "TOKEN_INVALID", "{text:?}");
            assert!(text.trim().is_empty() || !failure.render().contains(text), "{}", failure.render());
        }
    }
}
