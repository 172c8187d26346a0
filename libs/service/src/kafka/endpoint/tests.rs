//! The endpoint against a server on a port of this machine.

use std::net::TcpListener;
use std::sync::atomic::{AtomicI64, Ordering};

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use self::server::Server;
use super::*;
use crate::secret::Secret;

mod server;

/// A clock that stands still until it is set.
#[derive(Default)]
struct Set(AtomicI64);

impl Clock for Set {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0.load(Ordering::Relaxed)).unwrap()
    }

    fn new_id(&self) -> Uuid {
        Uuid::nil()
    }
}

fn settings(port: u16) -> TokenSettings {
    TokenSettings {
        url: Some(format!("http://127.0.0.1:{port}/token")),
        client_id: Some("plimsoll:cost".to_owned()),
        client_secret: Some(Secret::new("hunter 2%".to_owned())),
        scope: Some("kafka read".to_owned()),
        ..TokenSettings::default()
    }
}

fn endpoint(server: &Server) -> (Endpoint, Arc<Set>) {
    let clock = Arc::new(Set::default());
    (Endpoint::new(&settings(server.port), clock.clone()).unwrap(), clock)
}

/// A token that holds for 100 seconds.
const FIRST: &str = r#"{"access_token": "first", "token_type": "Bearer", "expires_in": 100}"#;
const SECOND: &str = r#"{"access_token": "second", "token_type": "bearer", "expires_in": 100}"#;

/// The header's value is what `printf 'plimsoll%%3Acost:hunter+2%%25' | base64` prints.
#[test]
fn it_is_asked_as_the_client_with_its_secret() {
    let server = Server::that_says(&[(200, FIRST)]);
    let (endpoint, _) = endpoint(&server);
    assert_eq!(endpoint.token(), Ok(("first".to_owned(), 100_000)));
    let [asked] = server.asked().try_into().unwrap();
    let lines: Vec<String> = asked.lines().map(str::to_ascii_lowercase).collect();
    assert_eq!(lines[0], "post /token http/1.1");
    assert!(asked.contains("Basic cGxpbXNvbGwlM0Fjb3N0Omh1bnRlcisyJTI1\n"), "{asked}");
    assert!(lines.contains(&"content-type: application/x-www-form-urlencoded".to_owned()), "{asked}");
    assert!(asked.ends_with("\ngrant_type=client_credentials&scope=kafka+read"), "{asked}");
}

#[test]
fn a_token_is_shared_until_half_of_its_time_is_over() {
    let server = Server::that_says(&[(200, FIRST), (200, SECOND)]);
    let (endpoint, clock) = endpoint(&server);
    for second in [0, 10, 49] {
        clock.0.store(second, Ordering::Relaxed);
        assert_eq!(endpoint.token(), Ok(("first".to_owned(), 100_000)), "{second}");
    }
    clock.0.store(50, Ordering::Relaxed);
    assert_eq!(endpoint.token(), Ok(("second".to_owned(), 150_000)));
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn an_endpoint_that_is_away_stops_nobody_whose_token_holds() {
    let server = Server::that_says(&[(200, FIRST), (503, ""), (503, "")]);
    let (endpoint, clock) = endpoint(&server);
    assert!(endpoint.token().is_ok());
    clock.0.store(95, Ordering::Relaxed);
    assert_eq!(endpoint.token(), Ok(("first".to_owned(), 100_000)));
    clock.0.store(100, Ordering::Relaxed);
    let gone = endpoint.token().unwrap_err();
    assert!(gone.contains(&format!("http://127.0.0.1:{}/token answers 503", server.port)), "{gone}");
    // Nobody is there any more.
    clock.0.store(105, Ordering::Relaxed);
    let gone = endpoint.token().unwrap_err();
    assert!(gone.contains("cannot be reached"), "{gone}");
}

/// A dozen clients that begin at once do not each wait for it.
#[test]
fn who_gave_no_token_is_asked_again_by_one_and_not_at_once() {
    let server = Server::that_says(&[(503, ""), (200, FIRST)]);
    let (endpoint, clock) = endpoint(&server);
    let first = endpoint.token().unwrap_err();
    clock.0.store(4, Ordering::Relaxed);
    assert_eq!(endpoint.token(), Err(first));
    assert_eq!(server.asked().len(), 1);
    clock.0.store(5, Ordering::Relaxed);
    assert_eq!(endpoint.token(), Ok(("first".to_owned(), 105_000)));
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn an_endpoint_that_never_answers_is_given_up() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let settings = TokenSettings { timeout_seconds: 1, ..settings(silent.local_addr().unwrap().port()) };
    let endpoint = Endpoint::new(&settings, Arc::new(Set::default())).unwrap();
    let slow = endpoint.token().unwrap_err();
    assert!(slow.contains("cannot be reached: timeout"), "{slow}");
}

/// A certificate for `127.0.0.1` as PEM, and a server that shows it.
fn certificate() -> (String, Arc<ServerConfig>) {
    let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    (params.not_before, params.not_after) =
        (datetime!(2000-01-01 00:00 UTC), datetime!(2100-01-01 00:00 UTC));
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let shown = vec![certificate.der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let server = ServerConfig::builder().with_no_client_auth().with_single_cert(shown, key).unwrap();
    (certificate.pem(), Arc::new(server))
}

#[test]
fn a_secret_goes_to_a_server_that_an_authority_of_the_settings_vouches_for_and_to_no_other() {
    let (trusted, shows) = certificate();
    let (stranger, _) = certificate();
    let server = Server::over_tls(shows, &[(200, FIRST), (200, FIRST), (200, FIRST)]);
    let with = |ca: Option<String>| {
        let url = Some(format!("https://127.0.0.1:{}/token", server.port));
        let settings = TokenSettings { url, ca, ..settings(server.port) };
        Endpoint::new(&settings, Arc::new(Set::default())).unwrap().token()
    };
    for ca in [Some(stranger), None] {
        let error = with(ca).unwrap_err();
        assert!(error.contains("cannot be reached") && error.contains("certificate"), "{error}");
        assert_eq!(server.asked().len(), 0);
    }
    assert_eq!(with(Some(trusted)), Ok(("first".to_owned(), 100_000)));
    assert_eq!(server.asked().len(), 1);
}

/// What it says is no token of ours, and is not repeated; nor is the secret.
#[test]
fn what_is_no_token_is_an_error_that_tells_no_secret() {
    let long = "x".repeat(70_000);
    let cases = [
        (
            401,
            r#"{"error": "invalid_client", "error_description": "hunter 2%"}"#,
            "401 Unauthorized: invalid_client",
        ),
        (400, r#"{"error": "<script>"}"#, "400 Bad Request"),
        (302, "", "302 Found"),
        (200, "hunter2", "no token with its time"),
        (200, r#"{"access_token": "hunter2", "token_type": "Bearer"}"#, "no token with its time"),
        (
            200,
            r#"{"access_token": "hunter2", "token_type": "Bearer", "expires_in": -1}"#,
            "no token with its time",
        ),
        (200, r#"{"access_token": "hunter2", "token_type": "mac", "expires_in": 9}"#, "no bearer token"),
        (200, r#"{"access_token": "hunter2", "token_type": "Bearer", "expires_in": 0}"#, "does not hold"),
        (200, r#"{"access_token": "", "token_type": "Bearer", "expires_in": 9}"#, "no bearer token"),
        (200, long.as_str(), "200 OK, and then"),
    ];
    for (status, body, expected) in cases {
        let server = Server::that_says(&[(status, body)]);
        let error = endpoint(&server).0.token().unwrap_err();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("hunter") && !error.contains("<script>") && error.len() < 200, "{error}");
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn a_secret_goes_to_nobody_who_listens() {
    let refused = |change: fn(&mut TokenSettings)| {
        let mut settings = settings(1);
        change(&mut settings);
        Endpoint::new(&settings, Arc::new(Set::default())).err().map(|failure| failure.to_string()).unwrap()
    };
    let said = [
        refused(|settings| settings.url = Some("http://idp.example/token".to_owned())),
        refused(|settings| settings.url = Some("https://user@idp.example/token".to_owned())),
        refused(|settings| settings.url = Some("https://idp.example/token?secret=hunter2".to_owned())),
        refused(|settings| settings.url = Some("/token".to_owned())),
        refused(|settings| settings.ca = Some("hunter2".to_owned())),
        refused(|settings| settings.client_secret = None),
        refused(|settings| settings.timeout_seconds = 0),
    ];
    for error in said {
        assert!(error.starts_with("CONFIG_INVALID: kafka.token"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let settings = TokenSettings { url: Some("https://idp.example/token".to_owned()), ..settings(1) };
    assert!(Endpoint::new(&settings, Arc::new(Set::default())).is_ok());
}
